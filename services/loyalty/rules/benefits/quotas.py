"""Quotas: how often something may be had, and from when until when that is counted."""

from datetime import date, timedelta
from typing import NamedTuple

from services.loyalty.rules.benefits.benefits import QuotaPeriod
from services.loyalty.rules.ledger.expiry import NEVER, Period, local_day, midnight
from services.loyalty.rules.tiers import tiers
from services.loyalty.rules.tiers.standings import Standing


class Window(NamedTuple):
    """The period of a quota: from an instant (0 for ever since) until before another (``NEVER`` for no end).

    Of a tier that somebody was placed on, ``begins`` is the placement's number. Of one that the ladder gave,
    ``by_end`` says that what was taken of the same tier until the same end counts too: a merge hands a tier on with
    its end, and not with its begin.
    """

    begins: int
    ends: int
    by_end: bool = False


class Taken(NamedTuple):
    """How often a benefit was taken on a tier within a period, and how often of that it was used.

    ``own`` is False of what those took who were merged into the member.
    """

    benefit: str
    tier: str
    own: bool
    window: Window
    times: int
    used: int

    def counts_in(self, tier: str, window: Window) -> bool:
        """Whether it counts towards the quota of a period; without an end, only the merged had the same tier."""
        if self.window.begins == window.begins:
            return True
        same_end = self.window.ends == window.ends and (window.ends != NEVER or not self.own)
        return window.by_end and self.window.begins >= 0 and self.tier == tier and same_end


def held_window(standing: Standing) -> Window:
    """The validity of the tier held: renewed, or kept for another one, a quota is given anew."""
    since = standing.tiers[-1][1] if standing.tiers else 0
    placed = tiers.running(standing)
    if placed is None:
        return Window(max(since, standing.ladder_since), standing.valid_until, by_end=True)
    return Window(placed.number, placed.until)


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
