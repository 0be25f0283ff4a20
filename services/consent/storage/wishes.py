"""Wishes at rest, by one id: what stands, and every change that led to it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.preferences import Change, ChangeKind, preferences_of
from services.consent.rules.wishes import Changed, Wishes
from services.consent.storage import preferences, suppressions
from services.consent.storage.tables import preference_changes
from services.consent.storage.tables import suppressions as suppressed

_STANDS = sa.text(
    """SELECT m.automated_refused_at, p.content FROM (SELECT CAST(:member_id AS uuid) AS member_id) one
       LEFT JOIN members m USING (member_id) LEFT JOIN preferences p USING (member_id)"""
)


async def of(connection: AsyncConnection, member_id: UUID) -> Wishes:
    """What stands for this id; for one who was merged, what did until then."""
    row = (await connection.execute(_STANDS, {"member_id": member_id})).one()
    stops = await suppressions.standing(connection, member_id)
    return Wishes(
        preferences_of(row.content, row.automated_refused_at),
        {(one.channel, one.reason): one for one in stops},
    )


async def changes(connection: AsyncConnection, member_id: UUID, since: int = -1) -> list[Changed]:
    """All that was changed under this id after an epoch, in order."""
    query = (
        sa.select(preference_changes)
        .where(preference_changes.c.member_id == member_id, preference_changes.c.epoch > since)
        .order_by(preference_changes.c.epoch)
    )
    return [
        Changed(row.epoch, Change(ChangeKind(row.kind), row.content), row.actor, row.changed_at)
        for row in await connection.execute(query)
    ]


async def put(connection: AsyncConnection, member_id: UUID, wanted: Wishes) -> None:
    """Let this stand for an id, and nothing else."""
    await preferences.put(connection, member_id, wanted.preferences)
    await connection.execute(suppressed.delete().where(suppressed.c.member_id == member_id))
    for one in wanted.suppressions.values():
        await suppressions.put(connection, member_id, one)
