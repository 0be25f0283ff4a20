"""Paid time: what a member paid for runs one after the other, whole local days, and none of it is lost to another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.loyalty.rules.ledger.expiry import local_day, midnight
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Placed, PlacementKind


def paid(placed: Sequence[Placed]) -> list[Placed]:
    """What was paid for, in the order in which it runs."""
    return sorted((each for each in placed if each.kind is PlacementKind.PAID), key=lambda each: each.until)


def bought_by(placed: Sequence[Placed], placement_id: str, until: int) -> Placed | None:
    """What a purchase placed; of what an older release placed anew, the one that ends when it does."""
    known = paid(placed)
    return next((each for each in known if each.placement_id == placement_id), None) or next(
        (each for each in known if each.until == until), None
    )


def stacked(programme: Programme, now: int, *members: Sequence[Placed]) -> list[Placed]:
    """What several paid for, to run one after the other from now on: the highest tier first."""
    zone = programme.time_zone
    left = [(each, days) for placed in members for each, days in _left(placed, now, zone)]
    left.sort(key=lambda one: programme.rank(one[0].tier), reverse=True)
    day, stack = local_day(now, zone), []
    for each, days in left:
        day += timedelta(days=days)
        stack.append(replace(each, until=midnight(day, zone)))
    return stack


def without(placed: Sequence[Placed], ended: Placed, since: int, now: int, zone: str) -> list[Placed]:
    """Placements but for one that was paid for: what runs behind it comes forward by the days it had left.

    ``since`` is when it was to begin where nothing runs before it; what is still to come until then stays.
    """
    runs_before = any(each.until < ended.until for each in paid(placed))
    days = _days(placed, ended, now if runs_before else max(since, now), zone)
    kept = [
        each
        if each.kind is not PlacementKind.PAID or each.until <= ended.until
        else replace(each, until=_earlier(each.until, days, zone))
        for each in placed
        if each != ended
    ]
    return kept if runs_before or since <= now else [*kept, replace(ended, until=since)]


def given_back(placed: Sequence[Placed], theirs: Placed, now: int, zone: str) -> Placed | None:
    """Somebody's own as it goes back to them out of a stack: until when it was good, or longer where it had waited."""
    here = next((each for each in paid(placed) if each.placement_id == theirs.placement_id), None)
    if here is None:
        return None
    left = midnight(local_day(now, zone) + timedelta(days=_days(placed, here, now, zone)), zone)
    return replace(theirs, until=max(theirs.until, left))


def _left(placed: Sequence[Placed], now: int, zone: str) -> list[tuple[Placed, int]]:
    """How many days each has left, today as a whole one."""
    return [(each, _days(placed, each, now, zone)) for each in paid(placed)]


def _days(placed: Sequence[Placed], one: Placed, now: int, zone: str) -> int:
    """The days that one has left once those before it are over."""
    before = max((each.until for each in paid(placed) if each.until < one.until), default=now)
    return (_last(one.until, zone) - local_day(max(before, now), zone)).days


def _last(until: int, zone: str) -> date:
    """The day at whose midnight it ends; of an instant within a day, the next one."""
    return local_day(until - 1, zone) + timedelta(days=1)


def _earlier(until: int, days: int, zone: str) -> int:
    return midnight(_last(until, zone) - timedelta(days=days), zone)
