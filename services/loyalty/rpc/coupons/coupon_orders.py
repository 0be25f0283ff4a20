"""What orders do with coupons, at the door: hold, use, release, give back."""

from typing import Any

from huiyuan.loyalty.v1 import coupons_pb2 as wire

from services.kit import database, rpc
from services.loyalty.actions import coupon_orders as actions
from services.loyalty.actions.coupon_orders import OnOrder
from services.loyalty.actions.coupon_returns import reinstate
from services.loyalty.rpc.coupons.coupon_templates import within
from services.loyalty.rpc.coupons.coupon_terms import minor_of
from services.loyalty.rpc.coupons.coupon_wire import (
    CouponsNotNamed,
    basket,
    coupon_id,
    coupon_ids,
    order_named,
    wire_coupon,
    wire_offs,
)
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import own_id, reason_code
from services.loyalty.rpc.wire import member_id, money, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.coupons import coupon_codes
from services.loyalty.rules.coupons.coupon_baskets import Basket
from services.loyalty.rules.coupons.coupon_templates import Within
from services.loyalty.rules.coupons.coupon_terms import LONGEST_HOLD_MINUTES
from services.loyalty.rules.coupons.coupons import UnknownCoupon
from services.loyalty.rules.ledger.holds import HoldNotWellFormed
from services.loyalty.storage.coupons import coupons
from services.loyalty.storage.members.names import survivor

_recorders = rpc.systems("order_recorder")


class CouponOrders:
    """The part of ``CouponsService`` that orders call."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, _recorders)
    async def hold_coupons(self, request: wire.HoldCouponsRequest, _: Any) -> wire.HoldCouponsResponse:
        member, of = await self._whose(request)
        now = self._rulebook.now()
        asked = OnOrder(
            of,
            member,
            order_named(request),
            coupon_ids(request.coupon_ids, least=1),
            basket(request.basket, of, now),
            own_id(request.idempotency_key, "idempotency_key"),
            _time_to_live(request),
        )
        async with self._pool.acquire() as connection, connection.transaction():
            answer, replayed = await actions.hold(connection, asked, now)
        return wire.HoldCouponsResponse(
            held=wire_offs(answer["offs"], of),
            off=money(_sum(answer), of.money_currency),
            held_until=timestamp(answer["until"]),
            replayed=replayed,
        )

    @rpc.allow(_recorders)
    async def use_coupons(self, request: wire.UseCouponsRequest, _: Any) -> wire.UseCouponsResponse:
        of = await self._within(request)
        order, key = order_named(request), own_id(request.idempotency_key, "idempotency_key")
        member, ids, took_off = await self._named(request, of)
        now = self._rulebook.now()
        taken: Basket | None = basket(request.basket, of, now) if request.HasField("basket") else None
        asked = OnOrder(of, member, order, ids, taken, key, took_off=took_off)
        async with self._pool.acquire() as connection, connection.transaction():
            answer, replayed = await actions.use(connection, asked, now)
        return wire.UseCouponsResponse(
            used=wire_offs(answer["offs"], of),
            off=money(_sum(answer), of.money_currency),
            replayed=replayed,
            member_id=member,
        )

    @rpc.allow(rpc.members, _recorders)
    async def release_coupons(
        self, request: wire.ReleaseCouponsRequest, _: Any
    ) -> wire.ReleaseCouponsResponse:
        member, of = await self._whose(request)
        order, ids = order_named(request), coupon_ids(request.coupon_ids)
        now = self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            released = await actions.release(connection, of, member, order, ids, now)
        is_own = rpc.members(rpc.caller())
        return wire.ReleaseCouponsResponse(
            released=[wire_coupon(each, of, now, whole_code=is_own) for each in released],
            replayed=not released,
        )

    @rpc.allow(_recorders, rpc.staff("operations"))
    async def reinstate_coupons(
        self, request: wire.ReinstateCouponsRequest, _: Any
    ) -> wire.ReinstateCouponsResponse:
        member, of = await self._whose(request)
        order, ids = order_named(request), coupon_ids(request.coupon_ids)
        reason_code(request.reason)
        now = self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            owner = await survivor(connection, member)
            back = await reinstate(connection, of, order, ids, now, owner)
        return wire.ReinstateCouponsResponse(
            reinstated=[wire_coupon(each, of, now, whole_code=False) for each in back], replayed=not back
        )

    async def _named(
        self, request: wire.UseCouponsRequest, of: Within
    ) -> tuple[str, tuple[str, ...], tuple[tuple[str, int], ...]]:
        """Whose coupons are to be used, which, and what was told of what each took off."""
        member = request.member_id and member_id(request.member_id)
        whose = member and await survivor(self._pool, member)
        ids, took_off = [], []
        for nth, one in enumerate(request.coupons):
            path = f"coupons[{nth}]"
            if one.WhichOneof("coupon") == "code":
                found = await coupons.find(self._pool, coupon_codes.read(one.code, f"{path}.code"))
                unknown = UnknownCoupon("no coupon of the member has this code", field=f"{path}.code")
                if found is None or found.programme != of.number:
                    raise unknown
                owner = await survivor(self._pool, found.member_id)
                if whose not in ("", owner):
                    raise unknown
                member, whose = member or owner, owner
                ids.append(found.coupon_id)
            else:
                ids.append(coupon_id(one.coupon_id, f"{path}.coupon_id"))
            if one.HasField("took_off"):
                took_off.append((ids[-1], minor_of(one, "took_off", of, f"{path}.took_off")))
        if not member:
            raise CouponsNotNamed("name the member, or all coupons by their codes", field="member_id")
        return await self._membership.one(member), coupon_ids(ids), tuple(took_off)

    async def _whose(self, request: Any) -> tuple[str, Within]:
        """The member that a request names and the programme. Raises ``NotAllowed`` for another member's."""
        member = member_id(request.member_id)
        rpc.be_member(member)
        of = await self._within(request)
        return await self._membership.one(member), of

    async def _within(self, request: Any) -> Within:
        return within(await self._rulebook.current(), request.programme_id)

    async def _numbered(self, number: int) -> Within:
        known = await self._rulebook.current()
        history = next(each for each in known.by_id.values() if each.newest.number == number)
        return within(known, history.newest.programme_id)


def _time_to_live(request: wire.HoldCouponsRequest) -> int | None:
    if not request.HasField("time_to_live_seconds"):
        return None
    most = LONGEST_HOLD_MINUTES * 60
    if not 1 <= request.time_to_live_seconds <= most:
        message = f"a hold lasts 1 to {most} seconds"
        raise HoldNotWellFormed(message, field="time_to_live_seconds", asked=request.time_to_live_seconds)
    return int(request.time_to_live_seconds)


def _sum(answer: actions.Answer) -> int:
    return sum(one["minor"] for one in answer["offs"])
