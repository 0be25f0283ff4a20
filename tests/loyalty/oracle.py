"""A naive member to judge the real one by: every rule is written out again, and nothing comes from the service.

POINTS are earned at 1 per whole 1.00, times 1.2 from 500 of growth on, and owed where a refund does not find
them. STARS are earned at 1 per whole 2.00, mature after seven days, and are written off where they are missing.
GROWTH is earned like points without the multiplier, and neither spent nor lost to time.
"""

from dataclasses import dataclass, field
from datetime import datetime

from tests.loyalty.purse import ADJUSTED, Purse, kind


@dataclass
class OracleOrder:
    """What was paid, and by currency and line what it earned and what refunds took back of it."""

    minor: list[int]
    paid_at: datetime
    earned: dict[str, list[int]]
    taken: dict[str, list[int]]
    refunded: list[int]

    def due(self, code: str, line: int) -> int:
        """What must be taken back of a line so far, less what was."""
        total = self.earned[code][line] * self.refunded[line] // self.minor[line]
        return total - self.taken[code][line]


@dataclass
class Oracle:
    """One member."""

    purses: dict[str, Purse] = field(
        default_factory=lambda: {"POINTS": Purse(owes=True), "STARS": Purse(owes=False, waits_days=7)}
    )
    growth: int = 0
    gold: bool = False
    orders: dict[str, OracleOrder] = field(default_factory=dict)

    def settle(self, now: datetime) -> None:
        for purse in self.purses.values():
            purse.settle(now)

    def record(self, order_id: str, minor: list[int], paid_at: datetime, now: datetime) -> None:
        whole = sum(minor) // 100
        earned = {
            "POINTS": whole * 12 // 10 if self.gold else whole,
            "STARS": sum(minor) // 200,
            "GROWTH": whole,
        }
        self.orders[order_id] = OracleOrder(
            minor,
            paid_at,
            {code: self.by_line(points, minor) for code, points in earned.items()},
            {code: [0] * len(minor) for code in earned},
            [0] * len(minor),
        )
        for code, purse in self.purses.items():
            purse.earn(earned[code], paid_at, order_id)
        self.growth += whole
        self.gold = self.gold or self.growth >= 500
        self.settle(now)

    @staticmethod
    def by_line(points: int, minor: list[int]) -> list[int]:
        total = sum(minor)
        if not total:
            return [0] * len(minor)
        exact = [points * each / total for each in minor]
        shares = [points * each // total for each in minor]
        missing = points - sum(shares)
        for nth in sorted(range(len(minor)), key=lambda n: (-(points * minor[n] % total), n))[:missing]:
            shares[nth] += 1
        assert all(abs(share - wish) < 1 for share, wish in zip(shares, exact, strict=True))
        return shares

    def refund(self, order_id: str, line: int, minor: int, now: datetime) -> bool:
        """Refund money of one line; False when there is not as much left."""
        order = self.orders[order_id]
        if not 0 < minor <= order.minor[line] - order.refunded[line]:
            return False
        order.refunded[line] += minor
        for purse in self.purses.values():
            self._give_back(order_id, order, purse, now)
        for code in order.earned:
            due = order.due(code, line)
            order.taken[code][line] += due
            if code == "GROWTH":
                self.growth = max(0, self.growth - due)
            elif due:
                self.purses[code].unearn(due, order.paid_at, order_id)
        return True

    @staticmethod
    def _give_back(order_id: str, order: OracleOrder, purse: Purse, now: datetime) -> None:
        """What was redeemed on the order comes back in the proportion refunded so far."""
        paid, refunded = sum(order.minor), sum(order.refunded)
        for name, spending in purse.spendings.items():
            if spending.order == order_id:
                due = spending.points * refunded // paid
                came = spending.points - spending.left
                if due > came:
                    purse.reverse(name, due - came, now)

    def adjust(self, code: str, points: int, now: datetime) -> bool:
        """By hand; False when a debit finds too little and nothing may be owed."""
        purse = self.purses[code]
        if points > 0:
            purse.gain(points, kind(now, now, ADJUSTED))
            return True
        if not purse.owes and -points > purse.available:
            return False
        purse.lose(-points)
        return True
