"""Baskets: lines as members send them, and which coupons go with them."""

from collections.abc import Sequence

import strawberry
from huiyuan.loyalty.v1 import coupons_pb2, orders_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long, MoneyInput
from gateway.storefront.redemptions import OrderReferenceInput
from gateway.views.coupons import CouponQuote, coupon_quote


@strawberry.input(description="A line of the basket.")
class BasketLineInput:
    line_id: str = strawberry.field(description="Unique within the basket.")
    sku: str
    quantity: Long
    money: MoneyInput = strawberry.field(description="What is to be paid for the whole line.")

    def wire(self) -> orders_pb2.OrderLine:
        return orders_pb2.OrderLine(
            line_id=self.line_id, sku=self.sku, quantity=self.quantity, money=self.money.wire()
        )


async def quote_coupons(
    info: Info,
    lines: Sequence[BasketLineInput],
    shipping: MoneyInput | None,
    coupon_ids: Sequence[str],
    order: OrderReferenceInput | None,
    programme_id: str | None,
) -> CouponQuote:
    """What a basket says to the signed-in member's coupons."""
    context = info.context
    wire = await context.clients.coupons.quote_coupons(
        coupons_pb2.QuoteCouponsRequest(
            programme_id=programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            basket=coupons_pb2.CouponBasket(
                lines=[line.wire() for line in lines], shipping=shipping.wire() if shipping else None
            ),
            coupon_ids=coupon_ids,
            order=order.wire() if order else None,
        ),
        headers=context.named(LOYALTY),
    )
    return coupon_quote(wire, context.locale)
