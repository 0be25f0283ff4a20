"""Stored suppressions: what stands against writing to each member."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.channels import Channel
from services.consent.rules.suppressions import Suppression, SuppressionReason
from services.consent.storage.tables import suppressions

_KEY = (suppressions.c.member_id, suppressions.c.channel, suppressions.c.reason)


async def standing(connection: AsyncConnection, member_id: UUID) -> list[Suppression]:
    """What stands against writing to a member, also what ended by itself."""
    query = sa.select(suppressions).where(suppressions.c.member_id == member_id).order_by(*_KEY)
    return [
        Suppression(
            Channel(row.channel) if row.channel else None,
            SuppressionReason(row.reason),
            row.since,
            row.until,
            row.actor,
        )
        for row in await connection.execute(query)
    ]


async def put(connection: AsyncConnection, member_id: UUID, one: Suppression) -> None:
    """Let a suppression stand in the place of an older one for the same reason."""
    added = insert(suppressions).values(
        member_id=member_id,
        channel=one.channel or "",
        reason=one.reason,
        since=one.since,
        until=one.until,
        actor=one.actor,
    )
    replaced = {name: added.excluded[name] for name in ("since", "until", "actor")}
    await connection.execute(added.on_conflict_do_update(index_elements=_KEY, set_=replaced))


async def remove(
    connection: AsyncConnection, member_id: UUID, channel: Channel | None, reason: SuppressionReason
) -> bool:
    """End a suppression; False when there was none."""
    query = suppressions.delete().where(
        suppressions.c.member_id == member_id,
        suppressions.c.channel == (channel or ""),
        suppressions.c.reason == reason,
    )
    return (await connection.execute(query)).rowcount > 0
