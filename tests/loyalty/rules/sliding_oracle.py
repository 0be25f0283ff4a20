"""A naive wallet of points that slide: every part knows when it is gone, and an activity moves them all on.

It imports nothing from the service. Points are good for 30 days after the last activity, until the midnight in
Shanghai that ends the last of them.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def gone_at(active_at: datetime) -> datetime:
    day = active_at.astimezone(SHANGHAI).date() + timedelta(days=31)
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


@dataclass
class Part:
    points: int
    gone_at: datetime


@dataclass
class OracleHold:
    ends_at: datetime
    parts: list[Part]


@dataclass
class SlidingOracle:
    """One member's wallet; ``spent`` are redemptions, as what is left to give back of each."""

    parts: list[Part] = field(default_factory=list)
    debt: int = 0
    holds: dict[str, OracleHold] = field(default_factory=dict)
    spent: dict[str, list[Part]] = field(default_factory=dict)
    last_activity: datetime | None = None

    @property
    def available(self) -> int:
        return sum(part.points for part in self.parts) - self.debt

    @property
    def held(self) -> int:
        return sum(part.points for hold in self.holds.values() for part in hold.parts)

    def lots(self) -> dict[datetime, int]:
        sums: dict[datetime, int] = {}
        for part in self.parts:
            sums[part.gone_at] = sums.get(part.gone_at, 0) + part.points
        return sums

    def pass_time(self, now: datetime) -> None:
        for name, hold in sorted(self.holds.items(), key=lambda each: each[1].ends_at):
            if hold.ends_at <= now:
                self._expire(hold.ends_at)
                self.release(name, hold.ends_at)
        self._expire(now)

    def _expire(self, now: datetime) -> None:
        self.parts = [part for part in self.parts if part.points and part.gone_at > now]

    def _act(self, at: datetime) -> datetime:
        until = max([gone_at(at), *(part.gone_at for part in self.parts)])
        for part in (*self.parts, *(part for hold in self.holds.values() for part in hold.parts)):
            if part.gone_at > at:
                part.gone_at = max(part.gone_at, until)
        self.last_activity = max(self.last_activity or at, at)
        return until

    def gain(self, points: int, at: datetime, now: datetime) -> None:
        self._give([Part(points, self._act(at))], now)

    def _give(self, parts: list[Part], now: datetime) -> None:
        for part in parts:
            repaid = min(self.debt, part.points)
            self.debt -= repaid
            if part.points > repaid and part.gone_at > now:
                self.parts.append(Part(part.points - repaid, part.gone_at))

    def lose(self, points: int, own: datetime | None = None) -> None:
        """What a refund takes back is its own, or what its own slid to, the last; then what goes first."""
        order = sorted(self.parts, key=lambda part: part.gone_at)
        if own and order:
            first = own if own in self.lots() else order[-1].gone_at
            order = sorted(order, key=lambda part: part.gone_at != first)
        self.debt += points - sum(part.points for part in self._take(points, order))
        self.parts = [part for part in self.parts if part.points]

    def _take(self, points: int, order: list[Part]) -> list[Part]:
        taken = []
        for part in order:
            some = min(points, part.points)
            part.points -= some
            points -= some
            if some:
                taken.append(Part(some, part.gone_at))
        return taken

    def redeem(self, name: str, points: int, now: datetime) -> bool:
        if not 0 < points <= self.available:
            return False
        self._act(now)
        self.spent[name] = self._take(points, sorted(self.parts, key=lambda part: part.gone_at))
        self.parts = [part for part in self.parts if part.points]
        return True

    def hold(self, name: str, points: int, now: datetime, ends_at: datetime) -> bool:
        if not self.redeem(name, points, now):
            return False
        self.holds[name] = OracleHold(ends_at, self.spent.pop(name))
        return True

    def capture(self, name: str, points: int, now: datetime) -> bool:
        """The rest of the hold is released."""
        held = sum(part.points for part in self.holds[name].parts)
        if not 0 < points <= held:
            return False
        parts = sorted(self.holds[name].parts, key=lambda part: part.gone_at)
        if parts[0].gone_at > now:
            self._act(now)
        self.spent[name] = self._take(points, parts)
        self.release(name, now)
        return True

    def release(self, name: str, now: datetime) -> None:
        parts = [part for part in self.holds.pop(name).parts if part.points]
        self._give(sorted(parts, key=lambda part: part.gone_at), now)

    def reverse(self, name: str, points: int, now: datetime) -> bool:
        if not 0 < points <= sum(part.points for part in self.spent[name]):
            return False
        latest_first = sorted(self.spent[name], key=lambda part: part.gone_at, reverse=True)
        self._give(self._take(points, latest_first), now)
        self.spent[name] = [part for part in self.spent[name] if part.points]
        return True
