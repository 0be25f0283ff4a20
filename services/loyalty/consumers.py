"""The door where loyalty hears: who registered, and who turned out to be one."""

from datetime import UTC

from huiyuan.members.v1.events_pb2 import MembersEvent

from services.kit import database, stream
from services.loyalty.storage import heard_merges, members


async def hear_members(connection: database.Connection, event: stream.Event) -> None:
    """Enrol whom the members service registered, and keep whom it merged until the ledger follows."""
    if event.type == "MemberRegistered":
        message = MembersEvent.FromString(event.body)
        joined_at = message.member_registered.joined_at.ToDatetime(tzinfo=UTC)
        await members.enrol(connection, message.member_id, joined_at)
    elif event.type == "MembersMerged":
        await _merged(connection, MembersEvent.FromString(event.body))
    elif event.type == "MergeUndone":
        message = MembersEvent.FromString(event.body)
        undone = message.merge_undone
        await heard_merges.hear(
            connection,
            message.member_id,
            undone.into_member_id,
            undone.merge_id,
            undone.reason,
            undone=True,
        )


async def _merged(connection: database.Connection, message: MembersEvent) -> None:
    """Merges travel in a stream of their own, so that the two may not have been heard of yet."""
    merged = message.members_merged
    for member_id, joined_at in (
        (message.member_id, merged.from_joined_at),
        (merged.into_member_id, merged.into_joined_at),
    ):
        await members.enrol(connection, member_id, joined_at.ToDatetime(tzinfo=UTC))
    await heard_merges.hear(
        connection, message.member_id, merged.into_member_id, merged.merge_id, merged.reason, undone=False
    )
