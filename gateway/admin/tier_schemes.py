"""Tier schemes as staff see and program admins write them."""

import strawberry
from huiyuan.loyalty.v1 import tier_schemes_pb2

from gateway.admin.benefits import BenefitInput, BenefitRule, benefit
from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.scalars import Long
from gateway.views.tier_schemes import TierCondition, condition


@strawberry.type
class TierRule:
    key: str
    name: LocalizedText
    conditions: list[TierCondition] = strawberry.field(description="All must hold.")
    multiplier: str = strawberry.field(description="What tier-multiplied earn rules are multiplied by.")
    benefits: list[BenefitRule]


def tier_rule(wire: tier_schemes_pb2.TierRule) -> TierRule:
    return TierRule(
        key=wire.key,
        name=localized(wire.name),
        conditions=[condition(one) for one in wire.conditions],
        multiplier=wire.multiplier,
        benefits=[benefit(one) for one in wire.benefits],
    )


@strawberry.input
class TierConditionInput:
    metric: str
    at_least: Long


@strawberry.input
class TierRuleInput:
    key: str
    name: LocalizedTextInput
    conditions: list[TierConditionInput] = strawberry.field(description="All must hold.")
    multiplier: str = strawberry.field(default="1", description='A decimal such as "1.5".')
    benefits: list[BenefitInput] = strawberry.field(default_factory=list)

    def wire(self) -> tier_schemes_pb2.TierRule:
        return tier_schemes_pb2.TierRule(
            key=self.key,
            name=self.name.wire(),
            conditions=[
                tier_schemes_pb2.TierCondition(metric=one.metric, at_least=one.at_least)
                for one in self.conditions
            ],
            multiplier=self.multiplier,
            benefits=[one.wire() for one in self.benefits],
        )
