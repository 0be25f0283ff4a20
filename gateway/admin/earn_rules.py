"""Earn rules as staff see and program admins write them."""

import strawberry
from huiyuan.loyalty.v1 import earn_rules_pb2

from gateway.scalars import Long, Money, MoneyInput, money
from gateway.views.earn_rules import EarnRounding


@strawberry.type(description="points for each whole per of the order's money.")
class EarnRule:
    key: str
    currency: str
    points: Long
    per: Money
    rounding: EarnRounding
    tier_multiplied: bool


def earn_rule(wire: earn_rules_pb2.EarnRule) -> EarnRule:
    return EarnRule(
        key=wire.key,
        currency=wire.currency,
        points=Long(wire.points),
        per=money(wire.per),
        rounding=EarnRounding(wire.rounding),
        tier_multiplied=wire.tier_multiplied,
    )


@strawberry.input(description="points for each whole per of the order's money.")
class EarnRuleInput:
    key: str
    currency: str
    points: Long
    per: MoneyInput
    rounding: EarnRounding = EarnRounding.WHOLE_STEPS
    tier_multiplied: bool = False

    def wire(self) -> earn_rules_pb2.EarnRule:
        return earn_rules_pb2.EarnRule(
            key=self.key,
            currency=self.currency,
            points=self.points,
            per=self.per.wire(),
            rounding=self.rounding.value,
            tier_multiplied=self.tier_multiplied,
        )
