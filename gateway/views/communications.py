"""Communications: by which channels members are reached, and how it ends."""

from enum import Enum

import strawberry
from huiyuan.members.v1 import communications_pb2 as wire

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.paging import key_of, page_size


@strawberry.enum(description="By what a member was reached.")
class CommunicationChannel(Enum):
    SMS = wire.CHANNEL_SMS
    EMAIL = wire.CHANNEL_EMAIL
    WECHAT = wire.CHANNEL_WECHAT
    PHONE = wire.CHANNEL_PHONE
    PUSH = wire.CHANNEL_PUSH
    POST = wire.CHANNEL_POST


@strawberry.enum(description="How it ended.")
class CommunicationOutcome(Enum):
    SENT = wire.OUTCOME_SENT
    DELIVERED = wire.OUTCOME_DELIVERED
    FAILED = wire.OUTCOME_FAILED
    ANSWERED = wire.OUTCOME_ANSWERED
    NOT_REACHED = wire.OUTCOME_NOT_REACHED


async def sent(
    info: Info, member_id: strawberry.ID, first: int, after: str | None
) -> wire.ListCommunicationsResponse:
    """A page of what a member was sent, newest first. Raises ``PageTooLong``, ``CursorNotOurs`` or the members service's refusal."""
    clients = info.context.clients
    request = wire.ListCommunicationsRequest(member_id=member_id, first=page_size(first), after=key_of(after))
    return await clients.communications.list_communications(request, headers=info.context.named(MEMBERS))
