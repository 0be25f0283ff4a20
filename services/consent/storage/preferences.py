"""Stored preferences: what each member wants, and every change that led to it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.preferences import Change, ChangeKind, Preferences, document, preferences_of
from services.consent.storage.tables import acts, members, preference_changes, preferences


class Standing(NamedTuple):
    """What a member wants, and the epoch of the same moment."""

    preferences: Preferences
    epoch: int


class Changed(NamedTuple):
    """A change as it was written; its epoch is its place."""

    epoch: int
    change: Change
    actor: str
    changed_at: datetime


async def standing(connection: AsyncConnection, member_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """What each of these members wants; those of whom nothing is known are left out."""
    query = (
        sa.select(members.c.member_id, members.c.epoch, members.c.automated_refused_at, preferences.c.content)
        .join(preferences, preferences.c.member_id == members.c.member_id, isouter=True)
        .where(members.c.member_id == sa.any_(sa.literal(list(member_ids), sa.ARRAY(sa.UUID))))
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
    connection: AsyncConnection, member_id: UUID, idempotency_key: str, fingerprint: bytes, epoch: int
) -> None:
    """Claim a member's key for good."""
    await connection.execute(
        acts.insert().values(
            member_id=member_id, idempotency_key=idempotency_key, fingerprint=fingerprint, epoch=epoch
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
    connection: AsyncConnection, member_id: UUID, before: int | None, most: int
) -> Sequence[Changed]:
    """A member's changes, newest first, those before an epoch."""
    query = sa.select(preference_changes).where(preference_changes.c.member_id == member_id)
    if before is not None:
        query = query.where(preference_changes.c.epoch < before)
    rows = await connection.execute(query.order_by(preference_changes.c.epoch.desc()).limit(most))
    return [
        Changed(row.epoch, Change(ChangeKind(row.kind), row.content), row.actor, row.changed_at)
        for row in rows
    ]
