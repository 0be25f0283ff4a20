"""Merges at rest: who answers as whom, and all that stands for those who do."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.decisions import Decision
from services.consent.rules.records import FIELDS, EventState, Record
from services.consent.storage.decisions import STATE_FIELDS, record_of
from services.consent.storage.tables import consent_events, consent_states


class Edge(NamedTuple):
    """A member who was merged, and the survivor's epoch at that."""

    from_member: UUID
    merge_id: str
    epoch: int


async def survivor(connection: AsyncConnection, member_id: UUID) -> UUID:
    """Who answers as a member, by what is committed now."""
    found: UUID | None = await connection.scalar(
        sa.text("SELECT merged_into FROM members WHERE member_id = :member_id"), {"member_id": member_id}
    )
    return found or member_id


async def ids(connection: AsyncConnection, survivor: UUID) -> list[UUID]:
    """All ids that a survivor answers as, the own one too."""
    found = await connection.scalars(
        sa.text(
            "SELECT CAST(:survivor AS uuid) UNION ALL SELECT member_id FROM members WHERE merged_into = :survivor"
        ),
        {"survivor": survivor},
    )
    return list(found)


async def hold_sends(connection: AsyncConnection, member_id: UUID) -> None:
    """Let no send of a member be claimed until the commit: a claim is of whoever the member is then."""
    await connection.execute(
        sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:send, 0))"), {"send": f"send {member_id}"}
    )


async def add(
    connection: AsyncConnection, from_member: UUID, into_member: UUID, merge_id: str, epoch: int
) -> None:
    """Keep a merge, and let the member and all who were merged into that member answer as the survivor."""
    values = {"from_member": from_member, "into_member": into_member, "merge_id": merge_id, "epoch": epoch}
    await connection.execute(
        sa.text(
            "INSERT INTO merges (from_member, into_member, merge_id, epoch, weighed) "
            "VALUES (:from_member, :into_member, :merge_id, :epoch, true)"
        ),
        values,
    )
    await connection.execute(
        sa.text(
            "UPDATE members SET merged_into = :into_member "
            "WHERE member_id = :from_member OR merged_into = :from_member"
        ),
        {"from_member": from_member, "into_member": into_member},
    )


async def remove(connection: AsyncConnection, from_member: UUID, merge_id: str) -> bool:
    """Forget a merge, and let the member and all who were merged into that member part; False when it was not there."""
    gone = await connection.execute(
        sa.text("DELETE FROM merges WHERE from_member = :member AND merge_id = :merge"),
        {"member": from_member, "merge": merge_id},
    )
    if gone.rowcount == 0:
        return False
    await connection.execute(
        sa.text(
            """WITH RECURSIVE theirs (member_id) AS (
                 VALUES (CAST(:member AS uuid))
                 UNION
                 SELECT m.from_member FROM merges m JOIN theirs ON m.into_member = theirs.member_id)
               UPDATE members SET merged_into = nullif(CAST(:member AS uuid), members.member_id)
               FROM theirs WHERE members.member_id = theirs.member_id"""
        ),
        {"member": from_member},
    )
    return True


async def of_survivor(connection: AsyncConnection, member_id: UUID) -> list[Edge]:
    """Who was merged into a member directly, the first one first."""
    rows = await connection.execute(
        sa.text("SELECT from_member, merge_id, epoch FROM merges WHERE into_member = :member ORDER BY epoch"),
        {"member": member_id},
    )
    return [Edge(*row) for row in rows]


async def unweighed(connection: AsyncConnection) -> UUID | None:
    """A survivor of a merge that code of before heard of, which weighed consents and no wishes; None: there is none."""
    found: UUID | None = await connection.scalar(
        sa.text("SELECT into_member FROM merges WHERE weighed IS NULL LIMIT 1")
    )
    return found


async def weighed(connection: AsyncConnection, into_member: UUID) -> None:
    """Note that the wishes of all who were merged into a member are weighed, and are to be where it brought them."""
    await connection.execute(
        sa.text(
            """UPDATE merges SET weighed = CASE WHEN into_member = :member THEN true END
               WHERE (into_member = :member AND weighed IS NULL) OR from_member = :member"""
        ),
        {"member": into_member},
    )


async def note(connection: AsyncConnection, member_id: UUID, epoch: int) -> None:
    """Let a merge, or its undoing, be why a member is at an epoch."""
    await connection.execute(
        sa.text("UPDATE members SET epoch = :epoch, merged_epoch = :epoch WHERE member_id = :member_id"),
        {"epoch": epoch, "member_id": member_id},
    )


async def records(connection: AsyncConnection, member_id: UUID) -> list[Record]:
    """All that a member decided under this id, in order."""
    query = (
        sa.select(*(consent_events.c[name] for name in FIELDS))
        .where(consent_events.c.member_id == member_id)
        .order_by(consent_events.c.epoch, consent_events.c.ord)
    )
    return [record_of(dict(row)) for row in (await connection.execute(query)).mappings()]


async def states(connection: AsyncConnection, member_id: UUID) -> list[Decision]:
    """All that stands for a member."""
    query = sa.select(*(consent_states.c[name] for name in STATE_FIELDS)).where(
        consent_states.c.member_id == member_id
    )
    rows = (await connection.execute(query)).mappings()
    return [Decision(**{**row, "event_state": EventState(row["event_state"])}) for row in rows]


async def drop_states(connection: AsyncConnection, member_id: UUID, keys: Iterable[tuple[str, str]]) -> None:
    """Let nothing stand on these purposes and recipients: they are asked anew."""
    for purpose, recipient_id in keys:
        await connection.execute(
            consent_states.delete().where(
                consent_states.c.member_id == member_id,
                consent_states.c.purpose == purpose,
                consent_states.c.recipient_id == recipient_id,
            )
        )
