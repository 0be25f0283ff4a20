"""Memberships as staff handle them: one is ended whose order was refunded."""

import strawberry
from huiyuan.loyalty.v1 import memberships_pb2 as wire

from gateway.admin.audit import audited
from gateway.admin.permissions import REVERSERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError
from gateway.views.memberships import Membership, membership


@strawberry.input(description="The order whose membership ends.")
class EndMembershipInput:
    source: str
    order_id: str
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class EndMembershipPayload:
    membership: Membership | None
    replayed: bool = strawberry.field(description="True when it was ended before.")
    user_errors: list[UserError]


@strawberry.type
class MembershipMutations:
    @strawberry.mutation(
        metadata=to(REVERSERS),
        description="Ends what an order bought, now or before it begins; a renewal before what it renewed.",
    )
    async def end_membership(self, info: Info, input: EndMembershipInput) -> EndMembershipPayload:
        context = info.context
        request = wire.EndMembershipRequest(source=input.source, order_id=input.order_id, reason=input.reason)
        told, refused = await audited(
            info,
            "endMembership",
            {"source": input.source, "orderId": input.order_id},
            input.reason,
            lambda: context.clients.memberships.end_membership(request, headers=context.named(LOYALTY)),
        )
        return EndMembershipPayload(
            membership=membership(told.membership) if told else None,
            replayed=told is not None and told.replayed,
            user_errors=refused,
        )
