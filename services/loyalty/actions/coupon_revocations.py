"""Coupons taken back from their members, and how what became of coupons is written with their budgets."""

from collections.abc import Sequence
from dataclasses import replace

from services.kit import database
from services.kit.refusal import Refusal
from services.loyalty import events
from services.loyalty.actions.coupons import Issued
from services.loyalty.rules.coupons.coupons import Coupon, CouponState, UnknownCoupon
from services.loyalty.rules.ledger.events import CouponRevoked, Event
from services.loyalty.storage.coupons import coupon_templates, coupons
from services.loyalty.storage.ledger.telling import tell


async def revoke(
    connection: database.RawConnection,
    coupon_ids: Sequence[str],
    by: str,
    reason: str,
    now: int,
    programme_ids: dict[int, str],
) -> list[Issued | Refusal]:
    """Take open coupons from their members for good; what is held or used is refused, whatever is around it."""
    stored = await coupons.lock_by_id(connection, coupon_ids)
    results: list[Issued | Refusal] = []
    gone: dict[str, Coupon] = {}
    for nth, coupon_id in enumerate(coupon_ids):
        field = f"coupon_ids[{nth}]"
        found = stored.get(coupon_id)
        if found is None:
            results.append(UnknownCoupon("there is no coupon with this id", field=field))
        elif found.state is CouponState.REVOKED or coupon_id in gone:
            results.append(Issued(gone.get(coupon_id, found), replayed=True))
        else:
            try:
                found.as_of(now).be_free_for("", field)
            except Refusal as refusal:
                results.append(refusal)
                continue
            gone[coupon_id] = replace(found.as_of(now).let_go(), state=CouponState.REVOKED)
            results.append(Issued(gone[coupon_id], replayed=False))
    await settle(connection, stored, list(gone.values()), by=by, reason=reason)
    await tell(
        connection,
        [
            events.encode(
                Event(
                    coupon.member_id,
                    programme_ids[coupon.programme],
                    now,
                    CouponRevoked(coupon.coupon_id, coupon.template, reason),
                )
            )
            for coupon in gone.values()
        ],
    )
    return results


async def settle(
    connection: database.RawConnection,
    stored: dict[str, Coupon],
    after: Sequence[Coupon],
    *,
    by: str = "",
    reason: str = "",
) -> None:
    """Write what became of locked coupons, and what that does to their templates' budgets."""
    changed = [coupon for coupon in after if coupon != stored[coupon.coupon_id]]
    await coupons.write(connection, changed, by, reason)
    deltas: dict[int, dict[str, tuple[int, int]]] = {}
    for coupon in changed:
        of_programme = deltas.setdefault(coupon.programme, {})
        issued, committed = of_programme.get(coupon.template, (0, 0))
        of_programme[coupon.template] = (
            issued - (coupon.state is CouponState.REVOKED),
            committed + coupon.committed_minor - stored[coupon.coupon_id].committed_minor,
        )
    for programme in sorted(deltas):
        await coupon_templates.count(connection, programme, deltas[programme])
