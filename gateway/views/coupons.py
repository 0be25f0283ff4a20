"""Coupons as members and staff see them, and what a basket says to them."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import coupon_templates_pb2, coupons_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Locale, Money, instant, money, optional_instant, text, timestamp


@strawberry.enum(description="What a coupon takes off.")
class CouponKind(Enum):
    # A fixed amount, from a threshold on.
    AMOUNT_OFF = coupon_templates_pb2.COUPON_KIND_AMOUNT_OFF
    # A part of the money, at most the cap.
    PERCENTAGE = coupon_templates_pb2.COUPON_KIND_PERCENTAGE
    # The shipping, at most the cap.
    FREE_SHIPPING = coupon_templates_pb2.COUPON_KIND_FREE_SHIPPING
    # A thing that goes with the order.
    GIFT = coupon_templates_pb2.COUPON_KIND_GIFT


@strawberry.enum(description="What became of a coupon, as of now.")
class CouponState(Enum):
    ISSUED = coupons_pb2.COUPON_STATE_ISSUED
    # An order has it until its time is up.
    HELD = coupons_pb2.COUPON_STATE_HELD
    USED = coupons_pb2.COUPON_STATE_USED
    EXPIRED = coupons_pb2.COUPON_STATE_EXPIRED
    REVOKED = coupons_pb2.COUPON_STATE_REVOKED


@strawberry.enum(description="Why a basket does not take a coupon.")
class CouponRefusedReason(Enum):
    NOT_YET_VALID = coupons_pb2.COUPON_REFUSED_REASON_NOT_YET_VALID
    EXPIRED = coupons_pb2.COUPON_REFUSED_REASON_EXPIRED
    # By another order.
    HELD = coupons_pb2.COUPON_REFUSED_REASON_HELD
    USED = coupons_pb2.COUPON_REFUSED_REASON_USED
    REVOKED = coupons_pb2.COUPON_REFUSED_REASON_REVOKED
    # Nothing in the basket is in its scope.
    NOT_IN_SCOPE = coupons_pb2.COUPON_REFUSED_REASON_NOT_IN_SCOPE
    # shortBy says what is missing.
    BELOW_THRESHOLD = coupons_pb2.COUPON_REFUSED_REASON_BELOW_THRESHOLD
    NOTHING_TO_TAKE_OFF = coupons_pb2.COUPON_REFUSED_REASON_NOTHING_TO_TAKE_OFF
    # Another of its group was named before it.
    GROUP_TAKEN = coupons_pb2.COUPON_REFUSED_REASON_GROUP_TAKEN


COUPONS = (
    "The member's coupons; at most 100 a page. With a state of what is still good, those that expire first come first, "
    "otherwise those that expire last."
)


@strawberry.type(
    description="A coupon. Its terms are those it was issued by, whatever its template says now."
)
class Coupon:
    id: strawberry.ID
    template: str = strawberry.field(description="The key of its template.")
    edition: int
    name: str
    terms: str = strawberry.field(description="What is to be read before it is used.")
    kind: CouponKind
    amount_off: Money | None = strawberry.field(description="Of AMOUNT_OFF.")
    off_basis_points: int | None = strawberry.field(
        description="Of PERCENTAGE, what is taken off in hundredths of a per cent: 1000 pays 90 % (9折)."
    )
    cap: Money | None = strawberry.field(description="What it takes off at most; null for no limit.")
    gift_sku: str | None = strawberry.field(description="Of GIFT.")
    threshold: Money | None = strawberry.field(
        description="What the goods in its scope must come to; null for none."
    )
    skus: list[str] = strawberry.field(description="The goods it is good for; none: all.")
    stacking_group: str = strawberry.field(description="An order takes one coupon of each group.")
    code: str = strawberry.field(description="For a till. To others than the member it shows its end alone.")
    state: CouponState
    issued_at: datetime
    valid_from: datetime
    expires_at: datetime = strawberry.field(description="Exclusive: its last good day has ended by then.")
    order_ref: str | None = strawberry.field(description='"source:order id" of the order that has it.')
    held_until: datetime | None
    used_at: datetime | None
    taken_off: Money | None = strawberry.field(description="What it takes off that order, or took off.")


@strawberry.type(description="What of a coupon one line of the basket takes.")
class CouponLineOff:
    line_id: strawberry.ID
    off: Money


@strawberry.type(description="What a coupon takes off a basket together with the others.")
class CouponOff:
    coupon_id: strawberry.ID
    off: Money
    lines: list[CouponLineOff] = strawberry.field(description="What is taken off the shipping is in none.")
    gift_sku: str | None


@strawberry.type(description="What a basket says to one coupon.")
class QuotedCoupon:
    coupon: Coupon
    takes_off: Money = strawberry.field(description="What it takes off alone.")
    reason: CouponRefusedReason | None = strawberry.field(description="Why it is not taken.")
    short_by: Money | None = strawberry.field(description="What is missing to its threshold.")


@strawberry.type(description="Coupons on a basket. Nothing was changed.")
class CouponQuote:
    coupons: list[QuotedCoupon] = strawberry.field(
        directives=[ListSize(assumed_size=50)],
        description="What was asked about, or what the member may still use, those that expire first before others.",
    )
    chosen: list[CouponOff] = strawberry.field(
        description="The combination that was asked about, or the best one."
    )
    off: Money
    to_pay: Money = strawberry.field(description="What is left to pay, shipping included.")


def coupon(wire: coupons_pb2.Coupon, locale: Locale) -> Coupon:
    said = wire.terms
    return Coupon(
        id=strawberry.ID(wire.coupon_id),
        template=wire.template,
        edition=wire.edition,
        name=text(said.name, locale),
        terms=text(said.terms, locale),
        kind=CouponKind(said.kind),
        amount_off=optional_money(said, "amount_off"),
        off_basis_points=said.off_basis_points or None,
        cap=optional_money(said, "cap"),
        gift_sku=said.gift_sku or None,
        threshold=optional_money(said, "threshold"),
        skus=list(said.skus),
        stacking_group=said.stacking_group,
        code=wire.code,
        state=CouponState(wire.state),
        issued_at=instant(wire.issued_at),
        valid_from=instant(wire.valid_from),
        expires_at=instant(wire.expires_at),
        order_ref=wire.order_ref or None,
        held_until=optional_instant(wire, "held_until"),
        used_at=optional_instant(wire, "used_at"),
        taken_off=optional_money(wire, "taken_off"),
    )


def offs(wire: Iterable[coupons_pb2.CouponOff]) -> list[CouponOff]:
    """What coupons take off together."""
    return [
        CouponOff(
            coupon_id=strawberry.ID(one.coupon_id),
            off=money(one.off),
            lines=[
                CouponLineOff(line_id=strawberry.ID(line.line_id), off=money(line.off)) for line in one.lines
            ],
            gift_sku=one.gift_sku or None,
        )
        for one in wire
    ]


def coupon_quote(wire: coupons_pb2.QuoteCouponsResponse, locale: Locale) -> CouponQuote:
    return CouponQuote(
        coupons=[
            QuotedCoupon(
                coupon=coupon(one.coupon, locale),
                takes_off=money(one.takes_off),
                reason=CouponRefusedReason(one.reason) if one.reason else None,
                short_by=optional_money(one, "short_by"),
            )
            for one in wire.coupons
        ],
        chosen=offs(wire.chosen),
        off=money(wire.off),
        to_pay=money(wire.to_pay),
    )


async def coupons(
    info: Info,
    member_id: str,
    state: CouponState | None,
    expires_before: datetime | None,
    page: tuple[int, str | None],
    programme_id: str = DEFAULT_PROGRAMME,
) -> Connection[Coupon]:
    """A page of a member's coupons, by how many and after which cursor."""
    (first, after), clients = page, info.context.clients
    wire = await clients.coupons.list_coupons(
        coupons_pb2.ListCouponsRequest(
            programme_id=programme_id,
            member_id=member_id,
            state=state.value if state else coupons_pb2.COUPON_STATE_UNSPECIFIED,
            expires_before=timestamp(expires_before),
            first=page_size(first),
            after=key_of(after),
        ),
        headers=info.context.named(LOYALTY),
    )
    return connection(
        [coupon(one, info.context.locale) for one in wire.coupons],
        [one.coupon_id for one in wire.coupons],
        has_next_page=wire.has_next_page,
        after=after,
    )


def optional_money(message: coupons_pb2.Coupon | object, field: str) -> Money | None:
    """The money in a message's field, None when it is absent."""
    if not message.HasField(field):  # type: ignore[union-attr]  # of any message
        return None
    given: kit_pb2.Money = getattr(message, field)
    return money(given)
