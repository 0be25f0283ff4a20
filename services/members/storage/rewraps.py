"""Re-wraps at rest: wrapped keys pass from one key-encryption key to another, and what is left is counted."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.kit.database import RawConnection
from services.members.rules.blobs import BlobKind, KeyHeader, Unreadable
from services.members.rules.keyrings import KeyRing
from services.members.rules.rotations import Cursor
from services.members.storage.rotations import LOCKS

_KEYS = 1
_TIMEOUTS = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '15s'"
_PART = 500
_NEXT = """SELECT ctid, member_id, kind, dek_gen, wrapped FROM keys WHERE (member_id, kind, dek_gen) > ($1, $2, $3)
           ORDER BY member_id, kind, dek_gen LIMIT $4"""
# A row that was written since lies elsewhere, or holds something else where another one lay: it is left alone.
_REPLACE = """UPDATE keys AS k SET wrapped = new.wrapped
              FROM unnest($1::tid[], $2::bytea[], $3::bytea[]) AS new (ctid, seen, wrapped)
              WHERE k.ctid = new.ctid AND k.wrapped = new.seen"""
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
    rows = await connection.fetch(_NEXT, *cursor, limit)
    if not rows:
        return None, 0
    headers = {header_bytes(header) for header in old}
    mine = [row for row in rows if row["wrapped"][2:8] in headers]
    passed = await _replaced(connection, ring, mine)
    return Cursor(rows[-1]["member_id"], rows[-1]["kind"], rows[-1]["dek_gen"]), passed


async def _replaced(connection: RawConnection, ring: KeyRing, rows: Sequence[asyncpg.Record]) -> int:
    """How many rows were re-wrapped: part by part, the next one here while PostgreSQL writes the last."""
    passed, writing = 0, None
    try:
        for at in range(0, len(rows), _PART):
            new = [(row, _rewrapped(ring, row)) for row in rows[at : at + _PART]]
            if writing is not None:
                passed += int((await writing).rpartition(" ")[2])
            writing = asyncio.ensure_future(_replace(connection, new))
            await asyncio.sleep(0)  # lets it be sent
        return passed if writing is None else passed + int((await writing).rpartition(" ")[2])
    finally:
        if writing is not None:
            writing.cancel()


async def _replace(connection: RawConnection, new: Sequence[tuple[asyncpg.Record, bytes | None]]) -> str:
    opened = [(row, wrapped) for row, wrapped in new if wrapped is not None]
    status: str = await connection.execute(
        _REPLACE,
        [row["ctid"] for row, _ in opened],
        [row["wrapped"] for row, _ in opened],
        [wrapped for _, wrapped in opened],
    )
    return status


def _rewrapped(ring: KeyRing, row: asyncpg.Record) -> bytes | None:
    try:
        return ring.rewrap(row["wrapped"], ring.where(row["member_id"], BlobKind(row["kind"])))
    except (Unreadable, ValueError):
        return None


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
