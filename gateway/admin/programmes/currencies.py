"""Currencies as staff see and program admins write them."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import currencies_pb2

from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.scalars import Long, Money, MoneyInput, money
from gateway.views.currencies import ExpiryKind, ExpiryRounding, MaturationKind


@strawberry.enum(description="What happens when a refund takes back more than is there.")
class NegativePolicy(Enum):
    ALLOW_NEGATIVE = currencies_pb2.NEGATIVE_POLICY_ALLOW_NEGATIVE
    CLAMP = currencies_pb2.NEGATIVE_POLICY_CLAMP
    REFUSE = currencies_pb2.NEGATIVE_POLICY_REFUSE


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


def currency(wire: currencies_pb2.CurrencyRules) -> CurrencyRules:
    return CurrencyRules(
        code=wire.code,
        name=localized(wire.name),
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


def _conversion(wire: currencies_pb2.Conversion) -> Conversion:
    return Conversion(
        points=Long(wire.points),
        worth=money(wire.worth),
        minimum=Long(wire.minimum),
        multiple=Long(wire.multiple),
        cap_basis_points=wire.cap_basis_points,
    )


@strawberry.input
class TierDebtFloorInput:
    tier: str = strawberry.field(description="The key of a tier of this programme.")
    points: Long = strawberry.field(description="0 for no floor.")

    def wire(self) -> currencies_pb2.TierDebtFloor:
        return currencies_pb2.TierDebtFloor(tier=self.tier, points=self.points)


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

    def wire(self) -> currencies_pb2.Conversion:
        return currencies_pb2.Conversion(
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

    def wire(self) -> currencies_pb2.CurrencyRules:
        return currencies_pb2.CurrencyRules(
            code=self.code,
            name=self.name.wire(),
            spendable=self.spendable,
            maturation=currencies_pb2.Maturation(
                kind=self.maturation.value,
                period=self.maturation_period or "",
                date=self.maturation_date or "",
            ),
            expiry=currencies_pb2.Expiry(
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
