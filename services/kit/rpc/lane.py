"""A lane: one kind of batch read for the whole process, so that all who ask at once share few calls."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context, copy_context
from typing import Generic, NamedTuple, TypeVar

from services.kit.refusal import Kind, Refusal

ITEMS_A_CALL = 500
CALLS_IN_FLIGHT = 2
WORTH_A_CALL = 8
"""With so many items a call leaves, whoever else is about to ask: below, the call itself costs more than they do."""

WORTH_A_SECOND = 4
"""How many times as much as the call in flight a second one has to carry."""

HOLDS_UP_S = 0.05
"""For so long at most a call holds up those that would leave beside it."""

_TURNS_TO_LEAVE = 3
"""After so many turns of the loop a call is written, also one that several lanes join in."""

Item = TypeVar("Item", bound=Hashable)
Value = TypeVar("Value")
Fetch = Callable[[Sequence[Item]], Awaitable[Sequence[Value | Refusal]]]
"""One call: a value or a refusal for each item, in their order."""

_SAID = (Kind.INVALID, Kind.NOT_FOUND, Kind.DECLINED)
"""How a service refuses what was asked, and not that it was asked now."""


class _Batch(NamedTuple, Generic[Item, Value]):
    """What waits to leave together, with whoever waits for each item, and in whose trace."""

    items: dict[Item, list[asyncio.Future[Value]]]
    context: Context


class Lane(Generic[Item, Value]):
    """Sends what is asked for in as few calls as waiting allows.

    What is asked while no call is in flight leaves as soon as a turn of the loop brings nothing more to it, or with
    ``WORTH_A_CALL`` items. The rest leaves together when the call returns, before anybody is told its answers: so the
    service works at one half of what is asked while we work at the other. A second call leaves beside it only once it
    carries four times as much, or the first has been away for ``HOLDS_UP_S``: one that hangs holds up nobody for
    longer. There is no cache: an item that is already in flight is asked for again, so that an answer is never older
    than its question. ``group`` names what a call can hold only one of; groups leave in the order in which they began
    to wait, past those that may not leave yet. A lane is of one loop at a time: to ask which one runs is a system call,
    which each item would pay.
    """

    def __init__(self, fetch: Fetch[Item, Value], *, group: Callable[[Item], Hashable] | None = None) -> None:
        self._fetch = fetch
        self._group = group
        self._loop: asyncio.AbstractEventLoop | None = None
        self._waiting: dict[Hashable, _Batch[Item, Value]] = {}
        self._in_flight: dict[asyncio.Task[None], int] = {}
        """How many items each call carries; none, once it holds up nobody any more."""
        self._leaving = self._watched = False
        self._seen = 0
        """How many items waited a turn ago, while they are waited for to become more."""

    def ask(self, item: Item) -> asyncio.Future[Value]:
        """The value, once a call has brought it; raises the item's refusal, or why its call failed."""
        loop = self._loop
        if loop is None or loop.is_closed():
            loop = self._loop = asyncio.get_running_loop()
            self._watched = False
        future: asyncio.Future[Value] = loop.create_future()
        group = None if self._group is None else self._group(item)
        batch = self._waiting.get(group)
        if batch is None:
            # A call belongs to the trace of the first who waits for it, not of who happened to start the lane.
            batch = self._waiting[group] = _Batch({}, copy_context())
        futures = batch.items.setdefault(item, [future])
        if futures[0] is not future:
            futures.append(future)
        if not self._leaving and len(batch.items) >= self._least():
            self._leaving = True
            loop.call_soon(self._leave_once_quiet)
        return future

    def _least(self) -> float:
        """How many items a call has to carry to leave now."""
        if len(self._in_flight) < CALLS_IN_FLIGHT - 1:
            return 0
        if len(self._in_flight) < CALLS_IN_FLIGHT:
            return WORTH_A_SECOND * min(self._in_flight.values())
        return math.inf

    def _leave_once_quiet(self) -> None:
        """Leave unless the turn that ends here brought more: whoever was answered together asks again one by one."""
        waiting = max((len(batch.items) for batch in self._waiting.values()), default=0)
        if self._seen < waiting < WORTH_A_CALL:
            self._seen = waiting
            asyncio.get_running_loop().call_soon(self._leave_once_quiet)
        else:
            self._leave()

    def _leave(self) -> None:
        self._leaving, self._seen = False, 0
        while (batch := self._next_batch()) is not None:
            call = asyncio.get_running_loop().create_task(self._call(batch.items), context=batch.context)
            self._in_flight[call] = len(batch.items)
            call.add_done_callback(self._returned)
            if not self._watched:
                self._watched = True
                # In nobody's context: it is not of the call that happens to start it alone.
                asyncio.get_running_loop().call_later(HOLDS_UP_S, self._hold_up_nobody, context=Context())

    def _hold_up_nobody(self) -> None:
        """One timer for whatever is in flight: to set one for each call would cost each."""
        self._watched = False
        self._in_flight = dict.fromkeys(self._in_flight, 0)
        if not self._leaving:
            self._leave()

    def _returned(self, call: "asyncio.Task[None] | None") -> None:
        # What was answered has returned before its task ends.
        if call is not None and self._in_flight.pop(call, None) is not None and not self._leaving:
            self._leaving = True
            self._leave_once_quiet()

    async def _let_the_next_leave(self) -> None:
        """Have what waits written before those are woken who were answered: their work would keep the service idle."""
        self._returned(asyncio.current_task())
        if self._in_flight:
            for _ in range(_TURNS_TO_LEAVE):
                await asyncio.sleep(0)

    def _next_batch(self) -> _Batch[Item, Value] | None:
        """The first that may leave: what may not, however long it has waited, holds up no other group."""
        least = self._least()
        for group, batch in self._waiting.items():
            if len(batch.items) >= least:
                return self._taken(group)
        return None

    def _taken(self, group: Hashable) -> _Batch[Item, Value]:
        batch = self._waiting.pop(group)
        if len(batch.items) <= ITEMS_A_CALL:
            return batch
        items = list(batch.items.items())
        # Behind the other groups: each has its turn.
        self._waiting[group] = _Batch(dict(items[ITEMS_A_CALL:]), batch.context)
        return _Batch(dict(items[:ITEMS_A_CALL]), batch.context)

    async def _call(self, batch: dict[Item, list[asyncio.Future[Value]]]) -> None:
        asked, waiting = [], []
        for one, futures in batch.items():
            # Whoever asked first is mostly still there, and alone.
            if not futures[0].done() or not all(future.done() for future in futures):
                asked.append(one)
                waiting.append(futures)
        if not asked:
            return
        try:
            answers = await self._fetch(asked)
            if len(answers) != len(asked):
                raise RuntimeError(f"asked for {len(asked)} items, {len(answers)} came back")
            await self._let_the_next_leave()
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
