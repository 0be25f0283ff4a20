"""A lane: one kind of batch read for the whole process, so that all who ask at once share few calls."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context, copy_context
from typing import Generic, TypeVar

from services.kit.refusal import Kind, Refusal

ITEMS_A_CALL = 500
CALLS_IN_FLIGHT = 2

Item = TypeVar("Item", bound=Hashable)
Value = TypeVar("Value")
Fetch = Callable[[Sequence[Item]], Awaitable[Sequence[Value | Refusal]]]
"""One call: a value or a refusal for each item, in their order."""

_SAID = (Kind.INVALID, Kind.NOT_FOUND, Kind.DECLINED)
"""How a service refuses what was asked, and not that it was asked now."""


class Lane(Generic[Item, Value]):
    """Sends what is asked for in as few calls as waiting allows.

    What is asked while fewer than two calls are in flight leaves at once; the rest leaves together when one
    returns. There is no timer and no cache: an item that is already in flight is asked for again, so that an
    answer is never older than its question. ``group`` names what a call can hold only one of.
    """

    def __init__(
        self, fetch: Fetch[Item, Value], *, group: Callable[[Item], Hashable] = lambda _: None
    ) -> None:
        self._fetch = fetch
        self._group = group
        self._waiting: dict[Item, list[asyncio.Future[Value]]] = {}
        self._in_flight: set[asyncio.Task[None]] = set()
        self._leaving = False
        self._context: Context | None = None

    def ask(self, item: Item) -> asyncio.Future[Value]:
        """The value, once a call has brought it; raises the item's refusal, or why its call failed."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Value] = loop.create_future()
        if not self._waiting:
            # A call belongs to the trace of the first who waits for it, not of who happened to start the lane.
            self._context = copy_context()
        self._waiting.setdefault(item, []).append(future)
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

    def _next_batch(self) -> dict[Item, list[asyncio.Future[Value]]]:
        group = self._group(next(iter(self._waiting)))
        batch: dict[Item, list[asyncio.Future[Value]]] = {}
        for item, futures in self._waiting.items():
            if len(batch) == ITEMS_A_CALL:
                break
            if self._group(item) == group:
                batch[item] = futures
        for item in batch:
            del self._waiting[item]
        return batch

    async def _call(self, batch: dict[Item, list[asyncio.Future[Value]]]) -> None:
        wanted = [item for item, futures in batch.items() if not all(f.done() for f in futures)]
        if not wanted:
            return
        try:
            answers = await self._fetch(wanted)
            if len(answers) != len(wanted):
                raise RuntimeError(f"asked for {len(wanted)} items, {len(answers)} came back")
        except BaseException as error:
            for item in wanted:
                _fail(batch[item], error)
            if not isinstance(error, Exception):
                raise
            return
        for item, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, Refusal):
                _fail(batch[item], answer)
                continue
            for future in batch[item]:
                if not future.done():
                    future.set_result(answer)


def one_or_many(
    one: Callable[[Item], Awaitable[Value]], many: Callable[[Sequence[Item]], Awaitable[Sequence[Value]]]
) -> Fetch[Item, Value]:
    """A lane's call where a service takes one item by one method and many by another, and refuses them as a whole.

    What is refused among many is asked for alone, so that nobody is refused for what another asked.
    """

    async def alone(item: Item) -> Value | Refusal:
        try:
            return await one(item)
        except Refusal as refusal:
            return refusal

    async def fetch(items: Sequence[Item]) -> Sequence[Value | Refusal]:
        if len(items) == 1:
            return [await alone(items[0])]
        try:
            return await many(items)
        except Refusal as refusal:
            if refusal.kind not in _SAID:
                raise
        return await asyncio.gather(*map(alone, items))

    return fetch


def _fail(futures: list[asyncio.Future[Value]], error: BaseException) -> None:
    for future in futures:
        if not future.done():
            if isinstance(error, asyncio.CancelledError):
                future.cancel()
            else:
                future.set_exception(error)
