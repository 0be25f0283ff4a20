"""Loads: resolvers that say what they do, so that compiled documents need not call them.

A field in two parts says what is loaded and what is made of it, and that nothing else has to be waited for. Compiled
documents then ask for all that an object's fields load, once for those that load the same, and wait for it in one
place: no coroutine for each field. A field may also say where in its object its value stands.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from types import coroutine
from typing import Any, NamedTuple

from services.kit.chosen import Chosen

Loading = asyncio.Future[Any] | Chosen[Any]
"""What is on its way: nothing has to be done for it but to wait."""


class Parts(NamedTuple):
    """A resolver's parts. ``load`` is told what the field is of, the info and the arguments."""

    load: Callable[..., Awaitable[Any]]
    show: Callable[..., Any]
    wants: Mapping[str, object]
    """What ``show`` is told beside the value, by name: the info, or arguments with what they are when nobody gives them."""

    def shown(self, value: Any, info: object, arguments: Mapping[str, Any]) -> Any:
        """What is made of a value."""
        told = {**self.wants, **arguments, "info": info}
        return self.show(value, **{name: told[name] for name in self.wants})


def loaded(load: Callable[..., Loading], show: Callable[..., Any]) -> Callable[..., Any]:
    """A field's resolver: it loads, and shows what came.

    The field's arguments are those of ``load``, behind what the field is of and the info. ``show`` takes the value, and
    by their names what else it wants of these. Its field says its type.
    """
    told = inspect.signature(load)
    wants = {name: told.parameters[name].default for name in tuple(inspect.signature(show).parameters)[1:]}
    parts = Parts(load, show, wants)

    async def resolve(self: Any, info: Any, **arguments: Any) -> Any:
        return parts.shown(await load(self, info, **arguments), info, arguments)

    first, *others = told.parameters.values()
    seen = [first.replace(name="self", annotation=inspect.Parameter.empty), *others]
    resolve.__signature__ = inspect.Signature(seen)  # type: ignore[attr-defined]  # what strawberry looks at
    resolve.__annotations__ = {one.name: one.annotation for one in others}
    resolve.__module__, resolve.__name__ = load.__module__, load.__name__
    resolve.parts = parts  # type: ignore[attr-defined]
    return resolve


def parts_of(resolver: object) -> Parts | None:
    """A resolver's parts, when it has them."""
    parts = getattr(resolver, "parts", None)
    return parts if isinstance(parts, Parts) else None


def found(path: str) -> Callable[..., Any]:
    """A field's resolver: its value stands in its object, by a path of attributes. Its field says its type."""
    read = attrgetter(path)

    def resolve(self: Any) -> Any:
        return read(self)

    resolve.__annotations__ = {}
    resolve.path = path  # type: ignore[attr-defined]
    return resolve


def path_of(resolver: object) -> str | None:
    """Where a field's value stands in its object, when its resolver says so."""
    path = getattr(resolver, "path", None)
    return path if isinstance(path, str) and all(map(str.isidentifier, path.split("."))) else None


class Slowest:
    """Which of several siblings was the last to be waited for, time after time mostly the same one."""

    __slots__ = ("nth",)

    def __init__(self) -> None:
        self.nth = -1


@coroutine
def brought(loads: Sequence[Loading], slowest: Slowest) -> Generator[Any, Any, list[Any]]:
    """What all of these bring. When one fails, the others are waited for too: graphql-core will want their answers.

    Whoever was ``slowest`` the last time is waited for first: once it is there the others mostly are, and the task was
    woken once. Who leaves cancels them all.
    """
    futures = [one.future if isinstance(one, Chosen) else one for one in loads]
    order = range(len(futures)) if slowest.nth < 0 else (slowest.nth, *range(len(futures)))
    try:
        for nth in order:
            future = futures[nth]
            try:
                while not future.done():
                    slowest.nth = nth
                    future._asyncio_future_blocking = True
                    yield future
            except Exception:  # noqa: S110  # what it failed with is told below
                pass
    except BaseException:
        for future in futures:
            future.cancel()
        raise
    try:
        return [one.result() for one in loads]
    except Exception:
        for future in futures:
            future.exception()  # nobody else may ask what it was
        raise


async def settled(loads: Sequence[Loading]) -> None:
    """Wait for all that is on its way, whatever comes: graphql-core will want their answers."""
    with suppress(Exception):
        await brought(loads, Slowest())
