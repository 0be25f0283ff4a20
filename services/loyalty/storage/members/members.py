"""Members this service has heard of."""

from collections.abc import Sequence
from datetime import datetime

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def known(pool: asyncpg.Pool, member_ids: Sequence[str]) -> set[str]:
    """Which of the ids belong to members."""
    rows = await pool.fetch("SELECT member_id FROM members WHERE member_id = ANY($1::uuid[])", member_ids)
    return {str(row["member_id"]) for row in rows}


async def enrol_many(pool: asyncpg.Pool, members: Sequence[tuple[str, datetime]]) -> None:
    """Remember members with the instants they joined; those already there stay as they are."""
    await pool.execute(
        """INSERT INTO members (member_id, joined_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])
           ON CONFLICT DO NOTHING""",
        [member_id for member_id, _ in members],
        [joined_at for _, joined_at in members],
    )


async def enrol(connection: AsyncConnection, member_id: str, joined_at: datetime) -> None:
    """Remember a member inside an open transaction."""
    await connection.execute(
        text(
            "INSERT INTO members (member_id, joined_at) VALUES (CAST(:member_id AS uuid), :joined_at) "
            "ON CONFLICT DO NOTHING"
        ),
        {"member_id": member_id, "joined_at": joined_at},
    )
