"""Sharing: exact sums over an order's lines, and how a whole number is split without loss."""

from collections.abc import Sequence
from fractions import Fraction
from math import lcm

from services.loyalty.rules.orders.orders import Line

Places = tuple[int, ...] | None
"""Which of an order's lines are meant; None for all."""
Ratio = tuple[int, int]
"""A numerator and a denominator."""


class WholeSum:
    """An exact sum over a whole order: each line's part is its part of the money."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._sum = 0, 1

    def add(self, given: Ratio, _: Places) -> None:
        """What a base rule gives, or what a multiplier adds to it."""
        numerator, denominator = self._sum
        more, per = given
        if denominator == per:
            self._sum = numerator + more, denominator
        else:
            common = lcm(denominator, per)  # and not their product, which many rules would make huge
            self._sum = numerator * (common // denominator) + more * (common // per), common

    multiply = add

    def of(self, _: Places) -> Ratio:
        """The sum so far."""
        return self._sum

    def weights(self) -> list[int]:
        """What each line earned, in whole numbers of the same proportions."""
        return [line.minor for line in self._lines]


class SumByLine:
    """The same by line, for rules that look at some lines alone."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._all = tuple(range(len(lines)))
        self._sums = [Fraction(0)] * len(lines)

    def add(self, given: Ratio, lines: Places) -> None:
        """What a base rule gives, spread by the money of the lines that it looked at."""
        places = self._all if lines is None else lines
        minor = sum(self._lines[nth].minor for nth in places)
        if not minor:
            self._sums[places[0]] += Fraction(*given)
            return
        for nth in places:
            self._sums[nth] += Fraction(*given) * self._lines[nth].minor / minor

    def multiply(self, more: Ratio, lines: Places) -> None:
        """What a multiplier adds, after its cap, spread by what its lines earned so far."""
        places = self._all if lines is None else lines
        there = sum((self._sums[nth] for nth in places), Fraction(0))
        if there:
            grown = 1 + Fraction(*more) / there
            for nth in places:
                self._sums[nth] *= grown

    def of(self, lines: Places) -> Ratio:
        """The sum so far of some lines, or of all."""
        places = self._all if lines is None else lines
        return sum((self._sums[nth] for nth in places), Fraction(0)).as_integer_ratio()

    def weights(self) -> list[int]:
        """The same."""
        return whole_numbers([each.as_integer_ratio() for each in self._sums])


def whole_numbers(ratios: Sequence[Ratio]) -> list[int]:
    """Ratios as whole numbers in the same proportions."""
    common = lcm(*(denominator for _, denominator in ratios))
    return [numerator * (common // denominator) for numerator, denominator in ratios]


def share(whole: int, weights: Sequence[int]) -> list[int]:
    """Split a whole by weights without loss: floors first, the rest to the largest remainders, earliest first."""
    total = sum(weights)
    if len(weights) == 1 or total == 0:
        return [whole, *([0] * (len(weights) - 1))]
    shares = [whole * weight // total for weight in weights]
    rest = whole - sum(shares)
    if rest:
        order = sorted(range(len(weights)), key=lambda nth: (-(whole * weights[nth] % total), nth))
        for nth in order[:rest]:
            shares[nth] += 1
    return shares
