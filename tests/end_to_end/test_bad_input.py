"""Bad orders, refunds and JSON: each gets an error with a name, and nothing in any database changes."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest

from infra.local import issuer
from tests.end_to_end.callers import Json, ago, cny, code_of, order, written
from tests.end_to_end.place import Place

RECORD, REFUND = "OrdersService/RecordOrder", "OrdersService/RecordRefund"


def tea(quantity: object = "1", fen: int = 1_000, line_id: str = "1", **other: Any) -> Json:
    return {"lineId": line_id, "sku": "puer", "quantity": quantity, "money": cny(fen)} | other


def dollars(minor: int) -> Json:
    return {"minorUnits": str(minor), "currency": "USD"}


def unknown_money(minor: int) -> Json:
    return {"minorUnits": str(minor), "currency": "QQQ"}


BAD_ORDERS: dict[str, tuple[Json, int, str]] = {
    "of a member nobody knows": ({"memberId": str(uuid4())}, 404, "UNKNOWN_MEMBER"),
    "of no member's id": ({"memberId": "7"}, 400, "MALFORMED_ID"),
    "in an unknown programme": ({"programmeId": "nowhere"}, 404, "UNKNOWN_PROGRAMME"),
    "without lines": ({"lines": [], "total": cny(0)}, 400, "ORDER_NOT_WELL_FORMED"),
    "of too many lines": (
        {"lines": [tea(line_id=str(n)) for n in range(201)], "total": cny(201_000)},
        400,
        "ORDER_NOT_WELL_FORMED",
    ),
    "with a line twice": ({"lines": [tea(), tea()], "total": cny(2_000)}, 400, "ORDER_NOT_WELL_FORMED"),
    "of a negative quantity": ({"lines": [tea("-1")]}, 400, "ORDER_NOT_WELL_FORMED"),
    "of no quantity": ({"lines": [tea("0")]}, 400, "ORDER_NOT_WELL_FORMED"),
    "of an absurd quantity": ({"lines": [tea("1000001")]}, 400, "ORDER_NOT_WELL_FORMED"),
    "of a quantity no number holds": ({"lines": [tea("9" * 30)]}, 400, "REQUEST_NOT_UNDERSTOOD"),
    "of a quantity in words": ({"lines": [tea("many")]}, 400, "REQUEST_NOT_UNDERSTOOD"),
    "of half a piece": ({"lines": [tea(0.5)]}, 400, "REQUEST_NOT_UNDERSTOOD"),
    "with negative money": ({"lines": [tea(fen=-1_000)], "total": cny(-1_000)}, 400, "ORDER_NOT_WELL_FORMED"),
    "with absurd money": ({"lines": [tea(fen=2**60)], "total": cny(2**60)}, 400, "ORDER_NOT_WELL_FORMED"),
    "whose lines do not sum": ({"total": cny(1_001)}, 400, "ORDER_NOT_WELL_FORMED"),
    "in other money": (
        {"lines": [tea(money=dollars(1_000))], "total": dollars(1_000)},
        400,
        "CURRENCY_NOT_ACCEPTED",
    ),
    "in unknown money": (
        {"lines": [tea(money=unknown_money(1_000))], "total": unknown_money(1_000)},
        400,
        "CURRENCY_NOT_ACCEPTED",
    ),
    "in two kinds of money": ({"total": dollars(1_000)}, 400, "ORDER_NOT_WELL_FORMED"),
    "without money": ({"lines": [{"lineId": "1", "quantity": "1"}]}, 400, "ORDER_NOT_WELL_FORMED"),
    "paid in the future": (
        {"paidAt": written(datetime.now(UTC) + timedelta(hours=1))},
        400,
        "PAID_IN_THE_FUTURE",
    ),
    "paid years ago": ({"paidAt": ago(days=800)}, 400, "ORDER_TOO_OLD"),
    "paid before the programme began": ({"paidAt": ago(days=200)}, 400, "PROGRAMME_NOT_IN_FORCE"),
    "paid at no time": ({"paidAt": None}, 400, "MALFORMED_INSTANT"),
    "paid yesterday in words": ({"paidAt": "yesterday"}, 400, "REQUEST_NOT_UNDERSTOOD"),
    "without an id": ({"orderId": ""}, 400, "ORDER_NOT_WELL_FORMED"),
    "with an endless id": ({"orderId": "x" * 101}, 400, "ORDER_NOT_WELL_FORMED"),
    "without a source": ({"source": ""}, 400, "ORDER_NOT_WELL_FORMED"),
}


@pytest.mark.parametrize("what", BAD_ORDERS)
async def test_an_order_is_refused_by_name_and_posts_nothing(place: Place, what: str) -> None:
    changed, status, code = BAD_ORDERS[what]
    bad = order(place.shopper.member_id, 1_000) | changed
    before = await place.unchanged()
    answer = place.shop.call(RECORD, bad)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    assert await place.unchanged() == before


async def test_a_batch_refuses_each_bad_order_by_name_and_one_too_long_as_a_whole(place: Place) -> None:
    bad = [
        order(place.shopper.member_id, 1_000) | changed
        for changed, _, code in BAD_ORDERS.values()
        if code != "REQUEST_NOT_UNDERSTOOD"
    ]
    before = await place.unchanged()
    results = place.shop.done("OrdersService/RecordOrders", {"orders": bad})["results"]
    assert [result["refusal"]["code"] for result in results] == [
        code for _, _, code in BAD_ORDERS.values() if code != "REQUEST_NOT_UNDERSTOOD"
    ]
    answer = place.shop.call("OrdersService/RecordOrders", {"orders": [bad[0]] * 1_001})
    assert (answer.status_code, code_of(answer)) == (400, "BATCH_TOO_LARGE")
    assert await place.unchanged() == before


async def test_the_importer_may_bring_old_orders_and_no_other_bad_ones(place: Place) -> None:
    importer = place.token("history", issuer.SERVICES, "order_importer")
    before = await place.unchanged()
    for changed, code in (
        ({"paidAt": ago(days=800)}, "PROGRAMME_NOT_IN_FORCE"),
        ({"paidAt": written(datetime.now(UTC) + timedelta(hours=1))}, "PAID_IN_THE_FUTURE"),
        ({"memberId": str(uuid4())}, "UNKNOWN_MEMBER"),
        ({"total": cny(1)}, "ORDER_NOT_WELL_FORMED"),
    ):
        answer = place.shop.call(RECORD, order(place.shopper.member_id, 1_000) | changed, importer)
        assert code_of(answer) == code
    assert await place.unchanged() == before


async def test_an_order_id_is_used_once(place: Place) -> None:
    before = await place.unchanged()
    for changed, code in (
        ({"lines": [tea(fen=40_000)]}, "ORDER_ALREADY_RECORDED"),
        ({"paidAt": ago(minutes=1)}, "ORDER_ALREADY_RECORDED"),
        ({"channel": "web"}, "ORDER_ALREADY_RECORDED"),
        ({"memberId": place.stranger.member_id}, "ORDER_BELONGS_ELSEWHERE"),
    ):
        answer = place.shop.call(RECORD, place.paid | changed)
        assert (answer.status_code, code_of(answer)) == (409, code)
    assert await place.unchanged() == before


BAD_REFUNDS: dict[str, tuple[Json, int, str]] = {
    "of more than is left": ({"amount": cny(15_001)}, 400, "REFUND_EXCEEDS_ORDER"),
    "of more than is left of a line": (
        {"lines": {"lines": [{"lineId": "1", "money": cny(9_999)}]}},
        400,
        "REFUND_EXCEEDS_ORDER",
    ),
    "of nothing": ({"amount": cny(0)}, 400, "REFUND_NOT_WELL_FORMED"),
    "of negative money": ({"amount": cny(-100)}, 400, "REFUND_NOT_WELL_FORMED"),
    "of other money": ({"amount": dollars(100)}, 400, "CURRENCY_NOT_ACCEPTED"),
    "of a line that is not there": (
        {"lines": {"lines": [{"lineId": "9"}]}},
        400,
        "REFUND_NOT_WELL_FORMED",
    ),
    "of I know not what": ({}, 400, "REFUND_NOT_WELL_FORMED"),
    "of an unknown order": ({"orderId": "never", "amount": cny(1)}, 404, "UNKNOWN_ORDER"),
    "under a used id": ({"refundId": "part", "amount": cny(1)}, 409, "REFUND_ALREADY_RECORDED"),
    "in the future": (
        {"amount": cny(1), "refundedAt": written(datetime.now(UTC) + timedelta(hours=1))},
        400,
        "REFUND_NOT_WELL_FORMED",
    ),
}


@pytest.mark.parametrize("what", BAD_REFUNDS)
async def test_a_refund_is_refused_by_name_and_takes_nothing_back(place: Place, what: str) -> None:
    changed, status, code = BAD_REFUNDS[what]
    before = await place.unchanged()
    answer = place.shop.call(REFUND, {**place.named, "refundId": "bad"} | changed)
    assert (answer.status_code, code_of(answer)) == (status, code), answer.text
    assert await place.unchanged() == before


async def test_only_recorded_orders_are_completed(place: Place) -> None:
    answer = place.shop.call("OrdersService/CompleteOrder", {"source": "tea-shop", "orderId": "never"})
    assert (answer.status_code, code_of(answer)) == (404, "UNKNOWN_ORDER")


async def test_broken_json_is_refused_at_every_door(place: Place) -> None:
    before = await place.unchanged()
    whole = orjson.dumps(order(place.shopper.member_id, 1_000))
    for broken in (b"", b"{", whole[:-1], whole + b"}", b"\xff\xfe", b"[]", b'"order"'):
        answer = place.shop.call(RECORD, broken)
        assert answer.status_code == 400, answer.text
        assert code_of(answer) in ("REQUEST_NOT_UNDERSTOOD", "ORDER_NOT_WELL_FORMED")
        for asker in (place.shopper, place.staff):
            answer = asker.post(asker.url, broken)
            assert answer.status_code == 400
            assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"
    assert await place.unchanged() == before
