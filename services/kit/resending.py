"""Resending: what a restored database wrote under numbers that its streams had given out already.

A database that is set back to an earlier instant counts on from there, while Redis and whoever heard it are further.
Everything written until the numbers meet again would pass for sent. So before a relay follows an outbox, its newest
row that passes for sent is held against the stream; where they differ, all that was written since the restore gets
numbers behind the stream's end.
"""

from collections.abc import Callable, Mapping, Sequence

import asyncpg
import structlog
from redis.asyncio import Redis

from services.kit import database, stream

log = structlog.get_logger()

_ROWS_AT_ONCE = 200
_NEWEST_SENT = """SELECT p.nth - 1 AS lane, o.* FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS p(seq, ord, nth)
                  CROSS JOIN LATERAL (
                    SELECT seq, ord, type, event FROM outbox
                    WHERE lane = p.nth - 1 AND (outbox.seq, outbox.ord) <= (p.seq, p.ord)
                    ORDER BY seq DESC, ord DESC LIMIT 1) AS o"""
_OLDER = """SELECT seq, ord, type, event FROM outbox WHERE lane = $1 AND (seq, ord) < ($2, $3)
            ORDER BY seq DESC, ord DESC LIMIT $4"""
_RENUMBER = """WITH moved AS (DELETE FROM outbox WHERE lane = $1 AND seq >= $2 RETURNING *),
                 numbered AS (SELECT *, dense_rank() OVER (ORDER BY seq) AS nth FROM moved)
               INSERT INTO outbox (lane, seq, ord, member_id, type, event, recorded_at)
               SELECT lane, $3 + nth, ord, member_id, type, event, recorded_at FROM numbered RETURNING seq"""
_HOLD = "SELECT seq FROM outbox_lanes WHERE lane = $1 FOR UPDATE"
_BEYOND_ALL = (2**62, 0)


class Resending:
    """Holds a service's outbox against its streams; ``last_body`` gives the last event of a row of a type."""

    def __init__(
        self, service: str, pool: asyncpg.Pool, redis: Redis, last_body: Callable[[str, bytes], bytes]
    ) -> None:
        self._streams = stream.names(service)
        self._pool = pool
        self._redis = redis
        self._last_body = last_body

    async def restored(self, ends: Mapping[str, stream.Position]) -> list[int]:
        """The lanes that were set back behind what their streams hold."""
        lanes = await self._pool.fetch("SELECT lane, seq FROM outbox_lanes")
        behind = {lane for lane, seq in lanes if seq < ends[self._streams[lane]][0]}
        return sorted(behind | await self.differing(ends))

    async def differing(self, ends: Mapping[str, stream.Position]) -> set[int]:
        """The lanes whose newest row that passes for sent is none that their stream holds."""
        reached = [ends[name] for name in self._streams]
        rows = await self._pool.fetch(
            _NEWEST_SENT, [seq for seq, _ in reached], [ordinal for _, ordinal in reached]
        )
        return {row["lane"] for row in rows if not await self._was_sent(self._streams[row["lane"]], row)}

    async def renumber(self, lane: int) -> None:
        """Let a lane count on behind its stream's end, with all that was written since the restore."""
        name = self._streams[lane]
        moved: Sequence[asyncpg.Record] = []
        async with self._pool.acquire() as connection, connection.transaction():
            # Whoever writes takes this lock last, so nothing is written until the commit.
            counted = await connection.fetchval(_HOLD, lane)
            end, _ = stream.position((await stream.last_ids(self._redis, [name]))[name])
            first = await self.first_unsent(connection, lane)
            base = max(counted, end)
            if first is not None and first <= end:
                moved = await connection.fetch(_RENUMBER, lane, first, base)
            newest = max((row["seq"] for row in moved), default=base)
            await connection.execute("UPDATE outbox_lanes SET seq = $2 WHERE lane = $1", lane, newest)
        log.warning("the database was restored: newer numbers for its events", stream=name, rows=len(moved))

    async def first_unsent(self, connection: database.RawConnection, lane: int) -> int | None:
        """From which number on the rows of a lane are none that its stream holds, from the newest backwards."""
        name, first, place = self._streams[lane], None, _BEYOND_ALL
        while rows := await connection.fetch(_OLDER, lane, *place, _ROWS_AT_ONCE):
            for row in rows:
                if await self._was_sent(name, row):
                    return first
                first = row["seq"]
            place = rows[-1]["seq"], rows[-1]["ord"]
        return first

    async def _was_sent(self, name: str, row: asyncpg.Record) -> bool:
        """Whether the stream holds this very row, or held it once: what is older than all it holds was cut off."""
        at = (row["seq"], row["ord"])
        if held := await stream.between(self._redis, name, _before(at), at, count=1):
            return held[0].body == self._last_body(row["type"], row["event"])
        oldest = await stream.between(self._redis, name, (0, 0), _BEYOND_ALL, count=1)
        return not oldest or at < (oldest[0].seq, oldest[0].ord)


def _before(at: stream.Position) -> stream.Position:
    return (at[0], at[1] - 1) if at[1] else (at[0] - 1, 2**62)
