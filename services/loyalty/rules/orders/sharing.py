"""Sharing: exact sums over an order's lines, and how a whole number is split without loss."""

from collections.abc import Sequence
from math import gcd, lcm
from typing import Protocol

from services.loyalty.rules.orders.orders import Line

Places = tuple[int, ...] | None
"""Which of an order's lines are meant; None for all."""
Ratio = tuple[int, int]
"""A numerator and a denominator."""


class Fractional(Protocol):
    """What has a numerator and a denominator."""

    @property
    def numerator(self) -> int: ...
    @property
    def denominator(self) -> int: ...


class SumByLine:
    """An exact sum by line, for rules that look at some lines alone: whole numbers over one denominator."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._minors = [line.minor for line in lines]
        self._all = tuple(range(len(lines)))
        self._sums, self._per = [0] * len(lines), 1

    def add(self, given: Ratio, lines: Places) -> None:
        """What a base rule gives, spread by the money of the lines that it looked at."""
        places = self._all if lines is None else lines
        numerator, denominator = given
        minor = sum([self._minors[nth] for nth in places])
        if not minor:  # the first has all of it
            self._count_in(denominator)
            self._sums[places[0]] += numerator * (self._per // denominator)
            return
        self._count_in(denominator * minor)
        each = numerator * (self._per // (denominator * minor))
        for nth in places:
            self._sums[nth] += each * self._minors[nth]

    def multiply(self, more: Ratio, lines: Places) -> None:
        """What a multiplier adds, after its cap, spread by what its lines earned so far."""
        places = self._all if lines is None else lines
        there = sum(self._sums[nth] for nth in places)
        if not there:
            return
        numerator, denominator = more
        was = there * denominator
        grown = was + numerator * self._per
        sums = [each * (grown if nth in places else was) for nth, each in enumerate(self._sums)]
        common = gcd(self._per * was, *sums)  # else numbers would grow with every multiplier
        self._sums, self._per = [each // common for each in sums], self._per * was // common

    def of(self, lines: Places) -> Ratio:
        """The sum so far of some lines, or of all."""
        return sum(self._sums if lines is None else [self._sums[nth] for nth in lines]), self._per

    def weights(self) -> list[int]:
        """What each line earned, in whole numbers of the same proportions."""
        return self._sums

    def _count_in(self, denominator: int) -> None:
        """Count in fractions that hold those of a denominator, too."""
        common = lcm(self._per, denominator)
        self._sums = [each * (common // self._per) for each in self._sums]
        self._per = common


def whole_numbers(fractions: Sequence[Fractional]) -> list[int]:
    """Fractions as whole numbers in the same proportions."""
    common = lcm(*{each.denominator for each in fractions})
    return [each.numerator * (common // each.denominator) for each in fractions]


def share(whole: int, weights: Sequence[int]) -> list[int]:
    """Split a whole by weights without loss: floors first, the rest to the largest remainders, earliest first."""
    if len(weights) == 1:
        return [whole]
    total = sum(weights)
    if total == 0:
        return [0 if nth else whole for nth in range(len(weights))]
    parts = [whole * weight // total for weight in weights]
    if left := whole - sum(parts):
        remainders = [whole * weight % total for weight in weights]
        # Sorted backwards, what is equal keeps its order.
        for nth in sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)[:left]:
            parts[nth] += 1
    return parts
