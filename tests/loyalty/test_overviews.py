"""Overviews through the service's own door: each part says what its own method says, for its own caller alone."""

from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty, order


def _asked(loyalty: Loyalty) -> dict[str, list[dict[str, Any]]]:
    mine, new, other = (loyalty.new_member() for _ in range(3))
    keys = [{"memberId": whose, "caller": loyalty.assertion("member", mine)} for whose in (mine, other)]
    keys.append({"memberId": new, "caller": loyalty.assertion("member", new)})
    pages = [{"member": key, "first": 1} for key in keys]
    pages.append({"member": keys[0], "first": 10, "after": "nonsense"})
    return {"balances": keys, "standings": keys[::-1], "entries": pages}


METHODS = {
    "balances": "PointsService/BatchGetBalances",
    "standings": "TiersService/BatchGetStandings",
    "entries": "PointsService/BatchListEntries",
}


@pytest.mark.parametrize(
    "parts", [("balances", "standings", "entries"), ("standings",), ("entries", "balances")]
)
async def test_each_part_answers_as_its_own_method_does(loyalty: Loyalty, parts: tuple[str, ...]) -> None:
    asked = _asked(loyalty)
    await loyalty.order_system("OrdersService/RecordOrder", order(asked["balances"][0]["memberId"], 25_000))
    joined = await loyalty.call("OverviewsService/BatchGetOverviews", {part: asked[part] for part in parts})
    alone = {part: await loyalty.call(METHODS[part], {"members": asked[part]}) for part in parts}
    assert joined.json() == {part: answer.json()["results"] for part, answer in alone.items()}


async def test_nobody_reads_another_by_an_overview(loyalty: Loyalty) -> None:
    asked = _asked(loyalty)
    answer = (await loyalty.call("OverviewsService/BatchGetOverviews", asked)).json()
    refused = (answer["balances"][1], answer["standings"][1], answer["entries"][1])
    assert {one["refusal"]["code"] for one in refused} == {"NOT_ALLOWED"}
    assert answer["entries"][3]["refusal"]["code"] == "PAGE_NOT_UNDERSTOOD"
    assert "refusal" not in {**answer["balances"][0], **answer["standings"][2], **answer["entries"][0]}


@pytest.mark.parametrize("part", list(METHODS))
async def test_too_many_items_of_one_kind_are_refused(loyalty: Loyalty, part: str) -> None:
    answer = await loyalty.call("OverviewsService/BatchGetOverviews", {part: _asked(loyalty)[part][:1] * 501})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")
