"""Referrals: how far an invitation got, as both schemas show it."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import referrals_pb2


@strawberry.enum(description="How far an invitation got.")
class ReferralState(Enum):
    JOINED = referrals_pb2.REFERRAL_STATE_JOINED
    # Waits for staff to look at it.
    HELD = referrals_pb2.REFERRAL_STATE_HELD
    REWARDED = referrals_pb2.REFERRAL_STATE_REWARDED
    REFUSED = referrals_pb2.REFERRAL_STATE_REFUSED
    # What is asked did not happen in time, or nothing was left to give.
    LAPSED = referrals_pb2.REFERRAL_STATE_LAPSED
