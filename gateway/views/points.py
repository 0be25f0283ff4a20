"""Points: balances, and what is about to expire of them."""

from collections.abc import Iterable
from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import points_pb2

from gateway.scalars import Long, instant


@strawberry.type(description="Points that expire at the same instant.")
class ExpiringPoints:
    points: Long
    expires_at: datetime = strawberry.field(description="From then on they can no longer be spent.")


@strawberry.type(description="What a member has of one of the programme's currencies.")
class Balance:
    currency: str = strawberry.field(description='For instance "POINTS" or "GROWTH".')
    spendable: bool
    available: Long = strawberry.field(description="What can be used now.")
    pending: Long = strawberry.field(description="What was earned and still has to mature.")
    held: Long = strawberry.field(description="What an open checkout has set aside.")
    debt: Long = strawberry.field(description="What the next points earned will repay first.")
    expiring_soon: list[ExpiringPoints] = strawberry.field(description="Within 30 days, soonest first.")


def balance(wire: points_pb2.Balance) -> Balance:
    return Balance(
        currency=wire.currency,
        spendable=wire.spendable,
        available=Long(wire.available),
        pending=Long(wire.pending),
        held=Long(wire.held),
        debt=Long(wire.debt),
        expiring_soon=[
            ExpiringPoints(points=Long(part.points), expires_at=instant(part.expires_at))
            for part in wire.expiring_soon
        ],
    )


def named(balances: Iterable[points_pb2.Balance], currency: str | None) -> points_pb2.Balance | None:
    """The balance in a currency, or in the first that can be spent when none is named."""
    for wire in balances:
        if wire.currency == currency or (currency is None and wire.spendable):
            return wire
    return None
