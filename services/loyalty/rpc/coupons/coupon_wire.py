"""Coupons and baskets between the wire and the rules."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import coupons_pb2 as wire
from huiyuan.loyalty.v1.redemptions_pb2 import OrderReference

from services.kit.refusal import Invalid
from services.loyalty.rpc.coupons.coupon_terms import minor_of, published
from services.loyalty.rpc.names import order_ref
from services.loyalty.rpc.orders.orders import lines
from services.loyalty.rpc.wire import MalformedId, choice, money, timestamp
from services.loyalty.rules.coupons import coupon_codes
from services.loyalty.rules.coupons.coupon_baskets import Basket, Off, Verdict
from services.loyalty.rules.coupons.coupon_templates import Within
from services.loyalty.rules.coupons.coupons import Coupon, CouponState
from services.loyalty.rules.orders.orders import MOST_MINOR, Order, OrderNotWellFormed, check

STATE = "COUPON_STATE_"
MOST_ON_AN_ORDER = 20
_BASKET = "basket"
"""What stands for the source and the id of an order that is not one yet."""


class BasketNotWellFormed(Invalid):
    """The basket contradicts itself; the field says where."""


class CouponsNotNamed(Invalid):
    """Name 1 to 20 coupons, each once, by their ids or codes."""


def wire_coupon(coupon: Coupon, within: Within, now: int, *, whole_code: bool) -> wire.Coupon:
    """A coupon as of an instant; who it does not belong to sees the end of its code."""
    seen = coupon.as_of(now)
    taken = seen.state in (CouponState.HELD, CouponState.USED)
    return wire.Coupon(
        coupon_id=seen.coupon_id,
        member_id=seen.member_id,
        programme_id=within.programme_id,
        template=seen.template,
        edition=seen.edition,
        terms=published(seen.terms, within),
        code=seen.code if whole_code else coupon_codes.masked(seen.code),
        state=choice(wire.CouponState, STATE, seen.state),
        issued_at=timestamp(seen.issued_at),
        valid_from=timestamp(seen.valid_from),
        expires_at=timestamp(seen.expires_at),
        order_ref=seen.order_ref,
        held_until=timestamp(seen.held_until) if seen.held_until else None,
        used_at=timestamp(seen.used_at) if seen.used_at else None,
        taken_off=money(seen.taken_off_minor, within.money_currency) if taken else None,
    )


def basket(message: wire.CouponBasket, within: Within, now: int) -> Basket:
    """A basket, well-formed as an order's lines are. Raises ``BasketNotWellFormed``, and for another money."""
    shipping = minor_of(message, "shipping", within, "basket.shipping")
    if not 0 <= shipping <= MOST_MINOR:
        raise BasketNotWellFormed("shipping is 0 or more, at most 2^53 minor units", field="basket.shipping")
    try:
        found = lines(message.lines, within.money_currency)
        total = sum(line.minor for line in found)
        check(
            Order(
                source=_BASKET,
                order_id=_BASKET,
                programme=within.number,
                programme_id=within.programme_id,
                member_id="",
                fingerprint=b"",
                money_currency=within.money_currency,
                total_minor=total,
                lines=found,
                channel="",
                paid_at=now,
            )
        )
    except OrderNotWellFormed as wrong:
        raise BasketNotWellFormed(wrong.message, field=f"basket.{wrong.field}") from None
    return Basket(found, shipping)


def order_named(request: Any) -> str:
    """The order that a request is about. Raises ``MalformedId``."""
    if not request.HasField("order"):
        raise MalformedId("name the order by its source and its id", field="order")
    order: OrderReference = request.order
    return order_ref(order)


def coupon_id(text: str, field: str) -> str:
    """A coupon's id in its one spelling. Raises ``MalformedId``."""
    try:
        return str(UUID(text))
    except ValueError:
        raise MalformedId("a coupon's id is a UUID", field=field) from None


def coupon_ids(texts: Iterable[str], *, least: int = 0) -> tuple[str, ...]:
    """Ids of coupons on one order. Raises ``MalformedId``, ``CouponsNotNamed``."""
    found = tuple(coupon_id(text, f"coupon_ids[{nth}]") for nth, text in enumerate(texts))
    if not least <= len(found) <= MOST_ON_AN_ORDER or len(set(found)) < len(found):
        message = f"name {least} to {MOST_ON_AN_ORDER} coupons, each once"
        raise CouponsNotNamed(message, field="coupon_ids", named=len(found))
    return found


def quoted(verdict: Verdict, within: Within, now: int, *, whole_code: bool) -> wire.QuotedCoupon:
    """What a basket says to a coupon."""
    short = verdict.short_minor
    return wire.QuotedCoupon(
        coupon=wire_coupon(verdict.coupon, within, now, whole_code=whole_code),
        takes_off=money(verdict.off_minor, within.money_currency),
        reason=choice(wire.CouponRefusedReason, "COUPON_REFUSED_REASON_", verdict.reason)
        if verdict.reason
        else wire.COUPON_REFUSED_REASON_UNSPECIFIED,
        short_by=money(short, within.money_currency) if short else None,
    )


def offs(found: Sequence[Off], taken: Basket) -> list[dict[str, Any]]:
    """What coupons take off, as answers keep it."""
    return [
        {
            "coupon_id": off.coupon.coupon_id,
            "minor": off.minor,
            "lines": [[taken.lines[nth].line_id, minor] for nth, minor in off.by_line],
            "gift_sku": off.coupon.terms.gift_sku,
        }
        for off in found
    ]


def wire_offs(answered: Sequence[Mapping[str, Any]], within: Within) -> list[wire.CouponOff]:
    """What coupons take off, from an answer as it is kept."""
    return [
        wire.CouponOff(
            coupon_id=one["coupon_id"],
            off=money(one["minor"], within.money_currency),
            lines=[
                wire.CouponLineOff(line_id=line_id, off=money(minor, within.money_currency))
                for line_id, minor in one["lines"]
            ],
            gift_sku=one["gift_sku"],
        )
        for one in answered
    ]
