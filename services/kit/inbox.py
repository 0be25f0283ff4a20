"""The inbox: a consumer's effect and its place in the stream are committed together, so each event counts once."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.kit import database, stream

log = structlog.get_logger()

CREATE = "CREATE TABLE inbox (stream text PRIMARY KEY, seq bigint NOT NULL, ord bigint NOT NULL)"
"""What a service's first migration runs to have an inbox."""

Handler = Callable[[AsyncConnection, stream.Event], Awaitable[None]]

_ADVANCE = text(
    """INSERT INTO inbox (stream, seq, ord) VALUES (:stream, :seq, :ord)
       ON CONFLICT (stream) DO UPDATE SET seq = EXCLUDED.seq, ord = EXCLUDED.ord
       WHERE (inbox.seq, inbox.ord) < (EXCLUDED.seq, EXCLUDED.ord)"""
)


class Consumer:
    """Hears another service's events in order and hands each to ``handle`` inside one transaction.

    Two processes may run the same consumer: the inbox row's lock lets one through, and the other finds the
    event already counted.
    """

    def __init__(self, service: str, engine: AsyncEngine, redis: Redis, handle: Handler) -> None:
        self._streams = stream.names(service)
        self._engine = engine
        self._redis = redis
        self._handle = handle

    async def run(self) -> None:
        """Consume until cancelled; a database or Redis that goes away is waited for."""
        while True:
            try:
                await self._follow()
            except Exception as error:
                if not (isinstance(error, RedisError) or database.is_away(error)):
                    log.exception("consumer failed, will try again", streams=self._streams[0])
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        async with self._engine.connect() as connection:
            rows = await connection.execute(text("SELECT stream, seq, ord FROM inbox"))
            known = {row.stream: f"{row.seq}-{row.ord}" for row in rows}
        cursors = {name: known.get(name, stream.START) for name in self._streams}
        while True:
            for event in await stream.read(self._redis, cursors, block_ms=1000):
                await self._count(event)
                cursors[event.stream] = event.id

    async def _count(self, event: stream.Event) -> None:
        async with self._engine.begin() as connection:
            place = {"stream": event.stream, "seq": event.seq, "ord": event.ord}
            moved = await connection.execute(_ADVANCE, place)
            if moved.rowcount:
                await self._handle(connection, event)
