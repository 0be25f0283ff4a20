"""A naive ledger to judge the real one by: every lot is an object, every rule is written out again.

It imports nothing from the service. Points: 1 per whole 1.00, times 1.2 from 500 growth on; growth the same
without the multiplier. Points expire a month after they were earned, at the next midnight in Shanghai.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def gone_at(earned_at: datetime) -> datetime:
    """Midnight after the last good day of points earned at an instant."""
    day = earned_at.astimezone(SHANGHAI).date()
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    last = day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
    return datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)


@dataclass
class Lot:
    points: int
    gone_at: datetime
    order: str | None


@dataclass
class OracleOrder:
    minor: list[int]
    earned: list[int]
    growth: list[int]
    refunded: list[int]
    taken: list[int]
    growth_taken: list[int]


@dataclass
class Oracle:
    """One member."""

    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    growth: int = 0
    gold: bool = False
    orders: dict[str, OracleOrder] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return sum(lot.points for lot in self.lots) - self.debt

    def expire(self, now: datetime) -> None:
        self.lots = [lot for lot in self.lots if lot.points and lot.gone_at > now]

    def gain(self, points: int, now: datetime, order: str | None) -> None:
        repaid = min(self.debt, points)
        self.debt -= repaid
        if points > repaid:
            self.lots.append(Lot(points - repaid, gone_at(now), order))

    def lose(self, points: int, own: str | None = None) -> None:
        """Own points first, then those that go first; what is not there is owed."""
        for lot in sorted(self.lots, key=lambda lot: (own is None or lot.order != own, lot.gone_at)):
            taken = min(points, lot.points)
            lot.points -= taken
            points -= taken
        self.debt += points

    def record(self, order_id: str, minor: list[int], now: datetime) -> None:
        if order_id in self.orders:
            return
        whole = sum(minor) // 100
        earned = whole * 12 // 10 if self.gold else whole
        points, growth = self.by_line(earned, minor), self.by_line(whole, minor)
        none = [0] * len(minor)
        self.orders[order_id] = OracleOrder(minor, points, growth, none[:], none[:], none[:])
        self.gain(earned, now, order_id)
        self.growth += whole
        self.gold = self.gold or self.growth >= 500

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

    def refund(self, order_id: str, line: int, minor: int) -> bool:
        """Refund money of one line; False when there is not as much left."""
        order = self.orders[order_id]
        if not 0 < minor <= order.minor[line] - order.refunded[line]:
            return False
        order.refunded[line] += minor
        due = order.earned[line] * order.refunded[line] // order.minor[line]
        growth_due = order.growth[line] * order.refunded[line] // order.minor[line]
        self.lose(due - order.taken[line], own=order_id)
        self.growth = max(0, self.growth - (growth_due - order.growth_taken[line]))
        order.taken[line], order.growth_taken[line] = due, growth_due
        return True
