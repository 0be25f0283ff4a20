"""Coupons given back after their order was refunded; part of one transaction."""

from collections.abc import Sequence
from dataclasses import replace

from services.kit import database
from services.loyalty import events
from services.loyalty.actions.coupon_revocations import settle
from services.loyalty.rules.coupons.coupon_templates import Within
from services.loyalty.rules.coupons.coupons import Coupon, CouponState
from services.loyalty.rules.ledger.events import CouponReinstated, CouponRevoked, Event
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.coupons import coupons
from services.loyalty.storage.ledger.telling import tell

BY_MEMBERS, MEMBER_CLOSED = "service:members", "MEMBER_CLOSED"
"""Who takes coupons from those who left, and why."""


async def reinstate(
    connection: database.RawConnection,
    within: Within,
    order_ref: str,
    coupon_ids: Sequence[str],
    now: int,
    member_id: str = "",
) -> list[Coupon]:
    """Give back what was used on an order, whole or in part; nothing where it was given back before.

    Whose membership is over meanwhile has no open coupons: what would be one is revoked.
    """
    owners = await coupons.holders(connection, await coupons.owners_on(connection, order_ref))
    closed = {owner for owner, holder in owners.items() if holder.restriction is Restriction.CLOSED}
    stored = {
        coupon.coupon_id: coupon
        for coupon in await coupons.lock_of_order(connection, order_ref)
        if coupon.programme == within.number and member_id in ("", coupon.member_id)
    }
    back = [
        coupon.reinstated(now, within.time_zone)
        for coupon in stored.values()
        if coupon.state is CouponState.USED and (not coupon_ids or coupon.coupon_id in coupon_ids)
    ]
    gone = [
        replace(coupon, state=CouponState.REVOKED)
        for coupon in back
        if coupon.state is CouponState.ISSUED and coupon.member_id in closed
    ]
    revoked = {coupon.coupon_id for coupon in gone}
    kept = [coupon for coupon in back if coupon.coupon_id not in revoked]
    await settle(connection, stored, kept)
    await settle(connection, stored, gone, by=BY_MEMBERS, reason=MEMBER_CLOSED)
    told: list[tuple[Coupon, CouponReinstated | CouponRevoked]] = [
        *((one, _reinstated(one, order_ref)) for one in kept),
        *((one, CouponRevoked(one.coupon_id, one.template, MEMBER_CLOSED)) for one in gone),
    ]
    await tell(
        connection,
        [events.encode(Event(one.member_id, within.programme_id, now, what)) for one, what in told],
    )
    return [*kept, *gone]


def _reinstated(coupon: Coupon, order_ref: str) -> CouponReinstated:
    expired = coupon.state is CouponState.EXPIRED
    return CouponReinstated(coupon.coupon_id, coupon.template, order_ref, expired)
