"""Benefits: what a tier gives, how often, and what it does, as both schemas show it."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import benefits_pb2

from gateway.documents.compiled.values import Shared
from gateway.scalars import Locale, Long, text


@strawberry.enum(description="What a benefit is to the member.")
class BenefitKind(Enum):
    ECONOMIC = benefits_pb2.BENEFIT_KIND_ECONOMIC
    STATUS = benefits_pb2.BENEFIT_KIND_STATUS
    FUNCTIONAL = benefits_pb2.BENEFIT_KIND_FUNCTIONAL
    ACCESS = benefits_pb2.BENEFIT_KIND_ACCESS


@strawberry.enum(
    description="What a benefit does. A claim of COUPON issues a coupon; the shop's systems do the rest."
)
class BenefitEffect(Enum):
    OTHER = benefits_pb2.BENEFIT_EFFECT_OTHER
    DISCOUNT = benefits_pb2.BENEFIT_EFFECT_DISCOUNT
    FREE_SHIPPING = benefits_pb2.BENEFIT_EFFECT_FREE_SHIPPING
    COUPON = benefits_pb2.BENEFIT_EFFECT_COUPON
    POINTS_MULTIPLIER = benefits_pb2.BENEFIT_EFFECT_POINTS_MULTIPLIER
    SUPPORT = benefits_pb2.BENEFIT_EFFECT_SUPPORT
    GIFT = benefits_pb2.BENEFIT_EFFECT_GIFT
    PRIORITY_SHIPPING = benefits_pb2.BENEFIT_EFFECT_PRIORITY_SHIPPING
    RETURNS_WITHOUT_REVIEW = benefits_pb2.BENEFIT_EFFECT_RETURNS_WITHOUT_REVIEW
    DOOR_PICK_UP = benefits_pb2.BENEFIT_EFFECT_DOOR_PICK_UP
    LIMITED_SALE = benefits_pb2.BENEFIT_EFFECT_LIMITED_SALE


@strawberry.enum(
    description="After what a quota begins anew, by the programme's local days; weeks begin on Mondays."
)
class QuotaPeriod(Enum):
    NONE = benefits_pb2.QUOTA_PERIOD_NONE
    DAY = benefits_pb2.QUOTA_PERIOD_DAY
    WEEK = benefits_pb2.QUOTA_PERIOD_WEEK
    MONTH = benefits_pb2.QUOTA_PERIOD_MONTH
    QUARTER = benefits_pb2.QUOTA_PERIOD_QUARTER
    YEAR = benefits_pb2.QUOTA_PERIOD_YEAR
    TIER_VALIDITY = benefits_pb2.QUOTA_PERIOD_TIER_VALIDITY


@strawberry.type(description="Something that a tier gives.")
class Benefit(Shared):
    key: str
    kind: BenefitKind
    name: str
    effect: BenefitEffect
    description: str | None
    quota: Long | None = strawberry.field(description="How often within the period; null for no limit.")
    quota_period: QuotaPeriod


def benefit(wire: benefits_pb2.Benefit, locale: Locale) -> Benefit:
    """A benefit's view; a service older than quotas tells of none."""
    return Benefit(
        key=wire.key,
        kind=BenefitKind(wire.kind),
        name=text(wire.name, locale),
        effect=effect_of(wire),
        description=text(wire.description, locale) or None,
        quota=quota_of(wire),
        quota_period=period_of(wire),
    )


def effect_of(wire: benefits_pb2.Benefit) -> BenefitEffect:
    return BenefitEffect(wire.effect or benefits_pb2.BENEFIT_EFFECT_OTHER)


def period_of(wire: benefits_pb2.Benefit) -> QuotaPeriod:
    return QuotaPeriod(wire.quota_period or benefits_pb2.QUOTA_PERIOD_NONE)


def quota_of(wire: benefits_pb2.Benefit) -> Long | None:
    return Long(wire.quota) if wire.HasField("quota") else None
