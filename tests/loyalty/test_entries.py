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
