"""Re-wraps at rest: wrapped keys pass from one key-encryption key to another, and what is left is counted."""

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
_NEXT = """SELECT member_id, kind, dek_gen, wrapped FROM keys WHERE (member_id, kind, dek_gen) > ($1, $2, $3)
           ORDER BY member_id, kind, dek_gen LIMIT $4"""
_REPLACE = """UPDATE keys AS k SET wrapped = new.wrapped
              FROM unnest($1::uuid[], $2::smallint[], $3::int[], $4::bytea[], $5::bytea[])
                AS new (member_id, kind, dek_gen, seen, wrapped)
              WHERE k.member_id = new.member_id AND k.kind = new.kind AND k.dek_gen = new.dek_gen
                AND k.wrapped = new.seen"""
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
    new = [(row, wrapped) for row in mine if (wrapped := _rewrapped(ring, row)) is not None]
    passed = 0
    if new:
        status = await connection.execute(
            _REPLACE,
            [row["member_id"] for row, _ in new],
            [row["kind"] for row, _ in new],
            [row["dek_gen"] for row, _ in new],
            [row["wrapped"] for row, _ in new],
            [wrapped for _, wrapped in new],
        )
        passed = int(status.rpartition(" ")[2])
    return Cursor(rows[-1]["member_id"], rows[-1]["kind"], rows[-1]["dek_gen"]), passed


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
