import datetime

from google.protobuf import timestamp_pb2 as _timestamp_pb2
from huiyuan.kit.v1 import erasures_pb2 as _erasures_pb2
from huiyuan.kit.v1 import kit_pb2 as _kit_pb2
from huiyuan.loyalty.v1 import placements_pb2 as _placements_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class LoyaltyEvent(_message.Message):
    __slots__ = ("member_id", "programme_id", "occurred_at", "order_recorded", "order_completed", "order_refunded", "points_adjusted", "points_expired", "points_matured", "tier_raised", "programme_revised", "points_awarded", "points_redeemed", "redemption_reversed", "points_held", "hold_captured", "hold_released", "points_transferred", "points_imported", "points_forfeited", "member_merged", "member_erasure_done", "reward_redeemed", "reward_fulfilled", "reward_cancelled", "rewards_revised", "referral_changed", "coupon_issued", "coupon_used", "coupon_expiring", "coupon_reinstated", "coupon_revoked", "tier_lowered", "tier_kept", "tier_placed", "tier_placement_ended", "mission_progressed", "mission_completed", "benefit_claimed", "benefit_used", "benefit_released", "membership_recorded", "membership_ended")
    MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_ID_FIELD_NUMBER: _ClassVar[int]
    OCCURRED_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_RECORDED_FIELD_NUMBER: _ClassVar[int]
    ORDER_COMPLETED_FIELD_NUMBER: _ClassVar[int]
    ORDER_REFUNDED_FIELD_NUMBER: _ClassVar[int]
    POINTS_ADJUSTED_FIELD_NUMBER: _ClassVar[int]
    POINTS_EXPIRED_FIELD_NUMBER: _ClassVar[int]
    POINTS_MATURED_FIELD_NUMBER: _ClassVar[int]
    TIER_RAISED_FIELD_NUMBER: _ClassVar[int]
    PROGRAMME_REVISED_FIELD_NUMBER: _ClassVar[int]
    POINTS_AWARDED_FIELD_NUMBER: _ClassVar[int]
    POINTS_REDEEMED_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_REVERSED_FIELD_NUMBER: _ClassVar[int]
    POINTS_HELD_FIELD_NUMBER: _ClassVar[int]
    HOLD_CAPTURED_FIELD_NUMBER: _ClassVar[int]
    HOLD_RELEASED_FIELD_NUMBER: _ClassVar[int]
    POINTS_TRANSFERRED_FIELD_NUMBER: _ClassVar[int]
    POINTS_IMPORTED_FIELD_NUMBER: _ClassVar[int]
    POINTS_FORFEITED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_MERGED_FIELD_NUMBER: _ClassVar[int]
    MEMBER_ERASURE_DONE_FIELD_NUMBER: _ClassVar[int]
    REWARD_REDEEMED_FIELD_NUMBER: _ClassVar[int]
    REWARD_FULFILLED_FIELD_NUMBER: _ClassVar[int]
    REWARD_CANCELLED_FIELD_NUMBER: _ClassVar[int]
    REWARDS_REVISED_FIELD_NUMBER: _ClassVar[int]
    REFERRAL_CHANGED_FIELD_NUMBER: _ClassVar[int]
    COUPON_ISSUED_FIELD_NUMBER: _ClassVar[int]
    COUPON_USED_FIELD_NUMBER: _ClassVar[int]
    COUPON_EXPIRING_FIELD_NUMBER: _ClassVar[int]
    COUPON_REINSTATED_FIELD_NUMBER: _ClassVar[int]
    COUPON_REVOKED_FIELD_NUMBER: _ClassVar[int]
    TIER_LOWERED_FIELD_NUMBER: _ClassVar[int]
    TIER_KEPT_FIELD_NUMBER: _ClassVar[int]
    TIER_PLACED_FIELD_NUMBER: _ClassVar[int]
    TIER_PLACEMENT_ENDED_FIELD_NUMBER: _ClassVar[int]
    MISSION_PROGRESSED_FIELD_NUMBER: _ClassVar[int]
    MISSION_COMPLETED_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_CLAIMED_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_USED_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_RELEASED_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIP_RECORDED_FIELD_NUMBER: _ClassVar[int]
    MEMBERSHIP_ENDED_FIELD_NUMBER: _ClassVar[int]
    member_id: str
    programme_id: str
    occurred_at: _timestamp_pb2.Timestamp
    order_recorded: OrderRecorded
    order_completed: OrderCompleted
    order_refunded: OrderRefunded
    points_adjusted: PointsAdjusted
    points_expired: PointsExpired
    points_matured: PointsMatured
    tier_raised: TierRaised
    programme_revised: ProgrammeRevised
    points_awarded: PointsAwarded
    points_redeemed: PointsRedeemed
    redemption_reversed: RedemptionReversed
    points_held: PointsHeld
    hold_captured: HoldCaptured
    hold_released: HoldReleased
    points_transferred: PointsTransferred
    points_imported: PointsImported
    points_forfeited: PointsForfeited
    member_merged: MemberMerged
    member_erasure_done: MemberErasureDone
    reward_redeemed: RewardRedeemed
    reward_fulfilled: RewardFulfilled
    reward_cancelled: RewardCancelled
    rewards_revised: RewardsRevised
    referral_changed: ReferralChanged
    coupon_issued: CouponIssued
    coupon_used: CouponUsed
    coupon_expiring: CouponExpiring
    coupon_reinstated: CouponReinstated
    coupon_revoked: CouponRevoked
    tier_lowered: TierLowered
    tier_kept: TierKept
    tier_placed: TierPlaced
    tier_placement_ended: TierPlacementEnded
    mission_progressed: MissionProgressed
    mission_completed: MissionCompleted
    benefit_claimed: BenefitClaimed
    benefit_used: BenefitUsed
    benefit_released: BenefitReleased
    membership_recorded: MembershipRecorded
    membership_ended: MembershipEnded
    def __init__(self, member_id: _Optional[str] = ..., programme_id: _Optional[str] = ..., occurred_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_recorded: _Optional[_Union[OrderRecorded, _Mapping]] = ..., order_completed: _Optional[_Union[OrderCompleted, _Mapping]] = ..., order_refunded: _Optional[_Union[OrderRefunded, _Mapping]] = ..., points_adjusted: _Optional[_Union[PointsAdjusted, _Mapping]] = ..., points_expired: _Optional[_Union[PointsExpired, _Mapping]] = ..., points_matured: _Optional[_Union[PointsMatured, _Mapping]] = ..., tier_raised: _Optional[_Union[TierRaised, _Mapping]] = ..., programme_revised: _Optional[_Union[ProgrammeRevised, _Mapping]] = ..., points_awarded: _Optional[_Union[PointsAwarded, _Mapping]] = ..., points_redeemed: _Optional[_Union[PointsRedeemed, _Mapping]] = ..., redemption_reversed: _Optional[_Union[RedemptionReversed, _Mapping]] = ..., points_held: _Optional[_Union[PointsHeld, _Mapping]] = ..., hold_captured: _Optional[_Union[HoldCaptured, _Mapping]] = ..., hold_released: _Optional[_Union[HoldReleased, _Mapping]] = ..., points_transferred: _Optional[_Union[PointsTransferred, _Mapping]] = ..., points_imported: _Optional[_Union[PointsImported, _Mapping]] = ..., points_forfeited: _Optional[_Union[PointsForfeited, _Mapping]] = ..., member_merged: _Optional[_Union[MemberMerged, _Mapping]] = ..., member_erasure_done: _Optional[_Union[MemberErasureDone, _Mapping]] = ..., reward_redeemed: _Optional[_Union[RewardRedeemed, _Mapping]] = ..., reward_fulfilled: _Optional[_Union[RewardFulfilled, _Mapping]] = ..., reward_cancelled: _Optional[_Union[RewardCancelled, _Mapping]] = ..., rewards_revised: _Optional[_Union[RewardsRevised, _Mapping]] = ..., referral_changed: _Optional[_Union[ReferralChanged, _Mapping]] = ..., coupon_issued: _Optional[_Union[CouponIssued, _Mapping]] = ..., coupon_used: _Optional[_Union[CouponUsed, _Mapping]] = ..., coupon_expiring: _Optional[_Union[CouponExpiring, _Mapping]] = ..., coupon_reinstated: _Optional[_Union[CouponReinstated, _Mapping]] = ..., coupon_revoked: _Optional[_Union[CouponRevoked, _Mapping]] = ..., tier_lowered: _Optional[_Union[TierLowered, _Mapping]] = ..., tier_kept: _Optional[_Union[TierKept, _Mapping]] = ..., tier_placed: _Optional[_Union[TierPlaced, _Mapping]] = ..., tier_placement_ended: _Optional[_Union[TierPlacementEnded, _Mapping]] = ..., mission_progressed: _Optional[_Union[MissionProgressed, _Mapping]] = ..., mission_completed: _Optional[_Union[MissionCompleted, _Mapping]] = ..., benefit_claimed: _Optional[_Union[BenefitClaimed, _Mapping]] = ..., benefit_used: _Optional[_Union[BenefitUsed, _Mapping]] = ..., benefit_released: _Optional[_Union[BenefitReleased, _Mapping]] = ..., membership_recorded: _Optional[_Union[MembershipRecorded, _Mapping]] = ..., membership_ended: _Optional[_Union[MembershipEnded, _Mapping]] = ...) -> None: ...

class PointsMoved(_message.Message):
    __slots__ = ("currency", "points", "balance_after")
    CURRENCY_FIELD_NUMBER: _ClassVar[int]
    POINTS_FIELD_NUMBER: _ClassVar[int]
    BALANCE_AFTER_FIELD_NUMBER: _ClassVar[int]
    currency: str
    points: int
    balance_after: int
    def __init__(self, currency: _Optional[str] = ..., points: _Optional[int] = ..., balance_after: _Optional[int] = ...) -> None: ...

class OrderRecorded(_message.Message):
    __slots__ = ("source", "order_id", "total", "earned")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    EARNED_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    total: _kit_pb2.Money
    earned: _containers.RepeatedCompositeFieldContainer[PointsMoved]
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., total: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., earned: _Optional[_Iterable[_Union[PointsMoved, _Mapping]]] = ...) -> None: ...

class OrderCompleted(_message.Message):
    __slots__ = ("source", "order_id", "matured")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    MATURED_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    matured: _containers.RepeatedCompositeFieldContainer[PointsMoved]
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., matured: _Optional[_Iterable[_Union[PointsMoved, _Mapping]]] = ...) -> None: ...

class OrderRefunded(_message.Message):
    __slots__ = ("source", "order_id", "refund_id", "refunded", "taken_back", "returned")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    REFUND_ID_FIELD_NUMBER: _ClassVar[int]
    REFUNDED_FIELD_NUMBER: _ClassVar[int]
    TAKEN_BACK_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    refund_id: str
    refunded: _kit_pb2.Money
    taken_back: _containers.RepeatedCompositeFieldContainer[PointsMoved]
    returned: _containers.RepeatedCompositeFieldContainer[PointsMoved]
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., refund_id: _Optional[str] = ..., refunded: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ..., taken_back: _Optional[_Iterable[_Union[PointsMoved, _Mapping]]] = ..., returned: _Optional[_Iterable[_Union[PointsMoved, _Mapping]]] = ...) -> None: ...

class PointsAdjusted(_message.Message):
    __slots__ = ("moved", "reason")
    MOVED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    moved: PointsMoved
    reason: str
    def __init__(self, moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class PointsExpired(_message.Message):
    __slots__ = ("moved",)
    MOVED_FIELD_NUMBER: _ClassVar[int]
    moved: PointsMoved
    def __init__(self, moved: _Optional[_Union[PointsMoved, _Mapping]] = ...) -> None: ...

class PointsMatured(_message.Message):
    __slots__ = ("moved",)
    MOVED_FIELD_NUMBER: _ClassVar[int]
    moved: PointsMoved
    def __init__(self, moved: _Optional[_Union[PointsMoved, _Mapping]] = ...) -> None: ...

class TierRaised(_message.Message):
    __slots__ = ("from_tier", "to_tier", "by_merge")
    FROM_TIER_FIELD_NUMBER: _ClassVar[int]
    TO_TIER_FIELD_NUMBER: _ClassVar[int]
    BY_MERGE_FIELD_NUMBER: _ClassVar[int]
    from_tier: str
    to_tier: str
    by_merge: bool
    def __init__(self, from_tier: _Optional[str] = ..., to_tier: _Optional[str] = ..., by_merge: _Optional[bool] = ...) -> None: ...

class TierLowered(_message.Message):
    __slots__ = ("from_tier", "to_tier", "by_merge")
    FROM_TIER_FIELD_NUMBER: _ClassVar[int]
    TO_TIER_FIELD_NUMBER: _ClassVar[int]
    BY_MERGE_FIELD_NUMBER: _ClassVar[int]
    from_tier: str
    to_tier: str
    by_merge: bool
    def __init__(self, from_tier: _Optional[str] = ..., to_tier: _Optional[str] = ..., by_merge: _Optional[bool] = ...) -> None: ...

class TierKept(_message.Message):
    __slots__ = ("tier", "valid_until")
    TIER_FIELD_NUMBER: _ClassVar[int]
    VALID_UNTIL_FIELD_NUMBER: _ClassVar[int]
    tier: str
    valid_until: _timestamp_pb2.Timestamp
    def __init__(self, tier: _Optional[str] = ..., valid_until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TierPlaced(_message.Message):
    __slots__ = ("kind", "tier", "until")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    kind: _placements_pb2.PlacementKind
    tier: str
    until: _timestamp_pb2.Timestamp
    def __init__(self, kind: _Optional[_Union[_placements_pb2.PlacementKind, str]] = ..., tier: _Optional[str] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class TierPlacementEnded(_message.Message):
    __slots__ = ("kind", "tier")
    KIND_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    kind: _placements_pb2.PlacementKind
    tier: str
    def __init__(self, kind: _Optional[_Union[_placements_pb2.PlacementKind, str]] = ..., tier: _Optional[str] = ...) -> None: ...

class ProgrammeRevised(_message.Message):
    __slots__ = ("version",)
    VERSION_FIELD_NUMBER: _ClassVar[int]
    version: int
    def __init__(self, version: _Optional[int] = ...) -> None: ...

class PointsAwarded(_message.Message):
    __slots__ = ("moved", "reason")
    MOVED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    moved: PointsMoved
    reason: str
    def __init__(self, moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class PointsRedeemed(_message.Message):
    __slots__ = ("redemption_id", "moved", "order_ref")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    moved: PointsMoved
    order_ref: str
    def __init__(self, redemption_id: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., order_ref: _Optional[str] = ...) -> None: ...

class RedemptionReversed(_message.Message):
    __slots__ = ("redemption_id", "moved")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    moved: PointsMoved
    def __init__(self, redemption_id: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ...) -> None: ...

class PointsHeld(_message.Message):
    __slots__ = ("hold_id", "moved", "expires_at", "order_ref")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    moved: PointsMoved
    expires_at: _timestamp_pb2.Timestamp
    order_ref: str
    def __init__(self, hold_id: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., order_ref: _Optional[str] = ...) -> None: ...

class HoldCaptured(_message.Message):
    __slots__ = ("hold_id", "moved", "redemption_id")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    moved: PointsMoved
    redemption_id: str
    def __init__(self, hold_id: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., redemption_id: _Optional[str] = ...) -> None: ...

class HoldReleased(_message.Message):
    __slots__ = ("hold_id", "moved", "timed_out")
    HOLD_ID_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    TIMED_OUT_FIELD_NUMBER: _ClassVar[int]
    hold_id: str
    moved: PointsMoved
    timed_out: bool
    def __init__(self, hold_id: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., timed_out: _Optional[bool] = ...) -> None: ...

class PointsTransferred(_message.Message):
    __slots__ = ("transfer_id", "moved")
    TRANSFER_ID_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    transfer_id: str
    moved: PointsMoved
    def __init__(self, transfer_id: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ...) -> None: ...

class PointsImported(_message.Message):
    __slots__ = ("moved",)
    MOVED_FIELD_NUMBER: _ClassVar[int]
    moved: PointsMoved
    def __init__(self, moved: _Optional[_Union[PointsMoved, _Mapping]] = ...) -> None: ...

class PointsForfeited(_message.Message):
    __slots__ = ("moved", "reason")
    MOVED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    moved: PointsMoved
    reason: str
    def __init__(self, moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class MemberMerged(_message.Message):
    __slots__ = ("merge_id", "into_member_id", "undone", "moved")
    MERGE_ID_FIELD_NUMBER: _ClassVar[int]
    INTO_MEMBER_ID_FIELD_NUMBER: _ClassVar[int]
    UNDONE_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    merge_id: str
    into_member_id: str
    undone: bool
    moved: _containers.RepeatedCompositeFieldContainer[PointsMoved]
    def __init__(self, merge_id: _Optional[str] = ..., into_member_id: _Optional[str] = ..., undone: _Optional[bool] = ..., moved: _Optional[_Iterable[_Union[PointsMoved, _Mapping]]] = ...) -> None: ...

class MemberErasureDone(_message.Message):
    __slots__ = ("erasure_id", "proof")
    ERASURE_ID_FIELD_NUMBER: _ClassVar[int]
    PROOF_FIELD_NUMBER: _ClassVar[int]
    erasure_id: str
    proof: _containers.RepeatedCompositeFieldContainer[_erasures_pb2.StoreProof]
    def __init__(self, erasure_id: _Optional[str] = ..., proof: _Optional[_Iterable[_Union[_erasures_pb2.StoreProof, _Mapping]]] = ...) -> None: ...

class RewardRedeemed(_message.Message):
    __slots__ = ("redemption_id", "reward", "edition", "kind", "gives", "moved")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    GIVES_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    reward: str
    edition: int
    kind: str
    gives: str
    moved: PointsMoved
    def __init__(self, redemption_id: _Optional[str] = ..., reward: _Optional[str] = ..., edition: _Optional[int] = ..., kind: _Optional[str] = ..., gives: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ...) -> None: ...

class RewardFulfilled(_message.Message):
    __slots__ = ("redemption_id", "reward")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    reward: str
    def __init__(self, redemption_id: _Optional[str] = ..., reward: _Optional[str] = ...) -> None: ...

class RewardCancelled(_message.Message):
    __slots__ = ("redemption_id", "reward", "moved", "reason")
    REDEMPTION_ID_FIELD_NUMBER: _ClassVar[int]
    REWARD_FIELD_NUMBER: _ClassVar[int]
    MOVED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    redemption_id: str
    reward: str
    moved: PointsMoved
    reason: str
    def __init__(self, redemption_id: _Optional[str] = ..., reward: _Optional[str] = ..., moved: _Optional[_Union[PointsMoved, _Mapping]] = ..., reason: _Optional[str] = ...) -> None: ...

class RewardsRevised(_message.Message):
    __slots__ = ("reward",)
    REWARD_FIELD_NUMBER: _ClassVar[int]
    reward: str
    def __init__(self, reward: _Optional[str] = ...) -> None: ...

class ReferralChanged(_message.Message):
    __slots__ = ("referral_programme", "inviter_id", "state")
    REFERRAL_PROGRAMME_FIELD_NUMBER: _ClassVar[int]
    INVITER_ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    referral_programme: str
    inviter_id: str
    state: str
    def __init__(self, referral_programme: _Optional[str] = ..., inviter_id: _Optional[str] = ..., state: _Optional[str] = ...) -> None: ...

class CouponIssued(_message.Message):
    __slots__ = ("coupon_id", "template", "expires_at")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    template: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, coupon_id: _Optional[str] = ..., template: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CouponUsed(_message.Message):
    __slots__ = ("coupon_id", "template", "order_ref", "taken_off")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    TAKEN_OFF_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    template: str
    order_ref: str
    taken_off: _kit_pb2.Money
    def __init__(self, coupon_id: _Optional[str] = ..., template: _Optional[str] = ..., order_ref: _Optional[str] = ..., taken_off: _Optional[_Union[_kit_pb2.Money, _Mapping]] = ...) -> None: ...

class CouponExpiring(_message.Message):
    __slots__ = ("coupon_id", "template", "expires_at")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    template: str
    expires_at: _timestamp_pb2.Timestamp
    def __init__(self, coupon_id: _Optional[str] = ..., template: _Optional[str] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class CouponReinstated(_message.Message):
    __slots__ = ("coupon_id", "template", "order_ref", "expired")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    EXPIRED_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    template: str
    order_ref: str
    expired: bool
    def __init__(self, coupon_id: _Optional[str] = ..., template: _Optional[str] = ..., order_ref: _Optional[str] = ..., expired: _Optional[bool] = ...) -> None: ...

class CouponRevoked(_message.Message):
    __slots__ = ("coupon_id", "template", "reason")
    COUPON_ID_FIELD_NUMBER: _ClassVar[int]
    TEMPLATE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    coupon_id: str
    template: str
    reason: str
    def __init__(self, coupon_id: _Optional[str] = ..., template: _Optional[str] = ..., reason: _Optional[str] = ...) -> None: ...

class MissionProgressed(_message.Message):
    __slots__ = ("mission", "progress", "required")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    REQUIRED_FIELD_NUMBER: _ClassVar[int]
    mission: str
    progress: int
    required: int
    def __init__(self, mission: _Optional[str] = ..., progress: _Optional[int] = ..., required: _Optional[int] = ...) -> None: ...

class MissionCompleted(_message.Message):
    __slots__ = ("mission", "edition", "nth", "grant_key")
    MISSION_FIELD_NUMBER: _ClassVar[int]
    EDITION_FIELD_NUMBER: _ClassVar[int]
    NTH_FIELD_NUMBER: _ClassVar[int]
    GRANT_KEY_FIELD_NUMBER: _ClassVar[int]
    mission: str
    edition: int
    nth: int
    grant_key: str
    def __init__(self, mission: _Optional[str] = ..., edition: _Optional[int] = ..., nth: _Optional[int] = ..., grant_key: _Optional[str] = ...) -> None: ...

class BenefitClaimed(_message.Message):
    __slots__ = ("claim_id", "benefit", "tier")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    benefit: str
    tier: str
    def __init__(self, claim_id: _Optional[str] = ..., benefit: _Optional[str] = ..., tier: _Optional[str] = ...) -> None: ...

class BenefitUsed(_message.Message):
    __slots__ = ("claim_id", "benefit", "tier", "order_ref")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    ORDER_REF_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    benefit: str
    tier: str
    order_ref: str
    def __init__(self, claim_id: _Optional[str] = ..., benefit: _Optional[str] = ..., tier: _Optional[str] = ..., order_ref: _Optional[str] = ...) -> None: ...

class BenefitReleased(_message.Message):
    __slots__ = ("claim_id", "benefit", "tier")
    CLAIM_ID_FIELD_NUMBER: _ClassVar[int]
    BENEFIT_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    claim_id: str
    benefit: str
    tier: str
    def __init__(self, claim_id: _Optional[str] = ..., benefit: _Optional[str] = ..., tier: _Optional[str] = ...) -> None: ...

class MembershipRecorded(_message.Message):
    __slots__ = ("source", "order_id", "tier", "ends")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    ENDS_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    tier: str
    ends: _timestamp_pb2.Timestamp
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., tier: _Optional[str] = ..., ends: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MembershipEnded(_message.Message):
    __slots__ = ("source", "order_id", "tier")
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    ORDER_ID_FIELD_NUMBER: _ClassVar[int]
    TIER_FIELD_NUMBER: _ClassVar[int]
    source: str
    order_id: str
    tier: str
    def __init__(self, source: _Optional[str] = ..., order_id: _Optional[str] = ..., tier: _Optional[str] = ...) -> None: ...
