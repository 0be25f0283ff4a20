"""Quotes: what a basket would earn the signed-in member, and what could be redeemed on it."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import orders_pb2, quotes_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Locale, Long, Money, MoneyInput, instant, money
from gateway.storefront.baskets import BasketLineInput, quote_coupons
from gateway.storefront.programme_ids import THE_PROGRAMME
from gateway.storefront.redemptions import OrderReferenceInput
from gateway.views.coupons import CouponQuote
from gateway.views.tiers import Tier, tier


@strawberry.input(description="A basket as if it were paid now.")
class QuoteInput:
    lines: list[BasketLineInput]
    total: MoneyInput = strawberry.field(description="What the lines sum to.")
    channel: str | None = strawberry.field(default=None, description='For instance "app" or "web".')
    redeem_currency: str | None = strawberry.field(
        default=None, description="What to redeem on it; without one, the first that can be spent."
    )
    redeem_points: Long | None = strawberry.field(
        default=None, description="How many; without it, as many as can be."
    )
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type(description="Points that the order would earn.")
class QuotedPoints:
    currency: str
    points: Long
    pending: bool = strawberry.field(description="True when they would have to mature first.")
    balance_after: Long


@strawberry.type(description="Points that a line would earn.")
class LinePoints:
    currency: str
    points: Long


@strawberry.type
class QuotedLine:
    line_id: strawberry.ID
    earned: list[LinePoints]


@strawberry.enum(description="Why no points can pay for the order.")
class NotRedeemableReason(Enum):
    NOT_SPENDABLE = quotes_pb2.NOT_REDEEMABLE_REASON_NOT_SPENDABLE
    NO_CONVERSION = quotes_pb2.NOT_REDEEMABLE_REASON_NO_CONVERSION
    NOTHING_AVAILABLE = quotes_pb2.NOT_REDEEMABLE_REASON_NOTHING_AVAILABLE
    BELOW_MINIMUM = quotes_pb2.NOT_REDEEMABLE_REASON_BELOW_MINIMUM
    # The order takes fewer points than the minimum.
    ORDER_CAP = quotes_pb2.NOT_REDEEMABLE_REASON_ORDER_CAP


@strawberry.type(
    description="How many points can pay for the order: of those asked and available, what it takes."
)
class RedeemablePoints:
    currency: str
    points: Long
    worth: Money
    reason: NotRedeemableReason | None = strawberry.field(description="Why points is 0.")
    available: Long
    minimum: Long
    multiple: Long


@strawberry.type(
    description="What a basket would earn, and what could be redeemed on it. Nothing was posted."
)
class Quote:
    earned: list[QuotedPoints]
    lines: list[QuotedLine]
    tier_held: Tier | None
    tier_reached: Tier | None = strawberry.field(description="The tier held once the order is recorded.")
    redeemable: RedeemablePoints | None = strawberry.field(
        description="Null when the programme has nothing that can be spent."
    )
    quoted_at: datetime
    asked: strawberry.Private[QuoteInput]

    @strawberry.field(
        description="Which of the member's coupons the basket takes, and which go best together, or what those named "
        "take off. To see what is earned after them, ask for a quote of what is left to pay."
    )
    async def coupons(
        self,
        info: Info,
        coupon_ids: list[strawberry.ID] | None = None,
        shipping: MoneyInput | None = None,
        order: OrderReferenceInput | None = None,
    ) -> CouponQuote | None:
        return await quote_coupons(
            info, self.asked.lines, shipping, coupon_ids or [], order, self.asked.programme_id
        )


@strawberry.type
class QuoteQueries:
    @strawberry.field(
        description="What a basket would earn the signed-in member, and what it takes in points."
    )
    async def quote(self, info: Info, input: QuoteInput) -> Quote | None:
        context = info.context
        request = quotes_pb2.QuoteOrderRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            lines=[line.wire() for line in input.lines],
            total=input.total.wire(),
            channel=input.channel or "",
            redeem_currency=input.redeem_currency or "",
            redeem_points=input.redeem_points,
        )
        wire = await context.clients.quotes.quote_order(request, headers=context.named(LOYALTY))
        return _quote(wire, context.locale, input)


def _quote(wire: quotes_pb2.QuoteOrderResponse, locale: Locale, asked: QuoteInput) -> Quote:
    return Quote(
        earned=[
            QuotedPoints(
                currency=one.currency,
                points=Long(one.points),
                pending=one.pending,
                balance_after=Long(one.balance_after),
            )
            for one in wire.earned
        ],
        lines=[
            QuotedLine(line_id=strawberry.ID(one.line_id), earned=_points(one.earned)) for one in wire.lines
        ],
        tier_held=tier(wire.tier_held, locale) if wire.HasField("tier_held") else None,
        tier_reached=tier(wire.tier_reached, locale) if wire.HasField("tier_reached") else None,
        redeemable=_redeemable(wire.redeemable) if wire.HasField("redeemable") else None,
        quoted_at=instant(wire.quoted_at),
        asked=asked,
    )


def _points(wire: Iterable[orders_pb2.EarnedPoints]) -> list[LinePoints]:
    return [LinePoints(currency=one.currency, points=Long(one.points)) for one in wire]


def _redeemable(wire: quotes_pb2.RedeemablePoints) -> RedeemablePoints:
    return RedeemablePoints(
        currency=wire.currency,
        points=Long(wire.points),
        worth=money(wire.worth),
        reason=NotRedeemableReason(wire.reason) if wire.reason else None,
        available=Long(wire.available),
        minimum=Long(wire.minimum),
        multiple=Long(wire.multiple),
    )
