"""Rewards as staff see and program admins write them: terms, editions, stock."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import rewards_pb2

from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.scalars import Long, Money, MoneyInput, instant, money, optional_instant, timestamp
from gateway.views.rewards import (
    RewardKind,
    RewardLimit,
    RewardLimitPeriod,
    RewardTierPrice,
    limits,
    tier_prices,
)


@strawberry.enum(description="Whether a reward is offered.")
class RewardState(Enum):
    DRAFT = rewards_pb2.REWARD_STATE_DRAFT
    PUBLISHED = rewards_pb2.REWARD_STATE_PUBLISHED
    STOPPED = rewards_pb2.REWARD_STATE_STOPPED


@strawberry.type(description="What an edition says of a reward.")
class RewardTerms:
    name: LocalizedText
    description: LocalizedText
    kind: RewardKind
    gives: str | None
    currency: str
    points: Long
    tier_prices: list[RewardTierPrice]
    tiers: list[str]
    limits: list[RewardLimit]
    limited: bool
    available_from: datetime | None
    available_until: datetime | None
    unit_cost: Money = strawberry.field(description="What one costs the operator.")


@strawberry.type(description="An edition of a reward; published, it never changes.")
class RewardEdition:
    edition: int
    terms: RewardTerms
    drafted_by: str
    drafted_at: datetime
    published_by: str | None
    published_at: datetime | None
    reason: str


@strawberry.type(description="A reward, with the edition in force and the draft of the next.")
class Reward:
    key: str
    programme_id: str
    state: RewardState
    in_force: RewardEdition | None
    draft: RewardEdition | None
    stock: Long | None = strawberry.field(
        description="What there was in all; null where there is no end of it."
    )
    taken: Long | None = strawberry.field(description="What members have of it.")


@strawberry.type(description="A change of a reward's stock.")
class RewardStockChange:
    id: strawberry.ID
    delta: Long
    stock_after: Long
    reason: str
    changed_by: str
    changed_at: datetime


@strawberry.type(description="A reward with all its editions and the changes of its stock, newest first.")
class RewardHistory:
    reward: Reward
    editions: list[RewardEdition]
    stock_changes: list[RewardStockChange]


@strawberry.input
class RewardLimitInput:
    most: int
    period: RewardLimitPeriod


@strawberry.input
class RewardTierPriceInput:
    tier: str
    points: Long


@strawberry.input(description="What an edition is to say of a reward.")
class RewardTermsInput:
    name: LocalizedTextInput
    description: LocalizedTextInput | None = strawberry.field(
        default=None, description="Without it, the name."
    )
    kind: RewardKind
    gives: str | None = strawberry.field(
        default=None, description="The key of the coupon template or benefit, of these kinds alone."
    )
    currency: str | None = strawberry.field(
        default=None, description="Without one, the programme's first that can be spent."
    )
    points: Long
    tier_prices: list[RewardTierPriceInput] = strawberry.field(default_factory=list)
    tiers: list[str] = strawberry.field(
        default_factory=list, description="Only members on these take it; empty: everyone."
    )
    limits: list[RewardLimitInput] = strawberry.field(
        default_factory=list, description="How often one member takes it; what was cancelled does not count."
    )
    limited: bool = strawberry.field(
        default=False, description="True where there are no more than the stock; fixed by the first edition."
    )
    available_from: datetime | None = None
    available_until: datetime | None = None
    unit_cost: MoneyInput | None = strawberry.field(default=None, description="What one costs the operator.")

    def wire(self) -> rewards_pb2.RewardTerms:
        terms = rewards_pb2.RewardTerms(
            name=self.name.wire(),
            description=self.description.wire() if self.description else None,
            kind=self.kind.value,
            gives=self.gives or "",
            currency=self.currency or "",
            points=self.points,
            tier_prices=[
                rewards_pb2.RewardTierPrice(tier=one.tier, points=one.points) for one in self.tier_prices
            ],
            tiers=self.tiers,
            limits=[rewards_pb2.RewardLimit(most=one.most, period=one.period.value) for one in self.limits],
            limited=self.limited,
            until=timestamp(self.available_until),
            unit_cost=self.unit_cost.wire() if self.unit_cost else None,
        )
        if since := timestamp(self.available_from):
            getattr(terms, "from").CopyFrom(since)
        return terms


def reward(wire: rewards_pb2.Reward) -> Reward:
    newest = wire.in_force if wire.HasField("in_force") else wire.draft
    limited = newest.terms.limited
    return Reward(
        key=wire.reward,
        programme_id=wire.programme_id,
        state=RewardState(wire.state),
        in_force=edition(wire.in_force) if wire.HasField("in_force") else None,
        draft=edition(wire.draft) if wire.HasField("draft") else None,
        stock=Long(wire.stock) if limited else None,
        taken=Long(wire.taken) if limited else None,
    )


def edition(wire: rewards_pb2.RewardEdition) -> RewardEdition:
    return RewardEdition(
        edition=wire.edition,
        terms=_terms(wire.terms),
        drafted_by=wire.drafted_by,
        drafted_at=instant(wire.drafted_at),
        published_by=wire.published_by or None,
        published_at=optional_instant(wire, "published_at"),
        reason=wire.reason,
    )


def stock_change(wire: rewards_pb2.RewardStockChange) -> RewardStockChange:
    return RewardStockChange(
        id=strawberry.ID(wire.change_id),
        delta=Long(wire.delta),
        stock_after=Long(wire.stock_after),
        reason=wire.reason,
        changed_by=wire.changed_by,
        changed_at=instant(wire.changed_at),
    )


def _terms(wire: rewards_pb2.RewardTerms) -> RewardTerms:
    return RewardTerms(
        name=localized(wire.name),
        description=localized(wire.description),
        kind=RewardKind(wire.kind),
        gives=wire.gives or None,
        currency=wire.currency,
        points=Long(wire.points),
        tier_prices=tier_prices(wire.tier_prices),
        tiers=list(wire.tiers),
        limits=limits(wire.limits),
        limited=wire.limited,
        available_from=optional_instant(wire, "from"),
        available_until=optional_instant(wire, "until"),
        unit_cost=money(wire.unit_cost),
    )
