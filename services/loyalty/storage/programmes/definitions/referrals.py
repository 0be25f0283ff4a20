"""A referral programme's terms as JSON, whichever release wrote them."""

from dataclasses import asdict

import orjson

from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.referrals.referrals import ReferralTerms, SideReward, Trigger
from services.loyalty.rules.rewards.rewards import Limit, LimitPeriod


def encode(terms: ReferralTerms) -> str:
    """Terms as JSON; what a later release adds gets a default where it is decoded."""
    return orjson.dumps(asdict(terms)).decode()


def decode(stored: str) -> ReferralTerms:
    said = orjson.loads(stored)
    return ReferralTerms(
        **said
        | {
            "name": Text(**said["name"]),
            "inviter": SideReward(**said["inviter"]),
            "invited": SideReward(**said["invited"]),
            "trigger": Trigger(said["trigger"]),
            "limits": tuple(Limit(each["most"], LimitPeriod(each["period"])) for each in said["limits"]),
        }
    )
