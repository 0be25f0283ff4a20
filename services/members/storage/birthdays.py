"""Birthdays at rest: the years in which they and their months were last told, and neither day nor month."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.storage.databases import Databases


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


async def untold_months(
    databases: Databases, member_ids: Sequence[UUID], year: int, purpose: str
) -> list[UUID]:
    """Of whom no month was told yet in a year for a purpose; in the order that is given."""
    rows = await databases.members_pool.fetch(
        "SELECT member_id FROM birthday_months_told "
        "WHERE member_id = ANY($1::uuid[]) AND year >= $2 AND purpose = $3",
        member_ids,
        year,
        purpose,
    )
    told = {row[0] for row in rows}
    return [member_id for member_id in member_ids if member_id not in told]


async def claim_months(
    connection: AsyncConnection, member_ids: Collection[UUID], year: int, purpose: str
) -> list[UUID]:
    """Note that a month of a year is told for a purpose; of whom none was before, under whatever id."""
    claimed = await connection.scalars(
        text(
            """INSERT INTO birthday_months_told AS t (member_id, purpose, year)
               SELECT member_id, :purpose, :year FROM unnest(CAST(:members AS uuid[])) AS new (member_id)
               WHERE NOT EXISTS (
                 SELECT FROM members gone JOIN birthday_months_told other ON other.member_id = gone.member_id
                 WHERE gone.merged_into = new.member_id AND other.purpose = :purpose AND other.year >= :year)
               ORDER BY 1
               ON CONFLICT (member_id, purpose) DO UPDATE SET year = excluded.year WHERE t.year < excluded.year
               RETURNING t.member_id"""
        ),
        {"members": list(member_ids), "purpose": purpose, "year": year},
    )
    return list(claimed)
