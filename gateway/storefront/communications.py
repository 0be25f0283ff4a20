"""Communications: that the signed-in member was written to or called."""

from datetime import datetime

import strawberry
from huiyuan.members.v1 import communications_pb2

from gateway.paging import Connection, connection
from gateway.scalars import instant
from gateway.views.communications import CommunicationChannel, CommunicationOutcome


@strawberry.type(description="A message or a call; what was said is not kept.")
class Communication:
    id: strawberry.ID
    channel: CommunicationChannel
    template: str = strawberry.field(description='Which template or topic, for instance "order.shipped".')
    outcome: CommunicationOutcome
    sent_at: datetime


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
            )
            for one in wire.communications
        ],
        [one.communication_id for one in wire.communications],
        has_next_page=wire.has_next_page,
        after=after,
    )
