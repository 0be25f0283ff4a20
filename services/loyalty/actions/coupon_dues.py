"""What falls due of coupons, and what departures and merges of members mean to them; one transaction each."""

from services.kit import database
from services.loyalty import events
from services.loyalty.actions.coupon_returns import BY_MEMBERS, MEMBER_CLOSED, reinstate
from services.loyalty.actions.coupon_revocations import revoke
from services.loyalty.rules.ledger.events import CouponExpiring, Event
from services.loyalty.storage.coupons import coupon_dues, coupon_refunds
from services.loyalty.storage.coupons.coupon_refunds import RefundedOrder
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.members import families
from services.loyalty.storage.programmes import programmes


async def settle(connection: database.RawConnection, now: int, limit: int) -> int:
    """Time out holds and expire coupons, so many at most; how many there were."""
    return await coupon_dues.settle(connection, now, limit)


async def remind(connection: database.RawConnection, now: int, limit: int) -> int:
    """Tell of coupons that expire soon, each once; how many there were."""
    due = await coupon_dues.take_reminders(connection, now, limit)
    told = [
        Event(
            one.member_id,
            one.programme_id,
            now,
            CouponExpiring(one.coupon_id, one.template, one.expires_at_us),
        )
        for one in due
    ]
    await tell(connection, [events.encode(event) for event in told])
    return len(due)


async def leave(
    connection: database.RawConnection, member_id: str, now: int, programme_ids: dict[int, str]
) -> None:
    """A member left: what is open of the coupons goes. Done again, there is nothing left."""
    await families.be_alone_with(connection, [member_id])
    await coupon_dues.let_go_of(connection, member_id)
    if open_ones := await coupon_dues.open_of(connection, member_id):
        await revoke(connection, open_ones, BY_MEMBERS, MEMBER_CLOSED, now, programme_ids)


async def follow_merge(
    connection: database.RawConnection, from_member: str, into_member: str, merge_id: str, *, undone: bool
) -> None:
    """Bring a merged member's coupons along, or give back what the merge brought.

    What is asked again after the ledger went the other way changes nothing.
    """
    await families.be_alone_with(connection, [from_member, into_member])
    if await coupon_dues.is_merged(connection, from_member) is undone:
        return
    change = coupon_dues.give_back if undone else coupon_dues.bring
    await change(connection, from_member, into_member, merge_id)


async def follow_refund(connection: database.RawConnection, refunded: RefundedOrder, now: int) -> None:
    """An order was refunded: once nothing of it is left, its coupons come back, if they did not already."""
    if await coupon_refunds.is_whole(connection, refunded):
        within = await programmes.within(connection, refunded.programme_id)
        order_ref = f"{refunded.source}:{refunded.order_id}"
        await reinstate(connection, within, order_ref, (), now)
