"""Events: what the fold decided, in the past tense; they leave through the outbox and carry no personal data."""

from dataclasses import dataclass
from typing import NamedTuple

from services.loyalty.rules.ledger.given import (
    BenefitClaimed,
    BenefitReleased,
    BenefitUsed,
    CouponExpiring,
    CouponIssued,
    CouponReinstated,
    CouponRevoked,
    CouponUsed,
    Given,
    MembershipEnded,
    MembershipRecorded,
    MissionCompleted,
    MissionProgressed,
    ReferralChanged,
    RewardFulfilled,
)

__all__ = [
    "BenefitClaimed",
    "BenefitReleased",
    "BenefitUsed",
    "CouponExpiring",
    "CouponIssued",
    "CouponReinstated",
    "CouponRevoked",
    "CouponUsed",
    "MembershipEnded",
    "MembershipRecorded",
    "MissionCompleted",
    "MissionProgressed",
    "ReferralChanged",
    "RewardFulfilled",
]


class Moved(NamedTuple):
    """Points of one currency that moved, and the balance after."""

    currency: str
    points: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class OrderRecorded:
    source: str
    order_id: str
    money_currency: str
    total_minor: int
    earned: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class OrderCompleted:
    source: str
    order_id: str
    matured: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class OrderRefunded:
    source: str
    order_id: str
    refund_id: str
    money_currency: str
    refunded_minor: int
    taken_back: tuple[Moved, ...]
    returned: tuple[Moved, ...] = ()


@dataclass(frozen=True, slots=True)
class PointsAdjusted:
    moved: Moved
    reason: str


@dataclass(frozen=True, slots=True)
class PointsAwarded:
    moved: Moved
    reason: str


@dataclass(frozen=True, slots=True)
class PointsRedeemed:
    redemption_id: str
    moved: Moved
    order_ref: str


@dataclass(frozen=True, slots=True)
class RedemptionReversed:
    redemption_id: str
    moved: Moved


@dataclass(frozen=True, slots=True)
class PointsHeld:
    hold_id: str
    moved: Moved
    expires_at: int
    order_ref: str


@dataclass(frozen=True, slots=True)
class HoldCaptured:
    hold_id: str
    moved: Moved
    redemption_id: str


@dataclass(frozen=True, slots=True)
class HoldReleased:
    hold_id: str
    moved: Moved
    timed_out: bool


@dataclass(frozen=True, slots=True)
class PointsTransferred:
    """Told once for each side; ``moved`` is below 0 for who gave."""

    transfer_id: str
    moved: Moved


@dataclass(frozen=True, slots=True)
class PointsImported:
    moved: Moved


@dataclass(frozen=True, slots=True)
class PointsForfeited:
    moved: Moved
    reason: str


@dataclass(frozen=True, slots=True)
class MemberMerged:
    """The member's points went to another, or came back from there."""

    merge_id: str
    into_member: str
    undone: bool
    moved: tuple[Moved, ...]


@dataclass(frozen=True, slots=True)
class MemberErasureDone:
    """What the members service told to be erased leads to nobody here any more; rows kept and deleted, by table."""

    erasure_id: str
    kept: tuple[tuple[str, int], ...]
    deleted: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class RewardRedeemed:
    redemption_id: str
    reward: str
    edition: int
    kind: str
    gives: str
    moved: Moved


@dataclass(frozen=True, slots=True)
class RewardCancelled:
    redemption_id: str
    reward: str
    moved: Moved
    reason: str


@dataclass(frozen=True, slots=True)
class PointsExpired:
    moved: Moved


@dataclass(frozen=True, slots=True)
class PointsMatured:
    moved: Moved


@dataclass(frozen=True, slots=True)
class TierRaised:
    from_tier: str
    to_tier: str
    by_merge: bool = False


@dataclass(frozen=True, slots=True)
class TierLowered:
    from_tier: str
    to_tier: str
    by_merge: bool = False


@dataclass(frozen=True, slots=True)
class TierKept:
    """A tier's validity ended and another began, until an instant in microseconds since 1970."""

    tier: str
    valid_until: int


@dataclass(frozen=True, slots=True)
class TierPlaced:
    """The member was placed on a tier until an instant in microseconds since 1970, whatever the ladder says."""

    kind: str
    tier: str
    until: int


@dataclass(frozen=True, slots=True)
class TierPlacementEnded:
    kind: str
    tier: str


Decided = (
    Given
    | OrderRecorded
    | OrderCompleted
    | OrderRefunded
    | PointsAdjusted
    | PointsAwarded
    | PointsRedeemed
    | RedemptionReversed
    | PointsHeld
    | HoldCaptured
    | HoldReleased
    | PointsTransferred
    | PointsImported
    | PointsForfeited
    | MemberMerged
    | MemberErasureDone
    | RewardRedeemed
    | RewardCancelled
    | PointsExpired
    | PointsMatured
    | TierRaised
    | TierLowered
    | TierKept
    | TierPlaced
    | TierPlacementEnded
)


class Event(NamedTuple):
    """One thing that happened to one member in one programme, at an instant in microseconds since 1970."""

    member_id: str
    programme_id: str
    occurred_at: int
    what: Decided
