"""Accesses at rest: who looked at a member's data in clear or was refused, and how often an actor may."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.accesses import Access, PersonalField
from services.members.storage.databases import Databases

_NEWEST = """SELECT member_id, access_id, actor, purpose, reason, fields, accessed_at, refusal_code, actor_role
             FROM profile_accesses
             WHERE member_id = ANY($1) AND ($2::uuid IS NULL OR access_id < $2) AND (refusal_code = '' OR NOT $4)
             ORDER BY access_id DESC LIMIT $3"""


async def add(connection: AsyncConnection, access: Access) -> None:
    """Append to the access log, which is never changed."""
    await connection.execute(
        text(
            """INSERT INTO profile_accesses
                 (member_id, access_id, actor, purpose, reason, fields, accessed_at, refusal_code, actor_role)
               VALUES (:member_id, :access_id, :actor, :purpose, :reason, CAST(:fields AS smallint[]),
                       :accessed_at, :refusal_code, :actor_role)"""
        ),
        {
            "member_id": access.member_id,
            "access_id": access.access_id,
            "actor": access.actor,
            "purpose": access.purpose,
            "reason": access.reason,
            "fields": [int(field) for field in access.fields],
            "accessed_at": access.accessed_at,
            "refusal_code": access.refusal_code,
            "actor_role": access.actor_role,
        },
    )


async def spend(connection: AsyncConnection, actor: str, on: date, quota: int) -> bool:
    """Count one more access of an actor on a day; False when the quota is used up."""
    spent = await connection.execute(
        text(
            """INSERT INTO unmask_quotas AS q (actor, used_on, used) SELECT :actor, :on, 1 WHERE :quota > 0
               ON CONFLICT (actor, used_on) DO UPDATE SET used = q.used + 1 WHERE q.used < :quota"""
        ),
        {"actor": actor, "on": on, "quota": quota},
    )
    return spent.rowcount == 1


async def newest(
    databases: Databases,
    member_ids: Collection[UUID],
    after: UUID | None,
    count: int,
    *,
    allowed_only: bool = False,
) -> list[Access]:
    """Accesses to the data of a member, known by these ids, newest first, after one that is known."""
    rows = await databases.members_pool.fetch(_NEWEST, member_ids, after, count, allowed_only)
    return [
        Access(
            member_id,
            access_id,
            actor,
            purpose,
            reason,
            tuple(PersonalField(field) for field in fields),
            accessed_at,
            refusal_code,
            actor_role,
        )
        for member_id, access_id, actor, purpose, reason, fields, accessed_at, refusal_code, actor_role in rows
    ]
