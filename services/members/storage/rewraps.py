"""Re-wraps at rest: wrapped keys pass from one key-encryption key to another, and what is left is counted."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from services.kit.database import RawConnection
from services.members.rules.blobs import BlobKind, KeyHeader, Unreadable
from services.members.rules.keyrings import KeyRing
from services.members.rules.rotations import Cursor
from services.members.storage.rotations import LOCKS

_KEYS = 1
_KINDS = {int(kind): kind for kind in BlobKind}
_TIMEOUTS = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '15s'"
_PART = 500
_NEXT = """SELECT ctid, member_id, kind, dek_gen, wrapped FROM keys WHERE (member_id, kind, dek_gen) > ($1, $2, $3)
           ORDER BY member_id, kind, dek_gen LIMIT $4"""
# A row that was written since lies elsewhere, or holds something else where another one lay: it is left alone. Written
# and read in one statement, so that PostgreSQL does not wait for us in between; the first row counts what was written.
_TURN = f"""WITH replaced AS (
              UPDATE keys AS k SET wrapped = new.wrapped
              FROM unnest($5::tid[], $6::bytea[], $7::bytea[]) AS new (ctid, seen, wrapped)
              WHERE k.ctid = new.ctid AND k.wrapped = new.seen RETURNING 1)
            SELECT NULL::tid, NULL::uuid, NULL::smallint, count(*)::integer, NULL::bytea FROM replaced
            UNION ALL ({_NEXT})"""  # noqa: S608
_LEFT = "SELECT {} FROM keys WHERE substring(wrapped FROM 3 FOR 6) = ANY({})"


def header_bytes(header: KeyHeader) -> bytes:
    """What stands in bytes 3 to 8 of whatever a key-encryption key wrapped."""
    return header.kek_id.to_bytes(2) + header.epoch.to_bytes(4)


async def rewrap(
    connection: RawConnection, ring: KeyRing, old: Sequence[KeyHeader], cursor: Cursor, limit: int
) -> tuple[Cursor | None, int]:
    """Re-wrap the keys after a cursor, in the open transaction: where it ended (None at the end), how many passed.

    A key that changed meanwhile is left as it is, and one that does not open too: the proof will name it.
    """
    await connection.execute(_TIMEOUTS)
    headers = {header_bytes(header) for header in old}
    rows = await connection.fetch(_NEXT, *cursor, min(_PART, limit))
    if not rows:
        return None, 0
    passed, new = 0, _New([], [], [])
    while rows:
        limit -= len(rows)
        cursor = Cursor(*rows[-1][1:4])
        # PostgreSQL writes the last part and reads the next one while this one is re-wrapped here.
        turn = asyncio.ensure_future(_turn(connection, new, cursor, min(_PART, limit)))
        try:
            await asyncio.sleep(0)  # it begins,
            await asyncio.sleep(0)  # and what it has to say is sent
            new = _rewrapped(ring, headers, rows)
            replaced, rows = await turn
        finally:
            turn.cancel()
        passed += replaced
    replaced, _ = await _turn(connection, new, cursor, 0)
    return cursor, passed + replaced


class _New(NamedTuple):
    """Keys that were re-wrapped, column by column: where each lies, what was seen there, and what comes there."""

    ctids: list[tuple[int, int]]
    seen: list[bytes]
    wrapped: list[bytes]


async def _turn(
    connection: RawConnection, new: _New, cursor: Cursor, most: int
) -> tuple[int, list[asyncpg.Record]]:
    """Write a part, and read so many keys after a cursor: how many were still what was seen, and what was read."""
    counted, *following = await connection.fetch(_TURN, *cursor, most, *new)
    return counted[3], following


def _rewrapped(ring: KeyRing, headers: Collection[bytes], rows: Iterable[asyncpg.Record]) -> _New:
    """Those of the keys that are wrapped under these headers, under the key that writes; what does not open is left."""
    new = _New([], [], [])
    where, rewrap_key = ring.where, ring.rewrap
    for ctid, member_id, kind, _, seen in rows:
        if seen[2:8] not in headers:
            continue
        try:
            wrapped = rewrap_key(seen, where(member_id, _KINDS[kind]))
        except (Unreadable, KeyError):
            continue
        new.ctids.append(ctid)
        new.seen.append(seen)
        new.wrapped.append(wrapped)
    return new


async def close(connection: RawConnection, old: Sequence[KeyHeader]) -> None:
    """Let nothing be wrapped any more by these key-encryption keys; once this committed, nothing is.

    Waits for the transactions that are adding keys now, briefly: whoever comes meanwhile waits for us.
    """
    await connection.execute(_TIMEOUTS)
    await connection.execute("SELECT pg_advisory_xact_lock($1, $2)", LOCKS, _KEYS)
    await connection.execute(
        "INSERT INTO closed_keks SELECT unnest($1::bytea[]) ON CONFLICT DO NOTHING",
        [header_bytes(header) for header in old],
    )


async def left(connection: RawConnection, old: Sequence[KeyHeader]) -> tuple[int, list[UUID], str]:
    """How many rows are left on key-encryption keys, the first of their members, and the query that says so."""
    headers = [header_bytes(header) for header in old]
    count: int = await connection.fetchval(_LEFT.format("count(*)", "$1"), headers, timeout=600)
    members = await connection.fetch(_LEFT.format("member_id", "$1") + " LIMIT 10", headers) if count else []
    shown = "ARRAY[{}]".format(", ".join(f"'\\x{header.hex()}'::bytea" for header in headers))
    return count, [row["member_id"] for row in members], _LEFT.format("count(*)", shown)
