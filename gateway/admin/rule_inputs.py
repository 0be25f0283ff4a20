"""Rule inputs: a programme's currencies, earn rules and tiers, as program admins write them."""

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import programmes_pb2, tiers_pb2

from gateway.admin.rules import EarnRounding, ExpiryKind, ExpiryRounding, MaturationKind, NegativePolicy
from gateway.scalars import Long, MoneyInput
from gateway.views.tiers import BenefitKind


@strawberry.input(description="A text in the languages we serve.")
class LocalizedTextInput:
    zh: str
    en: str

    def wire(self) -> kit_pb2.LocalizedText:
        return kit_pb2.LocalizedText(zh=self.zh, en=self.en)


@strawberry.input
class CurrencyRulesInput:
    code: str = strawberry.field(description="1 to 20 characters of A-Z and _.")
    name: LocalizedTextInput
    spendable: bool
    maturation: MaturationKind = MaturationKind.AT_ONCE
    maturation_period: str | None = None
    expiry: ExpiryKind = ExpiryKind.NEVER
    expiry_period: str | None = None
    expiry_rounding: ExpiryRounding = ExpiryRounding.NONE
    negative_policy: NegativePolicy = NegativePolicy.ALLOW_NEGATIVE
    debt_floor: Long = Long(0)

    def wire(self) -> programmes_pb2.CurrencyRules:
        return programmes_pb2.CurrencyRules(
            code=self.code,
            name=self.name.wire(),
            spendable=self.spendable,
            maturation=programmes_pb2.Maturation(
                kind=self.maturation.value, period=self.maturation_period or ""
            ),
            expiry=programmes_pb2.Expiry(
                kind=self.expiry.value,
                period=self.expiry_period or "",
                rounding=self.expiry_rounding.value,
            ),
            negative_policy=self.negative_policy.value,
            debt_floor=self.debt_floor,
        )


@strawberry.input(description="points for each whole per of the order's money.")
class EarnRuleInput:
    key: str
    currency: str
    points: Long
    per: MoneyInput
    rounding: EarnRounding = EarnRounding.WHOLE_STEPS
    tier_multiplied: bool = False

    def wire(self) -> programmes_pb2.EarnRule:
        return programmes_pb2.EarnRule(
            key=self.key,
            currency=self.currency,
            points=self.points,
            per=self.per.wire(),
            rounding=self.rounding.value,
            tier_multiplied=self.tier_multiplied,
        )


@strawberry.input
class TierConditionInput:
    metric: str
    at_least: Long


@strawberry.input
class BenefitInput:
    key: str
    kind: BenefitKind
    name: LocalizedTextInput

    def wire(self) -> tiers_pb2.Benefit:
        return tiers_pb2.Benefit(key=self.key, kind=self.kind.value, name=self.name.wire())


@strawberry.input
class TierRuleInput:
    key: str
    name: LocalizedTextInput
    conditions: list[TierConditionInput] = strawberry.field(description="All must hold.")
    multiplier: str = strawberry.field(default="1", description='A decimal such as "1.5".')
    benefits: list[BenefitInput] = strawberry.field(default_factory=list)

    def wire(self) -> programmes_pb2.TierRule:
        return programmes_pb2.TierRule(
            key=self.key,
            name=self.name.wire(),
            conditions=[
                programmes_pb2.TierCondition(metric=one.metric, at_least=one.at_least)
                for one in self.conditions
            ],
            multiplier=self.multiplier,
            benefits=[one.wire() for one in self.benefits],
        )
