"""A lane of the gateway: each item is asked for in its own caller's name, once for a query that runs a second time."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from contextvars import ContextVar
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

from services.kit import rpc
from services.kit.rpc import Caller, RemoteRefusal
from services.kit.rpc.lane import Fetch

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Asked(NamedTuple, Generic[Key]):
    """What is asked for, and by whom; the service authorises each by itself."""

    key: Key
    caller: Caller


class Answers(dict[tuple[Hashable, ...], Any]):
    """What has been asked for a query that may have to run a second time: none of it is asked again.

    Whoever asks keeps there what it needs to know of it, under what tells it from everybody else's.
    """

    in_one_task = True
    """Whether all who ask end together, so that they may wait for the same future: who is cancelled, cancels it."""

    def usable(self, future: asyncio.Future[Any] | None) -> asyncio.Future[Any] | None:
        """What was asked for, when one more may wait for it."""
        if future is None or not (self.in_one_task or future.done()) or future.cancelled():
            return None
        return future


kept: ContextVar[Answers | None] = ContextVar("kept", default=None)


class Lane(rpc.Lane[Asked[Key], Value]):
    """``group`` names what a call can hold only one of."""

    def __init__(
        self, fetch: Fetch[Asked[Key], Value], *, group: Callable[[Key], Hashable] | None = None
    ) -> None:
        super().__init__(fetch, group=None if group is None else lambda asked: group(asked.key))

    def load(self, caller: Caller, key: Key) -> asyncio.Future[Value]:
        """The value, once a call has brought it; raises the item's refusal, or why its call failed."""
        answers = kept.get()
        if answers is None:
            return self.ask(Asked(key, caller))
        place = self, caller, key
        known = answers.usable(answers.get(place))
        if known is None:
            known = answers[place] = self.ask(Asked(key, caller))
        return known


def values(results: Sequence[Any], value: str) -> list[Any]:
    """Each result's value, or its refusal."""
    value_of = attrgetter(value)
    return [
        RemoteRefusal(result.refusal) if result.WhichOneof("result") == "refusal" else value_of(result)
        for result in results
    ]
