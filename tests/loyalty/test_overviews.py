"""Overviews through the service's own door: each part says what its own method says, for its own caller alone."""

from datetime import datetime, timedelta
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


def _said(key: str, rank: int) -> dict[str, Any]:
    return {"key": key, "name": {"zh": key, "en": key}, "rank": rank}


async def test_an_overview_says_all_of_a_standing_and_of_an_entry(loyalty: Loyalty) -> None:
    asked = _asked(loyalty)
    asked["entries"][0]["first"] = 2
    bought = order(asked["balances"][0]["memberId"], 60_000)
    await loyalty.order_system("OrdersService/RecordOrder", bought)
    answer = (await loyalty.call("OverviewsService/BatchGetOverviews", asked)).json()
    first, _, own = (result.get("standing") for result in answer["standings"])
    rising = {"metric": "GROWTH", "window": {"kind": "TIER_WINDOW_KIND_LIFETIME"}}
    way = {"nextMatch": "CONDITION_MATCH_ALL", "moneyCurrency": "CNY"}
    assert first == way | {"nextTier": _said("silver", 1), "towardNext": [rising | {"required": "500"}]}
    since = datetime.fromisoformat(own.pop("since")) - datetime.fromisoformat(bought["paidAt"])
    assert timedelta(0) <= since < timedelta(milliseconds=1)
    assert own == way | {
        "tier": _said("silver", 1),
        "ladderTier": _said("silver", 1),
        "nextTier": _said("gold", 2),
        "towardNext": [rising | {"actual": "600", "required": "2000"}],
    }
    growth, earned = answer["entries"][0]["page"]["entries"]
    common = {"type": "EARN", "points": "600", "fromAccount": "ISSUED", "toAccount": "AVAILABLE"}
    common |= {"balanceAfter": "600", "ruleVersion": 1, "actor": "system:shop"}
    common |= {"orderRef": f"shop:{bought['orderId']}"}
    assert common | {"currency": "GROWTH"} == {name: growth[name] for name in (*common, "currency")}
    assert "expiresAt" not in growth
    assert common.items() <= earned.items()
    for entry in (growth, earned):
        recorded = datetime.fromisoformat(entry["recordedAt"]).timestamp()
        assert entry["entryId"].startswith(f"{round(recorded * 1_000_000)}-")
        assert datetime.fromisoformat(entry["occurredAt"]) == datetime.fromisoformat(bought["paidAt"])
    lots = await loyalty.call("PointsService/BatchListLots", {"members": asked["balances"][:1]})
    (of_points,) = (lot for lot in lots.json()["results"][0]["lots"]["lots"] if lot["currency"] == "POINTS")
    assert earned["expiresAt"] == of_points["expiresAt"]
