"""Windows: over which local days a tier's condition looks, as of a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from services.loyalty.rules.ledger.expiry import Period

MOST_ROLLING_DAYS = 1_100
"""Three years. What lies further back is kept only as a sum."""

_YEAR = 12


class WindowKind(StrEnum):
    LIFETIME = "LIFETIME"
    ROLLING_DAYS = "ROLLING_DAYS"
    CALENDAR_MONTH = "CALENDAR_MONTH"
    CALENDAR_QUARTER = "CALENDAR_QUARTER"
    CALENDAR_YEAR = "CALENDAR_YEAR"
    ANNIVERSARY = "ANNIVERSARY"


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of local days; ``days`` is how many a rolling one has. An anniversary's years begin as one joined."""

    kind: WindowKind = WindowKind.LIFETIME
    days: int = 0

    def __hash__(self) -> int:
        """Of the days alone: to hash a name of an enumeration takes longer than to tell the few kinds apart."""
        return self.days


LIFETIME = Window()


class Span(NamedTuple):
    """Ordinals of the first and the last local day; a lifetime has all of them."""

    first: int
    last: int


_ALWAYS = Span(date.min.toordinal(), date.max.toordinal())


def span(window: Window, day: int, joined: int) -> Span:
    """The days that a window has as of a day, by ordinals; ``joined`` is the day the member joined."""
    return _span(window.kind, window.days, day, joined)


@lru_cache(maxsize=16_384)
def _span(kind: WindowKind, days: int, day: int, joined: int) -> Span:
    match kind:
        case WindowKind.LIFETIME:
            return _ALWAYS
        case WindowKind.ROLLING_DAYS:
            return Span(day - days + 1, day)
        case WindowKind.ANNIVERSARY:
            return _years_since(joined, day)
        case _:
            return _calendar(kind, day)


def _calendar(kind: WindowKind, ordinal: int) -> Span:
    day = date.fromordinal(ordinal)
    match kind:
        case WindowKind.CALENDAR_MONTH:
            first, months = day.replace(day=1), 1
        case WindowKind.CALENDAR_QUARTER:
            first, months = date(day.year, (day.month - 1) // 3 * 3 + 1, 1), 3
        case _:
            first, months = date(day.year, 1, 1), _YEAR
    last = Period(months, 0).after(first) - timedelta(days=1)
    return Span(first.toordinal(), last.toordinal())


def _years_since(joined: int, ordinal: int) -> Span:
    """Each year is counted from the day of joining itself, so that a 29 February comes back in leap years."""
    began, day = date.fromordinal(min(joined, ordinal)), date.fromordinal(ordinal)
    years = day.year - began.year
    if Period(years * _YEAR, 0).after(began) > day:
        years -= 1
    first, after = (Period(count * _YEAR, 0).after(began) for count in (years, years + 1))
    return Span(first.toordinal(), after.toordinal() - 1)
