"""The inbox: a consumer's effect and its place in the stream are committed together, so each event counts once."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import groupby
from math import inf
from operator import attrgetter

import structlog
from prometheus_client import Counter, Gauge
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.kit import stream
from services.kit.away import is_away

log = structlog.get_logger()

caught_up_at = Gauge(
    "huiyuan_inbox_caught_up_timestamp_seconds",
    "When a consumer had last heard all that a service told.",
    ["service"],
)
failures_total = Counter(
    "huiyuan_inbox_failures_total", "Events that could not be handled, and are tried again.", ["service"]
)
gaps_total = Counter(
    "huiyuan_inbox_gaps_total", "Streams that had forgotten events before a consumer heard them.", ["service"]
)

CREATE = "CREATE TABLE inbox (stream text PRIMARY KEY, seq bigint NOT NULL, ord bigint NOT NULL)"
"""What a service's first migration runs to have an inbox."""

_PAUSE_S = 0.5
_SAY_EVERY_S = 1.0
SAY_ALL_EVERY_S = 5.0
"""News alone is said in between; a Redis that was emptied knows nothing of what was said before."""
WAIT_S = 3.0
"""For the first event, which ends it at once. A client gives up on a Redis that says nothing after five seconds."""

Handler = Callable[[AsyncConnection, Sequence[stream.Event]], Awaitable[None]]
"""Gets new events of one stream, in order, inside the transaction that counts them."""


def each(handle: Callable[[AsyncConnection, stream.Event], Awaitable[None]]) -> Handler:
    """A handler that takes events one by one."""

    async def handle_each(connection: AsyncConnection, events: Sequence[stream.Event]) -> None:
        for event in events:
            await handle(connection, event)

    return handle_each


_HOLD = text(
    """INSERT INTO inbox (stream, seq, ord) VALUES (:stream, 0, 0)
       ON CONFLICT (stream) DO UPDATE SET seq = inbox.seq RETURNING seq, ord"""
)
_ADVANCE = text("UPDATE inbox SET seq = :seq, ord = :ord WHERE stream = :stream")


class Consumer:
    """Hears another service's events in order and hands them to ``handle``, those that came together in one transaction.

    Two processes may run the same consumer: the inbox row's lock lets one through, and the other finds the
    events already counted. ``by`` is who hears, the same in all of its processes.
    """

    def __init__(self, service: str, engine: AsyncEngine, redis: Redis, handle: Handler, *, by: str) -> None:
        self._service = service
        self._by = by
        self._streams = stream.names(service)
        self._engine = engine
        self._redis = redis
        self._handle = handle
        self._caught_up_at = caught_up_at.labels(service)

    async def run(self) -> None:
        """Consume until cancelled; a database or Redis that goes away is waited for."""
        while True:
            try:
                await self._follow()
            except Exception as error:
                if not is_away(error):
                    log.exception("consumer failed, will try again", streams=self._streams[0])
                await asyncio.sleep(_PAUSE_S)

    async def _follow(self) -> None:
        async with self._engine.connect() as connection:
            rows = await connection.execute(text("SELECT stream, seq, ord FROM inbox"))
            known = {row.stream: f"{row.seq}-{row.ord}" for row in rows}
        cursors = {name: known.get(name, stream.START) for name in self._streams}
        said: dict[str, str] = {}
        behind, said_at, all_said_at = True, -inf, -inf
        while True:
            if (now := asyncio.get_running_loop().time()) - said_at > _SAY_EVERY_S:
                if now - all_said_at > SAY_ALL_EVERY_S:
                    said, all_said_at = {}, now
                news = {name: heard for name, heard in cursors.items() if said.get(name) != heard}
                await stream.note_heard(self._redis, self._by, news)
                said, said_at = cursors.copy(), now
            if behind:
                await self._look_for_gaps(cursors)
            # Whoever has news to say waits no longer than that: a full stream takes nothing until it is said.
            wait_s = WAIT_S if said == cursors else _SAY_EVERY_S
            events = await stream.read(self._redis, cursors, block_ms=round(wait_s * 1000))
            failed = behind = False
            for name, together in groupby(events, key=attrgetter("stream")):
                told = list(together)
                behind |= len(told) >= stream.AT_ONCE
                failed |= not await self._hear(cursors, name, told)
            if failed:
                await asyncio.sleep(_PAUSE_S)
            elif not behind:
                self._caught_up_at.set_to_current_time()

    async def _look_for_gaps(self, cursors: dict[str, str]) -> None:
        """Say it when a stream no longer has what comes next: it kept less than we were behind."""
        for name, first_id in (await stream.first_ids(self._redis, self._streams)).items():
            heard, first = stream.position(cursors[name]), stream.position(first_id)
            if first > heard and first not in ((heard[0], heard[1] + 1), (heard[0] + 1, 0)):
                gaps_total.labels(self._service).inc()
                log.error("events went by unheard", stream=name, heard=cursors[name], next=first_id)

    async def _hear(self, cursors: dict[str, str], name: str, events: list[stream.Event]) -> bool:
        """Count events of one stream and go on behind them; False when one fails, which stops its stream alone."""
        try:
            cursors[name] = await self._count(name, events)
            return True
        except Exception as error:
            if is_away(error):
                raise
            if len(events) == 1:
                failures_total.labels(self._service).inc()
                log.exception(
                    "event failed, will try again", stream=name, id=events[0].id, type=events[0].type
                )
                return False
        for event in events:
            if not await self._hear(cursors, name, [event]):
                return False
        return True

    async def _count(self, name: str, events: list[stream.Event]) -> str:
        """Handle events of one stream, in order, in one transaction; the id of the last."""
        last = events[-1]
        async with self._engine.begin() as connection:
            held = (await connection.execute(_HOLD, {"stream": name})).one()
            new = [event for event in events if (event.seq, event.ord) > tuple(held)]
            if new:
                await self._handle(connection, new)
                await connection.execute(_ADVANCE, {"stream": name, "seq": last.seq, "ord": last.ord})
        return last.id
