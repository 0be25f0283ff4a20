"""Tier sales: what a membership of a tier costs, as both schemas show it."""

import strawberry
from huiyuan.loyalty.v1 import tier_sales_pb2

from gateway.costs import ListSize
from gateway.scalars import Long, Money, money


@strawberry.type(description="What members pay whose score is this or more, up to the next step.")
class PriceStep:
    score_from: Long
    price: Money


@strawberry.type(description="What a membership of a tier costs: equal scores pay equal prices.")
class TierSale:
    validity: str = strawberry.field(description="How long a membership is good, such as P12M.")
    prices: list[PriceStep] = strawberry.field(
        description="By score, lowest first.", directives=[ListSize(assumed_size=3)]
    )
    renewal_window: str | None = strawberry.field(
        description="How long before its end a membership can be renewed; null for at any time."
    )
    waived_from: Money | None = strawberry.field(
        description="Who spent so much over one validity before pays nothing; null where everybody pays."
    )


def sale(wire: tier_sales_pb2.TierSale) -> TierSale:
    return TierSale(
        validity=wire.validity,
        prices=[PriceStep(score_from=Long(step.score_from), price=money(step.price)) for step in wire.prices],
        renewal_window=wire.renewal_window or None,
        waived_from=money(wire.waiver.spend_at_least) if wire.HasField("waiver") else None,
    )
