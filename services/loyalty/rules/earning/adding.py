"""Adding up: what rules give as numbers, for orders of which nobody asks why; the same as verdicts come to."""

from collections import Counter
from collections.abc import Sequence
from operator import mul
from typing import NamedTuple

from services.loyalty.rules.earning.earn_rules import AwardKind, EarnRounding, EarnRule
from services.loyalty.rules.earning.foresight import KnownSelector
from services.loyalty.rules.orders.orders import Line
from services.loyalty.rules.orders.sharing import SumByLine
from services.loyalty.rules.programmes.wellformed import MULTIPLIER_SCALE

Part = tuple[int, tuple[int, ...]]
"""What a rule gave of some of an order's lines, and their places."""


class Addend(NamedTuple):
    """A base rule as a number: ``factor`` for each ``per`` of the money, once where that is 0, times the tier's rate.

    The factor is in units of its stack, and where the tier does not multiply, whole.
    """

    rule: EarnRule
    selector: KnownSelector | None
    factor: int
    per: int
    is_tiered: bool
    is_limited: bool


def addend(rule: EarnRule, selector: KnownSelector | None, unit: int, *, is_limited: bool) -> Addend:
    """A base rule as a number of units."""
    per, factor = 0, rule.points * (unit // MULTIPLIER_SCALE)
    if rule.award is not AwardKind.FIXED:
        per = rule.per_minor
        if rule.rounding is EarnRounding.PROPORTIONAL:
            per, factor = 1, rule.points * (unit // (rule.per_minor * MULTIPLIER_SCALE))
    if not rule.tier_multiplied:
        factor *= MULTIPLIER_SCALE
    return Addend(rule, selector, factor, per, rule.tier_multiplied, is_limited)


class Shares:
    """How whole points are shared among the rules of a stack, as far as it is counted what they gave.

    ``sure`` are the weights of base rules that give the same to every order, 0 in the ``places`` of others. The
    ``others`` are these, and behind all base rules multipliers. Many sure ones weigh the same, so that there are few
    remainders to work out.
    """

    def __init__(self, sure: Sequence[int], places: Sequence[int], others: Sequence[EarnRule]) -> None:
        self._sure = sure
        alike = Counter(weight for weight in sure if weight)
        self._alike = list(alike)
        self._many = [1] * len(others) + list(alike.values())
        self._places = [*places, *[len(sure)] * (len(others) - len(places))]
        self._counted = [(nth, rule.key) for nth, rule in enumerate(others) if rule.is_limited]

    def of(self, points: int, total: int, others: Sequence[int]) -> dict[str, int]:
        """What the counted ones get, by their keys, if anything: floors, and one more for the largest remainders.

        The same as ``share`` says, which is given the weights one by one. ``total`` is what all of them come to.
        """
        counted = [(nth, key) for nth, key in self._counted if others[nth]]
        if not counted:
            return {}
        remainders = [points * weight % total for weight in (*others, *self._alike)]
        left = sum(map(mul, remainders, self._many)) // total
        least = self._least(remainders, left)
        given = {}
        for nth, key in counted:
            part, remainder = points * others[nth] // total, remainders[nth]
            if remainder > least or (remainder == least and self._before(nth, remainders) < left):
                part += 1
            if part:
                given[key] = part
        return given

    def _least(self, remainders: Sequence[int], left: int) -> int:
        """The least remainder of which there is one among the largest ``left``."""
        many = self._many
        for nth in sorted(range(len(remainders)), key=remainders.__getitem__, reverse=True):
            left -= many[nth]
            if left <= 0:
                return remainders[nth]
        raise AssertionError("more is left than there are remainders")

    def _before(self, nth: int, remainders: Sequence[int]) -> int:
        """How many come before one of the others: whose remainder is larger, or as large in an earlier place."""
        place, remainder, count = self._places[nth], remainders[nth], len(self._places)
        larger = sum([many for each, many in zip(remainders, self._many, strict=True) if each > remainder])
        alike = {
            weight for weight, each in zip(self._alike, remainders[count:], strict=True) if each == remainder
        }
        earlier = sum([weight in alike for weight in self._sure[:place]])
        return larger + remainders[:nth].count(remainder) + earlier


def by_line(lines: Sequence[Line], minors: Sequence[int], total: int, parts: Sequence[Part]) -> Sequence[int]:
    """What each line earned, in proportion: a total of which parts are of some lines alone, and the rest of all."""
    rest = total - sum([part for part, _ in parts])
    per = sum(minors)
    if per <= 0:
        return _by_line_without_money(lines, rest, parts)
    weights = [rest * minor for minor in minors]
    for part, places in parts:
        there = sum([minors[nth] for nth in places])
        if there <= 0:
            return _by_line_without_money(lines, rest, parts)
        weights = [weight * there for weight in weights]
        for nth in places:
            weights[nth] += part * per * minors[nth]
        per *= there
    return weights


def _by_line_without_money(lines: Sequence[Line], rest: int, parts: Sequence[Part]) -> Sequence[int]:
    """The same where lines cost nothing: the first of them has what they earned."""
    found = SumByLine(lines)
    found.add((rest, 1), None)
    for part, places in parts:
        found.add((part, 1), places)
    return found.weights()
