"""The outbox: events are written in the transaction that decides them, and relayed to streams after it.

Rows are keyed (lane, seq, ord). ``seq`` has no gap within a lane and follows commit order, because a writer
takes its lane's row lock as the last thing before it commits; so the relay skips nothing. A row of the type
``PACKED`` holds several events, and its ``ord`` is that of the last of them.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from zlib import crc32

import asyncpg
import msgpack
import sqlalchemy as sa
import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database, resending, stream
from services.kit.away import ends_by_itself

log = structlog.get_logger()

caught_up_at = Gauge(
    "huiyuan_outbox_caught_up_timestamp_seconds",
    "When a service's events had last all left its outbox for the streams.",
    ["service"],
)

CREATE = """
CREATE TABLE outbox (
  lane smallint NOT NULL, seq bigint NOT NULL, ord integer NOT NULL,
  member_id uuid, type text NOT NULL, event bytea NOT NULL,
  recorded_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (lane, seq, ord)
);
CREATE TABLE outbox_lanes (lane smallint PRIMARY KEY, seq bigint NOT NULL);
INSERT INTO outbox_lanes SELECT lane, 0 FROM generate_series(0, 15) AS lane;
"""
"""What a service's first migration runs to have an outbox."""

PACKED = "Packed"
KEEP_DAYS = 7
_ROWS_AT_ONCE = 200
_EVENTS_AT_ONCE = 2_000
_LOOK_AGAIN_S = 2.0


class NewEvent(NamedTuple):
    """An event about to be written: whom it is about (None for nobody), its type's name and its bytes."""

    member_id: str | None
    type: str
    body: bytes


def pack(events: Sequence[NewEvent]) -> bytes:
    """All events of one ``seq`` as the body of one row; a row for each costs the ledger a tenth of its speed."""
    packed: bytes = msgpack.packb(events)
    return packed


def unpack(body: bytes) -> list[NewEvent]:
    """The events in the body of a packed row."""
    return [NewEvent(*event) for event in msgpack.unpackb(body)]


_TAKE = sa.text("UPDATE outbox_lanes SET seq = seq + 1 WHERE lane = :lane RETURNING seq")
_WRITE = sa.text(
    """INSERT INTO outbox (lane, seq, ord, member_id, type, event)
       SELECT :lane, :seq, e.nth - 1, e.member_id, e.type, e.event
       FROM unnest(CAST(:members AS uuid[]), CAST(:types AS text[]), CAST(:bodies AS bytea[]))
         WITH ORDINALITY AS e(member_id, type, event, nth)"""
)


async def append(connection: AsyncConnection, events: Sequence[NewEvent]) -> None:
    """Write events into the open transaction; call it last, since it holds the lane's row until the commit."""
    if not events:
        return
    lane = crc32((events[0].member_id or "").encode()) % stream.LANES
    seq = (await connection.execute(_TAKE, {"lane": lane})).scalar_one()
    members, types, bodies = zip(*events, strict=True)
    await connection.execute(
        _WRITE,
        {"lane": lane, "seq": seq, "members": list(members), "types": list(types), "bodies": list(bodies)},
    )


_WRITE_MANY = sa.text(
    """WITH mine AS (
         SELECT lane FROM outbox_lanes WHERE lane = ANY(CAST(:lanes AS smallint[])) ORDER BY lane FOR UPDATE),
       taken AS (
         UPDATE outbox_lanes o SET seq = o.seq + 1 FROM mine WHERE o.lane = mine.lane RETURNING o.lane, o.seq)
       INSERT INTO outbox (lane, seq, ord, member_id, type, event)
       SELECT lane, taken.seq, e.count - 1, e.member_id, e.type, e.event FROM taken JOIN unnest(
         CAST(:lanes AS smallint[]), CAST(:counts AS int[]), CAST(:members AS uuid[]),
         CAST(:types AS text[]), CAST(:bodies AS bytea[])) AS e (lane, count, member_id, type, event) USING (lane)"""
)


async def append_many(connection: AsyncConnection, events: Sequence[NewEvent]) -> None:
    """Write events of many members, each into its own member's lane and one row a lane; call it last as well."""
    lanes: dict[int, list[NewEvent]] = {}
    for event in events:
        lanes.setdefault(crc32((event.member_id or "").encode()) % stream.LANES, []).append(event)
    if not lanes:
        return
    rows = [told[0] if len(told) == 1 else NewEvent(None, PACKED, pack(told)) for told in lanes.values()]
    members, types, bodies = zip(*rows, strict=True)
    await connection.execute(
        _WRITE_MANY,
        {
            "lanes": list(lanes),
            "counts": [len(told) for told in lanes.values()],
            "members": list(members),
            "types": list(types),
            "bodies": list(bodies),
        },
    )


_NEW = """SELECT o.* FROM unnest($1::bigint[], $2::int[]) WITH ORDINALITY AS p(seq, ord, nth)
          CROSS JOIN LATERAL (
            SELECT lane, seq, ord, member_id, type, event FROM outbox
            WHERE lane = p.nth - 1 AND (outbox.seq, outbox.ord) > (p.seq, p.ord)
            ORDER BY seq, ord LIMIT $3) AS o"""


def last_body(type: str, event: bytes) -> bytes:
    """The body of the last event of a row."""
    return unpack(event)[-1].body if type == PACKED else event


class Relay:
    """Follows a service's outbox and sends what is new to its streams, for as long as it runs.

    It resumes from the streams' own last ids. When Redis lost its streams, everything that the outbox still
    keeps is sent again; consumers pass over what they have seen.
    """

    def __init__(
        self,
        service: str,
        pool: asyncpg.Pool,
        redis: Redis,
        *,
        idle_s: float = 0.03,
        restoring: resending.Resending | None = None,
    ) -> None:
        self._service = service
        self._pool = pool
        self._redis = redis
        self._idle_s = idle_s
        self._restoring = restoring or resending.Resending(service, pool, redis, last_body)
        """What is done once the database was set back."""
        self._caught_up_at = caught_up_at.labels(service)

    async def run(self) -> None:
        """Relay until cancelled; a database or Redis that goes away is waited for."""
        while True:
            try:
                await self._follow()
            except Exception as error:
                if not ends_by_itself(error):
                    raise
                log.warning("relay waits", service=self._service, because=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _follow(self) -> None:
        streams = stream.names(self._service)
        ends = await self._ends(streams)
        for lane in await self._restoring.restored(ends):
            await self._restoring.renumber(lane)
        # One connection for as long as it lasts: to take one out of the pool for each look costs as much as the look.
        async with self._pool.acquire() as connection:
            await self._relay(connection, ends)

    async def _relay(self, connection: database.RawConnection, ends: dict[str, stream.Position]) -> None:
        """Send what is new, again and again; ``ends`` says where the streams end."""
        streams, checked, pause_s = list(ends), asyncio.get_running_loop().time(), self._idle_s
        while True:
            rows = await connection.fetch(
                _NEW,
                [ends[name][0] for name in streams],
                [ends[name][1] for name in streams],
                _ROWS_AT_ONCE,
            )
            sent = await self._send([event for row in rows for event in self._events(row, ends)], ends)
            if sent and len(rows) >= _ROWS_AT_ONCE:
                continue
            if sent:
                self._caught_up_at.set_to_current_time()
            # A pause also under load: the events of 30 ms travel together, at a fraction of the cost. While
            # nothing happens, or a stream takes nothing, it grows to four times that.
            pause_s = self._idle_s if rows and sent else min(pause_s * 1.5, 4 * self._idle_s)
            await asyncio.sleep(pause_s)
            if (now := asyncio.get_running_loop().time()) - checked > _LOOK_AGAIN_S:
                # Where nothing is sent, only this shows that Redis was emptied, and where to begin again.
                checked = now
                ends = await self._ends(streams)

    async def _send(self, events: Sequence[stream.Event], ends: dict[str, stream.Position]) -> bool:
        """Send events by portions; ``ends`` then says where the streams end, and the answer whether all were taken.

        What follows on something that a stream did not take is left for the next time.
        """
        refusing: set[str] = set()
        for first in range(0, len(events), _EVENTS_AT_ONCE):
            portion = [
                event for event in events[first : first + _EVENTS_AT_ONCE] if event.stream not in refusing
            ]
            wanted = {event.stream: (event.seq, event.ord) for event in portion}
            reached = await stream.append(self._redis, ends, portion)
            ends |= reached
            refusing |= {name for name, end in wanted.items() if reached[name] != end}
        return not refusing

    async def _ends(self, streams: list[str]) -> dict[str, stream.Position]:
        sent = await stream.last_ids(self._redis, streams)
        return {name: stream.position(sent[name]) for name in streams}

    def _events(self, row: asyncpg.Record, ends: Mapping[str, stream.Position]) -> Iterator[stream.Event]:
        """The row's events that its stream does not end behind."""
        name = stream.name(self._service, row["lane"])
        if row["type"] == PACKED:
            events = unpack(row["event"])
        else:
            events = [NewEvent(str(row["member_id"] or ""), row["type"], row["event"])]
        for ordinal, event in enumerate(events, row["ord"] - len(events) + 1):
            if (row["seq"], ordinal) > ends[name]:
                yield stream.Event(name, row["seq"], ordinal, event.member_id or "", event.type, event.body)


async def forget_relayed(pool: asyncpg.Pool, redis: Redis, service: str) -> int:
    """Delete outbox rows that were relayed and are older than ``KEEP_DAYS``; how many went."""
    sent = await stream.last_ids(redis, stream.names(service))
    positions = [stream.position(sent[name]) for name in stream.names(service)]
    gone: str = await pool.execute(
        """DELETE FROM outbox o USING unnest($1::bigint[]) WITH ORDINALITY AS p(seq, nth)
           WHERE o.lane = p.nth - 1 AND o.seq < p.seq AND o.recorded_at < now() - make_interval(days => $2)""",
        [seq for seq, _ in positions],
        KEEP_DAYS,
    )
    return int(gone.split()[-1])
