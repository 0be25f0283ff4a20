"""Coupons at the door: issued, claimed, found, quoted on a basket, revoked; what orders do with them is beside it."""

from collections.abc import Sequence
from typing import Any

from huiyuan.loyalty.v1 import coupons_pb2 as wire

from services.kit import rpc
from services.kit.refusal import Refusal
from services.loyalty.actions import coupon_claims, coupon_revocations
from services.loyalty.actions import coupons as actions
from services.loyalty.rpc.coupons.coupon_orders import CouponOrders
from services.loyalty.rpc.coupons.coupon_wire import (
    STATE,
    CouponsNotNamed,
    basket,
    coupon_id,
    coupon_ids,
    offs,
    quoted,
    wire_coupon,
    wire_offs,
)
from services.loyalty.rpc.names import order_ref, own_id, reason_code
from services.loyalty.rpc.wire import (
    READERS,
    be_at_most,
    choice,
    meant,
    micros,
    money,
    page_size,
    timestamp,
)
from services.loyalty.rules.coupons import coupon_codes
from services.loyalty.rules.coupons.coupon_baskets import Basket, Off, Reason, Verdict, best, judge, together
from services.loyalty.rules.coupons.coupon_templates import Within
from services.loyalty.rules.coupons.coupons import Coupon, CouponState, UnknownCoupon
from services.loyalty.rules.orders.orders import UnknownMember
from services.loyalty.storage.coupons import coupon_pages, coupons
from services.loyalty.storage.coupons.coupon_pages import CouponsAsked
from services.loyalty.storage.members import kin
from services.loyalty.storage.members.names import survivor

MOST_ISSUED = 10_000
MOST_REVOKED = 1_000
MOST_COUPONS = 100
MOST_EXPIRING = 1_000
MOST_QUOTED = 200
_RESOLVED_AT_ONCE = 500
_issuers = (rpc.staff("operations", "program_admin"), rpc.systems("coupon_issuer"))
_tills = rpc.systems("order_recorder")


class Coupons(CouponOrders):
    """``huiyuan.loyalty.v1.CouponsService``."""

    @rpc.allow(*_issuers)
    async def issue_coupons(self, request: wire.IssueCouponsRequest, _: Any) -> wire.IssueCouponsResponse:
        be_at_most(len(request.to), MOST_ISSUED, "to")
        within = await self._within(request)
        key, reason = own_id(request.issue_id, "issue_id"), reason_code(request.reason)
        members = await self._as_before(request, await self._whom(request.to), within, f"issue:{key}")
        known = [member for member in members if isinstance(member, str)]
        asked = actions.Issue(within, request.template, f"issue:{key}", rpc.caller().actor, reason)
        async with self._pool.acquire() as connection, connection.transaction():
            results = iter(await actions.issue_many(connection, asked, known, self._rulebook.now()))
        each = [member if isinstance(member, Refusal) else next(results) for member in members]
        issued = sum(isinstance(one, actions.Issued) and not one.replayed for one in each)
        return wire.IssueCouponsResponse(results=map(_issued, each), issued=issued)

    @rpc.allow(rpc.members, rpc.systems("order_recorder", "coupon_issuer"))
    async def claim_coupon(self, request: wire.ClaimCouponRequest, _: Any) -> wire.ClaimCouponResponse:
        member, within = await self._whose(request)
        key = own_id(request.idempotency_key, "idempotency_key")
        now = self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            claimed = await coupon_claims.claim(
                connection, within, member, request.template, request.claim_code, key, now
            )
        coupon = wire_coupon(claimed.coupon, within, now, whole_code=_is_own())
        return wire.ClaimCouponResponse(coupon=coupon, replayed=claimed.replayed)

    @rpc.allow(rpc.members, READERS, _tills)
    async def list_coupons(self, request: wire.ListCouponsRequest, _: Any) -> wire.ListCouponsResponse:
        page_size(request.first, MOST_COUPONS)
        member, within = await self._whose(request)
        now = self._rulebook.now()
        names = {choice(wire.CouponState, STATE, state): state for state in CouponState}
        asked = CouponsAsked(
            await survivor(self._pool, member),
            within.number,
            names.get(request.state),
            micros(request.expires_before, "expires_before") if request.HasField("expires_before") else 0,
            request.first,
            coupon_id(request.after, "after") if request.after else None,
            now,
        )
        page, more = await coupon_pages.page(self._pool, asked)
        return wire.ListCouponsResponse(coupons=_wire(page, within, now), has_next_page=more)

    @rpc.allow(_tills, READERS)
    async def find_coupon(self, request: wire.FindCouponRequest, _: Any) -> wire.FindCouponResponse:
        found = await coupons.find(self._pool, coupon_codes.read(request.code))
        if found is None:
            raise UnknownCoupon("no coupon has this code: check it", field="code")
        now, within = self._rulebook.now(), await self._numbered(found.programme)
        return wire.FindCouponResponse(coupon=wire_coupon(found, within, now, whole_code=False))

    @rpc.allow(rpc.members, _tills, READERS)
    async def quote_coupons(self, request: wire.QuoteCouponsRequest, _: Any) -> wire.QuoteCouponsResponse:
        member, within = await self._whose(request)
        now = self._rulebook.now()
        of = basket(request.basket, within, now)
        order = order_ref(request.order if request.HasField("order") else None)
        ids = coupon_ids(request.coupon_ids)
        owner = await survivor(self._pool, member)
        if ids:
            named = await coupon_pages.named(self._pool, owner, within.number, ids)
            verdicts = [judge(_known(named, each, nth), of, order, now) for nth, each in enumerate(ids)]
            verdicts, chosen = _together(verdicts, of)
        else:
            found = await coupon_pages.quotable(self._pool, owner, within.number, MOST_QUOTED)
            verdicts = [judge(each, of, order, now) for each in found]
            chosen = best(verdicts, of)
        off = sum(each.minor for each in chosen)
        return wire.QuoteCouponsResponse(
            coupons=[quoted(each, within, now, whole_code=_is_own()) for each in verdicts],
            chosen=wire_offs(offs(chosen, of), within),
            off=money(off, within.money_currency),
            to_pay=money(of.total_minor - off, within.money_currency),
        )

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def revoke_coupons(self, request: wire.RevokeCouponsRequest, _: Any) -> wire.RevokeCouponsResponse:
        reason = reason_code(request.reason)
        if not 1 <= len(request.coupon_ids) <= MOST_REVOKED:
            message = f"name 1 to {MOST_REVOKED} coupons"
            raise CouponsNotNamed(message, field="coupon_ids", named=len(request.coupon_ids))
        ids = [coupon_id(each, f"coupon_ids[{nth}]") for nth, each in enumerate(request.coupon_ids)]
        known = await self._rulebook.current()
        programmes = {history.newest.number: name for name, history in known.by_id.items()}
        async with self._pool.acquire() as connection, connection.transaction():
            results = await coupon_revocations.revoke(
                connection, ids, rpc.caller().actor, reason, self._rulebook.now(), programmes
            )
        return wire.RevokeCouponsResponse(results=map(_revoked, results))

    @rpc.allow(rpc.systems("communication_recorder", "coupon_issuer"), *_issuers[:1])
    async def list_expiring_coupons(
        self, request: wire.ListExpiringCouponsRequest, _: Any
    ) -> wire.ListExpiringCouponsResponse:
        page_size(request.first, MOST_EXPIRING)
        within, now = await self._within(request), self._rulebook.now()
        until = micros(request.expires_before, "expires_before")
        after = coupon_id(request.after, "after") if request.after else None
        page, more = await coupon_pages.expiring(
            self._pool, within.number, request.template, now, until, request.first, after
        )
        return wire.ListExpiringCouponsResponse(coupons=_wire(page, within, now), has_next_page=more)

    async def _as_before(
        self, request: wire.IssueCouponsRequest, members: Sequence[str | Refusal], within: Within, key: str
    ) -> list[str | Refusal]:
        """The members, but by the name that had a coupon by this key before its identity passed to a survivor."""
        by_identity = {
            member
            for one, member in zip(request.to, members, strict=True)
            if isinstance(member, str) and one.WhichOneof("member") == "identity"
        }
        merged = await kin.merged_into(self._pool, sorted(by_identity)) if by_identity else {}
        names = [name for each in merged.values() for name in each]
        had = await coupons.issued_before(self._pool, within.number, names, key) if names else {}
        earlier = {member: name for member, each in merged.items() for name in each if name in had}
        return [earlier.get(member, member) if isinstance(member, str) else member for member in members]

    async def _whom(self, to: Sequence[wire.IssuedTo]) -> list[str | Refusal]:
        """The members meant, or why one is none."""
        references: list[Any] = []
        for nth, one in enumerate(to):
            try:
                references.append(meant(one))
            except Refusal as refusal:
                refusal.field = f"to[{nth}].{refusal.field}"
                references.append(refusal)
        asked = [each for each in references if not isinstance(each, Refusal)]
        found: list[str | None] = []
        for first in range(0, len(asked), _RESOLVED_AT_ONCE):
            found += await self._membership.resolve(asked[first : first + _RESOLVED_AT_ONCE])
        members = iter(found)
        return [
            each
            if isinstance(each, Refusal)
            else next(members)
            or UnknownMember("no member has this id or identity: register them first", field=f"to[{nth}]")
            for nth, each in enumerate(references)
        ]


def _together(verdicts: Sequence[Verdict], of: Basket) -> tuple[list[Verdict], list[Off]]:
    """What was asked for, the first of each group alone; and what those take off together."""
    groups: set[str] = set()
    found = []
    for each in verdicts:
        group = each.coupon.terms.stacking_group
        taken = each.reason is None and group in groups
        found.append(Verdict(each.coupon, 0, Reason.GROUP_TAKEN) if taken else each)
        if each.reason is None:
            groups.add(group)
    return found, together([each.coupon for each in found if each.reason is None], of)


def _known(named: dict[str, Coupon], wanted: str, nth: int) -> Coupon:
    if wanted not in named:
        raise UnknownCoupon("the member has no coupon with this id", field=f"coupon_ids[{nth}]")
    return named[wanted]


def _wire(page: Sequence[Coupon], within: Within, now: int) -> list[wire.Coupon]:
    return [wire_coupon(each, within, now, whole_code=_is_own()) for each in page]


def _is_own() -> bool:
    """True where the caller is a member, who reads none but the own."""
    return rpc.members(rpc.caller())


def _issued(result: actions.Issued | Refusal) -> wire.IssueCouponResult:
    if isinstance(result, Refusal):
        return wire.IssueCouponResult(refusal=rpc.wire_refusal(result))
    coupon = result.coupon
    return wire.IssueCouponResult(
        issued=wire.IssuedCoupon(
            coupon_id=coupon.coupon_id,
            member_id=coupon.member_id,
            expires_at=timestamp(coupon.expires_at),
            replayed=result.replayed,
        )
    )


def _revoked(result: actions.Issued | Refusal) -> wire.RevokeCouponResult:
    if isinstance(result, Refusal):
        return wire.RevokeCouponResult(refusal=rpc.wire_refusal(result))
    coupon = result.coupon
    return wire.RevokeCouponResult(
        revoked=wire.RevokedCoupon(
            coupon_id=coupon.coupon_id, member_id=coupon.member_id, replayed=result.replayed
        )
    )
