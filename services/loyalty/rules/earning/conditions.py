"""Conditions: what an operator asks of an order, its member and its time, in the Common Expression Language.

The library is Google's own (CEL C++): it checks types, says at which column what is wrong, and bounds what an
expression may cost. Records are declared as message types, because only these tell it which fields there are.
"""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed, wrong

LONGEST = 1_000
"""Characters of a condition."""
MOST_LOOPS = 4
"""So often a condition may go through the order's lines, or through a list."""
_TEXT, _WHOLE = (
    descriptor_pb2.FieldDescriptorProto.TYPE_STRING,
    descriptor_pb2.FieldDescriptorProto.TYPE_INT64,
)
_WRONG_AT = re.compile(r"<input>:(\d+):(\d+): ([^\n]*)")
_LOOP = re.compile(r"\.\s*(?:all|exists|exists_one|map|filter)\s*\(")
_NAME = re.compile(r"\b(order|member|time)\s*\.\s*([a-z_]+)")

Value = Callable[[str], Any]
"""Tells a fact by its name, one of ``VARIABLES``."""


def _lines_type() -> tuple[descriptor_pool.DescriptorPool, Any]:
    """The message type of an order's line, and the class that makes one."""
    file = descriptor_pb2.FileDescriptorProto(name="earning.proto", package="earning", syntax="proto3")
    line = file.message_type.add(name="Line")
    for number, (name, kind) in enumerate((("sku", _TEXT), ("quantity", _WHOLE), ("money_minor", _WHOLE)), 1):
        line.field.add(name=name, number=number, type=kind, label=1)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool, message_factory.GetMessageClass(pool.FindMessageTypeByName("earning.Line"))


_POOL, MADE_LINE = _lines_type()
_LINE = cel.Type("earning.Line")
VARIABLES: Mapping[str, Any] = {
    "order.source": cel.Type.STRING,
    "order.channel": cel.Type.STRING,
    "order.total_minor": cel.Type.INT,
    "order.lines": cel.Type.List(_LINE),
    "member.tier": cel.Type.STRING,
    "member.orders": cel.Type.INT,
    "member.spend_minor": cel.Type.INT,
    "member.days_since_order": cel.Type.INT,
    "time.date": cel.Type.STRING,
    "time.weekday": cel.Type.INT,
    "time.day": cel.Type.INT,
    "time.month": cel.Type.INT,
    "time.hour": cel.Type.INT,
}
"""What conditions may ask about: money in minor units, the time as local in the programme's zone, Monday being 1."""
_LINE_FIELDS = ("line.sku", "line.quantity", "line.money_minor")
_OF_ORDER = cel.NewEnv(_POOL, variables=dict(VARIABLES))
_OF_LINE = cel.NewEnv(_POOL, variables=dict(VARIABLES) | {"line": _LINE})
_WORST = {
    "order.source": "shop",
    "order.channel": "web",
    "order.total_minor": 20_000,
    "order.lines": [MADE_LINE(sku=f"sku-{nth}", quantity=1, money_minor=100) for nth in range(200)],
    "member.tier": "",
    "member.orders": 1,
    "member.spend_minor": 100,
    "member.days_since_order": 1,
    "time.date": "2026-01-01",
    "time.weekday": 4,
    "time.day": 1,
    "time.month": 1,
    "time.hour": 12,
}


def check(text: str, path: str, *, of_line: bool = False) -> None:
    """Refuse what is no condition. Raises ``ProgrammeNotWellFormed``, which names line and column."""
    if len(text) > LONGEST:
        raise wrong(f"a condition is at most {LONGEST} characters long", path)
    if len(_LOOP.findall(text)) > MOST_LOOPS:
        raise wrong(f"a condition goes through lists at most {MOST_LOOPS} times", path)
    try:
        program = (_OF_LINE if of_line else _OF_ORDER).compile(text)
    except RuntimeError as refused:
        raise told(str(refused), path, (*VARIABLES, *(_LINE_FIELDS if of_line else ()))) from None
    if program.return_type() != cel.Type.BOOL:
        kind = program.return_type().name().lower()
        raise wrong(f"a condition is true or false, and this is a value of type {kind}", path)
    worst = _WORST | ({"line": _WORST["order.lines"][0]} if of_line else {})  # type: ignore[index]
    try:
        program.eval(data=worst)
    except RuntimeError:
        raise wrong(
            "it goes through the lines of a large order too often: ask it more simply", path
        ) from None


def told(refused: str, path: str, there_are: Collection[str]) -> ProgrammeNotWellFormed:
    """The refusal that says the compiler's first complaint, where it is, and of an unknown name which there are."""
    found = _WRONG_AT.search(refused)
    if found is None:
        return wrong("this is no expression", path)
    line, column, message = found[1], found[2], found[3].removesuffix(" (in container '')")
    if message.startswith("undefined field"):  # of a line, which is all that has fields
        there_are = _LINE_FIELDS
    if message.startswith(("undeclared reference", "undefined field")):
        message = f"{message}; there are {', '.join(there_are) or 'none'}"
    place = f"line {line}, column {column}" if int(line) > 1 else f"column {column}"
    return ProgrammeNotWellFormed(f"{path}: {place}: {message}", field=path, line=line, column=column)


def names(texts: Sequence[str]) -> frozenset[str]:
    """What conditions ask about, as far as has to be looked up; naming something within quotes costs a look."""
    found = (f"{of}.{name}" for text in texts for of, name in _NAME.findall(text))
    return frozenset(name for name in found if name in VARIABLES)


class Conditions:
    """Conditions compiled once and asked together: one call costs less than many."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._one_by_one = [_OF_ORDER.compile(text) for text in texts]
        self._together = _compiled("[" + ",".join(f"({text}\n)" for text in texts) + "]")
        self._asks = names(texts)

    def held(self, value: Value) -> list[bool | None]:
        """Which conditions hold, in their order; None for one that could not be told, as after a division by zero."""
        if not self._one_by_one:
            return []
        activation = _OF_ORDER.Activation({name: value(name) for name in self._asks})
        answers = _answer(self._together, activation) if self._together is not None else None
        if isinstance(answers, list):
            return answers
        one_by_one = (_answer(program, activation) for program in self._one_by_one)
        return [answer if isinstance(answer, bool) else None for answer in one_by_one]


class Selector:
    """A condition asked of each of an order's lines, compiled once."""

    def __init__(self, text: str) -> None:
        self._program = _OF_ORDER.compile(f"order.lines.map(line, ({text}\n))")
        self._asks = names([text]) | {"order.lines"}

    def selected(self, value: Value) -> list[bool] | None:
        """Which lines it takes; None where that could not be told of all of them."""
        activation = _OF_ORDER.Activation({name: value(name) for name in self._asks})
        answers = _answer(self._program, activation)
        return answers if isinstance(answers, list) else None


def _compiled(text: str) -> Any:
    """A program, or None where many conditions together are too deep."""
    try:
        return _OF_ORDER.compile(text)
    except RuntimeError:
        return None


def _answer(program: Any, activation: Any) -> Any:
    """True or false, or a list of that; something else where it could not be told, as what went wrong in words."""
    try:
        return program.eval(activation).plain_value()
    except RuntimeError:
        return None
