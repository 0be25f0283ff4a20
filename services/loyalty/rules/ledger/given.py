"""Events of what members get beside points: rewards, referrals, missions, benefits, memberships, coupons."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RewardFulfilled:
    redemption_id: str
    reward: str


@dataclass(frozen=True, slots=True)
class ReferralChanged:
    """How far an invitation got; told of the invited member."""

    referral_programme: str
    inviter_id: str
    state: str


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


@dataclass(frozen=True, slots=True)
class MembershipRecorded:
    """A tier was paid for, until an instant in microseconds since 1970."""

    source: str
    order_id: str
    tier: str
    ends: int


@dataclass(frozen=True, slots=True)
class MembershipEnded:
    source: str
    order_id: str
    tier: str


Given = (
    RewardFulfilled
    | ReferralChanged
    | MissionProgressed
    | MissionCompleted
    | CouponIssued
    | CouponUsed
    | CouponExpiring
    | CouponReinstated
    | CouponRevoked
    | BenefitClaimed
    | BenefitUsed
    | BenefitReleased
    | MembershipRecorded
    | MembershipEnded
)
