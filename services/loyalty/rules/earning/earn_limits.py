"""Earn limits: budgets of rules and caps of members, counted exactly; what a refund takes back is given back to both."""

from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

from services.loyalty.rules.earning.earn_rules import CapWindow, EarnRule
from services.loyalty.rules.programmes.programmes import Programme

BUDGET = "BUDGET"
"""What limits a rule, where it is no window of a cap."""
EVER = date(1970, 1, 1)


class Count(NamedTuple):
    """Where it is counted what a rule gave: by programme number and rule; to a member within a window, else to all."""

    programme: int
    rule: str
    member_id: str = ""
    window: str = BUDGET
    first_on: date = EVER


@dataclass(slots=True)
class Counts:
    """What was given before, by where it is counted, and what the fold adds to it.

    ``under_others`` is what of it those were given who were merged into the member; it is kept under their ids.
    """

    given: MutableMapping[Count, int] = field(default_factory=dict)
    under_others: MutableMapping[Count, int] = field(default_factory=dict)
    added: MutableMapping[Count, int] = field(default_factory=dict)

    def of(self, count: Count) -> int:
        return self.given.get(count, 0)

    def add(self, count: Count, points: int) -> None:
        self.given[count] = self.given.get(count, 0) + points
        self.added[count] = self.added.get(count, 0) + points


class Allowed(NamedTuple):
    """The most that a rule may still give, and what says so."""

    points: int
    by: str


def counts_of(programme: Programme, rule: EarnRule, member_id: str, today: date) -> Iterator[Count]:
    """Where it is counted what a rule gives a member on a local day."""
    if rule.budget:
        yield Count(programme.number, rule.key)
    for cap in rule.caps:
        if cap.window is not CapWindow.ORDER:
            yield Count(programme.number, rule.key, member_id, cap.window, first_of(cap.window, today))


def first_of(window: CapWindow, today: date) -> date:
    """The first day of the window that a day lies in."""
    match window:
        case CapWindow.WEEK:
            return today - timedelta(days=today.weekday())
        case CapWindow.MONTH:
            return today.replace(day=1)
        case CapWindow.YEAR:
            return today.replace(month=1, day=1)
        case CapWindow.EVER:
            return EVER
    return today


class Limits:
    """What each limited rule may still give a member on a local day."""

    def __init__(self, programme: Programme, counts: Counts, member_id: str, today: date) -> None:
        self._programme = programme
        self._counts = counts
        self._member_id = member_id
        self._today = today

    def allowed(self, rule: EarnRule) -> Allowed:
        """The narrowest of a rule's budget and caps; what is overspent leaves 0."""
        found: list[Allowed] = []
        if rule.budget:
            spent = self._counts.of(Count(self._programme.number, rule.key))
            found.append(Allowed(max(0, rule.budget - spent), BUDGET))
        for cap in rule.caps:
            given = 0
            if cap.window is not CapWindow.ORDER:
                first_on = first_of(cap.window, self._today)
                place = Count(self._programme.number, rule.key, self._member_id, cap.window, first_on)
                given = self._counts.of(place)
            found.append(Allowed(max(0, cap.points - given), cap.window))
        return min(found)


class Remembered:
    """What limited rules could give an order when it was recorded, for explaining it."""

    def __init__(self, allowed: Mapping[str, Allowed]) -> None:
        self._allowed = allowed

    def allowed(self, rule: EarnRule) -> Allowed:
        """As it was; 0 of a rule that was not asked."""
        return self._allowed.get(rule.key, Allowed(0, BUDGET))
