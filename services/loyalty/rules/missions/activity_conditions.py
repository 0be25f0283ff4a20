"""Conditions on activities: what a mission asks of what was told, in the Common Expression Language.

An attribute is ``activity.minutes``. One that was not told makes the condition not hold.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from services.loyalty.rules.earning.conditions import LONGEST, told
from services.loyalty.rules.missions.activity_types import ActivityType, AttributeType
from services.loyalty.rules.programmes.wellformed import wrong

_KINDS: Mapping[AttributeType, Any] = {
    AttributeType.STRING: cel.Type.STRING,
    AttributeType.INTEGER: cel.Type.INT,
    AttributeType.NUMBER: cel.Type.DOUBLE,
    AttributeType.BOOLEAN: cel.Type.BOOL,
}


def check(text: str, type: ActivityType, path: str) -> None:
    """Refuse what is no condition on a type. Raises ``ProgrammeNotWellFormed``, which names line and column."""
    if len(text) > LONGEST:
        raise wrong(f"a condition is at most {LONGEST} characters long", path)
    known = {f"activity.{attribute.key}": _KINDS[attribute.type] for attribute in type.attributes}
    try:
        program = cel.NewEnv(variables=known).compile(text)
    except RuntimeError as refused:
        raise told(str(refused), path, known) from None
    if program.return_type() != cel.Type.BOOL:
        kind = program.return_type().name().lower()
        raise wrong(f"a condition is true or false, and this is a value of type {kind}", path)


def holds(text: str, attributes: Mapping[str, Any]) -> bool:
    """Whether attributes meet a condition that was checked; none (an empty text) is always met."""
    if not text:
        return True
    program = _program(text, tuple(sorted(attributes)))
    if program is None:
        return False
    try:
        found = program.eval(data={f"activity.{key}": value for key, value in attributes.items()})
        return found.type() != cel.Type.ERROR and found.plain_value() is True
    except RuntimeError:
        return False


@lru_cache(maxsize=1_024)
def _program(text: str, told: tuple[str, ...]) -> Any:
    """A program over the attributes that were told; None where it asks for another."""
    try:
        return cel.NewEnv(variables={f"activity.{key}": cel.Type.DYN for key in told}).compile(text)
    except RuntimeError:
        return None
