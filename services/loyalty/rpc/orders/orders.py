"""Orders at the door: record, complete, refund, read back."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import orders_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import Refusal
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.orders import answers
from services.loyalty.rpc.wire import be_at_most, meant, member_id, micros, money
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.orders import checkout, completion, returns
from services.loyalty.rules.orders.orders import (
    LONGEST_ID,
    LONGEST_SOURCE,
    Line,
    Order,
    OrderAlreadyRecorded,
    OrderNotWellFormed,
    UnknownMember,
    UnknownOrder,
    check,
    fingerprint,
    is_name,
)
from services.loyalty.rules.orders.refunds import RefundLine, RefundNotWellFormed
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import kin
from services.loyalty.storage.orders import orders

MOST_ORDERS = 1000
IMPORTER = "order_importer"
_recorders = rpc.systems("order_recorder", IMPORTER)
_readers = rpc.staff("operations", "support", "program_admin", "auditor")
_RECORDED_OTHERWISE = checkout.OrderBelongsElsewhere, OrderAlreadyRecorded


class Orders:
    """``huiyuan.loyalty.v1.OrdersService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(_recorders)
    async def record_order(self, request: wire.RecordOrderRequest, _: Any) -> wire.RecordOrderResponse:
        (result,) = await self._record([request])
        if isinstance(result, Refusal):
            raise result
        return wire.RecordOrderResponse(**answers.recorded(result))

    @rpc.allow(_recorders)
    async def record_orders(self, request: wire.RecordOrdersRequest, _: Any) -> wire.RecordOrdersResponse:
        be_at_most(len(request.orders), MOST_ORDERS, "orders")
        results = await self._record(request.orders)
        return wire.RecordOrdersResponse(
            results=[
                {"refusal": rpc.wire_refusal(result)}
                if isinstance(result, Refusal)
                else {"recorded": answers.recorded(result)}
                for result in results
            ]
        )

    async def _record(self, requests: Sequence[wire.RecordOrderRequest]) -> list[Answer | Refusal]:
        known = await self._rulebook.current()
        results: list[Any] = [_order(request, known) for request in requests]
        good = [nth for nth, order in enumerate(results) if isinstance(order, Order)]
        members = await self._membership.resolve([meant(requests[nth]) for nth in good])
        caller = rpc.caller()
        for nth, member in zip(good, members, strict=True):
            results[nth] = self._submit(results[nth], member, caller)
        outcomes = [result if isinstance(result, Refusal) else await _outcome(result) for result in results]
        for nth, member in zip(good, members, strict=True):
            outcome = outcomes[nth]
            if isinstance(outcome, _RECORDED_OTHERWISE) and requests[nth].WhichOneof("member") == "identity":
                order = _order(requests[nth], known)
                assert isinstance(order, Order), "it was well-formed before"
                outcomes[nth] = await self._as_before(order, member or "", outcome)
        return outcomes

    async def _as_before(self, order: Order, member: str, conflict: Refusal) -> Answer | Refusal:
        """What an order was answered that was recorded before its identity passed to a survivor, or back; else the conflict.

        It is there, so that asking under other names of the same person records nothing.
        """
        for name in await kin.all_of(self._pool, member):
            answer = self._submit(order, name, rpc.caller())
            outcome = answer if isinstance(answer, Refusal) else await _outcome(answer)
            if isinstance(outcome, Answer):
                return outcome
        return conflict

    def _submit(
        self, order: Order, member: str | None, caller: rpc.Caller
    ) -> asyncio.Future[Answer] | Refusal:
        if member is None:
            message = "no member has this id or identity: register the member first"
            return UnknownMember(message, field="member")
        order.member_id = member
        order.fingerprint = fingerprint(order)
        asked = checkout.OrderToRecord(order, caller.actor, may_be_old=caller.has(IMPORTER))
        operation = partial(checkout.record_order, asked=asked)
        place = (order.source, order.order_id)
        paid = ((member, order.programme, order.paid_at),)
        touches = Touches(((member, order.programme),), orders=(place,), paid=paid)
        return self._lanes.submit(Task(operation, touches))

    @rpc.allow(_recorders)
    async def complete_order(self, request: wire.CompleteOrderRequest, _: Any) -> wire.CompleteOrderResponse:
        order = await self._find(request.source, request.order_id)
        given = request.HasField("completed_at")
        done = completion.Completion(
            request.source,
            request.order_id,
            micros(request.completed_at, "completed_at") if given else None,
            rpc.caller().actor,
        )
        operation = partial(completion.complete_order, completion=done)
        place = (order.source, order.order_id)
        touches = Touches(((order.member_id, order.programme),), orders=(place,))
        answer = await self._lanes.submit(Task(operation, touches))
        return answers.completed(answer)

    @rpc.allow(_recorders)
    async def record_refund(self, request: wire.RecordRefundRequest, _: Any) -> wire.RecordRefundResponse:
        order = await self._find(request.source, request.order_id)
        operation = partial(returns.record_refund, asked=_refund(request))
        place = (order.source, order.order_id)
        touches = Touches(
            ((order.member_id, order.programme),),
            orders=(place,),
            refunds=((*place, request.refund_id),),
            spent_on=((order.member_id, order.ref),),
        )
        answer = await self._lanes.submit(Task(operation, touches))
        return answers.refunded(answer)

    @rpc.allow(_recorders, _readers)
    async def get_order(self, request: wire.GetOrderRequest, _: Any) -> wire.GetOrderResponse:
        order = await self._find(request.source, request.order_id)
        return wire.GetOrderResponse(order=answers.order(order))

    @rpc.allow(_recorders, _readers)
    async def get_order_totals(
        self, request: wire.GetOrderTotalsRequest, _: Any
    ) -> wire.GetOrderTotalsResponse:
        if request.source and not is_name(request.source, LONGEST_SOURCE):
            message = f"source must be at most {LONGEST_SOURCE} printable characters, or empty for all"
            raise OrderNotWellFormed(message, field="source")
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        sums = await orders.totals(self._pool, programme.number, request.source)
        return wire.GetOrderTotalsResponse(
            orders=sums.orders,
            zero_value_orders=sums.zero_value_orders,
            members=sums.members,
            spend=money(sums.spend_minor, programme.money_currency),
            refunded=money(sums.refunded_minor, programme.money_currency),
            earned=[wire.EarnedPoints(currency=code, points=points) for code, points in sums.earned.items()],
        )

    async def _find(self, source: str, order_id: str) -> Order:
        order = None
        if is_name(source, LONGEST_SOURCE) and is_name(order_id, LONGEST_ID):
            order = await orders.find(self._pool, await self._rulebook.current(), source, order_id)
        if order is None:
            message = "no order was recorded under this source and id: record it first"
            raise UnknownOrder(message, field="order_id")
        return order


async def _outcome(future: asyncio.Future[Answer]) -> Answer | Refusal:
    try:
        return await future
    except Refusal as refusal:
        return refusal


def _order(request: wire.RecordOrderRequest, known: Programmes) -> Order | Refusal:
    """A request as an order of nobody yet, or why it is not well-formed."""
    try:
        if request.WhichOneof("member") is None:
            raise OrderNotWellFormed("say whose order it is: member_id or identity", field="member")
        if request.WhichOneof("member") == "member_id":
            member_id(request.member_id)
        programme, total = known.history(request.programme_id).newest, request.total
        order = Order(
            source=request.source,
            order_id=request.order_id,
            programme=programme.number,
            programme_id=programme.programme_id,
            member_id="",
            fingerprint=b"",
            money_currency=total.currency,
            total_minor=total.minor_units,
            lines=lines(request.lines, total.currency),
            channel=request.channel,
            paid_at=micros(request.paid_at, "paid_at"),
        )
        check(order)
        return order
    except Refusal as refusal:
        return refusal


def lines(messages: Iterable[wire.OrderLine], currency: str) -> list[Line]:
    """An order's lines, all in the total's currency. Raises ``OrderNotWellFormed``."""
    found = []
    for nth, line in enumerate(messages):
        money = line.money
        if money.currency != currency:
            message = f"the total is in {currency or 'no currency'}: every line must be in the same"
            raise OrderNotWellFormed(message, field=f"lines[{nth}].money.currency")
        found.append(Line(line.line_id, line.sku, line.quantity, money.minor_units))
    return found


def _refund(request: wire.RecordRefundRequest) -> returns.RefundToRecord:
    if not is_name(request.refund_id, LONGEST_ID):
        message = f"refund_id must be 1 to {LONGEST_ID} printable characters"
        raise RefundNotWellFormed(message, field="refund_id")
    what = request.WhichOneof("refunded")
    if what is None:
        raise RefundNotWellFormed("say what is refunded: lines or an amount", field="refunded")
    currencies = {line.money.currency for line in request.lines.lines if line.HasField("money")}
    if what == "amount":
        currencies = {request.amount.currency}
    if len(currencies) > 1:
        raise RefundNotWellFormed("the lines' money must be in one currency", field="lines")
    lines = [
        RefundLine(line.line_id, line.money.minor_units if line.HasField("money") else None)
        for line in request.lines.lines
    ]
    given = request.HasField("refunded_at")
    return returns.RefundToRecord(
        request.source,
        request.order_id,
        request.refund_id,
        tuple(lines) if what == "lines" else None,
        request.amount.minor_units,
        next(iter(currencies), ""),
        micros(request.refunded_at, "refunded_at") if given else None,
        rpc.caller().actor,
    )
