"""Birthdays at rest: the months in which members' birthdays lie, for purposes that may know it, until they are over."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database
from services.loyalty.rules.earning.birthdays import BirthdayMonth


class Told(NamedTuple):
    """What was told of a member, and is to be checked; when it was last doubted."""

    member_id: str
    purpose: str
    doubted_at: datetime


async def hear(
    connection: AsyncConnection, member_id: str, first_on: date, purposes: Collection[str]
) -> None:
    """Keep a month, unless the member left or a later one is kept; it counts once it was checked."""
    await connection.execute(
        _HEAR, {"member_id": member_id, "first_on": first_on, "purposes": list(purposes)}
    )


async def end(connection: AsyncConnection, member_id: str, purposes: Collection[str] | None = None) -> None:
    """Forget what purposes knew of a member, or (None) all of it."""
    named = None if purposes is None else list(purposes)
    await connection.execute(_END, {"member_id": member_id, "purposes": named})


async def doubt(connection: AsyncConnection, member_id: str | None, purpose: str | None) -> None:
    """Let what is kept of a member, or for a purpose, count for nothing until it is checked again."""
    await connection.execute(_DOUBT, {"member_id": member_id, "purpose": purpose})


async def to_check(pool: asyncpg.Pool, before: datetime, most: int) -> list[Told]:
    """What was never checked, or not since an instant; longest ago first."""
    rows = await pool.fetch(
        "SELECT member_id::text, purpose, doubted_at FROM birthday_months WHERE checked_at IS NULL OR checked_at < $1 "
        "ORDER BY checked_at NULLS FIRST LIMIT $2",
        before,
        most,
    )
    return [Told(*row) for row in rows]


async def check(pool: asyncpg.Pool, asked: Sequence[Told], allowing: Collection[str], now: datetime) -> None:
    """Keep what the gate said of members about one purpose: a month that it may not know is gone.

    What a withdrawal took away meanwhile stays away, and what was doubted meanwhile is to be checked again.
    """
    for members, statement in ((True, _ALLOWED), (False, _REFUSED)):
        those = [one for one in asked if (one.member_id in allowing) is members]
        if those:
            await pool.execute(statement, *zip(*those, strict=True), *([now] if members else []))


async def forget(pool: asyncpg.Pool, before: date) -> None:
    """Forget months that began before a day."""
    await pool.execute("DELETE FROM birthday_months WHERE first_on < $1", before)


async def load(
    reader: asyncpg.Pool | database.RawConnection, member_ids: Collection[str]
) -> dict[str, list[BirthdayMonth]]:
    """The months of members, as far as it was checked that purposes may know them."""
    months: dict[str, list[BirthdayMonth]] = defaultdict(list)
    for row in await reader.fetch(_LOAD, list(member_ids)):
        months[row[0]].append(BirthdayMonth(row[1], row[2]))
    return months


_HEAR = text("""
INSERT INTO birthday_months AS b (member_id, purpose, first_on)
SELECT CAST(:member_id AS uuid), purpose, :first_on FROM unnest(CAST(:purposes AS text[])) AS purpose
WHERE NOT EXISTS (SELECT FROM departures d WHERE d.member_id = CAST(:member_id AS uuid))
ORDER BY purpose
ON CONFLICT (member_id, purpose) DO UPDATE SET first_on = excluded.first_on, checked_at = NULL,
    doubted_at = clock_timestamp()
  WHERE b.first_on < excluded.first_on
""")

_ASKED = """
unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS a (member_id, purpose, doubted_at)
WHERE b.member_id = a.member_id AND b.purpose = a.purpose AND b.doubted_at = a.doubted_at
"""
_ALLOWED = f"UPDATE birthday_months b SET checked_at = $4 FROM {_ASKED}"  # noqa: S608  # a part of ours
_REFUSED = f"DELETE FROM birthday_months b USING {_ASKED}"  # noqa: S608  # a part of ours

_END = text("""
DELETE FROM birthday_months WHERE member_id = CAST(:member_id AS uuid)
  AND (CAST(:purposes AS text[]) IS NULL OR purpose = ANY(CAST(:purposes AS text[])))
""")

_DOUBT = text("""
UPDATE birthday_months SET checked_at = NULL, doubted_at = clock_timestamp()
WHERE (CAST(:member_id AS uuid) IS NULL OR member_id = CAST(:member_id AS uuid))
  AND (CAST(:purpose AS text) IS NULL OR purpose = CAST(:purpose AS text))
""")

# Fenced as ``state`` fences look-ups.
_LOAD = """
SELECT b.member_id::text, b.purpose, b.first_on FROM unnest($1::uuid[]) AS k(member_id) CROSS JOIN LATERAL (
  SELECT * FROM birthday_months WHERE member_id = k.member_id AND checked_at IS NOT NULL OFFSET 0) AS b
"""
