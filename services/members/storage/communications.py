"""Communications at rest: append-only, and without any content."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.communications import Channel, Communication, Outcome
from services.members.rules.keyrings import BlindIndex
from services.members.storage.databases import Databases

_ADD = text(
    """INSERT INTO communications (member_id, communication_id, index_version, message_digest,
         channel, template, outcome, sent_at, recorded_by)
       SELECT * FROM unnest(CAST(:members AS uuid[]), CAST(:ids AS uuid[]), CAST(:versions AS smallint[]),
         CAST(:digests AS bytea[]), CAST(:channels AS smallint[]), CAST(:templates AS text[]),
         CAST(:outcomes AS smallint[]), CAST(:sent AS timestamptz[]), CAST(:recorders AS text[]))
       ON CONFLICT DO NOTHING RETURNING communication_id"""
)
_NEWEST = """SELECT member_id, communication_id, index_version, message_digest, channel, template, outcome, sent_at, recorded_by
             FROM communications WHERE member_id = ANY($1) AND ($2::uuid IS NULL OR communication_id < $2)
             ORDER BY communication_id DESC LIMIT $3"""


async def add(connection: AsyncConnection, new: Sequence[Communication]) -> set[UUID]:
    """Append communications; the ids of those that were not recorded before."""
    # Sorted, so that two batches wait for each other in the same order.
    new = sorted(new, key=lambda one: (one.member_id, one.message))
    added = await connection.scalars(
        _ADD,
        {
            "members": [one.member_id for one in new],
            "ids": [one.communication_id for one in new],
            "versions": [one.message.version for one in new],
            "digests": [one.message.digest for one in new],
            "channels": [one.channel for one in new],
            "templates": [one.template for one in new],
            "outcomes": [one.outcome for one in new],
            "sent": [one.sent_at for one in new],
            "recorders": [one.recorded_by for one in new],
        },
    )
    return set(added)


async def newest(
    databases: Databases, member_ids: Collection[UUID], after: UUID | None, count: int
) -> list[Communication]:
    """What was sent to a member, known by these ids, as it was recorded, newest first, after one that is known."""
    rows = await databases.members_pool.fetch(_NEWEST, member_ids, after, count)
    return [
        Communication(
            member_id,
            communication_id,
            BlindIndex(version, digest),
            Channel(channel),
            template,
            Outcome(outcome),
            sent_at,
            recorded_by,
        )
        for member_id, communication_id, version, digest, channel, template, outcome, sent_at, recorded_by in rows
    ]
