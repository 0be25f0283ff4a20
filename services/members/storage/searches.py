"""Searches at rest: who looked for what kind of thing, and how often an actor may."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.members import MemberStatus
from services.members.rules.searches import Criterion, LoggedSearch
from services.members.storage.databases import Databases

_NEWEST = """SELECT search_id, actor, criteria, found, searched_at, allowed FROM member_searches
             WHERE ($1 = '' OR actor = $1) AND ($2::uuid IS NULL OR search_id < $2)
             ORDER BY search_id DESC LIMIT $3"""
_JOINED = """SELECT member_id, joined_at FROM members
             WHERE status > 0 AND merged_into IS NULL
               AND ($1::smallint IS NULL OR status = $1)
               AND ($2::timestamptz IS NULL OR joined_at >= $2)
               AND ($3::timestamptz IS NULL OR joined_at < $3)
               AND ($4::timestamptz IS NULL OR (joined_at, member_id) < ($4, $5))
             ORDER BY joined_at DESC, member_id DESC LIMIT $6"""


async def spend(connection: AsyncConnection, actor: str, on: date, quota: int) -> bool:
    """Count one more search of an actor on a day; False when the quota is used up."""
    spent = await connection.execute(
        text(
            """INSERT INTO search_quotas AS q (actor, used_on, used) SELECT :actor, :on, 1 WHERE :quota > 0
               ON CONFLICT (actor, used_on) DO UPDATE SET used = q.used + 1 WHERE q.used < :quota"""
        ),
        {"actor": actor, "on": on, "quota": quota},
    )
    return spent.rowcount == 1


async def add(connection: AsyncConnection, search: LoggedSearch) -> None:
    """Append to the log of searches, which is never changed."""
    await connection.execute(
        text(
            """INSERT INTO member_searches (search_id, actor, criteria, found, searched_at, allowed)
               VALUES (:search_id, :actor, CAST(:criteria AS smallint[]), :found, :searched_at, :allowed)"""
        ),
        {**search._asdict(), "criteria": [int(criterion) for criterion in search.criteria]},
    )


async def newest(databases: Databases, actor: str, after: UUID | None, count: int) -> list[LoggedSearch]:
    """Searches of an actor, or of all, newest first, after one that is known."""
    rows = await databases.members_pool.fetch(_NEWEST, actor, after, count)
    return [
        LoggedSearch(
            search_id, who, tuple([Criterion(number) for number in criteria]), found, searched_at, allowed
        )
        for search_id, who, criteria, found, searched_at, allowed in rows
    ]


async def joined(
    databases: Databases,
    status: MemberStatus | None,
    between: tuple[datetime | None, datetime | None],
    after: tuple[datetime, UUID] | None,
    count: int,
) -> list[tuple[UUID, datetime]]:
    """Members by when they joined, latest first; merged ones are left out."""
    rows = await databases.members_pool.fetch(_JOINED, status, *between, *(after or (None, None)), count)
    return [(row[0], row[1]) for row in rows]
