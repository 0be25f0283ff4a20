"""What an answer says that moved of one member, before and after, for the audit: states, tiers, and what was added.

The ledger and all that is issued only grow, so that what was added is told by its id, which leads to all of it. Whatever
shapes a programme tells its changes itself, as the services found and left it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from huiyuan.loyalty.v1 import (
    adjustments_pb2,
    coupons_pb2,
    entitlements_pb2,
    forfeits_pb2,
    grants_pb2,
    memberships_pb2,
    placements_pb2,
    points_pb2,
    previews_pb2,
    redemptions_pb2,
    referrals_pb2,
    reward_redemptions_pb2,
    transfers_pb2,
)


class Move(NamedTuple):
    """What differs at a path; None for nothing."""

    path: str
    before: object
    after: object


def moves(answer: object) -> list[Move]:
    """What an answer says that moved; nothing where it was done before."""
    told = _OF.get(type(answer))
    return [] if told is None or getattr(answer, "replayed", False) else list(told(answer))


def _placed(answer: Any) -> Iterator[Move]:
    placement = answer.placement
    held = {"tier": placement.tier or None, "until": placement.until.ToJsonString()}
    if placement.ended:
        yield Move("placement.tier", placement.tier or None, None)
    else:
        yield Move("placement", None, held)
    if placement.tier_before != placement.tier_after:
        yield Move("tier", placement.tier_before or None, placement.tier_after or None)


def _adjusted(answer: points_pb2.AdjustPointsResponse) -> Iterator[Move]:
    yield (
        Move("entry", None, answer.entry_id) if answer.entry_id else Move("request", None, answer.request_id)
    )


def _approved(answer: adjustments_pb2.ApproveAdjustmentResponse) -> Iterator[Move]:
    yield Move("request.state", "WAITING", "APPROVED")
    yield Move("entry", None, answer.entry_id)


def _forfeited(answer: forfeits_pb2.ForfeitPointsResponse) -> Iterator[Move]:
    for one in answer.forfeited:
        yield Move(f"{one.currency}.available", one.available, 0)
        yield Move(f"{one.currency}.pending", one.pending, 0)


def _decided(answer: referrals_pb2.DecideReferralResponse) -> Iterator[Move]:
    yield Move("state", "HELD", _state(referrals_pb2.ReferralState, "REFERRAL_STATE_", answer.referral.state))


def _redemption(answer: Any) -> Iterator[Move]:
    enum = reward_redemptions_pb2.RewardRedemptionState
    yield Move("state", "PENDING", _state(enum, "REWARD_REDEMPTION_STATE_", answer.redemption.state))


def _claim(answer: Any) -> Iterator[Move]:
    claim, before = answer.claim, None
    if claim.HasField("released_at"):
        before = "USED" if claim.HasField("used_at") else "CLAIMED"
    elif claim.HasField("used_at") and claim.used_at != claim.claimed_at:
        before = "CLAIMED"
    enum = entitlements_pb2.BenefitClaimState
    yield Move(f"claims[{claim.claim_id}].state", before, _state(enum, "BENEFIT_CLAIM_STATE_", claim.state))


def _issued(answer: coupons_pb2.IssueCouponsResponse) -> Iterator[Move]:
    for one in answer.results:
        if one.HasField("issued") and not one.issued.replayed:
            yield Move(f"coupons[{one.issued.coupon_id}].state", None, "ISSUED")


def _revoked(answer: coupons_pb2.RevokeCouponsResponse) -> Iterator[Move]:
    for one in answer.results:
        if one.HasField("revoked") and not one.revoked.replayed:
            yield Move(f"coupons[{one.revoked.coupon_id}].state", "ISSUED", "REVOKED")


def _reinstated(answer: coupons_pb2.ReinstateCouponsResponse) -> Iterator[Move]:
    for one in answer.reinstated:
        after = _state(coupons_pb2.CouponState, "COUPON_STATE_", one.state)
        yield Move(f"coupons[{one.coupon_id}].state", "USED", after)


def _state(enum: Any, prefix: str, number: int) -> str:
    return str(enum.Name(number)).removeprefix(prefix)


_OF: Mapping[type, Callable[[Any], Iterator[Move]]] = {
    placements_pb2.OverrideTierResponse: _placed,
    placements_pb2.EndTierOverrideResponse: _placed,
    points_pb2.AdjustPointsResponse: _adjusted,
    adjustments_pb2.ApproveAdjustmentResponse: _approved,
    adjustments_pb2.RejectAdjustmentResponse: lambda _: iter([Move("request.state", "WAITING", "REJECTED")]),
    forfeits_pb2.ForfeitPointsResponse: _forfeited,
    transfers_pb2.TransferPointsResponse: lambda of: iter([Move("entry", None, of.entry_id)]),
    redemptions_pb2.ReverseRedemptionResponse: lambda of: iter([Move("returned", None, of.points)]),
    memberships_pb2.EndMembershipResponse: lambda of: iter(
        [Move("endedAt", None, of.membership.ended_at.ToJsonString())]
    ),
    grants_pb2.RetryGrantResponse: lambda _: iter([Move("state", "REFUSED", "OPEN")]),
    referrals_pb2.DecideReferralResponse: _decided,
    reward_redemptions_pb2.FulfilRewardRedemptionResponse: _redemption,
    reward_redemptions_pb2.CancelRewardRedemptionResponse: _redemption,
    entitlements_pb2.ClaimBenefitResponse: _claim,
    entitlements_pb2.UseBenefitResponse: _claim,
    entitlements_pb2.ReleaseBenefitResponse: _claim,
    previews_pb2.StartPreviewResponse: lambda of: iter([Move("preview", None, of.preview.preview_id)]),
    previews_pb2.CancelPreviewResponse: lambda of: iter([Move("preview", of.preview.preview_id, None)]),
    coupons_pb2.IssueCouponsResponse: _issued,
    coupons_pb2.RevokeCouponsResponse: _revoked,
    coupons_pb2.ReinstateCouponsResponse: _reinstated,
}
