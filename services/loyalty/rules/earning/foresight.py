"""Foresight: what conditions said of one order is known of all that are like it, and not asked again.

Conditions are mostly about texts, days and hours, and about numbers that they compare with limits: to all of them an
order between the same two limits is the same. What looks at anything more closely is asked each time.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, MutableMapping, Sequence
from operator import attrgetter
from typing import Any

from services.loyalty.rules.earning.conditions import Conditions, Selector, Value, names
from services.loyalty.rules.orders.orders import Line

MOST_KNOWN = 4_096
"""Of so many kinds of orders, and of lines, is remembered what was said; then all is forgotten."""

_AS_THEY_ARE = frozenset(
    {"order.source", "order.channel", "member.tier"}
    | {f"time.{name}" for name in ("date", "weekday", "day", "month", "hour")}
)
"""Facts with few values."""
_NUMBERS = frozenset({"order.total_minor", "member.orders", "member.spend_minor", "member.days_since_order"})
_NUMBER = re.compile(
    r"\b(order|member|line)\s*\.\s*(total_minor|orders|spend_minor|days_since_order|money_minor)\b"
)
_OF_LINE = re.compile(r"\bline\s*\.\s*(sku|quantity|money_minor)\b")
_WHOLE_LINE = re.compile(r"\bline\b(?!\s*\.\s*(?:sku|quantity|money_minor)\b)")
_COMMENT = "//"
_FACT = r"(?P<{0}>(?:order|member|line)\s*\.\s*[a-z_]+)"
_LIMIT = r"(?P<{0}>-?\d+)"
_COMPARED = re.compile(
    # Between what binds less than a comparison, or closes around it: nothing else is done to either side.
    r"(?:^|&&|\|\||[(,\[?:])\s*"
    rf"(?:{_FACT.format('fact')}\s*(?:[<>]=?|[=!]=)\s*{_LIMIT.format('limit')}"
    rf"|{_LIMIT.format('limit_before')}\s*(?:[<>]=?|[=!]=)\s*{_FACT.format('fact_after')})"
    r"\s*(?=$|&&|\|\||[),\]?:])"
)


class Likeness:
    """How exactly facts have to be known to tell what some conditions say."""

    def __init__(self, texts: Sequence[str]) -> None:
        limits: dict[str, set[int]] = defaultdict(set)
        for text in texts:
            for name, limit in _compared(text):
                limits[name] |= {limit, limit + 1}  # below it, at it, above it
        asked = names(texts)
        self._as_they_are = sorted(asked & _AS_THEY_ARE)
        self._between = [(name, sorted(limits[name])) for name in sorted(asked & _NUMBERS)]
        of_line = {name for text in texts for name in _OF_LINE.findall(text)}
        self._as_line_is: Callable[[Line], Hashable] = attrgetter(
            *sorted({"sku", *of_line} - {"money_minor"})
        )
        self._of_money = sorted(limits["line.money_minor"])
        self.of_line: Callable[[Line], Hashable] = self._between_money if self._of_money else self._as_line_is
        """What a line is like."""

    def of(self, value: Value) -> Hashable:
        """What an order is like: equal for two of which all the conditions say the same."""
        like = [value(name) for name in self._as_they_are]
        like += [bisect_right(limits, value(name)) for name, limits in self._between]
        return tuple(like)

    def _between_money(self, line: Line) -> Hashable:
        return self._as_line_is(line), bisect_right(self._of_money, line.minor)


def is_foreseen(text: str) -> bool:
    """Whether a condition says the same of all orders that are alike; where that is not plain to see, it is asked.

    It is plain where each number is compared with a literal and nothing else is done to it.
    """
    if _COMMENT in text or _WHOLE_LINE.search(text):
        return False
    if not names([text]) <= _AS_THEY_ARE | _NUMBERS:
        return False
    return len(_NUMBER.findall(text)) == sum(1 for _ in _compared(text))


def _compared(text: str) -> Iterable[tuple[str, int]]:
    for found in _COMPARED.finditer(text):
        fact, limit = found["fact"] or found["fact_after"], found["limit"] or found["limit_before"]
        name = "".join(fact.split())
        if _NUMBER.fullmatch(name):
            yield name, int(limit)


class KnownConditions:
    """The conditions of one version with what they said; ``texts`` are in the order of the answers."""

    def __init__(self, texts: Collection[str]) -> None:
        foreseen = [text for text in texts if is_foreseen(text)]
        asked = [text for text in texts if not is_foreseen(text)]
        self.texts = [*foreseen, *asked]
        self._likeness = Likeness(foreseen)
        self._foreseen, self._asked = Conditions(foreseen), Conditions(asked)
        self._known: dict[Hashable, tuple[bool | None, ...]] = {}

    def held(self, value: Value) -> tuple[bool | None, ...]:
        """Which conditions hold; None for one that could not be told."""
        like = self._likeness.of(value)
        known = self._known.get(like)
        if known is None:
            _make_room(self._known)
            known = self._known[like] = tuple(self._foreseen.held(value))
        return (*known, *self._asked.held(value))


class KnownSelector:
    """Which lines a rule takes, with what it said of others."""

    def __init__(self, text: str) -> None:
        self._selector = Selector(text)
        self._likeness = Likeness([text]) if is_foreseen(text) else None
        self._known: dict[Hashable, bool] = {}

    def places(self, lines: Sequence[Line], value: Value) -> tuple[int, ...]:
        """The places of the lines that it takes; none where that could not be told of all of them."""
        taken = self._taken(lines, value)
        return tuple([nth for nth, is_taken in enumerate(taken) if is_taken])

    def _taken(self, lines: Sequence[Line], value: Value) -> Sequence[bool | None]:
        if self._likeness is None:
            return self._selector.selected(value) or ()
        order = self._likeness.of(value)
        of_line, known = self._likeness.of_line, self._known
        taken = [known.get((order, of_line(line))) for line in lines]
        if None not in taken:
            return taken
        alike = [(order, of_line(line)) for line in lines]
        said = self._selector.selected(value)
        if said is None:
            return ()
        _make_room(self._known)
        self._known.update(zip(alike, said, strict=True))
        return said


def _make_room(known: MutableMapping[Hashable, Any]) -> None:
    if len(known) >= MOST_KNOWN:
        known.clear()
