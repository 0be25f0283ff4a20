"""Rule inputs: a programme's currencies, earn rules and tiers, as program admins write them."""

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import programmes_pb2, tiers_pb2

from gateway.admin.rules import NegativePolicy
from gateway.scalars import Long, MoneyInput
from gateway.views.rules import EarnRounding, ExpiryKind, ExpiryRounding, MaturationKind
from gateway.views.tiers import BenefitKind


@strawberry.input(description="A text in the languages we serve.")
class LocalizedTextInput:
    zh: str
    en: str

    def wire(self) -> kit_pb2.LocalizedText:
        return kit_pb2.LocalizedText(zh=self.zh, en=self.en)


@strawberry.input
class TierDebtFloorInput:
    tier: str = strawberry.field(description="The key of a tier of this programme.")
    points: Long = strawberry.field(description="0 for no floor.")

    def wire(self) -> programmes_pb2.TierDebtFloor:
        return programmes_pb2.TierDebtFloor(tier=self.tier, points=self.points)


@strawberry.input(description="What points are worth at checkout: points are worth worth.")
class ConversionInput:
    points: Long
    worth: MoneyInput
    minimum: Long = strawberry.field(description="A redemption takes at least this many points.")
    multiple: Long = strawberry.field(
        default=Long(1), description="A redemption takes a multiple of this many points; the minimum is one."
    )
    cap_basis_points: int = strawberry.field(
        default=10_000,
        description="A redemption is worth at most this many ten-thousandths of the order's money.",
    )

    def wire(self) -> programmes_pb2.Conversion:
        return programmes_pb2.Conversion(
            points=self.points,
            worth=self.worth.wire(),
            minimum=self.minimum,
            multiple=self.multiple,
            cap_basis_points=self.cap_basis_points,
        )


@strawberry.input
class CurrencyRulesInput:
    code: str = strawberry.field(description="1 to 20 characters of A-Z and _.")
    name: LocalizedTextInput
    spendable: bool
    maturation: MaturationKind = MaturationKind.AT_ONCE
    maturation_period: str | None = strawberry.field(
        default=None, description='AFTER_PERIOD: an ISO 8601 duration such as "P7D".'
    )
    maturation_date: str | None = strawberry.field(
        default=None,
        description='ON_DATE: a local day such as "2026-06-18"; what was earned before it matures as it begins.',
    )
    expiry: ExpiryKind = ExpiryKind.NEVER
    expiry_period: str | None = strawberry.field(
        default=None,
        description='An ISO 8601 duration such as "P12M". ON_DATES: how far away the date must at least be.',
    )
    expiry_rounding: ExpiryRounding = ExpiryRounding.NONE
    expiry_dates: list[str] = strawberry.field(
        default_factory=list,
        description='ON_DATES: last good days, of every year ("12-31") or of one ("2026-12-31").',
    )
    negative_policy: NegativePolicy = NegativePolicy.ALLOW_NEGATIVE
    debt_floor: Long = strawberry.field(
        default=Long(0), description="ALLOW_NEGATIVE: the deepest debt; 0 for no floor."
    )
    tier_debt_floors: list[TierDebtFloorInput] = strawberry.field(
        default_factory=list, description="The floors of members on these tiers, instead of debtFloor."
    )
    conversion: ConversionInput | None = strawberry.field(
        default=None, description="Without it, points are not redeemed for money."
    )
    transferable: bool = strawberry.field(
        default=False, description="True: members may send points to each other."
    )
    transfer_limit: Long = strawberry.field(
        default=Long(0), description="The most points of one transfer; 0 for no limit."
    )
    approval_above: Long = strawberry.field(
        default=Long(0),
        description="An adjustment of more points than this wants a second person; 0: none does.",
    )
    hold_minutes: int = strawberry.field(default=30, description="How long a hold lasts that does not say.")
    longest_hold_minutes: int = strawberry.field(
        default=10_080, description="How long a hold may last at most."
    )
    cost_micros: Long = strawberry.field(
        default=Long(0),
        description="What a point costs the operator, in millionths of the money's major unit: 10000 where 100 "
        "points cost 1.00.",
    )

    def wire(self) -> programmes_pb2.CurrencyRules:
        return programmes_pb2.CurrencyRules(
            code=self.code,
            name=self.name.wire(),
            spendable=self.spendable,
            maturation=programmes_pb2.Maturation(
                kind=self.maturation.value,
                period=self.maturation_period or "",
                date=self.maturation_date or "",
            ),
            expiry=programmes_pb2.Expiry(
                kind=self.expiry.value,
                period=self.expiry_period or "",
                rounding=self.expiry_rounding.value,
                dates=self.expiry_dates,
            ),
            negative_policy=self.negative_policy.value,
            debt_floor=self.debt_floor,
            tier_debt_floors=[floor.wire() for floor in self.tier_debt_floors],
            conversion=self.conversion.wire() if self.conversion else None,
            transferable=self.transferable,
            transfer_limit=self.transfer_limit,
            approval_above=self.approval_above,
            hold_minutes=self.hold_minutes,
            longest_hold_minutes=self.longest_hold_minutes,
            cost_micros=self.cost_micros,
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
