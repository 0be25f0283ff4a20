"""Tiers: where a member stands, what that gives, and what the next tier asks."""

from datetime import datetime
from functools import lru_cache

import strawberry
from huiyuan.loyalty.v1 import tiers_pb2

from gateway.scalars import Locale, Long, optional_instant, text
from gateway.views.benefits import Benefit, benefit


@strawberry.type(description="A rung of the programme's ladder.")
class Tier:
    key: str
    name: str
    rank: int = strawberry.field(description="1 is the lowest.")
    benefits: list[Benefit]


@strawberry.type(description="One condition of the next tier, and how far the member is.")
class ConditionProgress:
    metric: str = strawberry.field(
        description="SPEND (minor units of money), ORDERS (a count) or a currency such as GROWTH."
    )
    actual: Long
    required: Long
    missing: Long


@strawberry.type(description="Where a member stands. key, name and rank are null while no tier is held yet.")
class Standing:
    key: str | None
    name: str | None
    rank: int | None
    benefits: list[Benefit]
    since: datetime | None
    valid_until: datetime | None = strawberry.field(description="Exclusive; null when the tier has no end.")
    next_tier: Tier | None = strawberry.field(description="Null at the top of the ladder.")
    progress: list[ConditionProgress] = strawberry.field(description="Toward the next tier; all must be met.")


def tier(wire: tiers_pb2.Tier, locale: Locale) -> Tier:
    """A tier's view. Members share few tiers, so that what has the same content is the same view."""
    return _tier(wire.SerializeToString(), locale)


@lru_cache(maxsize=500)
def _tier(content: bytes, locale: Locale) -> Tier:
    wire = tiers_pb2.Tier.FromString(content)
    benefits = [benefit(one, locale) for one in wire.benefits]
    return Tier(key=wire.key, name=text(wire.name, locale), rank=wire.rank, benefits=benefits)


def benefits(wire: tiers_pb2.Standing, locale: Locale) -> list[Benefit]:
    """What the tier held gives."""
    return tier(wire.tier, locale).benefits if wire.HasField("tier") else []


def standing(wire: tiers_pb2.Standing, locale: Locale) -> Standing:
    held = tier(wire.tier, locale) if wire.HasField("tier") else None
    return Standing(
        key=held.key if held else None,
        name=held.name if held else None,
        rank=held.rank if held else None,
        benefits=held.benefits if held else [],
        since=optional_instant(wire, "since"),
        valid_until=optional_instant(wire, "valid_until"),
        next_tier=tier(wire.next_tier, locale) if wire.HasField("next_tier") else None,
        progress=[
            ConditionProgress(
                metric=condition.metric,
                actual=Long(condition.actual),
                required=Long(condition.required),
                missing=Long(max(0, condition.required - condition.actual)),
            )
            for condition in wire.toward_next
        ],
    )
