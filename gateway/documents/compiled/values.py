"""Values: what compiled functions call for all that they do not write out themselves."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from graphql import Undefined
from strawberry.execution import optimized_is_awaitable
from strawberry.types.cast import get_strawberry_type_cast
from strawberry.types.unset import UnsetType

_PLAIN = frozenset({str, int, float, bool, datetime, date, UUID})
LASTING = (*_PLAIN, type(None), Enum, UnsetType)
"""Kinds of arguments that can be given again: nobody can have changed one."""


class OutOfTheOrdinary(Exception):
    """The attempt ends here: graphql-core knows what this means."""


def fit(value: object) -> None:
    """Let a value stand for an object, though its class is not the type's own."""
    if value is None or value is Undefined or isinstance(value, Exception) or optimized_is_awaitable(value):
        raise OutOfTheOrdinary


def kind(value: object) -> type:
    """By which class the type of an interface's or a union's value is told."""
    if get_strawberry_type_cast(value) is not None:
        raise OutOfTheOrdinary
    return value.__class__


def listed(value: object) -> Any:
    """The items of a list."""
    if value.__class__ is not list and value.__class__ is not tuple:
        raise OutOfTheOrdinary
    return value


def at_hand(value: Any) -> Any:
    """What a plain resolver returned; one that has to be awaited after all is none."""
    if optimized_is_awaitable(value):
        if isinstance(value, Coroutine):
            value.close()
        raise OutOfTheOrdinary
    return value


def writer(coerce: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """How values of a leaf type are written; null is none."""

    def write(value: Any) -> Any:
        if value.__class__ not in _PLAIN:
            fit(value)
        written = coerce(value)
        if written is None or written is Undefined:
            raise OutOfTheOrdinary
        return written

    return write


async def nothing() -> None:
    """Null, where a value would be awaited."""


async def ready(value: Any) -> Any:
    """A value that is there, where others of its kind are waited for."""
    return value


async def together(*waiting: Coroutine[Any, Any, Any]) -> list[Any]:
    """What coroutines return that run side by side. When one fails, the others are waited for too: graphql-core
    will want their answers."""
    if not waiting:
        return []
    *others, last = waiting
    begin = asyncio.get_running_loop().create_task
    tasks = [begin(one) for one in others]
    try:
        end = await last
        return [*[await task for task in tasks], end]
    except asyncio.CancelledError:
        for task in tasks:
            task.cancel()
        raise
    except Exception:
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
