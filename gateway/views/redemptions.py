"""Redemptions: points spent, and points held for a checkout."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import redemptions_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.scalars import Long, instant, optional_instant
from services.kit.refusal import Kind, Refusal


@strawberry.type(description="Points of one expiry.")
class SpentPoints:
    points: Long
    expires_at: datetime | None = strawberry.field(description="Null for never.")


@strawberry.enum(description="What became of a hold.")
class HoldState(Enum):
    OPEN = redemptions_pb2.HOLD_STATE_OPEN
    CAPTURED = redemptions_pb2.HOLD_STATE_CAPTURED
    RELEASED = redemptions_pb2.HOLD_STATE_RELEASED
    TIMED_OUT = redemptions_pb2.HOLD_STATE_TIMED_OUT


@strawberry.type(description="Points set aside for a checkout.")
class Hold:
    id: strawberry.ID
    currency: str
    points: Long = strawberry.field(description="What was set aside at first.")
    held: Long = strawberry.field(description="What it still keeps.")
    captured: Long = strawberry.field(description="What was spent of it.")
    state: HoldState
    held_at: datetime
    expires_at: datetime = strawberry.field(description="When the points go back by themselves.")
    order_ref: str | None = strawberry.field(description='"source:order id" of the order it is for, if any.')


def spent(wire: Iterable[redemptions_pb2.SpentPoints]) -> list[SpentPoints]:
    return [
        SpentPoints(points=Long(one.points), expires_at=optional_instant(one, "expires_at")) for one in wire
    ]


def hold(wire: redemptions_pb2.Hold) -> Hold:
    return Hold(
        id=strawberry.ID(wire.hold_id),
        currency=wire.currency,
        points=Long(wire.points),
        held=Long(wire.held),
        captured=Long(wire.captured),
        state=HoldState(wire.state),
        held_at=instant(wire.held_at),
        expires_at=instant(wire.expires_at),
        order_ref=wire.order_ref or None,
    )


async def find_hold(info: Info, member_id: str, programme_id: str, hold_id: str) -> Hold | None:
    """A member's hold as of now; None when there is none with this id."""
    clients = info.context.clients
    request = redemptions_pb2.GetHoldRequest(member_id=member_id, programme_id=programme_id, hold_id=hold_id)
    try:
        response = await clients.redemptions.get_hold(request, headers=info.context.named(LOYALTY))
    except Refusal as refusal:
        if refusal.kind is Kind.NOT_FOUND:
            return None
        raise
    return hold(response.hold)
