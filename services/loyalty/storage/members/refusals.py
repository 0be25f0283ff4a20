"""Refusals at rest: who refused that machines judge them by a profile (PIPL 24)."""

from collections.abc import Collection
from datetime import datetime

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database

_MEMBERS = text(
    "INSERT INTO members (member_id, joined_at, automated_refused) "
    "VALUES (CAST(:member_id AS uuid), :joined_at, :refused) "
    "ON CONFLICT (member_id) DO UPDATE SET automated_refused = excluded.automated_refused"
)
_STANDINGS = text(
    "UPDATE standings SET automated_refused = :refused WHERE member_id = CAST(:member_id AS uuid)"
)


async def hear(connection: AsyncConnection, member_id: str, at: datetime, *, refused: bool) -> None:
    """Keep what a member decided, heard of at ``at``, perhaps before the registration."""
    values = {"member_id": member_id, "joined_at": at, "refused": refused}
    await connection.execute(_MEMBERS, values)
    await connection.execute(_STANDINGS, values)


async def refused(reader: asyncpg.Pool | database.RawConnection, member_ids: Collection[str]) -> set[str]:
    """Which of these members refused: for those who have no standing that says so."""
    if not member_ids:
        return set()
    rows = await reader.fetch(
        "SELECT member_id::text FROM members WHERE member_id = ANY($1::uuid[]) AND automated_refused",
        list(member_ids),
    )
    return {row[0] for row in rows}
