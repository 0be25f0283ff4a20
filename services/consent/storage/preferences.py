"""Stored preferences: what each member wants, and every change that led to it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.preferences import Change, ChangeKind, Preferences, document, preferences_of
from services.consent.rules.wishes import Changed
from services.consent.storage.merges import survivor
from services.consent.storage.tables import acts, members, preference_changes, preferences


class Standing(NamedTuple):
    """What a member wants, and the epoch of the same moment."""

    preferences: Preferences
    epoch: int


class Place(NamedTuple):
    """Where a change stands in a member's history: its epoch, and the id it was kept under unless that is the
    survivor's."""

    epoch: int
    under: UUID | None = None


_PAGE = sa.text(
    """WITH person AS (SELECT coalesce((SELECT merged_into FROM members WHERE member_id = :member_id),
                                      CAST(:member_id AS uuid)) AS survivor)
       SELECT survivor, c.member_id AS under, c.epoch, c.kind, c.content, c.actor, c.changed_at
       FROM person JOIN preference_changes c ON c.member_id IN (
         SELECT survivor UNION ALL SELECT m.member_id FROM members m WHERE m.merged_into = survivor)
       WHERE CAST(:epoch AS bigint) IS NULL OR (c.epoch, c.member_id) < (:epoch, CAST(:under AS uuid))
       ORDER BY c.epoch DESC, c.member_id DESC LIMIT :most"""
)


async def standing(connection: AsyncConnection, member_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """What each of these members wants, by whichever id; those of whom nothing is known are left out."""
    asked = members.alias("asked")
    query = (
        sa.select(asked.c.member_id, members.c.epoch, members.c.automated_refused_at, preferences.c.content)
        .join(members, members.c.member_id == sa.func.coalesce(asked.c.merged_into, asked.c.member_id))
        .join(preferences, preferences.c.member_id == members.c.member_id, isouter=True)
        .where(asked.c.member_id == sa.any_(sa.literal(list(member_ids), sa.ARRAY(sa.UUID))))
    )
    return {
        row.member_id: Standing(preferences_of(row.content, row.automated_refused_at), row.epoch)
        for row in await connection.execute(query)
    }


async def append(
    connection: AsyncConnection, member_id: UUID, epoch: int, change: Change, actor: str, now: datetime
) -> None:
    """Write a change, under the epoch that it makes."""
    await connection.execute(
        preference_changes.insert().values(
            member_id=member_id,
            epoch=epoch,
            kind=change.kind,
            content=dict(change.content),
            actor=actor,
            changed_at=now,
        )
    )


async def note_act(
    connection: AsyncConnection,
    sent_as: UUID,
    idempotency_key: str,
    fingerprint: bytes,
    epoch: int,
    member_id: UUID,
) -> None:
    """Claim a key for good, of the id that the act was sent as."""
    await connection.execute(
        acts.insert().values(
            member_id=sent_as,
            idempotency_key=idempotency_key,
            fingerprint=fingerprint,
            epoch=epoch,
            recorded_under=None if sent_as == member_id else member_id,
        )
    )


async def put(connection: AsyncConnection, member_id: UUID, wanted: Preferences) -> None:
    """Let these preferences stand."""
    added = insert(preferences).values(member_id=member_id, content=document(wanted))
    await connection.execute(
        added.on_conflict_do_update(
            index_elements=[preferences.c.member_id], set_={"content": added.excluded.content}
        )
    )
    await connection.execute(
        members.update()
        .where(members.c.member_id == member_id)
        .values(automated_refused_at=wanted.automated_refused_at)
    )


async def page(
    connection: AsyncConnection, member_id: UUID, before: Place | None, most: int
) -> Sequence[tuple[Place, Changed]]:
    """A member's changes under all ids, newest first, those before a place."""
    at = {"member_id": member_id, "epoch": None, "under": None, "most": most}
    if before is not None:
        at |= {"epoch": before.epoch, "under": before.under or await survivor(connection, member_id)}
    return [
        (
            Place(row.epoch, None if row.under == row.survivor else row.under),
            Changed(row.epoch, Change(ChangeKind(row.kind), row.content), row.actor, row.changed_at),
        )
        for row in await connection.execute(_PAGE, at)
    ]
