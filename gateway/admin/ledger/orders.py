"""Orders: one read back, and the sums that reconcile a programme with its source."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import orders_pb2

from gateway.admin.permissions import ORDER_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long, Money, instant, money
from services.kit.refusal import Kind, Refusal


@strawberry.type(description="Points of one currency that an order or a line earned.")
class EarnedPoints:
    currency: str
    points: Long
    pending: bool = strawberry.field(description="True while they wait to mature.")


@strawberry.type
class OrderLine:
    line_id: strawberry.ID
    sku: str
    quantity: Long
    money: Money
    refunded: Money
    earned: list[EarnedPoints]


@strawberry.type(description="An order, and what it did.")
class Order:
    source: str
    order_id: strawberry.ID
    programme_id: str
    member_id: strawberry.ID
    total: Money
    lines: list[OrderLine]
    earned: list[EarnedPoints]
    tier_at_payment: str | None
    tier_after: str | None
    channel: str | None
    completed: bool
    paid_at: datetime
    recorded_at: datetime


@strawberry.type(description="Points of one currency, summed.")
class PointsTotal:
    currency: str
    points: Long


@strawberry.type(description="The recorded orders of a programme, summed from the ledger's own orders.")
class OrderTotals:
    orders: Long
    zero_value_orders: Long
    members: Long
    spend: Money
    refunded: Money
    earned: list[PointsTotal]


@strawberry.type
class OrderQueries:
    @strawberry.field(metadata=to(ORDER_READERS), description="The order with this id from this source.")
    async def order(self, info: Info, source: str, order_id: strawberry.ID) -> Order | None:
        clients = info.context.clients
        request = orders_pb2.GetOrderRequest(source=source, order_id=order_id)
        try:
            response = await clients.orders.get_order(request, headers=info.context.named(LOYALTY))
        except Refusal as refusal:
            if refusal.kind is Kind.NOT_FOUND:
                return None
            raise
        return _order(response.order)

    @strawberry.field(
        metadata=to(ORDER_READERS),
        description="Sums over the recorded orders, for reconciliation. Without a source, over all of them.",
    )
    async def order_totals(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME, source: str | None = None
    ) -> OrderTotals | None:
        clients = info.context.clients
        request = orders_pb2.GetOrderTotalsRequest(programme_id=programme_id, source=source or "")
        wire = await clients.orders.get_order_totals(request, headers=info.context.named(LOYALTY))
        return OrderTotals(
            orders=Long(wire.orders),
            zero_value_orders=Long(wire.zero_value_orders),
            members=Long(wire.members),
            spend=money(wire.spend),
            refunded=money(wire.refunded),
            earned=[PointsTotal(currency=one.currency, points=Long(one.points)) for one in wire.earned],
        )


def _earned(wire: orders_pb2.EarnedPoints) -> EarnedPoints:
    return EarnedPoints(currency=wire.currency, points=Long(wire.points), pending=wire.pending)


def _order(wire: orders_pb2.RecordedOrder) -> Order:
    return Order(
        source=wire.source,
        order_id=strawberry.ID(wire.order_id),
        programme_id=wire.programme_id,
        member_id=strawberry.ID(wire.member_id),
        total=money(wire.total),
        lines=[_line(one) for one in wire.lines],
        earned=[_earned(one) for one in wire.earned],
        tier_at_payment=wire.tier_at_payment or None,
        tier_after=wire.tier_after or None,
        channel=wire.channel or None,
        completed=wire.completed,
        paid_at=instant(wire.paid_at),
        recorded_at=instant(wire.recorded_at),
    )


def _line(wire: orders_pb2.RecordedLine) -> OrderLine:
    return OrderLine(
        line_id=strawberry.ID(wire.line_id),
        sku=wire.sku,
        quantity=Long(wire.quantity),
        money=money(wire.money),
        refunded=money(wire.refunded),
        earned=[_earned(one) for one in wire.earned],
    )
