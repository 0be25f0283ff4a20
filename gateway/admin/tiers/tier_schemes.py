"""Tier schemes as staff see and program admins write them."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import tier_schemes_pb2

from gateway.admin.benefits.benefits import BenefitInput, BenefitRule, benefit
from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.admin.tiers.tier_sales import TierSaleInput
from gateway.scalars import Long
from gateway.views.tier_sales import TierSale, sale
from gateway.views.tier_schemes import (
    METRIC,
    ConditionMatch,
    TierCondition,
    TierWindow,
    TierWindowKind,
    condition,
    match,
    window,
)


@strawberry.enum(description="Where a member goes who does not keep a tier when its validity ends.")
class DowngradeMode(Enum):
    NONE = tier_schemes_pb2.DOWNGRADE_MODE_NONE
    ONE_STEP = tier_schemes_pb2.DOWNGRADE_MODE_ONE_STEP
    # To the highest tier below that is reached.
    TO_QUALIFIED = tier_schemes_pb2.DOWNGRADE_MODE_TO_QUALIFIED


@strawberry.enum(description="What a version does to standings as it comes into force.")
class OnPublish(Enum):
    # Lowers nobody before the end of a validity.
    RAISE_ONLY = tier_schemes_pb2.ON_PUBLISH_RAISE_ONLY
    REASSESS = tier_schemes_pb2.ON_PUBLISH_REASSESS


@strawberry.type
class TierRule:
    key: str
    name: LocalizedText
    conditions: list[TierCondition] = strawberry.field(description="What raises to the tier.")
    match: ConditionMatch
    retain: list[TierCondition] = strawberry.field(
        description="What keeps the tier when its validity ends; empty for what raises to it."
    )
    retain_match: ConditionMatch
    multiplier: str = strawberry.field(description="What tier-multiplied earn rules are multiplied by.")
    benefits: list[BenefitRule]
    sale: TierSale | None = strawberry.field(description="Null where the tier is not for sale.")


def tier_rule(wire: tier_schemes_pb2.TierRule) -> TierRule:
    return TierRule(
        key=wire.key,
        name=localized(wire.name),
        conditions=[condition(one) for one in wire.conditions],
        match=match(wire.match),
        retain=[condition(one) for one in wire.retain],
        retain_match=match(wire.retain_match),
        multiplier=wire.multiplier,
        benefits=[benefit(one) for one in wire.benefits],
        sale=sale(wire.sale) if wire.HasField("sale") else None,
    )


NEUTRAL = "Of a part that rests on a profile: what it comes to for who refused automated decisions (PIPL 24); null otherwise."


@strawberry.type(description="Where a part of the score bends.")
class ScoreKnot:
    at: Long
    score: Long


@strawberry.type(
    description="A part of the score SCORE: linear from 0 to each knot, the last of which is its cap."
)
class ScorePart:
    key: str
    name: LocalizedText
    metric: str = strawberry.field(description=METRIC)
    window: TierWindow
    knots: list[ScoreKnot]
    neutral: Long | None = strawberry.field(description=NEUTRAL)


@strawberry.type(description="Where members of a tier go that the version has no more.")
class TierSuccessor:
    from_tier: str
    to_tier: str | None


@strawberry.type(description="What the ladder as a whole says.")
class TierScheme:
    validity: str | None = strawberry.field(
        description="How long a tier is good for, such as P12M; null for ever."
    )
    grace: str | None = strawberry.field(description="How much longer it is held after that.")
    downgrade: DowngradeMode
    refunds_count_at_once: bool = strawberry.field(
        description="Whether a refund may lower a tier before its validity ends."
    )
    on_publish: OnPublish
    score: list[ScorePart]
    successors: list[TierSuccessor]


def tier_scheme(wire: tier_schemes_pb2.TierScheme) -> TierScheme:
    return TierScheme(
        validity=wire.validity or None,
        grace=wire.grace or None,
        downgrade=DowngradeMode(wire.downgrade or tier_schemes_pb2.DOWNGRADE_MODE_NONE),
        refunds_count_at_once=wire.refunds_count_at_once,
        on_publish=OnPublish(wire.on_publish or tier_schemes_pb2.ON_PUBLISH_RAISE_ONLY),
        score=[
            ScorePart(
                key=part.key,
                name=localized(part.name),
                metric=part.metric,
                window=window(part.window),
                knots=[ScoreKnot(at=Long(knot.at), score=Long(knot.score)) for knot in part.knots],
                neutral=Long(part.neutral) if part.HasField("neutral") else None,
            )
            for part in wire.score
        ],
        successors=[
            TierSuccessor(from_tier=one.from_tier, to_tier=one.to_tier or None) for one in wire.successors
        ],
    )


@strawberry.input(description="Over which days, in the programme's zone, a condition counts.")
class TierWindowInput:
    kind: TierWindowKind
    days: int | None = strawberry.field(default=None, description="Of ROLLING_DAYS alone, 1 to 1100.")

    def wire(self) -> tier_schemes_pb2.TierWindow:
        return tier_schemes_pb2.TierWindow(kind=self.kind.value, days=self.days or 0)


@strawberry.input
class TierConditionInput:
    metric: str = strawberry.field(description=METRIC)
    at_least: Long
    window: TierWindowInput | None = strawberry.field(
        default=None, description="Without it, of all time; what is there now has none."
    )

    def wire(self) -> tier_schemes_pb2.TierCondition:
        return tier_schemes_pb2.TierCondition(
            metric=self.metric,
            at_least=self.at_least,
            window=self.window.wire() if self.window else None,
        )


@strawberry.input
class TierRuleInput:
    key: str
    name: LocalizedTextInput
    conditions: list[TierConditionInput] = strawberry.field(description="What raises to the tier.")
    match: ConditionMatch = ConditionMatch.ALL
    retain: list[TierConditionInput] = strawberry.field(
        default_factory=list,
        description="What keeps the tier when its validity ends; empty for what raises to it.",
    )
    retain_match: ConditionMatch = ConditionMatch.ALL
    multiplier: str = strawberry.field(default="1", description='A decimal such as "1.5".')
    benefits: list[BenefitInput] = strawberry.field(default_factory=list)
    sale: TierSaleInput | None = strawberry.field(
        default=None,
        description="Without it, the tier is not for sale. With it, conditions may be empty: nothing else reaches it.",
    )

    def wire(self) -> tier_schemes_pb2.TierRule:
        return tier_schemes_pb2.TierRule(
            key=self.key,
            name=self.name.wire(),
            conditions=[one.wire() for one in self.conditions],
            match=self.match.value,
            retain=[one.wire() for one in self.retain],
            retain_match=self.retain_match.value,
            multiplier=self.multiplier,
            benefits=[one.wire() for one in self.benefits],
            sale=self.sale.wire() if self.sale else None,
        )


@strawberry.input
class ScoreKnotInput:
    at: Long = strawberry.field(description="A value of the metric, above that of the knot before.")
    score: Long = strawberry.field(description="What the part comes to there; the last knot's is its cap.")


@strawberry.input(description="A part of the score SCORE: linear from 0 to each knot.")
class ScorePartInput:
    key: str
    name: LocalizedTextInput
    metric: str = strawberry.field(description="As of a condition, but SCORE.")
    window: TierWindowInput | None = None
    knots: list[ScoreKnotInput]
    neutral: Long | None = strawberry.field(default=None, description=NEUTRAL)

    def wire(self) -> tier_schemes_pb2.ScorePart:
        return tier_schemes_pb2.ScorePart(
            key=self.key,
            name=self.name.wire(),
            metric=self.metric,
            window=self.window.wire() if self.window else None,
            knots=[tier_schemes_pb2.ScoreKnot(at=knot.at, score=knot.score) for knot in self.knots],
            neutral=self.neutral,
        )


@strawberry.input(description="Where members of a tier go that the version has no more.")
class TierSuccessorInput:
    from_tier: str
    to_tier: str | None = strawberry.field(default=None, description="Without it, none.")


@strawberry.input(description="What the ladder as a whole says.")
class TierSchemeInput:
    validity: str | None = strawberry.field(
        default=None, description="How long a tier is good for, such as P12M; without it, for ever."
    )
    grace: str | None = strawberry.field(
        default=None, description="How much longer it is held after that; shorter than the validity."
    )
    downgrade: DowngradeMode = DowngradeMode.NONE
    refunds_count_at_once: bool = strawberry.field(
        default=False, description="Whether a refund may lower a tier before its validity ends."
    )
    on_publish: OnPublish = OnPublish.RAISE_ONLY
    score: list[ScorePartInput] = strawberry.field(default_factory=list)
    successors: list[TierSuccessorInput] = strawberry.field(default_factory=list)

    def wire(self) -> tier_schemes_pb2.TierScheme:
        return tier_schemes_pb2.TierScheme(
            validity=self.validity or "",
            grace=self.grace or "",
            downgrade=self.downgrade.value,
            refunds_count_at_once=self.refunds_count_at_once,
            on_publish=self.on_publish.value,
            score=[part.wire() for part in self.score],
            successors=[
                tier_schemes_pb2.TierSuccessor(from_tier=one.from_tier, to_tier=one.to_tier or "")
                for one in self.successors
            ],
        )
