"""Tiers: where a member stands, what that gives, and what the next tier asks."""

from datetime import date, datetime
from enum import Enum
from functools import lru_cache

import strawberry
from huiyuan.loyalty.v1 import placements_pb2, tiers_pb2

from gateway.documents.compiled.loads import found
from gateway.documents.compiled.values import Shared, shared
from gateway.scalars import Locale, Long, stamp, text
from gateway.views.advice import advice
from gateway.views.benefits import Benefit, benefit
from gateway.views.tier_schemes import METRIC, ConditionMatch, TierWindow, match, window


@strawberry.type(description="A rung of the programme's ladder.")
class Tier(Shared):
    key: str
    name: str
    rank: int = strawberry.field(description="1 is the lowest.")
    benefits: list[Benefit]


@strawberry.type(description="One condition of a tier, and how far the member is.")
class ConditionProgress:
    wire: strawberry.Private[tiers_pb2.ConditionProgress]
    metric: str = strawberry.field(resolver=found("wire.metric"), description=METRIC)
    actual: Long = strawberry.field(resolver=found("wire.actual"))
    required: Long = strawberry.field(resolver=found("wire.required"))

    @strawberry.field
    def missing(self) -> Long:
        return Long(max(0, self.wire.required - self.wire.actual))

    @strawberry.field
    def window(self) -> TierWindow:
        return window(self.wire.window)

    @strawberry.field(description="The first day that counts; null for all time.")
    def first_day(self) -> date | None:
        return date.fromisoformat(self.wire.first_day) if self.wire.first_day else None

    @strawberry.field(description="The last day on which more counts; null where there is none.")
    def last_day(self) -> date | None:
        return date.fromisoformat(self.wire.last_day) if self.wire.last_day else None


@strawberry.type(description="A part of the score, what it comes to and from what.")
class ScorePartProgress:
    key: str
    name: str
    metric: str = strawberry.field(description=METRIC)
    actual: Long
    score: Long
    cap: Long = strawberry.field(description="The most that the part comes to.")
    profiling: bool = strawberry.field(description="Whether it rests on a profile.")
    neutral: bool = strawberry.field(
        description="True where the member refused automated decisions: then the score is everybody's."
    )


@strawberry.enum(description="Why a member holds a tier that the ladder did not give.")
class PlacementKind(Enum):
    OVERRIDE = placements_pb2.PLACEMENT_KIND_OVERRIDE
    PAID = placements_pb2.PLACEMENT_KIND_PAID


@strawberry.type(description="Where a member stands. key, name and rank are null while no tier is held yet.")
class Standing:
    wire: strawberry.Private[tiers_pb2.Standing]
    locale: strawberry.Private[Locale]
    key: str | None
    name: str | None
    rank: int | None
    benefits: list[Benefit]

    # The rest is made when it is asked for: it is most of what a standing costs, and few ask for all of it.
    @strawberry.field
    def since(self) -> datetime | None:
        return stamp(self.wire, "since")

    @strawberry.field(description="Exclusive; null when the tier has no end.")
    def valid_until(self) -> datetime | None:
        return stamp(self.wire, "valid_until")

    @strawberry.field(description="Null at the top of the ladder.")
    def next_tier(self) -> Tier | None:
        return tier(self.wire.next_tier, self.locale) if self.wire.HasField("next_tier") else None

    @strawberry.field(description="Toward the next tier.")
    def progress(self) -> list[ConditionProgress]:
        return [ConditionProgress(wire=one) for one in self.wire.toward_next]

    @strawberry.field(description="How many of progress must be met.")
    def next_match(self) -> ConditionMatch:
        return match(self.wire.next_match)

    @strawberry.field(
        description="What keeps the tier that the ladder gives, as it will be measured on its last day; empty where "
        "it is never lost."
    )
    def to_keep(self) -> list[ConditionProgress]:
        return [ConditionProgress(wire=one) for one in self.wire.to_keep]

    @strawberry.field(description="How many of toKeep must be met.")
    def keep_match(self) -> ConditionMatch:
        return match(self.wire.keep_match)

    @strawberry.field(description="Whether the tier would be kept as things are.")
    def kept(self) -> bool:
        return self.wire.kept or not self.wire.to_keep

    @strawberry.field(
        description="When that is decided: the end of the validity, or of the grace. Exclusive."
    )
    def judged_at(self) -> datetime | None:
        return stamp(self.wire, "judged_at")

    @strawberry.field(description="Set while the validity has ended and the tier is held in its grace.")
    def grace_until(self) -> datetime | None:
        return stamp(self.wire, "grace_until")

    @strawberry.field(description="Set while the tier is held whatever the ladder gives.")
    def placed_by(self) -> PlacementKind | None:
        return PlacementKind(self.wire.placed_by) if self.wire.placed_by else None

    @strawberry.field(description="What the ladder gives; null for none.")
    def ladder_tier(self) -> Tier | None:
        return tier(self.wire.ladder_tier, self.locale) if self.wire.HasField("ladder_tier") else None

    @strawberry.field(description="The parts of SCORE, where there is one.")
    def score(self) -> list[ScorePartProgress]:
        return [score_part(part, self.locale) for part in self.wire.score]

    @strawberry.field(description="What is missing to keep the tier and to reach the next one, in sentences.")
    def advice(self) -> list[str]:
        return advice(self.wire, self.locale)


def tier(wire: tiers_pb2.Tier, locale: Locale) -> Tier:
    """A tier's view. Members share few tiers, so that what has the same content is the same view."""
    return _tier(wire.SerializeToString(), locale)


@lru_cache(maxsize=500)
def _tier(content: bytes, locale: Locale) -> Tier:
    wire = tiers_pb2.Tier.FromString(content)
    benefits = [shared(benefit(one, locale)) for one in wire.benefits]
    return shared(Tier(key=wire.key, name=text(wire.name, locale), rank=wire.rank, benefits=benefits))


def benefits(wire: tiers_pb2.Standing, locale: Locale) -> list[Benefit]:
    """What the tier held gives."""
    return tier(wire.tier, locale).benefits if wire.HasField("tier") else []


def standing(wire: tiers_pb2.Standing, locale: Locale) -> Standing:
    held = tier(wire.tier, locale) if wire.HasField("tier") else None
    return Standing(
        wire=wire,
        locale=locale,
        key=held.key if held else None,
        name=held.name if held else None,
        rank=held.rank if held else None,
        benefits=held.benefits if held else [],
    )


def score_part(wire: tiers_pb2.ScorePartProgress, locale: Locale) -> ScorePartProgress:
    return ScorePartProgress(
        key=wire.key,
        name=text(wire.name, locale),
        metric=wire.metric,
        actual=Long(wire.actual),
        score=Long(wire.score),
        cap=Long(wire.cap),
        profiling=wire.profiling,
        neutral=wire.neutral,
    )
