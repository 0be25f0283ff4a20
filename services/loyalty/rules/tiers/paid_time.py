"""Paid time: what a member paid for runs one after the other, whole local days, and none of it is lost to another."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from services.loyalty.rules.ledger.expiry import Period, local_day, midnight
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Placed, PlacementKind


def paid(placed: Sequence[Placed]) -> list[Placed]:
    """What was paid for, in the order in which it runs."""
    return sorted((each for each in placed if each.kind is PlacementKind.PAID), key=lambda each: each.until)


def bought_by(placed: Sequence[Placed], placement_id: str) -> Placed | None:
    """What a purchase placed, by the key it was placed under; None where it is over, or never was."""
    return next((each for each in paid(placed) if each.placement_id == placement_id), None)


def good_until(validity: Period, begins: int, before: Mapping[int, int], zone: str) -> int:
    """The midnight until which a validity is good that begins at an instant; ``before`` are others, begins by end.

    What renews others, one after the other, is counted from the day on which the first began, so that whoever began on
    a 31st or on 29 February has that day back wherever there is one.
    """
    day, row, at = local_day(begins, zone), list[int](), begins
    while (at := before.get(at, at)) < (row[-1] if row else begins):
        row.append(at)
    for count in range(len(row), 0, -1):
        first = local_day(row[count - 1], zone)
        if validity.times(count).after(first) == day:  # else they were good for another time
            return midnight(validity.times(count + 1).after(first), zone)
    return midnight(validity.after(day), zone)


def stacked(programme: Programme, now: int, *members: Sequence[Placed]) -> list[Placed]:
    """What several paid for, to run one after the other from now on: the highest tier first."""
    left = [one for placed in members for one in _left(placed, now, programme.time_zone)]
    return _laid(_ranked(programme, left), now, programme.time_zone)


def added(programme: Programme, placed: Sequence[Placed], made: Placed, since: int, now: int) -> list[Placed]:
    """Placements and one that was bought, with all its days from ``since`` on; what is there already stays."""
    if bought_by(placed, made.placement_id):
        return list(placed)
    zone = programme.time_zone
    left = [*_left(placed, now, zone), *_left([made], max(since, now), zone)]
    return [*_unpaid(placed), *_laid(_ranked(programme, left), now, zone)]


def without(placed: Sequence[Placed], ended: Placed, since: int, now: int, zone: str) -> list[Placed]:
    """Placements but for one that was paid for: what runs behind it comes forward by the days it had left.

    ``since`` is when it was to begin where nothing runs before it; what is still to come until then stays.
    """
    is_first = paid(placed)[0] == ended
    to_come = [replace(ended, until=since)] if is_first and since > now else []
    kept = [one for one in _left(placed, now, zone) if one[0] != ended]
    return [*_unpaid(placed), *_laid([*_left(to_come, now, zone), *kept], now, zone)]


def parted(
    placed: Sequence[Placed], theirs: Collection[str], now: int, zone: str
) -> tuple[list[Placed], list[Placed]]:
    """What of a stack goes back to whom it belongs to, by its ids, and what stays: both run on from today."""
    left = _left(placed, now, zone)
    back = [one for one in left if one[0].placement_id in theirs]
    kept = [one for one in left if one[0].placement_id not in theirs]
    return _laid(back, now, zone), [*_unpaid(placed), *_laid(kept, now, zone)]


def _unpaid(placed: Sequence[Placed]) -> list[Placed]:
    return [each for each in placed if each.kind is not PlacementKind.PAID]


def _left(placed: Sequence[Placed], now: int, zone: str) -> list[tuple[Placed, int]]:
    """How many days each that was paid for has left once those before it are over, today as a whole one."""
    left, begins = [], local_day(now, zone)
    for each in paid(placed):
        ends = max(begins, _last(each.until, zone))
        left.append((each, (ends - begins).days))
        begins = ends
    return left


def _ranked(programme: Programme, left: list[tuple[Placed, int]]) -> list[tuple[Placed, int]]:
    return sorted(left, key=lambda one: programme.rank(one[0].tier), reverse=True)


def _laid(left: Iterable[tuple[Placed, int]], now: int, zone: str) -> list[Placed]:
    """Placements one behind the other from today on, each for its days."""
    day, laid = local_day(now, zone), []
    for each, days in left:
        day += timedelta(days=days)
        laid.append(replace(each, until=midnight(day, zone)))
    return laid


def _last(until: int, zone: str) -> date:
    """The day at whose midnight it ends; of an instant within a day, the next one."""
    return local_day(until - 1, zone) + timedelta(days=1)
