"""A lane: one kind of batch read for the whole process, so that many requests share few calls."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context, ContextVar, copy_context
from typing import Any, Generic, NamedTuple, TypeVar

from services.kit.refusal import Refusal
from services.kit.rpc import Caller

KEYS_A_CALL = 500
CALLS_IN_FLIGHT = 2

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Asked(NamedTuple, Generic[Key]):
    """What is asked for, and by whom; the service authorises each by itself."""

    key: Key
    caller: Caller


Fetch = Callable[[Sequence[Asked[Key]]], Awaitable[Sequence[Value | Refusal]]]
"""One call: a value or a refusal for each item, in their order."""


Answers = dict[tuple[object, Asked[Any]], asyncio.Future[Any]]

kept: ContextVar[Answers | None] = ContextVar("kept", default=None)
"""What has been answered to a query that may have to run a second time; while it is set, none of it is asked again."""


class _Batch(NamedTuple, Generic[Key, Value]):
    """What waits to leave together, with whoever waits for each item, and in whose trace."""

    items: dict[Asked[Key], list[asyncio.Future[Value]]]
    context: Context


class Lane(Generic[Key, Value]):
    """Sends what is asked for in as few calls as waiting allows.

    What is asked while no call is in flight leaves at once. Beside a call in flight a second one leaves as soon as it
    would carry as much, and the rest leaves together when one returns: who is asked little answers at once, who is
    asked much is asked in large calls. There is no timer and no cache: an item that is already in flight is asked for
    again, so that an answer is never older than its question. ``group`` names what a call can hold only one of.
    """

    def __init__(
        self, fetch: Fetch[Key, Value], *, group: Callable[[Key], Hashable] = lambda _: None
    ) -> None:
        self._fetch = fetch
        self._group = group
        self._waiting: dict[Hashable, _Batch[Key, Value]] = {}
        self._in_flight: dict[asyncio.Task[None], int] = {}
        """How many items each call carries."""
        self._leaving = False

    def load(self, caller: Caller, key: Key) -> asyncio.Future[Value]:
        """The value, once a call has brought it; raises the item's refusal, or why its call failed."""
        loop = asyncio.get_running_loop()
        asked = Asked(key, caller)
        future: asyncio.Future[Value] = loop.create_future()
        answers = kept.get()
        if answers is not None:
            known = answers.setdefault((self, asked), future)
            if known is not future:
                if known.done() and not known.cancelled():
                    return known
                answers[self, asked] = future
        group = self._group(key)
        batch = self._waiting.get(group)
        if batch is None:
            # A call belongs to the trace of the first who waits for it, not of who happened to start the lane.
            batch = self._waiting[group] = _Batch({}, copy_context())
        batch.items.setdefault(asked, []).append(future)
        if not self._leaving and self._may_leave(batch):
            # At the end of this turn of the loop, so that what one request asks for side by side goes together.
            self._leaving = True
            loop.call_soon(self._leave)
        return future

    def _may_leave(self, batch: "_Batch[Key, Value]") -> bool:
        if len(self._in_flight) < CALLS_IN_FLIGHT - 1:
            return True
        return len(self._in_flight) < CALLS_IN_FLIGHT and len(batch.items) >= min(self._in_flight.values())

    def _leave(self) -> None:
        self._leaving = False
        while self._waiting and self._may_leave(next(iter(self._waiting.values()))):
            batch = self._next_batch()
            call = asyncio.get_running_loop().create_task(self._call(batch.items), context=batch.context)
            self._in_flight[call] = len(batch.items)
            call.add_done_callback(self._returned)

    def _returned(self, call: asyncio.Task[None]) -> None:
        del self._in_flight[call]
        if not self._leaving:
            self._leave()

    def _next_batch(self) -> "_Batch[Key, Value]":
        group, batch = next(iter(self._waiting.items()))
        del self._waiting[group]
        if len(batch.items) <= KEYS_A_CALL:
            return batch
        items = list(batch.items.items())
        # Behind the other groups: each has its turn.
        self._waiting[group] = _Batch(dict(items[KEYS_A_CALL:]), batch.context)
        return _Batch(dict(items[:KEYS_A_CALL]), batch.context)

    async def _call(self, batch: dict[Asked[Key], list[asyncio.Future[Value]]]) -> None:
        asked, waiting = [], []
        for one, futures in batch.items():
            if not all(future.done() for future in futures):
                asked.append(one)
                waiting.append(futures)
        if not asked:
            return
        try:
            answers = await self._fetch(asked)
            if len(answers) != len(asked):
                raise RuntimeError(f"asked for {len(asked)} items, {len(answers)} came back")
        except BaseException as error:
            for futures in waiting:
                _fail(futures, error)
            if not isinstance(error, Exception):
                raise
            return
        for futures, answer in zip(waiting, answers, strict=True):
            if isinstance(answer, Refusal):
                _fail(futures, answer)
                continue
            for future in futures:
                if not future.done():
                    future.set_result(answer)


def _fail(futures: list[asyncio.Future[Value]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
