"""The door where consent hears: members who turned out to be one, or not to have been."""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from huiyuan.members.v1.events_pb2 import MembersEvent

from services.consent.actions import merges
from services.kit import database, stream


async def hear_members(connection: database.Connection, heard: Sequence[stream.Event]) -> None:
    """Follow whom the members service merged, and whom it parted again."""
    for event in heard:
        if event.type not in ("MembersMerged", "MergeUndone"):
            continue
        message = MembersEvent.FromString(event.body)
        follow, told = (
            (merges.merge, message.members_merged)
            if event.type == "MembersMerged"
            else (merges.undo, message.merge_undone)
        )
        await follow(
            connection,
            UUID(message.member_id),
            UUID(told.into_member_id),
            told.merge_id,
            message.occurred_at.ToDatetime(tzinfo=UTC),
        )
