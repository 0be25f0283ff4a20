"""Gauges: what a ladder compares, so that members of whom every comparison says the same are judged once for all."""

from collections import defaultdict
from typing import NamedTuple

from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.tier_schemes import SCORE
from services.loyalty.rules.tiers.windows import Window, WindowKind, span


class Gauge(NamedTuple):
    """A metric over local days by their ordinals, both included, and the values at which an answer may change."""

    metric: str
    first_day: int
    last_day: int
    limits: tuple[int, ...]


def gauges(programme: Programme, now: int) -> list[Gauge] | None:
    """All that a version's ladder compares if it came into force now, in microseconds since 1970.

    None where members are measured by more than their sums between two days which are the same for all of them.
    """
    limits: dict[tuple[str, Window], set[int]] = defaultdict(set)
    for tier in programme.tiers:
        for each in (*tier.conditions, *tier.retain):
            if each.metric == SCORE or each.window.kind is WindowKind.ANNIVERSARY:
                return None
            limits[each.metric, each.window].add(each.at_least)
    day = local_day(now - 1, programme.time_zone).toordinal()
    return [
        Gauge(metric, *span(window, day, 0), tuple(sorted(each))) for (metric, window), each in limits.items()
    ]
