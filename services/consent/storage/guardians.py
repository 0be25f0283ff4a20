"""Guardians at rest: who is a child, who consents for it, and every change of that."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.guardians import GuardianChange, Ward

# A guardian who was merged acts as the survivor.
_WARDS = """SELECT w.member_id, coalesce(g.merged_into, w.guardian_id) AS guardian_id, w.linked_at, w.grown_at
  FROM wards w LEFT JOIN members g ON g.member_id = w.guardian_id"""


async def ward(connection: AsyncConnection, member_id: UUID) -> Ward | None:
    """What is known of a person as a child, by any id, and under the survivor's; None where nothing is.

    A child by any id is one; of several guardians, who was linked last.
    """
    query = f"""WITH who AS (
        SELECT coalesce((SELECT merged_into FROM members WHERE member_id = :member_id),
                        CAST(:member_id AS uuid)) AS survivor)
      SELECT who.survivor, w.guardian_id, w.linked_at, w.grown_at FROM who
      JOIN ({_WARDS}) w ON w.member_id = who.survivor
        OR w.member_id IN (SELECT m.member_id FROM members m WHERE m.merged_into = who.survivor)
      ORDER BY w.grown_at DESC NULLS FIRST, w.linked_at DESC NULLS LAST LIMIT 1"""  # noqa: S608
    row = (await connection.execute(sa.text(query), {"member_id": member_id})).one_or_none()
    return None if row is None else Ward(*row)


async def own(connection: AsyncConnection, member_ids: Collection[UUID]) -> list[Ward]:
    """What is known under each of these very ids."""
    query = f"{_WARDS} WHERE w.member_id = ANY(:member_ids) ORDER BY w.member_id"
    rows = await connection.execute(sa.text(query), {"member_ids": list(member_ids)})
    return [Ward(*row) for row in rows]


async def wards_of(connection: AsyncConnection, guardian_id: UUID) -> list[Ward]:
    """The children for whom a guardian consents, each once."""
    query = f"""{_WARDS} WHERE coalesce(g.merged_into, w.guardian_id) = :guardian_id AND w.grown_at IS NULL
                ORDER BY w.linked_at"""
    rows = await connection.execute(sa.text(query), {"guardian_id": guardian_id})
    found = [await ward(connection, row.member_id) for row in rows.all()]
    theirs = [one for one in found if one is not None and one.guardian_id == guardian_id]
    return list({one.child_id: one for one in theirs}.values())


async def put(
    connection: AsyncConnection,
    ward: Ward,
    epoch: int,
    kind: GuardianChange,
    verification: str,
    actor: str,
    now: datetime,
) -> None:
    """Let this be known of a child from an epoch of its own on, and keep how it was learned."""
    values = {
        "member_id": ward.child_id,
        "guardian_id": ward.guardian_id,
        "linked_at": ward.linked_at,
        "grown_at": ward.grown_at,
        "epoch": epoch,
        "kind": kind,
        "verification": verification,
        "actor": actor,
        "now": now,
    }
    await connection.execute(
        sa.text(
            """INSERT INTO wards (member_id, guardian_id, linked_at, grown_at, known_at)
               VALUES (:member_id, :guardian_id, :linked_at, :grown_at, :now)
               ON CONFLICT (member_id) DO UPDATE SET guardian_id = excluded.guardian_id,
                 linked_at = excluded.linked_at, grown_at = excluded.grown_at"""
        ),
        values,
    )
    await connection.execute(
        sa.text(
            """INSERT INTO guardian_changes (member_id, epoch, kind, guardian_id, verification, actor, changed_at)
               VALUES (:member_id, :epoch, :kind, :guardian_id, :verification, :actor, :now)"""
        ),
        values,
    )


async def void(connection: AsyncConnection, member_id: UUID) -> None:
    """Let no consent stand that the wrong one gave: a child's own, or a guardian's for who is a child no more.

    Records stay as they are; what stands by them ends, and is asked anew.
    """
    await connection.execute(
        sa.text(
            """UPDATE consent_states s SET valid_until = least(s.valid_until, coalesce(w.grown_at, w.known_at))
               FROM consent_events e, wards w
               WHERE s.member_id = :member_id AND s.event_state = 'GIVEN' AND e.record_id = s.record_id
                 AND w.member_id IN (SELECT CAST(:member_id AS uuid)
                   UNION SELECT m.member_id FROM members m WHERE m.merged_into = :member_id)
                 AND (w.grown_at IS NULL) = (e.guardian_id IS NULL)
                 AND (w.grown_at IS NULL OR e.event_time < w.grown_at)"""
        ),
        {"member_id": member_id},
    )
