"""Earn limits: budgets of rules and caps of members, counted exactly; what a refund takes back is given back to both."""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple, Protocol

from services.loyalty.rules.earning.earn_rules import CapWindow, EarnRule
from services.loyalty.rules.orders.judgements import Allowed
from services.loyalty.rules.programmes.programmes import Programme

BUDGET = "BUDGET"
"""What limits a rule, where it is no window of a cap."""
EVER = date(1970, 1, 1)
_ORDER = CapWindow.ORDER
_NO_LIMIT = 2**63


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


def counts_of(programme: Programme, rule: EarnRule, member_id: str, today: date) -> Iterator[Count]:
    """Where it is counted what a rule gives a member on a local day."""
    if rule.budget:
        yield Count(programme.number, rule.key)
    for cap in rule.caps:
        if cap.window is not CapWindow.ORDER:
            yield Count(programme.number, rule.key, member_id, cap.window, first_of(cap.window, today))


def first_of(window: str, today: date) -> date:
    """The first day of a cap's window that a day lies in."""
    return _FIRST[window](today)


_FIRST: Mapping[str, Callable[[date], date]] = {
    CapWindow.ORDER: lambda today: today,
    CapWindow.DAY: lambda today: today,
    CapWindow.WEEK: lambda today: today - timedelta(days=today.weekday()),
    CapWindow.MONTH: lambda today: today.replace(day=1),
    CapWindow.YEAR: lambda today: today.replace(month=1, day=1),
    CapWindow.EVER: lambda _: EVER,
}


class Limiting(Protocol):
    """Says what a limited rule may still give."""

    def allowed(self, rule: EarnRule) -> Allowed: ...


class Limits:
    """What each limited rule may still give a member on a local day."""

    def __init__(self, programme: Programme, counts: Counts, member_id: str, today: date) -> None:
        self._programme = programme
        self._counts = counts
        self._member_id = member_id
        self._today = today

    def allowed(self, rule: EarnRule) -> Allowed:
        """The narrowest of a rule's budget and caps; what is overspent leaves 0."""
        given, number, key, today = self._counts.given, self._programme.number, rule.key, self._today
        least, by = _NO_LIMIT, ""
        if rule.budget:
            least, by = max(0, rule.budget - given.get(Count(number, key), 0)), BUDGET
        for cap in rule.caps:
            points, window = cap.points, cap.window
            if window is not _ORDER:
                # A tuple is found as the count that it equals, and takes a third of the time to make.
                place = number, key, self._member_id, window, _FIRST[window](today)
                if before := given.get(place):  # type: ignore[call-overload]
                    points = max(0, points - before)
            if points < least or (points == least and window < by):
                least, by = points, window
        assert by, "only a limited rule is asked"
        return Allowed(least, by)


class Remembered:
    """What limited rules could give an order when it was recorded, for explaining it."""

    def __init__(self, allowed: Mapping[str, Allowed]) -> None:
        self._allowed = allowed

    def allowed(self, rule: EarnRule) -> Allowed:
        """As it was; 0 of a rule that was not asked."""
        return self._allowed.get(rule.key, Allowed(0, BUDGET))
