"""Tier sales as program admins write them."""

import strawberry
from huiyuan.loyalty.v1 import tier_sales_pb2

from gateway.scalars import Long, MoneyInput


@strawberry.input(description="What members pay whose score is this or more, up to the next step.")
class PriceStepInput:
    score_from: Long = Long(0)
    price: MoneyInput


@strawberry.input(description="What a membership of a tier costs; the first step begins at a score of 0.")
class TierSaleInput:
    validity: str = strawberry.field(description="How long a membership is good, such as P12M.")
    prices: list[PriceStepInput] = strawberry.field(description="By score, lowest first.")
    renewal_window: str | None = strawberry.field(
        default=None, description="How long before its end it can be renewed; without it, at any time."
    )
    waived_from: MoneyInput | None = strawberry.field(
        default=None,
        description="Who spent so much over one validity before pays nothing; without it, everybody pays.",
    )

    def wire(self) -> tier_sales_pb2.TierSale:
        return tier_sales_pb2.TierSale(
            validity=self.validity,
            prices=[
                tier_sales_pb2.PriceStep(score_from=step.score_from, price=step.price.wire())
                for step in self.prices
            ],
            renewal_window=self.renewal_window or "",
            waiver=tier_sales_pb2.FeeWaiver(spend_at_least=self.waived_from.wire())
            if self.waived_from
            else None,
        )
