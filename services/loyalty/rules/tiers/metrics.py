"""Metrics: what tiers are measured by, as of a local day."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.rules.tiers.tier_schemes import (
    EARNED,
    ORDERS,
    SCORE,
    SPEND,
    Condition,
    Match,
    ScorePart,
)
from services.loyalty.rules.tiers.windows import LIFETIME, Window, WindowKind, span

_SPEND, _ORDERS = 1, 2
"""Where a day of a standing has each."""


@dataclass(slots=True)
class Measured:
    """A member as measured as of a local day (by its ordinal); ``balances`` are by currency code."""

    programme: Programme
    standing: Standing
    balances: Mapping[str, int]
    day: int
    _known: dict[tuple[str, WindowKind, int], int] = field(default_factory=dict, compare=False, repr=False)

    def value(self, metric: str, window: Window = LIFETIME) -> int:
        """A metric's value; of a window that ends, what was counted by the day itself."""
        place = metric, window.kind, window.days  # a window is hashed in Python, and these are not
        known = self._known.get(place)
        if known is None:  # tiers of one ladder mostly ask for the same
            known = self._known[place] = self._value(metric, window)
        return known

    def _value(self, metric: str, window: Window) -> int:
        if metric == SPEND:
            return self._sum(self.standing.days, _SPEND, window)
        if metric == ORDERS:
            return self._sum(self.standing.days, _ORDERS, window)
        if metric == SCORE and self.programme.tier_scheme.score:
            return sum(self.part(part) for part in self.programme.tier_scheme.score)
        if metric.startswith(EARNED):
            rules = self.programme.currency(metric.removeprefix(EARNED))
            number = rules.number if rules else 0
            earned = [row for row in self.standing.earned if row[1] == number]
            return self._sum(earned, 2, window)
        return self.balances.get(metric, 0)

    def part(self, part: ScorePart) -> int:
        """What a part of the score comes to: on the line between two knots, rounded down; neutral for who refused."""
        if self.is_neutral(part):
            return part.neutral or 0
        value, at, score = max(0, self.value(part.metric, part.window)), 0, 0
        for knot in part.knots:
            if value < knot.at:
                return score + (knot.score - score) * (value - at) // (knot.at - at)
            at, score = knot.at, knot.score
        return score

    def is_neutral(self, part: ScorePart) -> bool:
        """Whether a part is the same for the member as for everybody who refused automated decisions (PIPL 24)."""
        return part.neutral is not None and self.standing.automated_refused

    def holds(self, asked: tuple[tuple[Condition, ...], Match]) -> bool:
        """Whether as many of the conditions hold as must."""
        conditions, match = asked
        decides = match is Match.ANY  # the first that holds decides, or of all the first that does not
        for each in conditions:
            if (self.value(each.metric, each.window) >= each.at_least) is decides:
                return decides
        return not decides

    def qualified(self, lowest: int, highest: int) -> str:
        """The highest tier of the ranks from ``lowest`` to ``highest`` that is reached; empty for none.

        What asks nothing is for sale alone, and never reached.
        """
        for tier in reversed(self.programme.tiers[max(0, lowest - 1) : highest]):
            if tier.conditions and self.holds((tier.conditions, tier.match)):
                return tier.key
        return ""

    def _sum(self, rows: list[list[int]], place: int, window: Window) -> int:
        if window.kind is WindowKind.LIFETIME:
            return sum([row[place] for row in rows])
        first, last = self.first_day(window), self.day
        return sum([row[place] for row in rows if first <= row[0] <= last])

    def first_day(self, window: Window) -> int:
        """The ordinal of the first day that a window looks at."""
        return span(window, self.day, self._joined(window)).first

    def last_day(self, window: Window) -> int:
        """The ordinal of the day with which a window ends, be it yet to come."""
        return span(window, self.day, self._joined(window)).last

    def _joined(self, window: Window) -> int:
        if window.kind is not WindowKind.ANNIVERSARY:
            return 0
        return self.standing.joined_on(self.programme.time_zone, self.day)
