"""A lane of the gateway: each item is asked for in its own caller's name, once for a query that runs a second time."""

import asyncio
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, Generic, NamedTuple, TypeVar

from services.kit import rpc
from services.kit.rpc import Caller
from services.kit.rpc.lane import Fetch

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Asked(NamedTuple, Generic[Key]):
    """What is asked for, and by whom; the service authorises each by itself."""

    key: Key
    caller: Caller


Answers = dict[tuple[object, Asked[Any]], asyncio.Future[Any]]

kept: ContextVar[Answers | None] = ContextVar("kept", default=None)
"""What has been answered to a query that may have to run a second time; while it is set, none of it is asked again."""


class Lane(rpc.Lane[Asked[Key], Value]):
    """``group`` names what a call can hold only one of."""

    def __init__(
        self, fetch: Fetch[Asked[Key], Value], *, group: Callable[[Key], Hashable] | None = None
    ) -> None:
        super().__init__(fetch, group=None if group is None else lambda asked: group(asked.key))

    def load(self, caller: Caller, key: Key) -> asyncio.Future[Value]:
        """The value, once a call has brought it; raises the item's refusal, or why its call failed."""
        asked, answers = Asked(key, caller), kept.get()
        if answers is None:
            return self.ask(asked)
        place = self, asked
        known = answers.get(place)
        if known is None or not known.done() or known.cancelled():
            known = answers[place] = self.ask(asked)
        return known
