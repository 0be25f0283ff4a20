"""Tier schemes: what a tier asks, as both schemas show it."""

import strawberry
from huiyuan.loyalty.v1 import tier_schemes_pb2

from gateway.scalars import Long


@strawberry.type
class TierCondition:
    metric: str = strawberry.field(
        description="SPEND (minor units of money), ORDERS (a count) or a currency such as GROWTH."
    )
    at_least: Long


def condition(wire: tier_schemes_pb2.TierCondition) -> TierCondition:
    return TierCondition(metric=wire.metric, at_least=Long(wire.at_least))
