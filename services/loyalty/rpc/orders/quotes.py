"""Quotes at the door: what a basket would earn, and what could be redeemed on it."""

from typing import Any

from huiyuan.loyalty.v1 import quotes_pb2 as wire
from huiyuan.loyalty.v1.tiers_pb2 import Tier

from services.kit import database, rpc
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.orders.answers import earned, earned_by
from services.loyalty.rpc.orders.orders import lines
from services.loyalty.rpc.tiers.tiers import tier
from services.loyalty.rpc.wire import choice, meant, money, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.orders.orders import Order, check
from services.loyalty.rules.orders.quotes import Payable, Quote, QuoteAsked, quote
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger.snapshots import snapshot

_BASKET = "basket"
"""What stands for the source and the id of an order that is not one yet."""


class Quotes:
    """``huiyuan.loyalty.v1.QuotesService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.members, rpc.systems("order_recorder"))
    async def quote_order(self, request: wire.QuoteOrderRequest, _: Any) -> wire.QuoteOrderResponse:
        now = self._rulebook.now()
        known = await self._rulebook.current()
        programme = known.history(request.programme_id).at(now)
        order = _order(request, programme, now)
        check(order)
        wanted = meant(request)
        rpc.be_member(wanted if isinstance(wanted, str) else "")  # members do not ask by identities
        order.member_id = await self._membership.one(wanted, "member")
        points = request.redeem_points if request.HasField("redeem_points") else None
        order.member_id, state = await snapshot(self._pool, order.member_id, programme, now)
        quoted = quote(state, known, QuoteAsked(order, request.redeem_currency, points), now)
        return _answer(quoted)


def _order(request: wire.QuoteOrderRequest, programme: Programme, now: int) -> Order:
    return Order(
        source=_BASKET,
        order_id=_BASKET,
        programme=programme.number,
        programme_id=programme.programme_id,
        member_id="",
        fingerprint=b"",
        money_currency=request.total.currency,
        total_minor=request.total.minor_units,
        lines=lines(request.lines, request.total.currency),
        channel=request.channel,
        paid_at=now,
    )


def _answer(quoted: Quote) -> wire.QuoteOrderResponse:
    order, programme = quoted.order, quoted.programme
    return wire.QuoteOrderResponse(
        member_id=order.member_id,
        programme_id=order.programme_id,
        earned=earned(order),
        lines=[wire.QuotedLine(line_id=line.line_id, earned=earned_by(line)) for line in order.lines],
        tier_held=_tier(programme, order.tier_at_payment),
        tier_reached=_tier(programme, order.tier_after),
        redeemable=_redeemable(programme, quoted.payable),
        quoted_at=timestamp(order.paid_at),
    )


def _tier(programme: Programme, key: str) -> Tier | None:
    held = programme.tier(key)
    return None if held is None else tier(held, programme.rank(key))


def _redeemable(programme: Programme, payable: Payable | None) -> wire.RedeemablePoints | None:
    if payable is None:
        return None
    conversion, found = payable.rules.conversion, payable.redeemable
    return wire.RedeemablePoints(
        currency=payable.rules.code,
        points=found.points,
        worth=money(found.minor, programme.money_currency),
        reason=choice(wire.NotRedeemableReason, "NOT_REDEEMABLE_REASON_", found.reason)
        if found.reason
        else wire.NOT_REDEEMABLE_REASON_UNSPECIFIED,
        available=payable.available,
        minimum=conversion.minimum if conversion else 0,
        multiple=conversion.multiple if conversion else 0,
    )
