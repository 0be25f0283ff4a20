"""The door where consent hears: members that were erased, that turned out to be one, or not to have been."""

from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

from huiyuan.members.v1.events_pb2 import MembersEvent

from services.consent.actions import erasures, merges
from services.kit import database, stream


async def hear_members(connection: database.Connection, heard: Sequence[stream.Event]) -> None:
    """Erase whom the members service erased; follow whom it merged, and whom it parted again."""
    for event in heard:
        if event.type not in ("MemberErased", "MembersMerged", "MergeUndone"):
            continue
        message = MembersEvent.FromString(event.body)
        member_id, at = UUID(message.member_id), message.occurred_at.ToDatetime(tzinfo=UTC)
        if event.type == "MemberErased":
            await erasures.erase(connection, member_id, UUID(message.member_erased.erasure_id), at)
        elif event.type == "MembersMerged":
            merged = message.members_merged
            await merges.merge(connection, member_id, UUID(merged.into_member_id), merged.merge_id, at)
        else:
            undone = message.merge_undone
            await merges.undo(connection, member_id, UUID(undone.into_member_id), undone.merge_id, at)
