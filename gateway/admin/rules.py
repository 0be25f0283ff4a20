"""Rules: a programme's currencies, earn rules and tiers, as staff read them."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import programmes_pb2

from gateway.scalars import Long, Money, instant, money, optional_instant
from gateway.views.nodes import Node
from gateway.views.rules import (
    EarnRounding,
    ExpiryKind,
    ExpiryRounding,
    MaturationKind,
    TierCondition,
    condition,
)
from gateway.views.tiers import BenefitKind


@strawberry.enum(description="What happens when a refund takes back more than is there.")
class NegativePolicy(Enum):
    ALLOW_NEGATIVE = programmes_pb2.NEGATIVE_POLICY_ALLOW_NEGATIVE
    CLAMP = programmes_pb2.NEGATIVE_POLICY_CLAMP
    REFUSE = programmes_pb2.NEGATIVE_POLICY_REFUSE


@strawberry.type(description="A text in the languages we serve.")
class LocalizedText:
    zh: str
    en: str


@strawberry.type(description="How deep the debt of members on a tier goes.")
class TierDebtFloor:
    tier: str = strawberry.field(description="The key of the tier.")
    points: Long = strawberry.field(description="0 for no floor.")


@strawberry.type(description="What points are worth at checkout: points are worth worth.")
class Conversion:
    points: Long
    worth: Money
    minimum: Long = strawberry.field(description="A redemption takes at least this many points.")
    multiple: Long = strawberry.field(description="A redemption takes a multiple of this many points.")
    cap_basis_points: int = strawberry.field(
        description="A redemption is worth at most this many ten-thousandths of the order's money."
    )


@strawberry.type
class CurrencyRules:
    code: str
    name: LocalizedText
    spendable: bool
    maturation: MaturationKind
    maturation_period: str | None = strawberry.field(description="An ISO 8601 duration.")
    maturation_date: str | None = strawberry.field(
        description="ON_DATE: what was earned before this local day matures as it begins."
    )
    expiry: ExpiryKind
    expiry_period: str | None = strawberry.field(
        description="An ISO 8601 duration. ON_DATES: how far away the date must at least be."
    )
    expiry_rounding: ExpiryRounding | None
    expiry_dates: list[str] = strawberry.field(
        description='ON_DATES: last good days, of every year ("12-31") or of one ("2026-12-31").'
    )
    negative_policy: NegativePolicy
    debt_floor: Long = strawberry.field(description="The deepest debt; 0 for no floor.")
    tier_debt_floors: list[TierDebtFloor] = strawberry.field(
        description="The floors of members on these tiers, instead of debtFloor."
    )
    conversion: Conversion | None = strawberry.field(
        description="What points are worth at checkout; null where they are not redeemed for money."
    )
    transferable: bool = strawberry.field(description="True where members may send points to each other.")
    transfer_limit: Long = strawberry.field(description="The most points of one transfer; 0 for no limit.")
    approval_above: Long = strawberry.field(
        description="An adjustment of more points than this wants a second person; 0: none does."
    )
    hold_minutes: int = strawberry.field(description="How long a hold lasts that does not say.")
    longest_hold_minutes: int = strawberry.field(description="How long a hold may last at most.")
    cost_micros: Long = strawberry.field(
        description="What a point costs the operator, in millionths of the money's major unit."
    )


@strawberry.type(description="points for each whole per of the order's money.")
class EarnRule:
    key: str
    currency: str
    points: Long
    per: Money
    rounding: EarnRounding
    tier_multiplied: bool


@strawberry.type(description="A benefit as the rules word it, in both languages.")
class BenefitRule:
    key: str
    kind: BenefitKind
    name: LocalizedText


@strawberry.type
class TierRule:
    key: str
    name: LocalizedText
    conditions: list[TierCondition] = strawberry.field(description="All must hold.")
    multiplier: str = strawberry.field(description="What tier-multiplied earn rules are multiplied by.")
    benefits: list[BenefitRule]


@strawberry.type(description="A programme as of one version; versions never change.")
class Programme(Node):
    version: int
    name: LocalizedText
    time_zone: str
    money_currency: str
    currencies: list[CurrencyRules]
    earn_rules: list[EarnRule]
    tiers: list[TierRule] = strawberry.field(description="Lowest first.")
    effective_at: datetime
    published_by: str
    published_at: datetime | None
    reason: str | None
    is_default: bool


def programme(wire: programmes_pb2.Programme) -> Programme:
    return Programme(
        id=strawberry.ID(wire.programme_id),
        version=wire.version,
        name=_text(wire.name),
        time_zone=wire.time_zone,
        money_currency=wire.money_currency,
        currencies=[_currency(one) for one in wire.currencies],
        earn_rules=[_earn_rule(one) for one in wire.earn_rules],
        tiers=[_tier(one) for one in wire.tiers],
        effective_at=instant(wire.effective_at),
        published_by=wire.published_by,
        published_at=optional_instant(wire, "published_at"),
        reason=wire.reason or None,
        is_default=wire.is_default,
    )


def _text(wire: kit_pb2.LocalizedText) -> LocalizedText:
    return LocalizedText(zh=wire.zh, en=wire.en)


def _currency(wire: programmes_pb2.CurrencyRules) -> CurrencyRules:
    return CurrencyRules(
        code=wire.code,
        name=_text(wire.name),
        spendable=wire.spendable,
        maturation=MaturationKind(wire.maturation.kind),
        maturation_period=wire.maturation.period or None,
        maturation_date=wire.maturation.date or None,
        expiry=ExpiryKind(wire.expiry.kind),
        expiry_period=wire.expiry.period or None,
        expiry_rounding=ExpiryRounding(wire.expiry.rounding) if wire.expiry.rounding else None,
        expiry_dates=list(wire.expiry.dates),
        negative_policy=NegativePolicy(wire.negative_policy),
        debt_floor=Long(wire.debt_floor),
        tier_debt_floors=[
            TierDebtFloor(tier=each.tier, points=Long(each.points)) for each in wire.tier_debt_floors
        ],
        conversion=_conversion(wire.conversion) if wire.HasField("conversion") else None,
        transferable=wire.transferable,
        transfer_limit=Long(wire.transfer_limit),
        approval_above=Long(wire.approval_above),
        hold_minutes=wire.hold_minutes,
        longest_hold_minutes=wire.longest_hold_minutes,
        cost_micros=Long(wire.cost_micros),
    )


def _conversion(wire: programmes_pb2.Conversion) -> Conversion:
    return Conversion(
        points=Long(wire.points),
        worth=money(wire.worth),
        minimum=Long(wire.minimum),
        multiple=Long(wire.multiple),
        cap_basis_points=wire.cap_basis_points,
    )


def _earn_rule(wire: programmes_pb2.EarnRule) -> EarnRule:
    return EarnRule(
        key=wire.key,
        currency=wire.currency,
        points=Long(wire.points),
        per=money(wire.per),
        rounding=EarnRounding(wire.rounding),
        tier_multiplied=wire.tier_multiplied,
    )


def _tier(wire: programmes_pb2.TierRule) -> TierRule:
    return TierRule(
        key=wire.key,
        name=_text(wire.name),
        conditions=[condition(one) for one in wire.conditions],
        multiplier=wire.multiplier,
        benefits=[
            BenefitRule(key=one.key, kind=BenefitKind(one.kind), name=_text(one.name))
            for one in wire.benefits
        ],
    )
