"""Orders through the service's own door, on a real database."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty, cny, order


async def record(loyalty: Loyalty, body: dict[str, Any], method: str = "RecordOrder") -> dict[str, Any]:
    answer = await loyalty.order_system(f"OrdersService/{method}", body)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def refusal(loyalty: Loyalty, body: Any, *roles: str, method: str = "RecordOrder") -> str:
    answer = await loyalty.order_system(f"OrdersService/{method}", body, *roles)
    assert answer.status_code != 200, answer.text
    code: str = answer.json()["message"].split(":")[0]
    return code


def ago(**how_long: float) -> str:
    return (datetime.now(UTC) - timedelta(**how_long)).isoformat().replace("+00:00", "Z")


async def test_paid_order_earns_points_and_growth(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    answer = await record(loyalty, order(member, 10_500))
    assert {e["currency"]: e["points"] for e in answer["order"]["earned"]} == {
        "POINTS": "105",
        "GROWTH": "105",
    }
    assert (await loyalty.balance(member))["available"] == 105
    assert {e["type"] for e in await loyalty.entries(member)} == {"EARN"}


async def test_order_that_reaches_a_threshold_raises_the_tier_in_the_same_transaction(
    loyalty: Loyalty,
) -> None:
    member = loyalty.new_member()
    answer = await record(loyalty, order(member, 50_000))
    assert answer["order"]["tierAfter"] == "silver"
    assert await loyalty.tier(member) == "silver"
    assert await loyalty.told(member) == ["OrderRecorded", "TierRaised"]


async def test_same_order_twice_gives_the_first_answer(loyalty: Loyalty) -> None:
    body = order(loyalty.new_member(), [1_000, 2_000])
    first = await record(loyalty, body)
    again = await record(loyalty, body)
    assert again == {**first, "replayed": True}


async def test_first_answer_stays_the_same_after_completion_and_refund(loyalty: Loyalty) -> None:
    body = order(loyalty.new_member(), 10_000)
    first = await record(loyalty, body)
    named = {"source": "shop", "orderId": body["orderId"]}
    await record(loyalty, named, "CompleteOrder")
    await record(loyalty, {**named, "refundId": "r", "amount": cny(5_000)}, "RecordRefund")
    assert (await record(loyalty, body))["order"] == first["order"]


async def test_hundred_concurrent_duplicates_post_once(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    body = order(member, 10_000)
    answers = await asyncio.gather(*(record(loyalty, body) for _ in range(100)))
    assert sum(not answer.get("replayed", False) for answer in answers) == 1
    assert len({str(answer["order"]) for answer in answers}) == 1
    assert (await loyalty.balance(member))["available"] == 100


async def test_batch_answers_each_order_for_itself(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    bodies = [order(member, 100), order(member, 200, total=cny(300)), order(member, 300)]
    results = (await record(loyalty, {"orders": bodies}, "RecordOrders"))["results"]
    assert [next(iter(result)) for result in results] == ["recorded", "refusal", "recorded"]
    assert results[1]["refusal"]["code"] == "ORDER_NOT_WELL_FORMED"
    assert (await loyalty.balance(member))["available"] == 4


async def test_order_finds_its_member_by_an_identity_outside(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    loyalty.members.customers["customer-7"] = member
    body = order(member, 1_000)
    del body["memberId"]
    body["identity"] = {"kind": "IDENTITY_KIND_STOREFRONT_CUSTOMER", "scope": "shop", "value": "customer-7"}
    assert (await record(loyalty, body))["order"]["memberId"] == member


async def test_refund_takes_back_what_the_refunded_line_earned(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    body = order(member, [1_000, 3_000])
    await record(loyalty, body)
    refund = {
        "source": "shop",
        "orderId": body["orderId"],
        "refundId": "r1",
        "lines": {"lines": [{"lineId": "2"}]},
    }
    answer = await record(loyalty, refund, "RecordRefund")
    assert {t["currency"]: t["points"] for t in answer["takenBack"]} == {"POINTS": "30", "GROWTH": "30"}
    assert answer["refundable"] == {"minorUnits": "1000", "currency": "CNY"}
    assert (await record(loyalty, refund, "RecordRefund")) == {**answer, "replayed": True}
    assert (await loyalty.balance(member))["available"] == 10


async def test_concurrent_refunds_never_take_back_more_than_was_earned(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    body = order(member, 10_000)
    await record(loyalty, body)
    named = {"source": "shop", "orderId": body["orderId"], "amount": cny(3_000)}
    answers = await asyncio.gather(
        *(
            loyalty.order_system("OrdersService/RecordRefund", {**named, "refundId": f"r{nth}"})
            for nth in range(10)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200] * 3 + [400] * 7
    assert (await loyalty.balance(member))["available"] == 10


async def test_zero_value_order_earns_nothing_and_is_kept(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    body = order(member, 0)
    answer = await record(loyalty, body)
    assert "earned" not in answer["order"]
    kept = await record(loyalty, {"source": "shop", "orderId": body["orderId"]}, "GetOrder")
    assert kept["order"]["memberId"] == member


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lines": []}, "ORDER_NOT_WELL_FORMED"),
        ({"total": cny(9)}, "ORDER_NOT_WELL_FORMED"),
        ({"source": ""}, "ORDER_NOT_WELL_FORMED"),
        ({"orderId": "x" * 101}, "ORDER_NOT_WELL_FORMED"),
        ({"orderId": "nul\x00byte"}, "ORDER_NOT_WELL_FORMED"),
        ({"lines": [{"lineId": "1", "quantity": -1, "money": cny(100)}]}, "ORDER_NOT_WELL_FORMED"),
        ({"lines": [{"lineId": "1", "quantity": 10**9, "money": cny(100)}]}, "ORDER_NOT_WELL_FORMED"),
        ({"lines": [{"lineId": "1", "quantity": 1, "money": cny(-100)}]}, "ORDER_NOT_WELL_FORMED"),
        (
            {
                "lines": [{"lineId": "1", "quantity": 1, "money": cny(2**62)}] * 2,
                "total": cny(2**63 - 1),
            },
            "ORDER_NOT_WELL_FORMED",
        ),
        (
            {
                "lines": [{"lineId": "1", "quantity": 1, "money": {"minorUnits": 100, "currency": "XXX"}}],
                "total": {"minorUnits": 100, "currency": "XXX"},
            },
            "CURRENCY_NOT_ACCEPTED",
        ),
        ({"memberId": "nobody"}, "MALFORMED_ID"),
        ({"memberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER"),
        ({"memberId": None}, "ORDER_NOT_WELL_FORMED"),
        ({"programmeId": "other"}, "UNKNOWN_PROGRAMME"),
        ({"paidAt": None}, "MALFORMED_INSTANT"),
        ({"paidAt": ago(days=-1)}, "PAID_IN_THE_FUTURE"),
        ({"paidAt": ago(days=800)}, "ORDER_TOO_OLD"),
        ({"paidAt": "1971-01-01T00:00:00Z"}, "ORDER_TOO_OLD"),
    ],
)
async def test_bad_order_is_refused_by_name_and_changes_nothing(
    loyalty: Loyalty, changes: dict[str, Any], code: str
) -> None:
    member = loyalty.new_member()
    assert await refusal(loyalty, order(member, 100, **changes)) == code
    assert (await loyalty.balance(member))["available"] == 0


async def test_importer_may_record_old_orders_but_not_before_the_programme(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    old = order(member, 100, paidAt="1998-01-01T00:00:00Z")
    answer = await loyalty.order_system("OrdersService/RecordOrder", old, "order_importer")
    assert answer.status_code == 200, answer.text
    older = order(member, 100, paidAt="1996-12-31T00:00:00Z")
    assert await refusal(loyalty, older, "order_importer") == "PROGRAMME_NOT_IN_FORCE"


async def test_order_id_used_again_with_another_body_or_member_is_refused(loyalty: Loyalty) -> None:
    body = order(loyalty.new_member(), 100)
    await record(loyalty, body)
    changed = order(body["memberId"], 200, orderId=body["orderId"], paidAt=body["paidAt"])
    assert await refusal(loyalty, changed) == "ORDER_ALREADY_RECORDED"
    stolen = {**body, "memberId": loyalty.new_member()}
    assert await refusal(loyalty, stolen) == "ORDER_BELONGS_ELSEWHERE"
    assert (await loyalty.balance(stolen["memberId"]))["available"] == 0


async def test_refund_larger_than_what_is_left_is_refused_with_the_numbers(loyalty: Loyalty) -> None:
    body = order(loyalty.new_member(), 1_000)
    await record(loyalty, body)
    named = {"source": "shop", "orderId": body["orderId"], "refundId": "r", "amount": cny(1_001)}
    answer = await loyalty.order_system("OrdersService/RecordRefund", named)
    assert answer.json()["message"] == (
        "REFUND_EXCEEDS_ORDER: 1001 is asked back and 1000 is left of the order"
    )
    unknown = {**named, "orderId": "never-recorded"}
    assert await refusal(loyalty, unknown, method="RecordRefund") == "UNKNOWN_ORDER"


async def test_ids_that_no_order_can_have_are_refused_by_name(loyalty: Loyalty) -> None:
    body = order(loyalty.new_member(), 1_000)
    await record(loyalty, body)
    named = {"source": "shop", "orderId": body["orderId"], "refundId": "nul\x00byte", "amount": cny(100)}
    assert await refusal(loyalty, named, method="RecordRefund") == "REFUND_NOT_WELL_FORMED"
    for method in ("CompleteOrder", "GetOrder"):
        unknown = {"source": "shop", "orderId": "nul\x00byte"}
        assert await refusal(loyalty, unknown, method=method) == "UNKNOWN_ORDER"
    answer = await loyalty.staff("OrdersService/GetOrderTotals", {"source": "nul\x00byte"})
    assert answer.json()["message"].startswith("ORDER_NOT_WELL_FORMED")


async def test_broken_json_is_refused(loyalty: Loyalty) -> None:
    for broken in (
        b'{"source": ',
        b"\xff\xfe",
        b'{"source": 7}',
        b'{"sourc": "shop"}',
        b"[" * 100_000,
    ):
        answer = await loyalty.order_system("OrdersService/RecordOrder", broken)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")
        assert answer.json()["message"].startswith("REQUEST_NOT_UNDERSTOOD: ")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "NOT_SIGNED_IN"),
        ({"authorization": "Bearer nonsense"}, "TOKEN_REFUSED"),
        ({"authorization": "Basic YTpi"}, "NOT_SIGNED_IN"),
        ({"huiyuan-caller": "gateway.staff.YWRh.operations.9999999999.00"}, "CALLER_NOT_PROVEN"),
    ],
)
async def test_wrong_proof_of_caller_is_refused(loyalty: Loyalty, headers: dict[str, str], code: str) -> None:
    body = order(loyalty.new_member(), 100)
    answer = await loyalty.call("OrdersService/RecordOrder", body, headers=headers)
    assert (answer.status_code, answer.json()["message"].split(":")[0]) == (401, code)


async def test_expired_token_or_one_for_the_storefront_is_refused(loyalty: Loyalty) -> None:
    body = order(loyalty.new_member(), 100)
    for changes in ({"exp": 1}, {"aud": "huiyuan-storefront"}, {"iss": "https://other.test"}):
        token = loyalty.tokens("shop", "order_recorder", **changes)
        headers = {"authorization": f"Bearer {token}"}
        answer = await loyalty.call("OrdersService/RecordOrder", body, headers=headers)
        assert answer.status_code == 401, answer.text


async def test_token_named_like_one_of_our_services_is_not_that_service(loyalty: Loyalty) -> None:
    token = loyalty.tokens("gateway", "gateway", "members")
    answer = await loyalty.call(
        "OrdersService/RecordOrder",
        order(loyalty.new_member(), 100),
        headers={"authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 403


async def test_role_without_the_right_is_refused(loyalty: Loyalty) -> None:
    body = order(loyalty.new_member(), 100)
    answer = await loyalty.order_system("OrdersService/RecordOrder", body, "member_registrar")
    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")


async def test_members_cannot_read_each_other(loyalty: Loyalty) -> None:
    mine, other = loyalty.new_member(), loyalty.new_member()
    items = [{"memberId": whose, "caller": loyalty.assertion("member", mine)} for whose in (mine, other)]
    for method, body in (
        ("PointsService/BatchGetBalances", {"members": items}),
        ("TiersService/BatchGetStandings", {"members": items}),
        ("PointsService/BatchListEntries", {"members": [{"member": item, "first": 1} for item in items]}),
    ):
        results = (await loyalty.call(method, body)).json()["results"]
        assert "refusal" not in results[0]
        assert results[1]["refusal"]["code"] == "NOT_ALLOWED"


async def test_totals_equal_what_was_recorded(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        members = [loyalty.new_member() for _ in range(3)]
        for nth, minor in enumerate((1_250, 0, 9_999, 301)):
            await record(loyalty, order(members[nth % 3], minor))
        totals = (await loyalty.staff("OrdersService/GetOrderTotals", {})).json()
        assert totals["orders"] == "4"
        assert totals["zeroValueOrders"] == "1"
        assert totals["members"] == "3"
        assert totals["spend"] == {"minorUnits": "11550", "currency": "CNY"}
