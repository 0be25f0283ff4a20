"""Statuses at rest: how members stand, and every change that led there."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.members import MemberStatus, new_member_id
from services.members.rules.statuses import Change, Standing
from services.members.storage.databases import Databases

_STANDING = """SELECT m.member_id, m.status, s.since, s.closes_at, coalesce(s.was_frozen, false)
               FROM members m LEFT JOIN statuses s USING (member_id)"""
_SURVIVOR = "(SELECT coalesce(merged_into, member_id) FROM members WHERE member_id = {asked} AND status > 0)"


def _standing(row: Iterable[Any]) -> Standing:
    member_id, status, *rest = row
    return Standing(member_id, MemberStatus(status), *rest)


async def standing(databases: Databases, member_id: UUID) -> Standing | None:
    """How the member stands whom an id means now; None for strangers."""
    query = f"{_STANDING} WHERE m.member_id = {_SURVIVOR.format(asked='$1')}"
    row = await databases.members_pool.fetchrow(query, member_id)
    return None if row is None else _standing(row)


async def lock(connection: AsyncConnection, member_id: UUID) -> Standing | None:
    """The same, held until the commit, so that a member's changes come one after the other."""
    query = text(f"{_STANDING} WHERE m.member_id = {_SURVIVOR.format(asked=':member_id')} FOR UPDATE OF m")
    held = None
    while True:
        row = (await connection.execute(query, {"member_id": member_id})).one_or_none()
        # Who was waited for may have parted them, or merged them further: then it is another one who is meant.
        if row is None or row[0] == held:
            return None if row is None else _standing(row)
        held = row[0]


async def put(connection: AsyncConnection, new: Standing, now: datetime, actor: str, reason: str) -> None:
    """Let a standing hold, and keep that it was changed."""
    await connection.execute(
        text("UPDATE members SET status = :status WHERE member_id = :member_id"),
        {"status": new.status, "member_id": new.member_id},
    )
    await connection.execute(
        text(
            """INSERT INTO statuses (member_id, since, closes_at, was_frozen)
               VALUES (:member_id, :since, :closes_at, :was_frozen)
               ON CONFLICT (member_id) DO UPDATE SET
                 since = excluded.since, closes_at = excluded.closes_at, was_frozen = excluded.was_frozen"""
        ),
        {
            "member_id": new.member_id,
            "since": new.since,
            "closes_at": new.closes_at,
            "was_frozen": new.was_frozen,
        },
    )
    await note(connection, [new.member_id], new.status, now, actor, reason)


async def note(
    connection: AsyncConnection,
    member_ids: Collection[UUID],
    status: MemberStatus,
    now: datetime,
    actor: str,
    reason: str,
) -> None:
    """Append to the changes, which are never changed."""
    await connection.execute(
        text(
            """INSERT INTO status_changes (member_id, change_id, status, changed_at, actor, reason)
               SELECT member_id, change_id, :status, :now, :actor, :reason
               FROM unnest(CAST(:members AS uuid[]), CAST(:changes AS uuid[])) AS new (member_id, change_id)"""
        ),
        {
            "members": list(member_ids),
            "changes": [new_member_id(now) for _ in member_ids],
            "status": status,
            "now": now,
            "actor": actor,
            "reason": reason,
        },
    )


async def changes(databases: Databases, member_id: UUID, count: int) -> list[Change]:
    """A member's changes of status, newest first."""
    rows = await databases.members_pool.fetch(
        "SELECT status, changed_at, actor, reason FROM status_changes WHERE member_id = $1 "
        "ORDER BY change_id DESC LIMIT $2",
        member_id,
        count,
    )
    return [Change(MemberStatus(row[0]), *row[1:]) for row in rows]


async def closing_until(databases: Databases, now: datetime, limit: int) -> list[UUID]:
    """Members whose cooling-off period is over, the earliest first."""
    rows = await databases.members_pool.fetch(
        "SELECT member_id FROM statuses WHERE closes_at <= $1 ORDER BY closes_at LIMIT $2", now, limit
    )
    return [row[0] for row in rows]


async def closed_before(databases: Databases, before: datetime, limit: int) -> list[UUID]:
    """Members closed before an instant for whose erasure nobody asked yet."""
    rows = await databases.members_pool.fetch(
        """SELECT m.member_id FROM members m JOIN statuses s USING (member_id)
           WHERE m.status = $1 AND s.since <= $2
             AND NOT EXISTS (SELECT FROM erasures e WHERE e.member_id = m.member_id)
           ORDER BY s.since LIMIT $3""",
        MemberStatus.CLOSED,
        before,
        limit,
    )
    return [row[0] for row in rows]
