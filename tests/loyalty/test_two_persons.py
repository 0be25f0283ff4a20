"""Where a programme demands two persons, nobody publishes what they wrote of any of its catalogues."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.kit import rpc
from tests.loyalty.conftest import Loyalty
from tests.loyalty.coupons import amount_off, code_of
from tests.loyalty.missions import mission
from tests.loyalty.rewarding import terms
from tests.loyalty.test_drafts import at, begin, call
from tests.loyalty.test_referrals import NAME

BOTH, PUBLISHER = ("program_admin", "program_publisher"), ("program_publisher",)
INVITING = {"name": NAME, "inviter": {"points": 5}, "trigger": "REFERRAL_TRIGGER_SIGN_UP"}
CATALOGUES = {
    "mission": (
        ("MissionsService/DraftMission", {"mission": mission("two")}),
        ("MissionsService/PublishMission", {"key": "two", "edition": 1}),
        ("MissionsService/StopMission", {"key": "two"}),
    ),
    "reward": (
        ("RewardsService/DraftReward", {"reward": "two", "terms": terms()}),
        ("RewardsService/PublishReward", {"reward": "two", "edition": 1}),
        ("RewardsService/StopReward", {"reward": "two"}),
    ),
    "referral programme": (
        ("ReferralsService/DraftReferralProgramme", {"referral": "two", "terms": INVITING}),
        ("ReferralsService/PublishReferralProgramme", {"referral": "two", "edition": 1}),
        ("ReferralsService/StopReferralProgramme", {"referral": "two"}),
    ),
    "coupon template": (
        ("CouponTemplatesService/SaveCouponTemplate", {"key": "two", "terms": amount_off()}),
        ("CouponTemplatesService/PublishCouponTemplate", {"key": "two", "basedOnRevision": 1}),
        ("CouponTemplatesService/StopCouponTemplate", {"key": "two"}),
    ),
}


@pytest.fixture(scope="module")
async def careful(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    """A service whose programme demands two persons."""
    async with make_loyalty() as running:
        status, answer = await call(running, "PublishDraft", at(await begin(running, twoPersons=True)))
        assert status == 200, answer
        yield running


async def asked(loyalty: Loyalty, of: tuple[str, dict[str, Any]], who: str, *roles: str) -> httpx.Response:
    headers = {rpc.CALLER_HEADER: loyalty.assertion("staff", who, *roles)}
    return await loyalty.call(of[0], of[1] | {"reason": "spring"}, headers=headers)


@pytest.mark.parametrize("of", CATALOGUES)
async def test_who_drafted_it_does_not_publish_it(careful: Loyalty, of: str) -> None:
    draft, publish, stop = CATALOGUES[of]
    assert code_of(await asked(careful, draft, "eve", *PUBLISHER)) == "NOT_ALLOWED"
    assert code_of(await asked(careful, draft, "ada", *BOTH)) == ""
    assert code_of(await asked(careful, publish, "ada", *BOTH)) == "SECOND_PERSON_NEEDED"
    assert code_of(await asked(careful, publish, "bob", "program_admin")) == "PUBLISHER_NEEDED"
    assert code_of(await asked(careful, publish, "eve", *PUBLISHER)) == ""
    assert code_of(await asked(careful, stop, "eve", *PUBLISHER)) == ""


async def test_terms_that_nobody_drafted_are_not_published_by_one(careful: Loyalty) -> None:
    publish = "ReferralsService/PublishReferralProgramme", {"referral": "at-once", "terms": INVITING}
    assert code_of(await asked(careful, publish, "eve", *BOTH)) == "SECOND_PERSON_NEEDED"
