"""Tiers at rest: who was last seen to hold one."""

import asyncpg

from services.kit import database

_HOLDERS = """SELECT member_id::text FROM standings
              WHERE programme = $1 AND tier_keys[cardinality(tier_keys)] = $2 AND cardinality(tier_keys) > 0
                AND merged_into IS NULL AND ($3::uuid IS NULL OR member_id < $3)
              ORDER BY member_id DESC LIMIT $4"""


async def holders(pool: asyncpg.Pool, programme: int, tier: str, after: str | None, count: int) -> list[str]:
    """Members whose standing, as it was last written, is a tier; by their ids, newest first."""
    return [row[0] for row in await pool.fetch(_HOLDERS, programme, tier, after, count)]


async def is_held(connection: database.RawConnection | asyncpg.Pool, programme: int, tier: str) -> bool:
    """Whether any standing, as it was last written, is a tier."""
    held = await connection.fetchval(
        """SELECT EXISTS (SELECT FROM standings
           WHERE programme = $1 AND tier_keys[cardinality(tier_keys)] = $2 AND cardinality(tier_keys) > 0
             AND merged_into IS NULL)""",
        programme,
        tier,
    )
    return bool(held)
