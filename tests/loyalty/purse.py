"""A naive purse to judge wallets by: each lot, each promise and each hold is an object of its own.

It imports nothing from the service. Points are good for a month and gone at the next midnight in Shanghai.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EARNED, ADJUSTED = 0, 1


def midnight_after(day: datetime) -> datetime:
    local = day.astimezone(SHANGHAI).date()
    return datetime(local.year, local.month, local.day, tzinfo=SHANGHAI) + timedelta(days=1)


def gone_at(active_at: datetime) -> datetime:
    """Midnight after the last good day of points that became active at an instant."""
    day = active_at.astimezone(SHANGHAI).date()
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    last = day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))
    return datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)


class Kind(NamedTuple):
    """What lots have in common that a refund of their order takes from alike; in the order they are spent."""

    gone_at: datetime
    month: tuple[int, int]
    source: int


def kind(active_at: datetime, earned_at: datetime, source: int) -> Kind:
    local = earned_at.astimezone(SHANGHAI)
    return Kind(gone_at(active_at), (local.year, local.month), source)


@dataclass
class Lot:
    points: int
    kind: Kind


@dataclass
class Promise:
    """Points that wait to mature."""

    points: int
    matures_at: datetime
    earned_at: datetime
    order: str


@dataclass
class OpenHold:
    """Points set aside, as the lots they were taken from."""

    lots: list[Lot]
    expires_at: datetime
    order: str | None

    @property
    def points(self) -> int:
        return sum(lot.points for lot in self.lots)


@dataclass
class Spending:
    """What one redemption or capture took, and how much of each lot came back since."""

    lots: list[Lot]
    order: str | None
    back: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.back = [0] * len(self.lots)

    @property
    def points(self) -> int:
        return sum(lot.points for lot in self.lots)

    @property
    def left(self) -> int:
        return self.points - sum(self.back)


@dataclass
class Purse:
    """One member's points of one currency; what is not there is owed, or written off."""

    owes: bool
    waits_days: int = 0
    lots: list[Lot] = field(default_factory=list)
    debt: int = 0
    promises: list[Promise] = field(default_factory=list)
    holds: dict[str, OpenHold] = field(default_factory=dict)
    spendings: dict[str, Spending] = field(default_factory=dict)

    @property
    def available(self) -> int:
        return sum(lot.points for lot in self.lots) - self.debt

    @property
    def pending(self) -> int:
        return sum(promise.points for promise in self.promises)

    @property
    def held(self) -> int:
        return sum(hold.points for hold in self.holds.values())

    def by_expiry(self) -> dict[datetime, int]:
        found: dict[datetime, int] = {}
        for lot in self.lots:
            found[lot.kind.gone_at] = found.get(lot.kind.gone_at, 0) + lot.points
        return found

    def settle(self, now: datetime) -> None:
        """Live through everything up to now, one thing after the other."""
        while happens := sorted(self._coming(now), key=lambda each: each[:2]):
            at, rank, name = happens[0]
            if rank == 0:
                self._mature(at)
            elif rank == 1:
                self.release(name, at)
            else:
                self.lots = [lot for lot in self.lots if lot.kind.gone_at > at]

    def _coming(self, now: datetime) -> Iterable[tuple[datetime, int, str]]:
        for promise in self.promises:
            if promise.matures_at <= now:
                yield promise.matures_at, 0, ""
        for name, hold in self.holds.items():
            if hold.expires_at <= now:
                yield hold.expires_at, 1, name
        for lot in self.lots:
            if lot.kind.gone_at <= now:
                yield lot.kind.gone_at, 2, ""

    def _mature(self, at: datetime) -> None:
        ripe = [promise for promise in self.promises if promise.matures_at == at]
        self.promises = [promise for promise in self.promises if promise.matures_at != at]
        for promise in ripe:
            self.gain(promise.points, kind(at, promise.earned_at, EARNED))

    def earn(self, points: int, paid_at: datetime, order: str) -> None:
        if not points:
            return
        if self.waits_days:
            matures_at = midnight_after(paid_at + timedelta(days=self.waits_days - 1))
            self.promises.append(Promise(points, matures_at, paid_at, order))
        else:
            self.gain(points, kind(paid_at, paid_at, EARNED))

    def gain(self, points: int, of: Kind) -> int:
        """What is owed is repaid first; how much became a lot."""
        repaid = min(self.debt, points)
        self.debt -= repaid
        if points > repaid:
            self.lots.append(Lot(points - repaid, of))
        return points - repaid

    def take(self, points: int, own: Kind | None = None) -> list[Lot]:
        """Lots of one's own kind first, then those that go first; fewer points when fewer are there."""
        taken: list[Lot] = []
        for lot in sorted(self.lots, key=lambda lot: (lot.kind != own, lot.kind)):
            part = min(points - sum(each.points for each in taken), lot.points)
            if part:
                lot.points -= part
                taken.append(Lot(part, lot.kind))
        self.lots = [lot for lot in self.lots if lot.points]
        return taken

    def lose(self, points: int, own: Kind | None = None) -> None:
        missing = points - sum(lot.points for lot in self.take(points, own))
        if self.owes:
            self.debt += missing

    def unearn(self, points: int, paid_at: datetime, order: str) -> None:
        """A refund takes back what an order earned."""
        waiting = [promise for promise in self.promises if promise.order == order]
        if waiting:
            waiting[0].points -= points
            return
        active_at = paid_at
        if self.waits_days:
            active_at = midnight_after(paid_at + timedelta(days=self.waits_days - 1))
        self.lose(points, kind(active_at, paid_at, EARNED))

    def spend(self, points: int, name: str, order: str | None) -> bool:
        if not 0 < points <= self.available:
            return False
        self.spendings[name] = Spending(self.take(points), order)
        return True

    def put_back(self, lots: Iterable[Lot], now: datetime) -> None:
        """With the expiry they had: what is past is gone at once, unless it repays a debt."""
        for lot in lots:
            self.gain(lot.points, lot.kind)
            if lot.kind.gone_at <= now:
                self.lots = [each for each in self.lots if each.kind.gone_at > now]

    def reverse(self, name: str, points: int | None, now: datetime) -> bool:
        """The latest expiry comes back first."""
        spending = self.spendings[name]
        wanted = spending.left if points is None else points
        if not 0 < wanted <= spending.left:
            return False
        for nth in reversed(range(len(spending.lots))):
            part = min(wanted, spending.lots[nth].points - spending.back[nth])
            if part:
                wanted -= part
                spending.back[nth] += part
                self.put_back([Lot(part, spending.lots[nth].kind)], now)
        return True

    def hold(self, points: int, name: str, expires_at: datetime, order: str | None) -> bool:
        if not 0 < points <= self.available:
            return False
        self.holds[name] = OpenHold(self.take(points), expires_at, order)
        return True

    def capture(self, name: str, points: int | None, spent: str, final: bool, now: datetime) -> bool:
        """The earliest expiry is spent first."""
        hold = self.holds.get(name)
        if hold is None or not (points is None or 0 < points <= hold.points):
            return False
        wanted = hold.points if points is None else points
        taken: list[Lot] = []
        for lot in hold.lots:
            part = min(wanted, lot.points)
            wanted -= part
            lot.points -= part
            if part:
                taken.append(Lot(part, lot.kind))
        hold.lots = [lot for lot in hold.lots if lot.points]
        self.spendings[spent] = Spending(taken, hold.order)
        if final or not hold.lots:
            self.release(name, now)
        return True

    def release(self, name: str, now: datetime) -> bool:
        hold = self.holds.pop(name, None)
        if hold is None:
            return False
        self.put_back(hold.lots, now)
        return True
