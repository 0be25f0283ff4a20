"""The door where consent hears: members that were erased are erased here too."""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from huiyuan.members.v1.events_pb2 import MembersEvent

from services.consent.actions import erasures
from services.kit import database, stream


async def hear_members(connection: database.Connection, heard: Sequence[stream.Event]) -> None:
    """Erase whom the members service erased."""
    for event in heard:
        if event.type == "MemberErased":
            message = MembersEvent.FromString(event.body)
            await erasures.erase(
                connection,
                UUID(message.member_id),
                UUID(message.member_erased.erasure_id),
                message.occurred_at.ToDatetime(tzinfo=UTC),
            )
