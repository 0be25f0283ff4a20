"""Values: what compiled functions call for all that they do not write out themselves."""

import asyncio
from collections.abc import Callable, Coroutine, Generator
from datetime import date, datetime
from enum import Enum
from types import coroutine
from typing import Any, TypeVar
from uuid import UUID

from graphql import (
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.unset import UnsetType

from gateway.documents.compiled.loads import Slowest

_PLAIN = frozenset({str, int, float, bool, datetime, date, UUID})
View = TypeVar("View", bound="Shared")
Waiting = Coroutine[Any, Any, Any]
LASTING = (*_PLAIN, type(None), Enum, UnsetType)
"""Kinds of arguments that can be given again: nobody can have changed one."""


class Shared:
    """A view that many answers have in common: compiled documents write it once for each selection.

    What its resolvers answer must hang on the view alone, and the view must not change any more.
    """

    written: dict[object, dict[str, Any]] | None = None
    """What was written of it, by selection; None while it is not shared."""


_SELECTIONS = 64


def shared(view: View) -> View:
    """The view, from now on shared."""
    view.written = {}
    return view


def keep(written: dict[object, dict[str, Any]], selection: object, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer, kept for the next who selects the same."""
    if len(written) >= _SELECTIONS:
        written.clear()  # of free documents there is no end
    written[selection] = answer
    return answer


class OutOfTheOrdinary(Exception):
    """The attempt ends here: graphql-core knows what this means."""


def fit(value: object) -> None:
    """Let a value stand for an object, though its class is not the type's own."""
    if value is None or value is Undefined or isinstance(value, Exception):
        raise OutOfTheOrdinary
    at_hand(value)


def kind(value: object) -> type:
    """By which class the type of an interface's or a union's value is told."""
    if getattr(value, TYPE_CAST_ATTRIBUTE, None) is not None:
        raise OutOfTheOrdinary
    return value.__class__


def unlike(value: object) -> None:
    """End where a value cannot stand for what is asked; one that would have to be awaited is closed."""
    at_hand(value)
    raise OutOfTheOrdinary


def listed(value: object) -> Any:
    """The items of a list."""
    if value.__class__ is not list and value.__class__ is not tuple:
        unlike(value)
    return value


def at_hand(value: Any) -> Any:
    """What a plain resolver returned; one that has to be awaited after all is none."""
    if optimized_is_awaitable(value):
        if isinstance(value, Coroutine):
            value.close()
        raise OutOfTheOrdinary
    return value


def is_told_by_class(wanted: GraphQLOutputType) -> bool:
    """Whether it is seen where a type's values are written, by their class, that one has to be awaited after all."""
    named = get_nullable_type(wanted)
    if not isinstance(named, GraphQLObjectType):
        return is_list_type(named) or is_leaf_type(named)
    return not hasattr(named.extensions["strawberry-definition"].origin, "__await__")


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


async def apart(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine returns that waits several times, in a task of its own: it goes on whatever its siblings do."""
    return await asyncio.get_running_loop().create_task(coroutine)


@coroutine
def together(*waiting: Waiting, slowest: Slowest | None = None) -> Generator[Any, Any, list[Any]]:
    """What coroutines return that run side by side. When one fails, the others are waited for too: graphql-core
    will want their answers.

    They run in the task of whoever asks. Each is begun until it waits, and goes on once what comes before it has ended:
    a task for each would cost more than what most of them do. Whoever was ``slowest`` the last time is waited for first:
    once it is there the others mostly are, and the task was woken once.
    """
    slowest = slowest or Slowest()
    answers: list[Any] = [None] * len(waiting)
    held: list[tuple[int, Any, Any]] = []
    failed: Exception | None = None
    try:
        for nth, one in enumerate(waiting):
            try:
                awaited = one.send(None)
                if awaited is not None:
                    # Until the task waits for it, another may begin to wait for the same.
                    awaited._asyncio_future_blocking = False
                held.insert(0 if nth == slowest.nth else len(held), (nth, one, awaited))
            except StopIteration as end:
                answers[nth] = end.value
            except Exception as error:
                failed = failed or error
        for nth, one, awaited in held:
            try:
                while True:
                    if awaited is None or not awaited.done():
                        slowest.nth = nth
                        if awaited is not None:
                            awaited._asyncio_future_blocking = True
                        yield awaited
                    awaited = one.send(None)
            except StopIteration as end:
                answers[nth] = end.value
            except Exception as error:
                failed = failed or error
    except BaseException:
        # What is waited for just now was cancelled with the task, if that is why.
        for *_, awaited in held:
            if awaited is not None:
                awaited.cancel()
        for one in waiting:
            one.close()
        raise
    if failed is not None:
        raise failed
    return answers
