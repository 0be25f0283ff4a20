"""Coupon terms as program admins write them, in both languages and with what only the operator sees."""

from datetime import date
from enum import Enum

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import coupon_templates_pb2 as wire

from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.scalars import Long, Money, MoneyInput
from gateway.views.coupons import CouponKind, optional_money


@strawberry.enum(description="How members get coupons by themselves.")
class CouponClaim(Enum):
    # From the operator alone.
    NONE = wire.COUPON_CLAIM_NONE
    # By the template's key.
    OPEN = wire.COUPON_CLAIM_OPEN
    # By a code that they know.
    BY_CODE = wire.COUPON_CLAIM_BY_CODE


@strawberry.type(description="What a coupon template says.")
class CouponTerms:
    name: LocalizedText
    terms: LocalizedText
    kind: CouponKind
    amount_off: Money | None
    off_basis_points: int | None
    cap: Money | None
    gift_sku: str | None
    threshold: Money | None
    skus: list[str]
    stacking_group: str
    valid_from: str | None = strawberry.field(description="A local day, the first good one.")
    valid_until: str | None = strawberry.field(description="A local day, the last good one.")
    valid_for: str | None = strawberry.field(description="A period from the day of issue, ISO 8601.")
    most_coupons: Long | None = strawberry.field(description="Null for any number.")
    most_money: Money | None = strawberry.field(description="Null for any amount.")
    most_per_member: int | None = strawberry.field(description="Null for any number.")
    cost: Money | None
    claim: CouponClaim
    claim_code: str | None
    extended_for: str | None
    hold_minutes: int
    remind_days: int


@strawberry.input(description="What a coupon template says; what is left out means none.")
class CouponTermsInput:
    name: LocalizedTextInput
    terms: LocalizedTextInput = strawberry.field(description="What members read before they use it.")
    kind: CouponKind
    amount_off: MoneyInput | None = strawberry.field(default=None, description="Of AMOUNT_OFF.")
    off_basis_points: int | None = strawberry.field(
        default=None,
        description="Of PERCENTAGE, what is taken off in hundredths of a per cent: 1000 pays 90 % (9折).",
    )
    cap: MoneyInput | None = strawberry.field(
        default=None, description="Of PERCENTAGE and FREE_SHIPPING: what is taken off at most."
    )
    gift_sku: str | None = strawberry.field(default=None, description="Of GIFT.")
    threshold: MoneyInput | None = strawberry.field(
        default=None, description="What the goods in scope must come to, before coupons."
    )
    skus: list[str] | None = strawberry.field(default=None, description="The goods in scope; none: all.")
    stacking_group: str | None = strawberry.field(
        default=None, description='An order takes one coupon of each group; "default" when left out.'
    )
    valid_from: date | None = strawberry.field(default=None, description="The first good local day.")
    valid_until: date | None = strawberry.field(default=None, description="The last good local day.")
    valid_for: str | None = strawberry.field(
        default=None, description="A period from the day of issue whose last day is good, such as P30D."
    )
    most_coupons: Long | None = strawberry.field(default=None, description="How many there are in all.")
    most_money: MoneyInput | None = strawberry.field(
        default=None,
        description="What they take off and cost in all; each that is out counts with the most it can.",
    )
    most_per_member: int | None = None
    cost: MoneyInput | None = strawberry.field(
        default=None, description="What a used coupon costs beside what it takes off, for instance the gift."
    )
    claim: CouponClaim = CouponClaim.NONE
    claim_code: str | None = strawberry.field(default=None, description="4 to 40 of A-Z, 0-9 and -.")
    extended_for: str | None = strawberry.field(
        default=None,
        description="How long after a refund a coupon is good that had expired; without it, it stays expired.",
    )
    hold_minutes: int | None = strawberry.field(default=None, description="30 when left out.")
    remind_days: int = strawberry.field(
        default=0, description="How many days before it expires that is told; 0: never."
    )

    def wire(self) -> wire.CouponTerms:
        def given(minor: MoneyInput | None) -> kit_pb2.Money | None:
            return minor.wire() if minor else None

        return wire.CouponTerms(
            name=self.name.wire(),
            terms=self.terms.wire(),
            kind=self.kind.value,
            amount_off=given(self.amount_off),
            off_basis_points=self.off_basis_points,
            cap=given(self.cap),
            gift_sku=self.gift_sku,
            threshold=given(self.threshold),
            skus=self.skus,
            stacking_group=self.stacking_group,
            valid_from=str(self.valid_from or ""),
            valid_until=str(self.valid_until or ""),
            valid_for=self.valid_for,
            most_coupons=self.most_coupons,
            most_money=given(self.most_money),
            most_per_member=self.most_per_member,
            cost=given(self.cost),
            claim=self.claim.value,
            claim_code=self.claim_code,
            extended_for=self.extended_for,
            hold_minutes=self.hold_minutes,
            remind_days=self.remind_days,
        )


def terms(said: wire.CouponTerms) -> CouponTerms:
    return CouponTerms(
        name=localized(said.name),
        terms=localized(said.terms),
        kind=CouponKind(said.kind),
        amount_off=optional_money(said, "amount_off"),
        off_basis_points=said.off_basis_points or None,
        cap=optional_money(said, "cap"),
        gift_sku=said.gift_sku or None,
        threshold=optional_money(said, "threshold"),
        skus=list(said.skus),
        stacking_group=said.stacking_group,
        valid_from=said.valid_from or None,
        valid_until=said.valid_until or None,
        valid_for=said.valid_for or None,
        most_coupons=Long(said.most_coupons) if said.most_coupons else None,
        most_money=optional_money(said, "most_money"),
        most_per_member=said.most_per_member or None,
        cost=optional_money(said, "cost"),
        claim=CouponClaim(said.claim),
        claim_code=said.claim_code or None,
        extended_for=said.extended_for or None,
        hold_minutes=said.hold_minutes,
        remind_days=said.remind_days,
    )
