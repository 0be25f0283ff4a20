"""Entitlements: what a member has of each benefit now, and what became of what was claimed."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import entitlements_pb2 as wire

from gateway.context import Info
from gateway.costs import ListSize
from gateway.loaders.overviews import InProgramme
from gateway.scalars import Locale, Long, instant, optional_instant
from gateway.views.benefits import Benefit, benefit


@strawberry.enum(
    description="What became of a claim. LAPSED: not used in time, or not before its tier was lost."
)
class BenefitClaimState(Enum):
    CLAIMED = wire.BENEFIT_CLAIM_STATE_CLAIMED
    USED = wire.BENEFIT_CLAIM_STATE_USED
    RELEASED = wire.BENEFIT_CLAIM_STATE_RELEASED
    LAPSED = wire.BENEFIT_CLAIM_STATE_LAPSED


@strawberry.type(description="A benefit that was given to the member once.")
class BenefitClaim:
    id: strawberry.ID
    benefit: str = strawberry.field(description="The benefit's key.")
    tier: str = strawberry.field(
        description="The key of the tier that gave it; empty where it was promised beside all tiers."
    )
    state: BenefitClaimState
    claimed_at: datetime
    good_until: datetime | None = strawberry.field(
        description="Exclusive: until when it can be used; null for no end."
    )
    used_at: datetime | None
    released_at: datetime | None
    order_ref: str | None = strawberry.field(
        description='"source:order id" of the order it was used on, if any.'
    )
    coupon_id: strawberry.ID | None = strawberry.field(
        description="The coupon that was issued for it, if any."
    )


@strawberry.type(description="What a member has of a benefit now.")
class Entitlement:
    benefit: Benefit
    tier: str = strawberry.field(
        description="The key of the tier that gives it; empty where it was promised beside all tiers."
    )
    claimed: Long = strawberry.field(description="Set aside and not used yet.")
    used: Long = strawberry.field(description="Used within the period.")
    remaining: Long | None = strawberry.field(
        description="What can still be claimed within the period; null where there is no quota."
    )
    period_until: datetime | None = strawberry.field(
        description="Exclusive: when the quota begins anew; null where it does not."
    )
    claims: list[BenefitClaim] = strawberry.field(
        description="Those that can be used; first those whose time ends first.",
        directives=[ListSize(assumed_size=3)],
    )


def claim(told: wire.BenefitClaim) -> BenefitClaim:
    return BenefitClaim(
        id=strawberry.ID(told.claim_id),
        benefit=told.benefit,
        tier=told.tier,
        state=BenefitClaimState(told.state),
        claimed_at=instant(told.claimed_at),
        good_until=optional_instant(told, "good_until"),
        used_at=optional_instant(told, "used_at"),
        released_at=optional_instant(told, "released_at"),
        order_ref=told.order_ref or None,
        coupon_id=strawberry.ID(told.coupon_id) if told.coupon_id else None,
    )


async def entitlements(info: Info, member_id: str, programme_id: str) -> list[Entitlement]:
    """What a member has of the benefits of the tier held, and of those that outlived theirs."""
    asked = InProgramme(programme_id, member_id)
    told = await info.context.load.entitlements_by_member.load(info.context.caller, asked)
    return [_entitlement(one, info.context.locale) for one in told.entitlements]


def _entitlement(told: wire.Entitlement, locale: Locale) -> Entitlement:
    return Entitlement(
        benefit=benefit(told.benefit, locale),
        tier=told.tier,
        claimed=Long(told.claimed),
        used=Long(told.used),
        remaining=Long(told.remaining) if told.HasField("remaining") else None,
        period_until=optional_instant(told, "period_until"),
        claims=[claim(one) for one in told.claims],
    )
