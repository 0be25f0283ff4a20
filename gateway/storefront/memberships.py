"""Memberships: members have one offered to them, to be paid by an order; what is free they take themselves."""

import strawberry
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.loyalty.v1 import memberships_pb2 as wire

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import MoneyInput
from gateway.storefront.programme_ids import THE_PROGRAMME
from gateway.views.memberships import Membership, MembershipOffer, membership, offer

SOURCE = "storefront"
"""What free memberships are recorded under; their order's id is the offer's."""


@strawberry.input(description="A tier whose membership is to be offered.")
class OfferMembershipInput:
    tier: str = strawberry.field(description="The tier's key.")
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class OfferMembershipPayload:
    offer: MembershipOffer | None
    user_errors: list[UserError]


@strawberry.input(description="An offer that costs nothing, to be taken.")
class TakeMembershipInput:
    offer_id: strawberry.ID
    price: MoneyInput = strawberry.field(description="What was offered: 0 of the programme's money.")
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class TakeMembershipPayload:
    membership: Membership | None
    replayed: bool = strawberry.field(description="True when it was taken before.")
    user_errors: list[UserError]


@strawberry.type
class MembershipMutations:
    @strawberry.mutation(
        description="Offers the signed-in member a membership, at a price that is good for an hour: an order pays it."
    )
    async def offer_membership(self, info: Info, input: OfferMembershipInput) -> OfferMembershipPayload:
        context = info.context
        call = context.clients.memberships.offer_membership(
            wire.OfferMembershipRequest(
                programme_id=input.programme_id or DEFAULT_PROGRAMME,
                member_id=context.member_id(),
                tier=input.tier,
            ),
            headers=context.named(LOYALTY),
        )
        told, refused = await attempt(call, context.locale)
        return OfferMembershipPayload(offer=offer(told.offer) if told else None, user_errors=refused)

    @strawberry.mutation(
        description="Takes an offer of the signed-in member that costs nothing, since the fee is waived."
    )
    async def take_membership(self, info: Info, input: TakeMembershipInput) -> TakeMembershipPayload:
        context = info.context
        paid_at = Timestamp()
        paid_at.GetCurrentTime()
        request = wire.RecordMembershipRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            source=SOURCE,
            order_id=input.offer_id,
            offer_id=input.offer_id,
            price=input.price.wire(),
            paid_at=paid_at,
        )
        call = context.clients.memberships.record_membership(request, headers=context.named(LOYALTY))
        told, refused = await attempt(call, context.locale)
        return TakeMembershipPayload(
            membership=membership(told.membership) if told else None,
            replayed=told is not None and told.replayed,
            user_errors=refused,
        )
