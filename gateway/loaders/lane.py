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


class Lane(Generic[Key, Value]):
    """Sends what is asked for in as few calls as waiting allows.

    What is asked while fewer than two calls are in flight leaves at once; the rest leaves together when one
    returns. There is no timer and no cache: an item that is already in flight is asked for again, so that an
    answer is never older than its question. ``group`` names what a call can hold only one of.
    """

    def __init__(
        self, fetch: Fetch[Key, Value], *, group: Callable[[Key], Hashable] = lambda _: None
    ) -> None:
        self._fetch = fetch
        self._group = group
        self._waiting: dict[Asked[Key], list[asyncio.Future[Value]]] = {}
        self._in_flight: set[asyncio.Task[None]] = set()
        self._leaving = False
        self._context: Context | None = None

    def load(self, caller: Caller, key: Key) -> asyncio.Future[Value]:
        """The value, once a call has brought it; raises the item's refusal, or why its call failed."""
        loop = asyncio.get_running_loop()
        asked = Asked(key, caller)
        answers = kept.get()
        if answers is not None:
            known = answers.get((self, asked))
            if known is not None and known.done() and not known.cancelled():
                return known
        future: asyncio.Future[Value] = loop.create_future()
        if answers is not None:
            answers[self, asked] = future
        if not self._waiting:
            # A call belongs to the trace of the first who waits for it, not of who happened to start the lane.
            self._context = copy_context()
        self._waiting.setdefault(asked, []).append(future)
        if not self._leaving and len(self._in_flight) < CALLS_IN_FLIGHT:
            # At the end of this turn of the loop, so that what one request asks for side by side goes together.
            self._leaving = True
            loop.call_soon(self._leave)
        return future

    def _leave(self) -> None:
        self._leaving = False
        while self._waiting and len(self._in_flight) < CALLS_IN_FLIGHT:
            call = asyncio.get_running_loop().create_task(
                self._call(self._next_batch()), context=self._context
            )
            self._in_flight.add(call)
            call.add_done_callback(self._returned)

    def _returned(self, call: asyncio.Task[None]) -> None:
        self._in_flight.discard(call)
        if not self._leaving:
            self._leave()

    def _next_batch(self) -> dict[Asked[Key], list[asyncio.Future[Value]]]:
        group = self._group(next(iter(self._waiting)).key)
        batch: dict[Asked[Key], list[asyncio.Future[Value]]] = {}
        for asked, futures in self._waiting.items():
            if len(batch) == KEYS_A_CALL:
                break
            if self._group(asked.key) == group:
                batch[asked] = futures
        for asked in batch:
            del self._waiting[asked]
        return batch

    async def _call(self, batch: dict[Asked[Key], list[asyncio.Future[Value]]]) -> None:
        wanted = [asked for asked, futures in batch.items() if not all(f.done() for f in futures)]
        if not wanted:
            return
        try:
            answers = await self._fetch(wanted)
            if len(answers) != len(wanted):
                raise RuntimeError(f"asked for {len(wanted)} items, {len(answers)} came back")
        except BaseException as error:
            for asked in wanted:
                _fail(batch[asked], error)
            if not isinstance(error, Exception):
                raise
            return
        for asked, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Refusal):
                _fail(batch[asked], answer)
                continue
            for future in batch[asked]:
                if not future.done():
                    future.set_result(answer)


def _fail(futures: list[asyncio.Future[Value]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
