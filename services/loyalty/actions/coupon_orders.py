"""Coupons on orders: held with what they take off, used, released; one transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgpack

from services.kit import database
from services.loyalty import events
from services.loyalty.actions.coupon_claims import be_free
from services.loyalty.actions.coupon_revocations import settle
from services.loyalty.rules.coupons.coupon_baskets import Basket, Off, judge, together
from services.loyalty.rules.coupons.coupon_templates import Within
from services.loyalty.rules.coupons.coupon_terms import CouponKind
from services.loyalty.rules.coupons.coupons import (
    Coupon,
    CouponNotApplicable,
    CouponNotOpen,
    CouponsDoNotStack,
    CouponState,
    UnknownCoupon,
)
from services.loyalty.rules.ledger.events import CouponUsed, Event
from services.loyalty.storage.coupons import coupon_answers, coupon_refunds, coupons
from services.loyalty.storage.ledger.telling import tell

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class OnOrder:
    """Coupons that an order of a member asks for, under the caller's key.

    ``took_off`` says by coupon what an order system took off, where it says so; ``ttl_s`` is None for as the
    templates say; ``basket`` None where the order holds what it asks for.
    """

    within: Within
    member_id: str
    order_ref: str
    coupon_ids: tuple[str, ...]
    basket: Basket | None
    key: str
    ttl_s: int | None = None
    took_off: tuple[tuple[str, int], ...] = ()

    @property
    def fingerprint(self) -> bytes:
        basket = None
        if self.basket is not None:
            lines = [(line.line_id, line.sku, line.quantity, line.minor) for line in self.basket.lines]
            basket = lines, self.basket.shipping_minor
        body = (self.within.number, self.order_ref, self.coupon_ids, basket, self.ttl_s, self.took_off)
        return sha256(msgpack.packb(body)).digest()[:16]


Answer = dict[str, Any]
"""What is answered, as it is kept: ``offs`` as lists, and ``until`` in microseconds."""


async def hold(connection: database.RawConnection, asked: OnOrder, now: int) -> tuple[Answer, bool]:
    """Set coupons aside for an order; True when this answer was given before. Raises as the rules do."""
    owner = await be_free(connection, asked.within, asked.member_id, "member_id")
    key = f"hold:{asked.key}"
    known = await coupon_answers.claim(connection, asked.member_id, key, asked.fingerprint, now)
    if known is not None:
        return known, True
    assert asked.basket is not None, "the door asks for one"
    stored = await coupons.lock(connection, owner, asked.within.number, asked.coupon_ids, asked.order_ref)
    wanted = _wanted(stored, asked.coupon_ids, asked.order_ref, now)
    offs = _taken(wanted, stored, asked.basket, asked.order_ref, now)
    ttl_s = asked.ttl_s or min(coupon.terms.hold_minutes for coupon in wanted) * 60
    until = now + ttl_s * _SECOND_US
    held = [off.coupon.held(asked.order_ref, until, off.minor) for off in offs]
    await settle(connection, stored, _let_go(stored, held, now))  # first: it makes room in its group
    await settle(connection, stored, held)
    answer = _answer(offs, asked.basket) | {"until": until}
    await coupon_answers.keep(connection, asked.member_id, key, answer)
    return answer, False


async def use(connection: database.RawConnection, asked: OnOrder, now: int) -> tuple[Answer, bool]:
    """Use coupons on an order, for good; True when this answer was given before, or all were used on it already."""
    owner = await be_free(connection, asked.within, asked.member_id, "member_id")
    key = f"use:{asked.key}"
    known = await coupon_answers.claim(connection, asked.member_id, key, asked.fingerprint, now)
    if known is not None:
        return known, True
    stored = await coupons.lock(connection, owner, asked.within.number, asked.coupon_ids, asked.order_ref)
    ids = asked.coupon_ids or tuple(
        coupon.coupon_id for coupon in stored.values() if coupon.as_of(now).order_ref == asked.order_ref
    )
    if not ids:
        message = "the order holds no coupon any more: name coupons, and send the basket"
        raise CouponNotOpen(message, field="coupons", order_ref=asked.order_ref)
    if all(_was_used_on(stored.get(each), asked.order_ref) for each in ids):
        answer = _answer([_as_it_stands(stored[each]) for each in ids], None)
        await coupon_answers.keep(connection, asked.member_id, key, answer)
        return answer, True
    wanted = _wanted(stored, ids, asked.order_ref, now)
    offs = _used_offs(wanted, stored, asked, now)
    used = [off.coupon.used(asked.order_ref, now, off.minor) for off in offs]
    await settle(connection, stored, _let_go(stored, used, now))
    await settle(connection, stored, used)
    await coupon_refunds.hear_again(connection, asked.order_ref, asked.within.programme_id)
    answer = _answer(offs, asked.basket)
    await coupon_answers.keep(connection, asked.member_id, key, answer)
    await tell(
        connection,
        [
            _told(
                asked.within,
                coupon,
                now,
                CouponUsed(
                    coupon.coupon_id,
                    coupon.template,
                    asked.order_ref,
                    coupon.taken_off_minor,
                    asked.within.money_currency,
                ),
            )
            for coupon in used
        ],
    )
    return answer, False


async def release(
    connection: database.RawConnection,
    within: Within,
    member_id: str,
    order_ref: str,
    coupon_ids: Sequence[str],
    now: int,
) -> list[Coupon]:
    """Let go of what an order holds, or of some of it. What expired meanwhile expires at once."""
    owner = (await coupons.holders(connection, [member_id]))[member_id].member_id
    stored = await coupons.lock(connection, owner, within.number, (), order_ref)
    released = [
        coupon.let_go().as_of(now)
        for coupon in stored.values()
        if coupon.state is CouponState.HELD and (not coupon_ids or coupon.coupon_id in coupon_ids)
    ]
    await settle(connection, stored, released)
    return released


def _wanted(stored: dict[str, Coupon], coupon_ids: Sequence[str], order_ref: str, now: int) -> list[Coupon]:
    """The coupons asked for, free for the order. Raises why one is not."""
    found = []
    for nth, coupon_id in enumerate(coupon_ids):
        field = f"coupon_ids[{nth}]"
        if coupon_id not in stored:
            raise UnknownCoupon("the member has no coupon with this id", field=field)
        coupon = stored[coupon_id].as_of(now)
        coupon.be_free_for(order_ref, field)
        found.append(coupon)
    return found


def _taken(
    wanted: Sequence[Coupon], stored: dict[str, Coupon], basket: Basket, order_ref: str, now: int
) -> list[Off]:
    """What coupons take off together. Raises when the basket does not take one, or two are of one group."""
    ids = {coupon.coupon_id for coupon in wanted}
    groups = {
        coupon.terms.stacking_group: coupon.coupon_id
        for each in stored.values()
        if (coupon := each.as_of(now)).order_ref == order_ref and coupon.coupon_id not in ids
    }
    for nth, coupon in enumerate(wanted):
        group, field = coupon.terms.stacking_group, f"coupon_ids[{nth}]"
        if other := groups.get(group):
            message = f"the order takes one coupon of the group {group}: leave one out"
            raise CouponsDoNotStack(message, field=field, group=group, other=other)
        groups[group] = coupon.coupon_id
        verdict = judge(coupon, basket, order_ref, now)
        if verdict.reason is not None:
            raise CouponNotApplicable(
                f"the basket does not take it: {verdict.reason}",
                field=field,
                coupon_id=coupon.coupon_id,
                reason=verdict.reason,
                short_minor=verdict.short_minor,
            )
    return together(wanted, basket)


def _used_offs(wanted: Sequence[Coupon], stored: dict[str, Coupon], asked: OnOrder, now: int) -> list[Off]:
    """What coupons took off: by the basket, or as they were held; and never more than that."""
    if asked.basket is not None:
        offs = _taken(wanted, stored, asked.basket, asked.order_ref, now)
    else:
        for nth, coupon in enumerate(wanted):
            if coupon.state is not CouponState.HELD:
                message = "the order does not hold it: send the basket, by which it is judged"
                raise CouponNotOpen(message, field=f"coupon_ids[{nth}]", coupon_id=coupon.coupon_id)
        offs = [_as_it_stands(coupon) for coupon in wanted]
    told = dict(asked.took_off)
    made = []
    for nth, off in enumerate(offs):
        minor = told.get(off.coupon.coupon_id, off.minor)
        if not 0 <= minor <= off.minor:
            message = f"the coupon takes off {off.minor} at most"
            raise CouponNotApplicable(message, field=f"coupons[{nth}].took_off", most_minor=off.minor)
        made.append(Off(off.coupon, minor, off.by_line if minor == off.minor else ()))
    return made


def _let_go(stored: dict[str, Coupon], taken: Sequence[Coupon], now: int) -> list[Coupon]:
    """What the order held until its time was up: others of its group can take the place."""
    ids = {coupon.coupon_id for coupon in taken}
    return [
        coupon.as_of(now)
        for coupon in stored.values()
        if coupon.state is CouponState.HELD and coupon.coupon_id not in ids and coupon.as_of(now) != coupon
    ]


def _was_used_on(coupon: Coupon | None, order_ref: str) -> bool:
    return coupon is not None and coupon.state is CouponState.USED and coupon.order_ref == order_ref


def _as_it_stands(coupon: Coupon) -> Off:
    return Off(coupon, coupon.taken_off_minor)


def _answer(offs: Sequence[Off], basket: Basket | None) -> Answer:
    return {
        "offs": [
            {
                "coupon_id": off.coupon.coupon_id,
                "minor": off.minor,
                "lines": [[basket.lines[nth].line_id, minor] for nth, minor in off.by_line] if basket else [],
                "gift_sku": off.coupon.terms.gift_sku if off.coupon.terms.kind is CouponKind.GIFT else "",
            }
            for off in offs
        ]
    }


def _told(within: Within, coupon: Coupon, now: int, what: CouponUsed) -> Any:
    return events.encode(Event(coupon.member_id, within.programme_id, now, what))
