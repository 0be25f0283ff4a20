"""Referral programmes as staff see and program admins write them."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import referrals_pb2, rewards_pb2

from gateway.admin.rewards.reward_terms import RewardLimitInput
from gateway.admin.texts import LocalizedText, LocalizedTextInput, localized
from gateway.scalars import Long, Money, MoneyInput, money, optional_instant, timestamp
from gateway.views.rewards import RewardLimit, limits


@strawberry.enum(description="What is asked of the invited member.")
class ReferralTrigger(Enum):
    SIGN_UP = referrals_pb2.REFERRAL_TRIGGER_SIGN_UP
    ORDER = referrals_pb2.REFERRAL_TRIGGER_ORDER


@strawberry.enum(description="Where an edition of a referral programme stands.")
class ReferralProgrammeState(Enum):
    DRAFT = referrals_pb2.REFERRAL_PROGRAMME_STATE_DRAFT
    PUBLISHED = referrals_pb2.REFERRAL_PROGRAMME_STATE_PUBLISHED
    STOPPED = referrals_pb2.REFERRAL_PROGRAMME_STATE_STOPPED


@strawberry.type(description="What one side gets: points of a currency, or a coupon of a template.")
class ReferralReward:
    currency: str | None
    points: Long | None
    template: str | None


@strawberry.type(description="A referral programme in its newest edition, or the draft of the next.")
class ReferralProgramme:
    key: str
    programme_id: str
    edition: int
    state: ReferralProgrammeState
    stopped: bool
    name: LocalizedText
    inviter: ReferralReward | None
    invited: ReferralReward | None
    trigger: ReferralTrigger
    order_at_least: Money
    within_days: int
    limits: list[RewardLimit]
    most_rewarded: Long | None = strawberry.field(description="Null for as many as there are.")
    held_above_hourly: int | None
    held_above_daily: int | None
    new_for_days: int
    available_from: datetime | None
    available_until: datetime | None
    rewarded: Long
    drafted_by: str | None = strawberry.field(description="Of a draft alone.")
    drafted_at: datetime | None
    published_by: str | None = strawberry.field(description="Null of a draft.")
    published_at: datetime | None
    reason: str


@strawberry.input(description="What one side gets: points of a currency, or a coupon of a template.")
class ReferralRewardInput:
    currency: str | None = strawberry.field(
        default=None, description="Without one, the programme's first that can be spent."
    )
    points: Long | None = None
    template: str | None = None

    def wire(self) -> referrals_pb2.ReferralReward:
        return referrals_pb2.ReferralReward(
            currency=self.currency or "", points=self.points or 0, template=self.template or ""
        )


@strawberry.input(description="What the next edition says.")
class ReferralTermsInput:
    name: LocalizedTextInput
    inviter: ReferralRewardInput | None = None
    invited: ReferralRewardInput | None = None
    trigger: ReferralTrigger
    order_at_least: MoneyInput | None = None
    within_days: int = strawberry.field(default=0, description="For the order, counted from joining.")
    limits: list[RewardLimitInput] = strawberry.field(
        default_factory=list, description="How many of an inviter's invitations count at most."
    )
    most_rewarded: Long | None = None
    held_above_hourly: int | None = strawberry.field(
        default=None, description="An inviter's next ones within the hour are held for staff."
    )
    held_above_daily: int | None = None
    new_for_days: int = strawberry.field(default=7, description="For how long members count as new.")
    available_from: datetime | None = None
    available_until: datetime | None = None

    def wire(self) -> referrals_pb2.ReferralTerms:
        terms = referrals_pb2.ReferralTerms(
            name=self.name.wire(),
            inviter=self.inviter.wire() if self.inviter else None,
            invited=self.invited.wire() if self.invited else None,
            trigger=self.trigger.value,
            order_at_least=self.order_at_least.wire() if self.order_at_least else None,
            within_days=self.within_days,
            limits=[rewards_pb2.RewardLimit(most=one.most, period=one.period.value) for one in self.limits],
            most_rewarded=self.most_rewarded or 0,
            held_above_hourly=self.held_above_hourly or 0,
            held_above_daily=self.held_above_daily or 0,
            new_for_days=self.new_for_days,
            until=timestamp(self.available_until),
        )
        if since := timestamp(self.available_from):
            getattr(terms, "from").CopyFrom(since)
        return terms


def referral_programme(wire: referrals_pb2.ReferralProgramme) -> ReferralProgramme:
    terms = wire.terms
    return ReferralProgramme(
        key=wire.referral,
        programme_id=wire.programme_id,
        edition=wire.edition,
        state=ReferralProgrammeState(wire.state),
        stopped=wire.stopped,
        name=localized(terms.name),
        inviter=_reward(terms.inviter),
        invited=_reward(terms.invited),
        trigger=ReferralTrigger(terms.trigger),
        order_at_least=money(terms.order_at_least),
        within_days=terms.within_days,
        limits=limits(terms.limits),
        most_rewarded=Long(terms.most_rewarded) if terms.most_rewarded else None,
        held_above_hourly=terms.held_above_hourly or None,
        held_above_daily=terms.held_above_daily or None,
        new_for_days=terms.new_for_days,
        available_from=optional_instant(terms, "from"),
        available_until=optional_instant(terms, "until"),
        rewarded=Long(wire.rewarded),
        drafted_by=wire.drafted_by or None,
        drafted_at=optional_instant(wire, "drafted_at"),
        published_by=wire.published_by or None,
        published_at=optional_instant(wire, "published_at"),
        reason=wire.reason,
    )


def _reward(wire: referrals_pb2.ReferralReward) -> ReferralReward | None:
    if not (wire.points or wire.template):
        return None
    return ReferralReward(
        currency=wire.currency or None,
        points=Long(wire.points) if wire.points else None,
        template=wire.template or None,
    )
