"""Redemptions: members spend points, hold them for a checkout, and let them go again."""

import strawberry
from huiyuan.loyalty.v1 import redemptions_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import SPENDS
from gateway.errors import UserError, attempt
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long, Money, money
from gateway.storefront.programme_ids import THE_PROGRAMME
from gateway.views.redemptions import Hold, SpentPoints, hold, spent


@strawberry.input(description="The order that points are spent on; a refund of it gives them back.")
class OrderReferenceInput:
    source: str
    order_id: str

    def wire(self) -> redemptions_pb2.OrderReference:
        return redemptions_pb2.OrderReference(source=self.source, order_id=self.order_id)


@strawberry.input(description="Exactly so many points are spent, or none.")
class RedeemPointsInput:
    points: Long
    currency: str | None = strawberry.field(
        default=None, description="Without one, the programme's first that can be spent."
    )
    redemption_id: str = strawberry.field(
        description="1 to 100 printable characters; a retry sends the same."
    )
    order: OrderReferenceInput | None = None
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type(description="Points that were spent.")
class Redemption:
    id: strawberry.ID
    currency: str
    points: Long
    taken: list[SpentPoints] = strawberry.field(description="From what, first-expiring-first.")
    worth: Money | None = strawberry.field(description="In money; null when the currency has no worth in it.")
    balance_after: Long
    entry_id: strawberry.ID


@strawberry.type
class RedeemPointsPayload:
    redemption: Redemption | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.input(description="Points to set aside, so that no other checkout promises them.")
class HoldPointsInput:
    points: Long
    currency: str | None = strawberry.field(
        default=None, description="Without one, the programme's first that can be spent."
    )
    hold_id: str = strawberry.field(description="1 to 100 printable characters; a retry sends the same.")
    time_to_live_seconds: Long | None = strawberry.field(
        default=None, description="After that they go back by themselves; without it, as the programme says."
    )
    order: OrderReferenceInput | None = None
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class HoldPointsPayload:
    hold: Hold | None
    balance_after: Long | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.input(description="A hold to let go.")
class ReleaseHoldInput:
    hold_id: str
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class ReleaseHoldPayload:
    hold: Hold | None
    replayed: bool = strawberry.field(description="True when the points were back already.")
    user_errors: list[UserError]


@strawberry.type
class RedemptionMutations:
    @strawberry.mutation(metadata=SPENDS, description="Spends points of the signed-in member.")
    async def redeem_points(self, info: Info, input: RedeemPointsInput) -> RedeemPointsPayload:
        context = info.context
        request = redemptions_pb2.RedeemPointsRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            currency=input.currency or "",
            points=input.points,
            redemption_id=input.redemption_id,
            order=input.order.wire() if input.order else None,
        )
        call = context.clients.redemptions.redeem_points(request, headers=context.named(LOYALTY))
        redeemed, refused = await attempt(call, context.locale)
        return RedeemPointsPayload(
            redemption=_redemption(redeemed) if redeemed else None,
            replayed=redeemed is not None and redeemed.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=SPENDS, description="Sets points of the signed-in member aside for a checkout."
    )
    async def hold_points(self, info: Info, input: HoldPointsInput) -> HoldPointsPayload:
        context = info.context
        request = redemptions_pb2.HoldPointsRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            currency=input.currency or "",
            points=input.points,
            hold_id=input.hold_id,
            time_to_live_seconds=input.time_to_live_seconds,
            order=input.order.wire() if input.order else None,
        )
        call = context.clients.redemptions.hold_points(request, headers=context.named(LOYALTY))
        made, refused = await attempt(call, context.locale)
        return HoldPointsPayload(
            hold=hold(made.hold) if made else None,
            balance_after=Long(made.balance_after) if made else None,
            replayed=made is not None and made.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(description="Gives back what a hold of the signed-in member keeps.")
    async def release_hold(self, info: Info, input: ReleaseHoldInput) -> ReleaseHoldPayload:
        context = info.context
        request = redemptions_pb2.ReleaseHoldRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            hold_id=input.hold_id,
        )
        call = context.clients.redemptions.release_hold(request, headers=context.named(LOYALTY))
        released, refused = await attempt(call, context.locale)
        return ReleaseHoldPayload(
            hold=hold(released.hold) if released else None,
            replayed=released is not None and released.replayed,
            user_errors=refused,
        )


def _redemption(wire: redemptions_pb2.RedeemPointsResponse) -> Redemption:
    return Redemption(
        id=strawberry.ID(wire.redemption_id),
        currency=wire.currency,
        points=Long(wire.points),
        taken=spent(wire.taken),
        worth=money(wire.worth) if wire.HasField("worth") else None,
        balance_after=Long(wire.balance_after),
        entry_id=strawberry.ID(wire.entry_id),
    )
