"""An oracle of tier schemes that knows nothing of the rules: it keeps every payment and walks through the calendar.

It counts by adding up payments, looks at each local midnight, and knows only when something was paid.
"""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Asked:
    """A condition: SPEND or ORDERS of at least so much in ALL, DAYS n, MONTH, QUARTER, YEAR or JOINED years."""

    metric: str
    at_least: int
    window: str = "ALL"
    days: int = 0


@dataclass(frozen=True)
class Rung:
    """A tier: any or all of what reaches it, and of what keeps it (nothing: the same)."""

    key: str
    reach: tuple[Asked, ...]
    reach_any: bool
    keep: tuple[Asked, ...]
    keep_any: bool


@dataclass(frozen=True)
class Ladder:
    """Tiers from the lowest, good for so many months (0 for ever) and so many days of grace."""

    rungs: tuple[Rung, ...]
    months: int = 0
    grace_days: int = 0
    mode: str = "NONE"


@dataclass
class Walker:
    """Walks one member through time. ``held`` are (tier or "", since), ``kept`` the instants of renewals."""

    ladder: Ladder
    zone: str
    joined: date
    paid: list[tuple[date, int]] = field(default_factory=list)
    held: list[tuple[str, datetime]] = field(default_factory=list)
    kept: list[datetime] = field(default_factory=list)
    rung: int = -1
    began: date | None = None
    terms: int = 0
    ends: date | None = None
    grace_ends: date | None = None

    def walk_to(self, now: datetime) -> None:
        """Do what every midnight up to an instant brings."""
        while (due := self.grace_ends or self.ends) is not None and self._midnight(due) <= now:
            self._at_the_end(due)

    def pay(self, at: datetime, minor: int) -> None:
        """A payment, and the tier that it reaches a microsecond later."""
        today = at.astimezone(ZoneInfo(self.zone)).date()
        self.paid.append((today, minor))
        for nth in range(len(self.ladder.rungs) - 1, self.rung, -1):
            if self._holds(self.ladder.rungs[nth].reach, self.ladder.rungs[nth].reach_any, today):
                self._stand(nth, today, at + timedelta(microseconds=1))
                return

    def would_be_kept(self) -> bool:
        """Whether the tier is kept if nothing is paid any more."""
        due = self.grace_ends or self.ends
        assert due is not None
        return self._is_kept(due - DAY)

    def _at_the_end(self, due: date) -> None:
        at = self._midnight(due)
        if self._is_kept(due - DAY):
            assert self.began is not None
            self.terms += 1
            self.ends, self.grace_ends = self._later(self.began, self.terms * self.ladder.months), None
            self.kept.append(at)
        elif self.ladder.grace_days and self.grace_ends is None:
            self.grace_ends = due + DAY * self.ladder.grace_days
        elif self.ladder.mode == "ONE_STEP":
            self._stand(self.rung - 1, due, at)
        else:
            below = [
                nth
                for nth in range(self.rung)
                if self._holds(self.ladder.rungs[nth].reach, self.ladder.rungs[nth].reach_any, due - DAY)
            ]
            self._stand(max(below, default=-1), due, at)

    def _is_kept(self, last: date) -> bool:
        rung = self.ladder.rungs[self.rung]
        asked, either = (rung.keep, rung.keep_any) if rung.keep else (rung.reach, rung.reach_any)
        return self.ladder.mode == "NONE" or self._holds(asked, either, last)

    def _stand(self, nth: int, today: date, at: datetime) -> None:
        self.rung, self.grace_ends, self.began, self.terms = nth, None, today, 1
        self.ends = self._later(today, self.ladder.months) if nth >= 0 and self.ladder.months else None
        self.held.append((self.ladder.rungs[nth].key if nth >= 0 else "", at))

    def _holds(self, asked: tuple[Asked, ...], either: bool, today: date) -> bool:
        met = [self.measure(each, today) >= each.at_least for each in asked]
        return any(met) if either else all(met)

    def measure(self, asked: Asked, today: date) -> int:
        """What is there of a condition as of a day."""
        inside = [minor for day, minor in self.paid if self._inside(asked, day, today)]
        return sum(inside) if asked.metric == "SPEND" else len(inside)

    def _inside(self, asked: Asked, day: date, today: date) -> bool:
        if asked.window == "ALL":
            return True
        if day > today:
            return False
        match asked.window:
            case "DAYS":
                return (today - day).days < asked.days
            case "MONTH":
                return (day.year, day.month) == (today.year, today.month)
            case "QUARTER":
                return (day.year, (day.month - 1) // 3) == (today.year, (today.month - 1) // 3)
            case "YEAR":
                return day.year == today.year
        began = self.joined
        while (following := self._anniversary(began.year + 1)) <= today:
            began = following
        return day >= began

    def _anniversary(self, year: int) -> date:
        return date(year, self.joined.month, min(self.joined.day, monthrange(year, self.joined.month)[1]))

    def _midnight(self, day: date) -> datetime:
        return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone))

    @staticmethod
    def _later(day: date, months: int) -> date:
        first = day.replace(day=1)
        for _ in range(months):
            first = (first + DAY * 31).replace(day=1)
        return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))

    def refund(self, nth: int) -> None:
        """A payment is given back whole; what it did to the tier is seen at the next end."""
        self.paid.pop(nth)
