"""Earn rules at the service's door: posted, quoted, explained and taken back; budgets are exact between processes."""

import asyncio
from typing import Any

import orjson
import pytest

from services.kit import rpc
from services.loyalty.storage.programmes.definitions import earn_rules as stored
from tests.loyalty.conftest import Loyalty, cny, earn_rule, order, programme
from tests.loyalty.spending import code, done
from tests.loyalty.test_merges import MERGE, UNMERGE, merging, undoing
from tests.loyalty.torture.judge import be_sound

COMPLETED = "EARN_TRIGGER_ORDER_COMPLETED"


VISITS = [{"window": "CAP_WINDOW_EVER", "points": 15}]


def gift(key: str, points: int, **changes: Any) -> dict[str, Any]:
    return {"key": key, "currency": "POINTS", "points": points, "award": "AWARD_KIND_FIXED"} | changes


def doubled(**changes: Any) -> dict[str, Any]:
    rule = {"key": "double", "currency": "POINTS", "award": "AWARD_KIND_MULTIPLIER", "multiplier": "2"}
    return rule | changes


def coupon(key: str, **changes: Any) -> dict[str, Any]:
    return {"key": key, "award": "AWARD_KIND_COUPON", "couponTemplate": f"{key}-10"} | changes


def festival() -> dict[str, Any]:
    """1 per 1.00; tea counts double up to 50 more a day; 30 points for the first order; a budget of 100."""
    return programme(
        earnRules=[
            earn_rule("base", "POINTS"),
            doubled(lines="line.sku == 'tea'", caps=[{"window": "CAP_WINDOW_DAY", "points": 50}]),
            gift("welcome", 30, trigger="EARN_TRIGGER_FIRST_ORDER"),
            gift("festival", 60, condition="order.channel == 'fair'", budget=100),
            coupon("thanks", condition="order.total_minor >= 8000"),
            coupon("first", trigger="EARN_TRIGGER_FIRST_ORDER", budget=1000),
            gift("arrived", 20, trigger=COMPLETED, condition="order.channel == 'post'"),
            gift("visit", 10, condition="order.channel == 'visit'", caps=VISITS),
            coupon("again", trigger=COMPLETED, condition="order.channel == 'post'"),
            earn_rule("growth", "GROWTH"),
        ]
    )


@pytest.fixture(scope="module")
async def there(make_loyalty: Any) -> Any:
    async with make_loyalty(festival()) as running:
        yield running


async def paid(there: Loyalty, member: str, minor: int | list[int], **changes: Any) -> dict[str, Any]:
    told = await done(there.order_system("OrdersService/RecordOrder", order(member, minor, **changes)))
    return dict(told["order"])


def points(made: dict[str, Any]) -> int:
    return sum(int(each["points"]) for each in made["earned"] if each["currency"] == "POINTS")


async def explained(there: Loyalty, member: str, of: dict[str, Any]) -> dict[str, Any]:
    entry = next(
        e
        for e in await there.entries(member)
        if e.get("orderRef", "").endswith(of["orderId"]) and e["currency"] == "POINTS"
    )
    body = {"memberId": member, "entryId": entry["entryId"]}
    headers = {rpc.CALLER_HEADER: there.assertion("member", member)}
    answer = await there.call("StatementsService/ExplainEntry", body, headers=headers)
    assert answer.status_code == 200, answer.text
    return {verdict["rule"]["key"]: verdict for verdict in answer.json()["earning"]["verdicts"]}


async def test_the_order_posts_what_was_quoted_and_is_explained_as_it_was_posted(there: Loyalty) -> None:
    member = there.new_member()
    basket = {"memberId": member, "lines": order(member, [4_000, 2_000])["lines"], "total": cny(6_000)}
    headers = {rpc.CALLER_HEADER: there.assertion("member", member)}
    quoted = (await there.call("QuotesService/QuoteOrder", basket, headers=headers)).json()
    first = await paid(there, member, [4_000, 2_000])
    assert points(first) == points(quoted) == 60 + 30 + 50
    told = await explained(there, member, first)
    assert (told["double"]["limitedBy"], told["double"]["exact"], told["double"]["points"]) == (
        "DAY",
        "50",
        "50",
    )
    assert (told["welcome"]["counted"], told["welcome"]["points"]) == (True, "30")
    assert told["festival"]["reason"] == "NOT_COUNTED_REASON_CONDITION_NOT_MET"
    second = await paid(there, member, 1_000)
    told = await explained(there, member, second)
    assert points(second) == 10
    assert told["double"]["reason"] == "NOT_COUNTED_REASON_CAP_REACHED"
    assert told["welcome"]["reason"] == "NOT_COUNTED_REASON_NOT_THE_FIRST_ORDER"
    told = await explained(there, member, first)
    assert told["welcome"]["counted"], "what was posted is explained as of then"


async def test_a_refund_gives_the_cap_back(there: Loyalty) -> None:
    member = there.new_member()
    first = await paid(there, member, 5_000)
    await done(
        there.order_system(
            "OrdersService/RecordRefund",
            {"source": "shop", "orderId": first["orderId"], "refundId": "r", "amount": cny(5_000)},
        )
    )
    again = await paid(there, member, 5_000)
    assert points(first) == points(again) == 130, "the first order is none once it is refunded whole"


async def test_a_coupon_is_promised_with_the_order_and_once(there: Loyalty) -> None:
    member = there.new_member()
    first = await paid(there, member, 8_000)
    refund = {"source": "shop", "orderId": first["orderId"], "refundId": "r", "amount": cny(8_000)}
    await done(there.order_system("OrdersService/RecordRefund", refund))
    again = await paid(there, member, 8_000)
    found = await there.sql(
        "SELECT key, kind, template FROM grants WHERE member_id = $1 ORDER BY key", member
    )
    thanks = sorted(
        (f"earn:shop:thanks:shop:{each['orderId']}", "COUPON", "thanks-10") for each in (first, again)
    )
    assert list(map(tuple, found)) == [("earn:shop:first", "COUPON", "first-10"), *thanks]


async def test_the_first_orders_coupon_is_given_to_a_person_once_whatever_was_refunded_and_merged(
    there: Loyalty,
) -> None:
    old, new, other = (there.new_member() for _ in range(3))
    for member in (old, other):
        made = await paid(there, member, 1_000)
        back = {"source": made["source"], "orderId": made["orderId"], "refundId": "all", "amount": cny(1_000)}
        await done(there.order_system("OrdersService/RecordRefund", back))
    await done(there.staff(MERGE, merging(old, new), "operations"))
    again = [await paid(there, member, 1_000) for member in (new, other)]
    assert [points(made) for made in again] == [80, 80], "the points of the first order were taken back"
    rows = await there.sql(
        "SELECT member_id::text FROM grants WHERE key = 'earn:shop:first' AND member_id = ANY($1::uuid[])",
        [old, new, other],
    )
    assert sorted(row[0] for row in rows) == sorted([old, other])
    (counted,) = await there.sql(
        "SELECT spent, (SELECT count(*) FROM grants WHERE key = 'earn:shop:first') FROM earn_budgets WHERE rule = 'first'"
    )
    assert counted[0] == counted[1], "what is not given a second time is not counted a second time"


async def test_what_waits_for_the_completion_is_quoted_promised_explained_and_given_with_it(
    there: Loyalty,
) -> None:
    member = there.new_member()
    basket = {
        "memberId": member,
        "lines": order(member, 4_000)["lines"],
        "total": cny(4_000),
        "channel": "post",
    }
    headers = {rpc.CALLER_HEADER: there.assertion("member", member)}
    quoted = (await there.call("QuotesService/QuoteOrder", basket, headers=headers)).json()
    first = await paid(there, member, 4_000, channel="post")
    for told in (quoted, first):
        parts = [each for each in told["earned"] if each["currency"] == "POINTS"]
        assert [(each["points"], each.get("pending", False)) for each in parts] == [
            ("120", False),
            ("20", True),
        ]
    verdicts = await explained(there, member, first)
    assert (verdicts["arrived"]["counted"], verdicts["arrived"]["points"]) == (True, "20")
    refund = {"source": "shop", "orderId": first["orderId"], "refundId": "r", "amount": cny(2_000)}
    back = await done(there.order_system("OrdersService/RecordRefund", refund))
    assert [each["points"] for each in back["takenBack"] if each["currency"] == "POINTS"] == ["70"]
    before = await there.balance(member)
    assert (before["available"], before["pending"]) == (60, 10)
    assert not await there.sql("SELECT FROM grants WHERE member_id = $1 AND template = 'again-10'", member)
    completion = {"source": "shop", "orderId": first["orderId"]}
    for replayed in (False, True):
        told = await done(there.order_system("OrdersService/CompleteOrder", completion))
        assert [each["points"] for each in told["matured"]] == ["10"]
        assert told.get("replayed", False) is replayed
    after = await there.balance(member)
    assert (after["available"], after["pending"]) == (70, 0)
    promised = await there.sql(
        "SELECT key FROM grants WHERE member_id = $1 AND template = 'again-10'", member
    )
    assert [row["key"] for row in promised] == [f"earn:shop:again:shop:{first['orderId']}"]
    await done(there.order_system("OrdersService/RecordRefund", refund | {"refundId": "s"}))
    assert (await there.balance(member))["available"] == 0
    await be_sound(there)


async def test_a_cap_counts_what_was_given_under_every_name_that_is_the_members(there: Loyalty) -> None:
    old, new = there.new_member(), there.new_member()

    async def visit(member: str, has_it: str = new) -> int:
        made = await paid(there, member, 100, channel="visit")
        verdicts = await explained(there, has_it, made)
        return int(verdicts["visit"].get("points", 0))

    first = await paid(there, old, 100, channel="visit")
    await done(there.staff(MERGE, merging(old, new), "operations"))
    assert [await visit(new), await visit(old)] == [5, 0]
    refund = {"source": "shop", "orderId": first["orderId"], "refundId": "r", "amount": cny(100)}
    await done(there.order_system("OrdersService/RecordRefund", refund))
    assert [await visit(new), await visit(new)] == [10, 0], "what was refunded of the old name is given again"
    await done(there.staff(UNMERGE, undoing(old), "operations"))
    assert [await visit(old, old), await visit(new)] == [10, 0]
    rows = await there.sql("SELECT member_id::text, given FROM earn_caps WHERE rule = 'visit'")
    assert dict(map(tuple, rows)) == {old: 10, new: 15}


async def test_two_processes_spend_budgets_to_the_last_point_and_never_beyond(
    make_loyalty: Any, new_database: Any
) -> None:
    """Each budget runs out while both processes spend of it: of each, the second wave asks for more than is left."""
    urls, keys = new_database("loyalty"), [f"fair-{nth}" for nth in range(8)]
    async with make_loyalty(urls=urls) as one, make_loyalty(urls=urls) as other:
        ever = [{"window": "CAP_WINDOW_EVER", "points": 10}]
        rules = [
            earn_rule("base", "POINTS"),
            *(gift(key, 7, budget=60, condition=f"order.channel == '{key}'", caps=ever) for key in keys),
        ]
        body = {"programme": programme(earnRules=rules), "makeDefault": True, "reason": "test"}
        await done(one.staff("ProgrammesService/CreateProgramme", body))
        doors, members = (one, other), [one.new_member() for _ in range(12)]
        for key in keys:
            waves = members[:4], [*members[4:], members[0]]
            orders = [
                each
                for wave in waves
                for each in await asyncio.gather(
                    *(paid(doors[nth % 2], member, 100, channel=key) for nth, member in enumerate(wave))
                )
            ]
            given = [points(each) - 1 for each in orders]
            assert (sum(given), max(given)) == (60, 7)
            assert given[0] + given[-1] <= 10, "the cap of who came twice"
        spent = {row["rule"]: row["spent"] for row in await one.sql("SELECT rule, spent FROM earn_budgets")}
        assert spent == dict.fromkeys(keys, 60)
        back = next(each for each in orders if points(each) == 8)
        refund = {"source": "shop", "orderId": back["orderId"], "refundId": "r", "amount": cny(100)}
        await done(other.order_system("OrdersService/RecordRefund", refund))
        late = [await paid(one, one.new_member(), 100, channel=keys[-1]) for _ in range(2)]
        assert [points(each) for each in late] == [8, 1], "what came back is given once more"


async def test_a_condition_that_is_none_is_refused_with_its_column(there: Loyalty) -> None:
    wrong = gift("wrong", 1, condition="order.total_minor > 100 &&\n order.colour == 'red'")
    body = {
        "programme": programme(programmeId="wrong", earnRules=[wrong]),
        "reason": "test",
    }
    answer = await there.staff("ProgrammesService/CreateProgramme", body)
    assert code(answer) == "PROGRAMME_NOT_WELL_FORMED"
    assert "earn_rules[0].condition" in answer.text
    assert "line 2, column 7" in answer.text


def test_a_rule_stored_by_an_older_release_means_what_it_meant() -> None:
    old = orjson.loads(
        '{"key":"base","currency":"POINTS","points":1,"per_minor":100,"rounding":"WHOLE_STEPS",'
        '"tier_multiplied":true}'
    )
    assert stored.earn_rule(old).is_plain
