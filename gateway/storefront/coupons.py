"""Coupons: members claim them, hold them for a checkout, and let them go again."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import coupons_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import SPENDS
from gateway.errors import UserError, attempt
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection
from gateway.scalars import Long, Money, MoneyInput, instant, money
from gateway.storefront.baskets import BasketLineInput
from gateway.storefront.programme_ids import THE_PROGRAMME
from gateway.storefront.redemptions import OrderReferenceInput
from gateway.views.coupons import Coupon, CouponOff, CouponState, coupon, coupons, offs
from gateway.views.nodes import Node

_KEY = "1 to 100 printable characters; a retry sends the same."


@strawberry.input(description="A coupon to take: one that is open to all, or by a code.")
class ClaimCouponInput:
    template: str | None = strawberry.field(default=None, description="The key of a template that is open.")
    code: str | None = strawberry.field(
        default=None, description="As the shop told it; case does not matter."
    )
    idempotency_key: str = strawberry.field(description=_KEY)
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class ClaimCouponPayload:
    coupon: Coupon | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.input(description="Coupons to set aside for an order, with the basket before coupons.")
class HoldCouponsInput:
    order: OrderReferenceInput
    coupon_ids: list[strawberry.ID] = strawberry.field(description="1 to 20.")
    lines: list[BasketLineInput]
    shipping: MoneyInput | None = strawberry.field(default=None, description="What shipping costs.")
    time_to_live_seconds: Long | None = strawberry.field(
        default=None, description="After that they are free by themselves; without it, as the templates say."
    )
    idempotency_key: str = strawberry.field(description=_KEY)
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class HoldCouponsPayload:
    held: list[CouponOff]
    off: Money | None = strawberry.field(description="What they take off together.")
    held_until: datetime | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.input(description="Coupons that an order holds, to let go.")
class ReleaseCouponsInput:
    order: OrderReferenceInput
    coupon_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Without them, all that the order holds."
    )
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class ReleaseCouponsPayload:
    released: list[Coupon]
    replayed: bool = strawberry.field(description="True when the order held nothing of it any more.")
    user_errors: list[UserError]


async def own_coupons(
    root: strawberry.Parent[Node],
    info: Info,
    first: int,
    after: str | None = None,
    state: CouponState | None = None,
    expires_before: datetime | None = None,
) -> Connection[Coupon] | None:
    """A page of the coupons of the member whose field this is."""
    return await coupons(info, root.id, state, expires_before, (first, after))


@strawberry.type
class CouponMutations:
    @strawberry.mutation(metadata=SPENDS, description="Takes a coupon for the signed-in member.")
    async def claim_coupon(self, info: Info, input: ClaimCouponInput) -> ClaimCouponPayload:
        context = info.context
        request = coupons_pb2.ClaimCouponRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            idempotency_key=input.idempotency_key,
        )
        if input.code:
            request.claim_code = input.code
        else:
            request.template = input.template or ""
        call = context.clients.coupons.claim_coupon(request, headers=context.named(LOYALTY))
        claimed, refused = await attempt(call, context.locale)
        return ClaimCouponPayload(
            coupon=coupon(claimed.coupon, context.locale) if claimed else None,
            replayed=claimed is not None and claimed.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=SPENDS, description="Sets coupons of the signed-in member aside for an order."
    )
    async def hold_coupons(self, info: Info, input: HoldCouponsInput) -> HoldCouponsPayload:
        context = info.context
        request = coupons_pb2.HoldCouponsRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            order=input.order.wire(),
            coupon_ids=input.coupon_ids,
            basket=coupons_pb2.CouponBasket(
                lines=[line.wire() for line in input.lines],
                shipping=input.shipping.wire() if input.shipping else None,
            ),
            time_to_live_seconds=input.time_to_live_seconds,
            idempotency_key=input.idempotency_key,
        )
        call = context.clients.coupons.hold_coupons(request, headers=context.named(LOYALTY))
        held, refused = await attempt(call, context.locale)
        return HoldCouponsPayload(
            held=offs(held.held) if held else [],
            off=money(held.off) if held else None,
            held_until=instant(held.held_until) if held else None,
            replayed=held is not None and held.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(description="Lets go of coupons that an order of the signed-in member holds.")
    async def release_coupons(self, info: Info, input: ReleaseCouponsInput) -> ReleaseCouponsPayload:
        context = info.context
        request = coupons_pb2.ReleaseCouponsRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            order=input.order.wire(),
            coupon_ids=input.coupon_ids or [],
        )
        call = context.clients.coupons.release_coupons(request, headers=context.named(LOYALTY))
        released, refused = await attempt(call, context.locale)
        return ReleaseCouponsPayload(
            released=[coupon(one, context.locale) for one in released.released] if released else [],
            replayed=released is not None and released.replayed,
            user_errors=refused,
        )
