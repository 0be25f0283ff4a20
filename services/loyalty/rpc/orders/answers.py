"""What the fold answered about orders and refunds, as wire messages."""

from typing import Any

from huiyuan.loyalty.v1 import orders_pb2 as wire

from services.kit import instants
from services.loyalty.rpc.wire import money
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.orders.orders import Line, Order
from services.loyalty.rules.orders.refunds import Refund

# Orders are recorded more often than anything else is written: as dictionaries protobuf makes messages of them at
# half the cost.
Message = dict[str, Any]


def order(of: Order) -> wire.RecordedOrder:
    """An order as it stands now."""
    message = wire.RecordedOrder(**_recorded(of), completed=bool(of.completed_at))
    for line, shown in zip(of.lines, message.lines, strict=True):
        shown.refunded.CopyFrom(money(line.refunded_minor, of.money_currency))
    return message


def recorded(answer: Answer) -> Message:
    """The answer to recording an order, as a ``RecordOrderResponse``: the same at every repetition, whatever came after."""
    return {"order": _recorded(answer.value), "replayed": answer.replayed}


def completed(answer: Answer) -> wire.CompleteOrderResponse:
    of: Order = answer.value
    return wire.CompleteOrderResponse(
        order=order(of),
        matured=[
            wire.EarnedPoints(currency=code, points=e.matured, balance_after=e.matured_balance_after)
            for code, e in of.earned.items()
            if e.matured
        ],
        replayed=answer.replayed,
    )


def refunded(answer: Answer) -> wire.RecordRefundResponse:
    refund: Refund = answer.value
    return wire.RecordRefundResponse(
        refund_id=refund.refund_id,
        member_id=refund.member_id,
        refunded=money(refund.refunded_minor, refund.money_currency),
        refundable=money(refund.refundable_minor, refund.money_currency),
        taken_back=[
            wire.TakenBackPoints(
                currency=code,
                points=taken.points,
                became_debt=taken.became_debt,
                written_off=taken.written_off,
                balance_after=taken.balance_after,
            )
            for code, taken in refund.taken_back.items()
        ],
        returned=[
            wire.ReturnedPoints(currency=code, points=points) for code, points in refund.returned.items()
        ],
        replayed=answer.replayed,
    )


def _recorded(of: Order) -> Message:
    currency = of.money_currency
    return {
        "source": of.source,
        "order_id": of.order_id,
        "programme_id": of.programme_id,
        "member_id": of.member_id,
        "earned": earned(of),
        "lines": [_line(line, currency) for line in of.lines],
        "tier_at_payment": of.tier_at_payment,
        "tier_after": of.tier_after,
        "paid_at": instants.of_micros(of.paid_at),
        "recorded_at": instants.of_micros(of.recorded_at),
        "total": {"minor_units": of.total_minor, "currency": currency},
        "channel": of.channel,
    }


def _line(line: Line, currency: str) -> Message:
    return {
        "line_id": line.line_id,
        "sku": line.sku,
        "quantity": line.quantity,
        "money": {"minor_units": line.minor, "currency": currency},
        "earned": earned_by(line),
    }


def earned(of: Order) -> list[Message]:
    """What an order earned in all, as it was recorded; of one currency what was promised beside what was given."""
    return [
        {"currency": code, "points": points, "pending": pending, "balance_after": e.balance_after}
        for code, e in of.earned.items()
        for points, pending in (
            (e.points - e.on_completion, e.was_pending(of.recorded_at)),
            (e.on_completion, True),
        )
        if points
    ]


def earned_by(line: Line) -> list[Message]:
    return [{"currency": code, "points": points} for code, points in line.earned.items()]
