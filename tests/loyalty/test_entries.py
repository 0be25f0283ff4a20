"""Entries through the service's own door: pages that many members' readers ask for together."""

import pytest

from tests.loyalty.conftest import Loyalty, order


@pytest.mark.parametrize("after", ["999999999999999999-0", "1-9999999999", "nonsense", "１-0"])
async def test_a_forged_place_to_go_on_from_is_refused_for_its_asker_alone(
    loyalty: Loyalty, after: str
) -> None:
    member = loyalty.new_member()
    await loyalty.order_system("OrdersService/RecordOrder", order(member, 100))
    key = {"member": {"memberId": member, "caller": loyalty.assertion("member", member)}, "first": 10}
    answer = await loyalty.call("PointsService/BatchListEntries", {"members": [key, {**key, "after": after}]})
    good, bad = answer.json()["results"]
    assert len(good["page"]["entries"]) == 2
    assert bad["refusal"]["code"] == "PAGE_NOT_UNDERSTOOD"


async def test_pages_of_several_currencies_in_one_call_are_each_of_its_own(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    await loyalty.order_system("OrdersService/RecordOrder", order(member, 100))
    key = {"member": {"memberId": member, "caller": loyalty.assertion("member", member)}, "first": 10}
    asked = ["", "POINTS", "GROWTH", "POINTS", "NONE", ""]
    answer = await loyalty.call(
        "PointsService/BatchListEntries", {"members": [{**key, "currency": code} for code in asked]}
    )
    results = answer.json()["results"]
    assert results[4]["refusal"]["code"] == "UNKNOWN_CURRENCY"
    found = [
        {entry["currency"] for entry in result["page"]["entries"]} for result in results if "page" in result
    ]
    assert found == [{"POINTS", "GROWTH"}, {"POINTS"}, {"GROWTH"}, {"POINTS"}, {"POINTS", "GROWTH"}]
