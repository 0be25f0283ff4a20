"""Adjustments by hand, and changes of the programme, through the service's own doors."""

import asyncio
from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty, earn_rule, order, programme, tier


async def adjust(loyalty: Loyalty, member: str, points: int, key: str, **changes: Any) -> Any:
    body = {
        "memberId": member,
        "currency": "POINTS",
        "points": points,
        "reason": "GOODWILL",
        "idempotencyKey": key,
    }
    return await loyalty.staff("PointsService/AdjustPoints", body | changes)


async def test_adjustment_names_the_entry_it_is_listed_under(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    first = (await adjust(loyalty, member, 50, "k")).json()
    again = (await adjust(loyalty, member, 50, "k")).json()
    (entry,) = await loyalty.entries(member)
    assert (entry["entryId"], entry["reason"], entry["actor"]) == (first["entryId"], "GOODWILL", "staff:ada")
    assert again == {**first, "replayed": True}


async def test_concurrent_debits_never_take_the_same_points_twice(make_loyalty: Any) -> None:
    body = programme()
    body["currencies"][0]["negativePolicy"] = "NEGATIVE_POLICY_REFUSE"
    async with make_loyalty(body) as loyalty:
        member = loyalty.new_member()
        await adjust(loyalty, member, 100, "credit")
        answers = await asyncio.gather(*(adjust(loyalty, member, -100, f"k{nth}") for nth in range(20)))
        assert sorted(answer.status_code for answer in answers) == [200] + [400] * 19
        refused = next(answer for answer in answers if answer.status_code == 400)
        assert refused.json()["message"].startswith("NOT_ENOUGH_POINTS: 100 asked, 0 available")
        assert (await loyalty.balance(member))["available"] == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"points": 0}, "POINTS_OUT_OF_RANGE"),
        ({"points": 2**60}, "POINTS_OUT_OF_RANGE"),
        ({"currency": "GOLD"}, "UNKNOWN_CURRENCY"),
        ({"reason": "because I say so"}, "ADJUSTMENT_NOT_UNDERSTOOD"),
        ({"idempotencyKey": ""}, "ADJUSTMENT_NOT_UNDERSTOOD"),
        ({"memberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER"),
    ],
)
async def test_bad_adjustment_is_refused_by_name(
    loyalty: Loyalty, changes: dict[str, Any], code: str
) -> None:
    answer = await adjust(loyalty, loyalty.new_member(), **({"points": 10, "key": "k"} | changes))
    assert answer.json()["message"].split(":")[0] == code


async def test_revision_takes_effect_on_the_next_order_and_raises_who_qualifies(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        member = loyalty.new_member()
        await loyalty.order_system("OrdersService/RecordOrder", order(member, 30_000))
        assert await loyalty.tier(member) == ""
        change = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "tiers": [tier("silver", 200, "2")],
            "earnRules": [
                earn_rule("base", "POINTS", points=3, tierMultiplied=True),
                earn_rule("growth", "GROWTH"),
            ],
            "reason": "autumn",
        }
        revised = await loyalty.staff("ProgrammesService/ReviseProgramme", change)
        assert revised.json()["programme"]["version"] == 2, revised.text
        assert await loyalty.tier(member) == "silver"
        answer = await loyalty.order_system("OrdersService/RecordOrder", order(member, 1_000))
        assert answer.json()["order"]["tierAtPayment"] == "silver"
        assert answer.json()["order"]["earned"][0]["points"] == "60"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"basedOnVersion": 7}, "REVISED_MEANWHILE"),
        ({"effectiveAt": "2020-01-01T00:00:00Z"}, "EFFECTIVE_IN_THE_PAST"),
        ({"tiers": [tier("silver", 500, "1"), tier("gold", 500, "1")]}, "PROGRAMME_NOT_WELL_FORMED"),
        ({"tiers": [tier("silver", 500, "many")]}, "PROGRAMME_NOT_WELL_FORMED"),
        ({"earnRules": [earn_rule("base", "STARS")]}, "PROGRAMME_NOT_WELL_FORMED"),
        (
            {"earnRules": [earn_rule("base", "POINTS", per={"minorUnits": 100, "currency": "USD"})]},
            "PROGRAMME_NOT_WELL_FORMED",
        ),
        ({"reason": ""}, "REASON_MISSING"),
        ({"programmeId": "other"}, "UNKNOWN_PROGRAMME"),
    ],
)
async def test_bad_revision_is_refused_by_name(loyalty: Loyalty, changes: dict[str, Any], code: str) -> None:
    body = {"programmeId": "shop", "basedOnVersion": 1, "reason": "test"} | changes
    answer = await loyalty.staff("ProgrammesService/ReviseProgramme", body)
    assert answer.json()["message"].split(":")[0] == code


async def test_only_program_admins_revise(loyalty: Loyalty) -> None:
    body = {"programmeId": "shop", "basedOnVersion": 1, "reason": "test"}
    assert (await loyalty.staff("ProgrammesService/ReviseProgramme", body, "operations")).status_code == 403


async def test_two_revisions_from_one_version_end_with_one_refused(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        body = {"programmeId": "shop", "basedOnVersion": 1, "reason": "race"}
        answers = await asyncio.gather(
            *(loyalty.staff("ProgrammesService/ReviseProgramme", body) for _ in range(4))
        )
        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
