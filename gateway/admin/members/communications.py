"""Communications: that a member was written to or called, and recording what an agent did."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.members.v1 import communications_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import COMMUNICATION_KEEPERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.paging import Connection, connection
from gateway.scalars import instant
from gateway.views.communications import CommunicationChannel, CommunicationOutcome
from services.kit.rpc import RemoteRefusal

_REASON = "a call or message to the member"
"""Of the audit: what was done is its own reason."""


@strawberry.type(description="A message or a call; what was said is not kept.")
class Communication:
    id: strawberry.ID
    channel: CommunicationChannel
    template: str
    outcome: CommunicationOutcome
    sent_at: datetime
    recorded_by: str


@strawberry.input(description="A message that was sent, or a call that was made.")
class RecordCommunicationInput:
    member_id: UUID
    channel: CommunicationChannel
    template: str = strawberry.field(
        description='Which template or topic, a lower-case key such as "order.shipped"; never what was said.'
    )
    outcome: CommunicationOutcome
    sent_at: datetime | None = strawberry.field(default=None, description="Now when not given.")
    message_id: str = strawberry.field(description="1 to 100 characters; what comes again is recorded once.")


@strawberry.type
class RecordCommunicationPayload:
    recorded: bool
    replayed: bool
    user_errors: list[UserError]


@strawberry.type
class CommunicationMutations:
    @strawberry.mutation(
        metadata=to(COMMUNICATION_KEEPERS), description="Records a message or a call to a member."
    )
    async def record_communication(
        self, info: Info, input: RecordCommunicationInput
    ) -> RecordCommunicationPayload:
        clients = info.context.clients
        new = communications_pb2.NewCommunication(
            member_id=str(input.member_id),
            channel=input.channel.value,
            template=input.template,
            outcome=input.outcome.value,
            sent_at=input.sent_at,
            message_id=input.message_id,
        )

        async def record() -> communications_pb2.RecordedCommunication:
            response = await clients.communications.record_communications(
                communications_pb2.RecordCommunicationsRequest(communications=[new]),
                headers=info.context.named(MEMBERS),
            )
            [result] = response.results
            if result.WhichOneof("result") == "refusal":
                raise RemoteRefusal(result.refusal)
            return result.recorded

        recorded, refused = await audited(
            info, "recordCommunication", {"memberId": new.member_id}, _REASON, record
        )
        return RecordCommunicationPayload(
            recorded=recorded is not None,
            replayed=recorded is not None and recorded.replayed,
            user_errors=refused,
        )


def communications(
    wire: communications_pb2.ListCommunicationsResponse, after: str | None
) -> Connection[Communication]:
    """A page of what was sent."""
    return connection(
        [
            Communication(
                id=strawberry.ID(one.communication_id),
                channel=CommunicationChannel(one.channel),
                template=one.template,
                outcome=CommunicationOutcome(one.outcome),
                sent_at=instant(one.sent_at),
                recorded_by=one.recorded_by,
            )
            for one in wire.communications
        ],
        [one.communication_id for one in wire.communications],
        has_next_page=wire.has_next_page,
        after=after,
    )
