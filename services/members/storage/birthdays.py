"""Birthdays at rest: the year in which each was last told, and no day."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


async def claim(connection: AsyncConnection, member_ids: Sequence[UUID], year: int) -> list[UUID]:
    """Note that these birthdays are told in a year; those that were not before."""
    claimed = await connection.scalars(
        text(
            """INSERT INTO birthdays_told AS t (member_id, year)
               SELECT member_id, :year FROM unnest(CAST(:members AS uuid[])) AS new (member_id) ORDER BY 1
               ON CONFLICT (member_id) DO UPDATE SET year = excluded.year WHERE t.year < excluded.year
               RETURNING t.member_id"""
        ),
        {"members": list(member_ids), "year": year},
    )
    return list(claimed)
