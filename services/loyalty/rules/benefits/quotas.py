"""Quotas: how often something may be had, and from when until when that is counted."""

from datetime import date, timedelta
from typing import NamedTuple

from services.loyalty.rules.benefits.benefits import QuotaPeriod
from services.loyalty.rules.ledger.expiry import NEVER, Period, local_day, midnight


class Taken(NamedTuple):
    """How often a benefit was taken within a period, and how often of that it was used."""

    times: int
    used: int


class Window(NamedTuple):
    """The period of a quota: from an instant (0 for ever since) until before another (``NEVER`` for no end)."""

    begins: int
    ends: int


def window(period: QuotaPeriod, held: Window, now: int, zone: str) -> Window:
    """The period of a quota that an instant lies in, by local days; ``held`` is the tier's validity."""
    if period is QuotaPeriod.NONE:
        return Window(0, NEVER)
    if period is QuotaPeriod.TIER_VALIDITY:
        return held
    first, next_first = _days(period, local_day(now, zone))
    return Window(midnight(first, zone), midnight(next_first, zone))


def _days(period: QuotaPeriod, day: date) -> tuple[date, date]:
    """The first day of a period around a day, and the first of the one after."""
    match period:
        case QuotaPeriod.WEEK:
            first = day - timedelta(days=day.weekday())
            return first, first + timedelta(weeks=1)
        case QuotaPeriod.MONTH:
            first, lasts = day.replace(day=1), Period(1, 0)
        case QuotaPeriod.QUARTER:
            first, lasts = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), Period(3, 0)
        case QuotaPeriod.YEAR:
            first, lasts = day.replace(month=1, day=1), Period(12, 0)
        case _:
            first, lasts = day, Period(0, 1)
    return first, lasts.after(first)
