"""Events: what the fold decided, in the past tense; they leave through the outbox and carry no personal data."""

from dataclasses import dataclass
from typing import NamedTuple


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
class PointsExpired:
    moved: Moved


@dataclass(frozen=True, slots=True)
class PointsMatured:
    moved: Moved


@dataclass(frozen=True, slots=True)
class MissionProgressed:
    """Something counted in a mission: ``progress`` of ``required`` are there."""

    mission: str
    progress: int
    required: int


@dataclass(frozen=True, slots=True)
class MissionCompleted:
    """A mission was completed for the nth time in its period, and what was promised goes by the grant's key."""

    mission: str
    edition: int
    nth: int
    grant_key: str


@dataclass(frozen=True, slots=True)
class TierRaised:
    from_tier: str
    to_tier: str


@dataclass(frozen=True, slots=True)
class CouponIssued:
    coupon_id: str
    template: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class CouponUsed:
    coupon_id: str
    template: str
    order_ref: str
    taken_off_minor: int
    money_currency: str


@dataclass(frozen=True, slots=True)
class CouponExpiring:
    """Told once, as many days before as the template says."""

    coupon_id: str
    template: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class CouponReinstated:
    """The order was refunded: the coupon is open again, unless it expired meanwhile."""

    coupon_id: str
    template: str
    order_ref: str
    expired: bool


@dataclass(frozen=True, slots=True)
class CouponRevoked:
    coupon_id: str
    template: str
    reason: str


@dataclass(frozen=True, slots=True)
class TierLowered:
    from_tier: str
    to_tier: str


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


@dataclass(frozen=True, slots=True)
class BenefitClaimed:
    claim_id: str
    benefit: str
    tier: str


@dataclass(frozen=True, slots=True)
class BenefitUsed:
    claim_id: str
    benefit: str
    tier: str
    order_ref: str


@dataclass(frozen=True, slots=True)
class BenefitReleased:
    claim_id: str
    benefit: str
    tier: str


Decided = (
    OrderRecorded
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
    | PointsExpired
    | PointsMatured
    | TierRaised
    | CouponIssued
    | CouponUsed
    | CouponExpiring
    | CouponReinstated
    | CouponRevoked
    | TierLowered
    | TierKept
    | TierPlaced
    | TierPlacementEnded
    | MissionProgressed
    | MissionCompleted
    | BenefitClaimed
    | BenefitUsed
    | BenefitReleased
)


class Event(NamedTuple):
    """One thing that happened to one member in one programme, at an instant in microseconds since 1970."""

    member_id: str
    programme_id: str
    occurred_at: int
    what: Decided
