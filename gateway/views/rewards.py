"""Rewards: what both schemas show alike of what points are exchanged for."""

from collections.abc import Iterable
from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import reward_redemptions_pb2, rewards_pb2

from gateway.scalars import Long


@strawberry.enum(description="What a reward is.")
class RewardKind(Enum):
    GOODS = rewards_pb2.REWARD_KIND_GOODS
    COUPON = rewards_pb2.REWARD_KIND_COUPON
    BENEFIT = rewards_pb2.REWARD_KIND_BENEFIT
    PARTNER = rewards_pb2.REWARD_KIND_PARTNER


@strawberry.enum(
    description="Over what a limit counts: calendar periods of the programme's zone, weeks from Monday."
)
class RewardLimitPeriod(Enum):
    EVER = rewards_pb2.REWARD_LIMIT_PERIOD_EVER
    DAY = rewards_pb2.REWARD_LIMIT_PERIOD_DAY
    WEEK = rewards_pb2.REWARD_LIMIT_PERIOD_WEEK
    MONTH = rewards_pb2.REWARD_LIMIT_PERIOD_MONTH
    YEAR = rewards_pb2.REWARD_LIMIT_PERIOD_YEAR


@strawberry.enum(description="How far a redeemed reward got to its member.")
class RewardRedemptionState(Enum):
    PENDING = reward_redemptions_pb2.REWARD_REDEMPTION_STATE_PENDING
    FULFILLED = reward_redemptions_pb2.REWARD_REDEMPTION_STATE_FULFILLED
    CANCELLED = reward_redemptions_pb2.REWARD_REDEMPTION_STATE_CANCELLED


@strawberry.type(description="How often one member takes a reward at most.")
class RewardLimit:
    most: int
    period: RewardLimitPeriod


@strawberry.type(description="What a reward costs members on a tier.")
class RewardTierPrice:
    tier: str
    points: Long


def limits(wire: Iterable[rewards_pb2.RewardLimit]) -> list[RewardLimit]:
    return [RewardLimit(most=one.most, period=RewardLimitPeriod(one.period)) for one in wire]


def tier_prices(wire: Iterable[rewards_pb2.RewardTierPrice]) -> list[RewardTierPrice]:
    return [RewardTierPrice(tier=one.tier, points=Long(one.points)) for one in wire]
