"""Merges that the members service told of, until the ledger has followed them."""

from datetime import datetime
from typing import NamedTuple

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database


class Heard(NamedTuple):
    """A merge, or its undoing, as it was told."""

    nth: int
    from_member: str
    into_member: str
    merge_id: str
    undone: bool
    reason: str

    @property
    def members(self) -> frozenset[str]:
        return frozenset({self.from_member, self.into_member})


async def hear(
    connection: AsyncConnection,
    from_member: str,
    into_member: str,
    merge_id: str,
    reason: str,
    *,
    undone: bool,
) -> None:
    """Keep what was told; told again, it changes nothing."""
    await connection.execute(
        text(
            "INSERT INTO heard_merges (from_member, into_member, merge_id, undone, reason) "
            "VALUES (CAST(:from_member AS uuid), CAST(:into_member AS uuid), :merge_id, :undone, :reason) "
            "ON CONFLICT DO NOTHING"
        ),
        {
            "from_member": from_member,
            "into_member": into_member,
            "merge_id": merge_id,
            "undone": undone,
            "reason": reason,
        },
    )


async def waiting(pool: asyncpg.Pool, limit: int) -> list[Heard]:
    """What the ledger has not followed, in the order in which it was made."""
    rows = await pool.fetch(
        "SELECT nth, from_member::text, into_member::text, merge_id, undone, reason FROM heard_merges "
        "WHERE followed_at IS NULL ORDER BY nth LIMIT $1",
        limit,
    )
    return [Heard(*row) for row in rows]


async def followed(connection: database.RawConnection, nths: list[int], now: datetime) -> None:
    """Note that the ledger did it."""
    await connection.execute("UPDATE heard_merges SET followed_at = $2 WHERE nth = ANY($1)", nths, now)
