"""Where a programme demands two persons, nobody publishes what they wrote of any of its catalogues."""

import json
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


async def test_whatever_gives_too_much_is_stopped_by_one_person_at_once(careful: Loyalty) -> None:
    stop = "CampaignsService/StopEarnRule", {"key": "growth"}
    assert code_of(await asked(careful, stop, "sue", "support")) == "NOT_ALLOWED"
    answer = await asked(careful, stop, "eve", *PUBLISHER)
    assert answer.status_code == 200, answer.text
    (change,) = answer.json()["changes"]
    assert (change["path"], change["kind"]) == ("earnRules[growth]", "CHANGE_KIND_REMOVED")
    assert (json.loads(change["before"])["points"], "after" in change) == (1, False)
    again = (await asked(careful, stop, "eve", *PUBLISHER)).json()
    assert (again["replayed"], "changes" in again) == (True, False)


async def test_one_person_declares_and_stocks_but_what_a_mission_counts_stays_as_two_saw_it(
    careful: Loyalty,
) -> None:
    type = {"key": "dance", "name": NAME, "retentionDays": 30}
    declare = "ActivitiesService/DeclareActivityType"
    assert (await asked(careful, (declare, {"type": type}), "ada", "program_admin")).status_code == 200
    longer = declare, {"type": type | {"retentionDays": 60}}
    answer = (await asked(careful, longer, "ada", "program_admin")).json()
    told = {one["path"]: (one["before"], one["after"]) for one in answer["changes"]}
    assert told["retentionDays"] == ("30", "60")
    await asked(
        careful, ("MissionsService/DraftMission", {"mission": mission("dance", "dance")}), "ada", *BOTH
    )
    publish = "MissionsService/PublishMission", {"key": "dance", "edition": 1}
    assert code_of(await asked(careful, publish, "eve", *PUBLISHER)) == ""
    again = declare, {"type": type | {"retentionDays": 90}}
    assert code_of(await asked(careful, again, "ada", "program_admin")) == "SECOND_PERSON_NEEDED"
    assert (await asked(careful, longer, "ada", "program_admin")).json()["replayed"]
    await asked(careful, ("MissionsService/StopMission", {"key": "dance"}), "ada", "program_admin")
    assert code_of(await asked(careful, again, "ada", "program_admin")) == ""
    await asked(
        careful, ("RewardsService/DraftReward", {"reward": "cup", "terms": terms(limited=True)}), "ada", *BOTH
    )
    await asked(careful, ("RewardsService/PublishReward", {"reward": "cup", "edition": 1}), "eve", *PUBLISHER)
    stock = "RewardsService/ChangeRewardStock", {"reward": "cup", "changeId": "c", "delta": 5}
    answer = await asked(careful, stock, "otto", "operations")
    (change,) = answer.json()["changes"]
    assert (change["path"], int(change["after"]) - int(change["before"])) == ("stock", 5)
