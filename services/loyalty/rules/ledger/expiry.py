"""When points mature and when they are gone: local days in the programme's zone, instants in microseconds."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

from services.kit.refusal import Invalid

NEVER = 2**63 - 1
"""The instant of what never falls due."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DURATION = re.compile(r"P(?=\d)(?:(\d{1,3})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")
_DATE = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_LEAP_YEAR = 2000


class PeriodNotUnderstood(Invalid):
    """A period must be an ISO 8601 duration of years, months, weeks or days, such as P12M."""


class DateNotUnderstood(Invalid):
    """A date must be a day of the calendar such as 2026-12-31, or of every year such as 12-31."""


@dataclass(frozen=True, slots=True)
class Period:
    """A calendar period: months are counted first and clamped to the month's length, then days."""

    months: int
    days: int

    @classmethod
    def parse(cls, text: str, field: str = "") -> "Period":
        """``"P1Y"``, ``"P12M"``, ``"P2W"``, ``"P7D"``. Raises ``PeriodNotUnderstood``."""
        match = _DURATION.fullmatch(text)
        if match is None:
            raise PeriodNotUnderstood(
                f"{text!r} is not a period: write for instance P12M or P7D", field=field
            )
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        return cls(years * 12 + months, weeks * 7 + days)

    def __str__(self) -> str:
        return (
            f"P{self.months}M{self.days}D"
            if self.days and self.months
            else (f"P{self.months}M" if self.months else f"P{self.days}D")
        )

    def times(self, count: int) -> "Period":
        return Period(self.months * count, self.days * count)

    def after(self, day: date) -> date:
        """The day that lies this period after ``day``: 31 January + P1M is the last of February."""
        month = day.year * 12 + day.month - 1 + self.months
        year, month = divmod(month, 12)
        clamped = min(day.day, monthrange(year, month + 1)[1])
        return date(year, month + 1, clamped) + timedelta(days=self.days)


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A day of one year, or of every year where ``year`` is None; 29 February is then the last of February."""

    month: int
    day: int
    year: int | None = None

    @classmethod
    def parse(cls, text: str, field: str = "") -> "CalendarDate":
        """``"12-31"`` of every year, or ``"2026-12-31"``. Raises ``DateNotUnderstood``."""
        match = _DATE.fullmatch(text)
        try:
            if match is None:
                raise ValueError
            year = None if match[1] is None else int(match[1])
            named = date(_LEAP_YEAR if year is None else year, int(match[2]), int(match[3]))
        except ValueError:
            message = f"{text!r} is not a date: write for instance 2026-12-31, or 12-31 for every year's"
            raise DateNotUnderstood(message, field=field) from None
        return cls(named.month, named.day, year)

    def __str__(self) -> str:
        every = f"{self.month:02d}-{self.day:02d}"
        return every if self.year is None else f"{self.year:04d}-{every}"

    def within(self, year: int) -> date:
        """The day of this name in a year."""
        return date(year, self.month, min(self.day, monthrange(year, self.month)[1]))

    def from_day(self, earliest: date) -> date | None:
        """The first day of this name that is ``earliest`` or later; None when there is none."""
        if self.year is not None:
            named = self.within(self.year)
            return named if named >= earliest else None
        return next(day for day in map(self.within, (earliest.year, earliest.year + 1)) if day >= earliest)


class Rounding(StrEnum):
    """Up to which end the last good day is moved."""

    NONE = "NONE"
    MONTH = "MONTH"
    QUARTER = "QUARTER"
    YEAR = "YEAR"


class ExpiryKind(StrEnum):
    NEVER = "NEVER"
    AFTER_PERIOD = "AFTER_PERIOD"
    ON_DATES = "ON_DATES"
    AFTER_INACTIVITY = "AFTER_INACTIVITY"


@dataclass(frozen=True)
class Expiry:
    """How long points stay good: for ever, for a period, until one of some dates, or while something happens.

    With ``dates``, which are last good days, ``period`` is how far away the date must at least be. What is
    ``sliding`` stays good for a period after the member's last activity.
    """

    period: Period | None = None
    rounding: Rounding = Rounding.NONE
    dates: tuple[CalendarDate, ...] = ()
    sliding: bool = False

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        """Made once, since every point earned looks its expiry up."""
        return hash((self.period, self.rounding, self.dates, self.sliding))

    @property
    def kind(self) -> ExpiryKind:
        if self.dates:
            return ExpiryKind.ON_DATES
        if self.period is None:
            return ExpiryKind.NEVER
        return ExpiryKind.AFTER_INACTIVITY if self.sliding else ExpiryKind.AFTER_PERIOD


class MaturationKind(StrEnum):
    AT_ONCE = "AT_ONCE"
    AFTER_PERIOD = "AFTER_PERIOD"
    ON_DATE = "ON_DATE"
    ON_ORDER_COMPLETED = "ON_ORDER_COMPLETED"


@dataclass(frozen=True, slots=True)
class Maturation:
    """When earned points become spendable; ``on`` is the local day before which what was earned has to wait."""

    kind: MaturationKind = MaturationKind.AT_ONCE
    period: Period | None = None
    on: date | None = None


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def local_time(instant: int, zone: str) -> datetime:
    """An instant in microseconds since 1970 as a zone's clocks show it."""
    return (_EPOCH + timedelta(microseconds=instant)).astimezone(_zone(zone))


def instant_of(at: datetime) -> int:
    """Microseconds since 1970 of a time that knows its zone."""
    return (at.astimezone(UTC) - _EPOCH) // _MICROSECOND


def local_day(instant: int, zone: str) -> date:
    """The calendar day of an instant (microseconds since 1970) in a zone."""
    return _local_day(instant // 60_000_000, zone)


@lru_cache(maxsize=65_536)
def _local_day(minute: int, zone: str) -> date:
    return (_EPOCH + timedelta(minutes=minute)).astimezone(_zone(zone)).date()


@lru_cache(maxsize=16_384)
def midnight(day: date, zone: str) -> int:
    """The instant at which a local day begins, in microseconds since 1970.

    Where a zone skips midnight, the day begins at the instant of the change.
    """
    return instant_of(datetime(day.year, day.month, day.day, tzinfo=_zone(zone)))


@lru_cache(maxsize=16_384)
def last_good_day(active_on: date, expiry: Expiry) -> date:
    """The last local day on which points that became active on a day can be spent.

    Sliding points: if nothing happens after that day.
    """
    if expiry.dates:
        return _last_date(active_on, expiry)
    if expiry.period is None:
        return date.max
    day = expiry.period.after(active_on)
    match expiry.rounding:
        case Rounding.NONE:
            return day
        case Rounding.MONTH:
            last_month = day.month
        case Rounding.QUARTER:
            last_month = (day.month + 2) // 3 * 3
        case Rounding.YEAR:
            last_month = 12
    return date(day.year, last_month, monthrange(day.year, last_month)[1])


def _last_date(active_on: date, expiry: Expiry) -> date:
    """The first of the dates that lies far enough away; once all have passed, the last one that there was."""
    earliest = active_on if expiry.period is None else expiry.period.after(active_on)
    coming = [day for each in expiry.dates if (day := each.from_day(earliest)) is not None]
    return min(coming) if coming else max(each.within(each.year) for each in expiry.dates if each.year)


def expires_at(active_at: int, expiry: Expiry, zone: str) -> int:
    """The instant from which points that became active at an instant are gone, or ``NEVER``."""
    if expiry.period is None and not expiry.dates:
        return NEVER
    return _expires_at(active_at // 60_000_000, expiry, zone)


@lru_cache(maxsize=16_384)
def _expires_at(minute: int, expiry: Expiry, zone: str) -> int:
    return midnight(last_good_day(_local_day(minute, zone), expiry) + timedelta(days=1), zone)


def matures_at(earned_at: int, maturation: Maturation, zone: str) -> int:
    """The instant at which points earned at an instant become spendable; ``NEVER`` while an event must come."""
    match maturation.kind:
        case MaturationKind.AT_ONCE:
            return earned_at
        case MaturationKind.AFTER_PERIOD:
            assert maturation.period is not None
            return midnight(maturation.period.after(local_day(earned_at, zone)), zone)
        case MaturationKind.ON_DATE:
            assert maturation.on is not None
            return max(earned_at, midnight(maturation.on, zone))
        case MaturationKind.ON_ORDER_COMPLETED:
            return NEVER


def month_of(instant: int, zone: str) -> int:
    """The local month of an instant as months since the year 0."""
    day = local_day(instant, zone)
    return day.year * 12 + day.month - 1
