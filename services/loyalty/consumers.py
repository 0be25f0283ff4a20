"""The door where loyalty hears: members that registered are enrolled before their first order."""

from datetime import UTC

from huiyuan.members.v1.events_pb2 import MembersEvent

from services.kit import database, stream
from services.loyalty.storage import members


async def hear_members(connection: database.Connection, event: stream.Event) -> None:
    """Enrol whom the members service registered."""
    if event.type == "MemberRegistered":
        message = MembersEvent.FromString(event.body)
        joined_at = message.member_registered.joined_at.ToDatetime(tzinfo=UTC)
        await members.enrol(connection, message.member_id, joined_at)
