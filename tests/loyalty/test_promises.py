"""What an operator promises beside points can be given: refused by path, when it is drafted and when it is published."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.loyalty.conftest import Loyalty, cny, programme, tier
from tests.loyalty.coupons import amount_off, code_of, drafted, field_of, published
from tests.loyalty.missions import mission
from tests.loyalty.rewarding import draft as draft_reward
from tests.loyalty.rewarding import terms
from tests.loyalty.spending import facts
from tests.loyalty.test_drafts import LOWER, at, begin, call
from tests.loyalty.test_referrals import publish as publish_referral

LOUNGE = {"key": "lounge", "kind": "BENEFIT_KIND_STATUS", "name": {"zh": "厅", "en": "lounge"}, "quota": 1}
TEN = {"key": "ten", "award": "AWARD_KIND_COUPON"}


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    silver = tier("silver", 500, "1") | {
        "benefits": [LOUNGE | {"quotaPeriod": "QUOTA_PERIOD_MONTH", "unitCost": cny(1)}]
    }
    async with make_loyalty(programme(tiers=[silver])) as running:
        await drafted(running, amount_off(), "draft")
        await published(running, amount_off(), "good")
        await published(running, amount_off(), "over")
        body = {"key": "over", "reason": "over"}
        assert (await running.staff("CouponTemplatesService/StopCouponTemplate", body)).status_code == 200
        yield running


def said(answer: httpx.Response) -> tuple[str, str]:
    """The code and the path of a refusal, empty for neither."""
    return (code_of(answer), field_of(answer)) if code_of(answer) else ("", "")


async def mission_of(shop: Loyalty, key: str, award: dict[str, Any], method: str = "Draft") -> httpx.Response:
    body = {"mission": mission(key) | {"award": award}} if method == "Draft" else {"key": key, "edition": 1}
    return await shop.staff(f"MissionsService/{method}Mission", body | {"reason": "spring"})


async def test_a_mission_promises_what_can_be_given(shop: Loyalty) -> None:
    wrong, unfit = ("MISSION_NOT_WELL_FORMED", "mission.award"), ("MISSION_NOT_WELL_FORMED", "edition")
    assert said(await mission_of(shop, "none", {"couponTemplate": "none"})) == wrong
    assert said(await mission_of(shop, "no-lounge", {"benefit": "spa"})) == wrong
    for key, outcome in (("draft", unfit), ("over", unfit), ("good", ("", ""))):
        assert said(await mission_of(shop, key, {"couponTemplate": key})) == ("", "")
        assert said(await mission_of(shop, key, {}, "Publish")) == outcome
    assert said(await mission_of(shop, "lounge", {"benefit": "lounge"})) == ("", "")


async def test_a_reward_promises_what_can_be_given(shop: Loyalty) -> None:
    wrong = ("PROGRAMME_NOT_WELL_FORMED", "terms.gives")
    for kind, gives in (("COUPON", "none"), ("BENEFIT", "spa")):
        asked = terms(kind=f"REWARD_KIND_{kind}", gives=gives)
        assert said(await draft_reward(shop, gives, terms=asked)) == wrong
    assert said(await draft_reward(shop, "d", terms=terms(kind="REWARD_KIND_COUPON", gives="draft"))) == (
        "",
        "",
    )
    answer = await shop.staff(
        "RewardsService/PublishReward", {"reward": "d", "edition": 1, "reason": "spring"}
    )
    assert said(answer) == ("PROGRAMME_NOT_WELL_FORMED", "edition"), "which is what named the draft"
    assert facts(answer)["path"] == "terms.gives"


@pytest.mark.parametrize("side", ["inviter", "invited"])
async def test_a_referral_programme_promises_what_can_be_given(shop: Loyalty, side: str) -> None:
    for key in ("none", "draft", "over"):
        answer = await publish_referral(shop, f"by-{side}", **{side: {"template": key}})
        assert said(answer) == ("PROGRAMME_NOT_WELL_FORMED", f"terms.{side}.template")
    assert said(await publish_referral(shop, f"by-{side}", **{side: {"template": "good"}})) == ("", "")


async def test_a_version_promises_what_can_be_given_and_what_it_promised_before_stays(shop: Loyalty) -> None:
    benefit = LOUNGE | {"effect": "BENEFIT_EFFECT_COUPON", "couponTemplate": "over", "unitCost": cny(1)}
    silver = tier("silver", 500, "1") | {"benefits": [benefit | {"quotaPeriod": "QUOTA_PERIOD_MONTH"}]}
    base = (await begin(shop))["programme"]["earnRules"]
    draft = await begin(shop, earnRules=[*base, TEN | {"couponTemplate": "draft"}], tiers=[silver])
    _, checked = await call(shop, "CheckDraft", {"draftId": draft["draftId"]})
    paths = [f"earn_rules[{len(base)}].coupon_template", "tiers[0].benefits[0].coupon_template"]
    assert [fault["path"] for fault in checked["faults"]] == paths
    assert {fault["code"] for fault in checked["faults"]} == {"PROGRAMME_NOT_WELL_FORMED"}
    status, answer = await call(shop, "PublishDraft", at(draft))
    assert (status == 200, paths[0] in answer["message"]) == (False, True), answer
    right = {"earnRules": [*base, TEN | {"couponTemplate": "good"}], "tiers": LOWER}
    _, changed = await call(shop, "ChangeDraft", at(draft, programme=right))
    status, answer = await call(shop, "PublishDraft", at(changed["draft"]))
    assert status == 200, answer
    stop = {"key": "good", "reason": "over"}
    assert (await shop.staff("CouponTemplatesService/StopCouponTemplate", stop)).status_code == 200
    status, answer = await call(shop, "PublishDraft", at(await begin(shop, twoPersons=False)))
    assert status == 200, "a template that was stopped since keeps nothing else from being changed"
