"""Benefits as staff see and program admins write them."""

import strawberry
from huiyuan.loyalty.v1 import benefits_pb2

from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.scalars import Long, Money, MoneyInput, money
from gateway.views.benefits import BenefitEffect, BenefitKind, QuotaPeriod, effect_of, period_of, quota_of


@strawberry.type(description="A benefit as the rules word it, in both languages.")
class BenefitRule:
    key: str
    kind: BenefitKind
    name: LocalizedText
    effect: BenefitEffect
    description: LocalizedText | None
    quota: Long | None = strawberry.field(description="How often within the period; null for no limit.")
    quota_period: QuotaPeriod
    unit_cost: Money | None = strawberry.field(description="What giving it once costs; null for nothing.")
    survives_downgrade: bool
    coupon_template: str | None


def benefit(wire: benefits_pb2.Benefit) -> BenefitRule:
    return BenefitRule(
        key=wire.key,
        kind=BenefitKind(wire.kind),
        name=localized(wire.name),
        effect=effect_of(wire),
        description=localized(wire.description) if wire.HasField("description") else None,
        quota=quota_of(wire),
        quota_period=period_of(wire),
        unit_cost=money(wire.unit_cost) if wire.HasField("unit_cost") else None,
        survives_downgrade=wire.survives_downgrade,
        coupon_template=wire.coupon_template or None,
    )


@strawberry.input
class BenefitInput:
    key: str = strawberry.field(
        description="1 to 40 characters of a-z, 0-9, _ and -; the same in another tier is the same benefit."
    )
    kind: BenefitKind
    name: LocalizedTextInput
    effect: BenefitEffect = BenefitEffect.OTHER
    description: LocalizedTextInput | None = None
    quota: Long | None = strawberry.field(
        default=None,
        description="How often within the period; without it, as often as the member likes. A COUPON needs one.",
    )
    quota_period: QuotaPeriod = strawberry.field(
        default=QuotaPeriod.NONE, description="By the programme's local days; NONE: the quota is for good."
    )
    unit_cost: MoneyInput | None = strawberry.field(
        default=None, description="What giving it once costs the operator, in the programme's money."
    )
    survives_downgrade: bool = strawberry.field(
        default=False,
        description="Whether what was claimed and not used stays good when the tier that gave it is lost.",
    )
    coupon_template: str | None = strawberry.field(
        default=None, description="Of COUPON alone: the key of the template that a claim issues."
    )

    def wire(self) -> benefits_pb2.Benefit:
        return benefits_pb2.Benefit(
            key=self.key,
            kind=self.kind.value,
            name=self.name.wire(),
            effect=self.effect.value,
            description=self.description.wire() if self.description else None,
            quota=self.quota,
            quota_period=self.quota_period.value,
            unit_cost=self.unit_cost.wire() if self.unit_cost else None,
            survives_downgrade=self.survives_downgrade,
            coupon_template=self.coupon_template or "",
        )
