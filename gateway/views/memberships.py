"""Memberships: tiers that members pay for; what one would cost, and what was bought."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import memberships_pb2 as wire

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.scalars import Long, Money, instant, money, optional_instant


@strawberry.type(description="What a membership of a tier costs the member, and why.")
class MembershipOffer:
    id: strawberry.ID | None = strawberry.field(
        description="By what an order pays it; null where it is only shown."
    )
    tier: str = strawberry.field(description="The tier's key.")
    price: Money
    score: Long = strawberry.field(description="The member's score; 0 where the programme has none.")
    score_from: Long = strawberry.field(description="The step of the price list that the score is on.")
    step_price: Money = strawberry.field(description="What that step costs who is not waived.")
    waived: bool
    spent: Money = strawberry.field(
        description="What was spent since spentSince: by it the fee is waived or not."
    )
    spent_since: datetime
    is_renewal: bool
    begins: datetime
    ends: datetime = strawberry.field(description="Exclusive.")
    expires_at: datetime | None = strawberry.field(
        description="Until when it can be paid; null where it is only shown."
    )
    programme_version: int = strawberry.field(description="The version whose price list it is.")


@strawberry.type(description="A membership of a tier that was bought.")
class Membership:
    source: str
    order_id: str
    tier: str = strawberry.field(description="The tier's key.")
    price: Money
    begins: datetime
    ends: datetime = strawberry.field(description="Exclusive.")
    recorded_at: datetime
    ended_at: datetime | None = strawberry.field(
        description="When it was ended before its time; null otherwise."
    )


@strawberry.type(description="What a member could buy or renew, and what was bought.")
class Memberships:
    offers: list[MembershipOffer] = strawberry.field(
        description="Of each tier that can be bought or renewed now.", directives=[ListSize(assumed_size=2)]
    )
    bought: list[Membership] = strawberry.field(
        description="The newest first, at most 20.", directives=[ListSize(assumed_size=5)]
    )


def offer(told: wire.MembershipOffer) -> MembershipOffer:
    return MembershipOffer(
        id=strawberry.ID(told.offer_id) if told.offer_id else None,
        tier=told.tier,
        price=money(told.price),
        score=Long(told.score),
        score_from=Long(told.score_from),
        step_price=money(told.step_price),
        waived=told.waived,
        spent=money(told.spent),
        spent_since=instant(told.spent_since),
        is_renewal=told.is_renewal,
        begins=instant(told.begins),
        ends=instant(told.ends),
        expires_at=optional_instant(told, "expires_at"),
        programme_version=told.programme_version,
    )


def membership(told: wire.Membership) -> Membership:
    return Membership(
        source=told.source,
        order_id=told.order_id,
        tier=told.tier,
        price=money(told.price),
        begins=instant(told.begins),
        ends=instant(told.ends),
        recorded_at=instant(told.recorded_at),
        ended_at=optional_instant(told, "ended_at"),
    )


async def memberships(info: Info, member_id: str, programme_id: str) -> Memberships:
    """What a member could buy or renew, and what was bought."""
    clients = info.context.clients
    told = await clients.memberships.get_memberships(
        wire.GetMembershipsRequest(member_id=member_id, programme_id=programme_id),
        headers=info.context.named(LOYALTY),
    )
    return Memberships(
        offers=[offer(one) for one in told.offers], bought=[membership(one) for one in told.memberships]
    )
