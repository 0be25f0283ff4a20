"""Spending through the storefront: redeem, hold, release and quote; and how staff give a redemption back."""

import pytest
from huiyuan.loyalty.v1 import points_pb2, quotes_pb2, redemptions_pb2

from gateway.documents import manifest
from gateway.views.entries import EntryType, change
from services.loyalty.rules.ledger.entries import Account
from services.loyalty.rules.ledger.entries import EntryType as Posted
from tests.gateway.doors import NotEnoughPoints
from tests.gateway.gateway_client import Gateway, code

STOREFRONT = manifest.texts(manifest.STOREFRONT_EXAMPLES)
ADMIN = manifest.texts(manifest.ADMIN_EXAMPLES)


async def test_a_member_redeems_points_and_sees_what_they_were_worth(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    body = {"points": 120, "redemptionId": "gift-1", "order": {"source": "shop", "orderId": "7"}}
    answer = await gateway.ask(STOREFRONT["redeem_points"], token, variables={"input": body})
    redemption = answer["data"]["redeemPoints"]["redemption"]
    assert (redemption["id"], redemption["points"], redemption["worth"]["formatted"]) == (
        "gift-1",
        120,
        "¥1.20",
    )
    assert redemption["taken"] == [
        {"points": 20, "expiresAt": "2027-01-31T00:00:00Z"},
        {"points": 100, "expiresAt": None},
    ]
    caller, request = gateway.services.requests[-1]
    assert caller.actor == f"member:{member_id}"
    assert request == redemptions_pb2.RedeemPointsRequest(
        member_id=member_id,
        points=120,
        redemption_id="gift-1",
        order=redemptions_pb2.OrderReference(source="shop", order_id="7"),
    )


async def test_a_declined_redemption_is_data_with_its_numbers(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.refusal = NotEnoughPoints("300 asked, 120 available, 40 held", field="points", asked=300)
    body = {"points": 300, "redemptionId": "gift-2"}
    answer = await gateway.ask(STOREFRONT["redeem_points"], token, variables={"input": body})
    payload = answer["data"]["redeemPoints"]
    assert payload["redemption"] is None
    (error,) = payload["userErrors"]
    assert (error["code"], error["field"], error["message"]) == (
        "NOT_ENOUGH_POINTS",
        ["input", "points"],
        "可用积分不足。",
    )
    assert error["facts"] == [{"name": "asked", "value": "300"}]


async def test_a_member_holds_points_sees_the_hold_and_lets_it_go(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    body = {"points": 100, "holdId": "cart-1"}
    answer = await gateway.ask(STOREFRONT["hold_points"], token, variables={"input": body})
    assert answer["data"]["holdPoints"]["hold"]["state"] == "OPEN"
    _, request = gateway.services.requests[-1]
    assert not request.HasField("time_to_live_seconds")
    seen = await gateway.ask(STOREFRONT["hold"], token, variables={"id": "cart-1"})
    assert seen["data"]["me"]["hold"] == answer["data"]["holdPoints"]["hold"]
    unknown = await gateway.ask(STOREFRONT["hold"], token, variables={"id": "cart-9"})
    assert (unknown["data"]["me"]["hold"], "errors" in unknown) == (None, False)
    released = await gateway.ask(STOREFRONT["release_hold"], token, variables={"input": {"holdId": "cart-1"}})
    assert released["data"]["releaseHold"]["replayed"] is True
    _, request = gateway.services.requests[-1]
    assert request.member_id == member_id


async def test_a_basket_is_quoted_for_the_signed_in_member(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    money = {"minorUnits": 1990, "currency": "CNY"}
    line = {"lineId": "1", "sku": "TEA", "quantity": 1, "money": money}
    body = {"lines": [line], "total": money, "redeemPoints": 150}
    answer = await gateway.ask(STOREFRONT["quote"], token, variables={"input": body})
    quote = answer["data"]["quote"]
    assert [(one["currency"], one["points"], one["pending"]) for one in quote["earned"]] == [
        ("POINTS", 29, False),
        ("GROWTH", 19, True),
    ]
    assert (quote["tierHeld"]["key"], quote["tierReached"]["key"]) == ("silver", "gold")
    assert (quote["redeemable"]["points"], quote["redeemable"]["reason"]) == (0, "BELOW_MINIMUM")
    _, request = gateway.services.requests[-1]
    assert isinstance(request, quotes_pb2.QuoteOrderRequest)
    assert (request.member_id, request.redeem_points, request.lines[0].sku) == (member_id, 150, "TEA")
    without = {"lines": [line], "total": money}
    await gateway.ask(STOREFRONT["quote"], token, variables={"input": without})
    assert not gateway.services.requests[-1][1].HasField("redeem_points")


@pytest.mark.parametrize("document", ["redeem_points", "hold_points", "release_hold", "quote"])
async def test_nobody_spends_without_signing_in(gateway: Gateway, document: str) -> None:
    money = {"minorUnits": 1, "currency": "CNY"}
    bodies = {
        "redeem_points": {"points": 1, "redemptionId": "r"},
        "hold_points": {"points": 1, "holdId": "h"},
        "release_hold": {"holdId": "h"},
        "quote": {"lines": [], "total": money},
    }
    answer = await gateway.ask(STOREFRONT[document], variables={"input": bodies[document]})
    assert code(answer) == "UNAUTHENTICATED"
    assert gateway.services.requests == []


async def test_lots_are_shown_by_expiry_and_by_currency(gateway: Gateway) -> None:
    _, token = gateway.join()
    answer = await gateway.ask(STOREFRONT["lots"], token, variables={"currency": "POINTS"})
    lots = answer["data"]["me"]["lots"]
    assert [(lot["points"], lot["expiresAt"], lot["pending"], lot["source"]) for lot in lots] == [
        (20, "2027-01-31T00:00:00Z", False, "EARNED"),
        (100, None, False, "ADJUSTED"),
        (30, None, True, "AWARDED"),
    ]
    assert lots[2]["maturesAt"] == "2026-12-01T00:00:00Z"
    none = await gateway.ask('{me{lots(currency:"GROWTH"){points}}}', token)
    assert none["data"]["me"]["lots"] == []


async def test_lots_of_many_members_come_by_one_call(gateway: Gateway) -> None:
    members = [gateway.join()[0] for _ in range(5)]
    gateway.services.calls.clear()
    fields = " ".join(f'm{n}:member(id:"{member}"){{lots{{points}}}}' for n, member in enumerate(members))
    answer = await gateway.admin(f"{{{fields}}}", "support")
    assert all(len(member["lots"]) == 3 for member in answer["data"].values())
    assert gateway.services.calls["lots"] == 1


async def test_support_sees_a_hold(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    answer = await gateway.admin(ADMIN["hold"], "support", variables={"memberId": member_id, "id": "cart-1"})
    assert answer["data"]["member"]["hold"]["held"] == 100


async def test_giving_a_redemption_back_is_audited(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    body = {
        "memberId": member_id,
        "redemptionId": "gift-1",
        "reversalId": "back-1",
        "points": 120,
        "reason": "DAMAGED",
    }
    answer = await gateway.admin(ADMIN["reverse_redemption"], "operations", variables={"input": body})
    payload = answer["data"]["reverseRedemption"]
    assert (payload["points"], payload["expired"], payload["balanceAfter"]) == (120, 20, 100)
    assert [part["points"] for part in payload["returned"]] == [100, 20]
    caller, request = gateway.services.requests[-1]
    assert (caller.actor, request.points, request.reason) == ("staff:ops-1", 120, "DAMAGED")
    audit = await gateway.admin("{adminActions(first:2){nodes{operation phase subject reason}}}", "auditor")
    after, before = audit["data"]["adminActions"]["nodes"]
    assert (after["operation"], before["phase"], after["phase"]) == (
        "reverseRedemption",
        "STARTED",
        "SUCCEEDED",
    )
    assert after["subject"]["redemptionId"] == "gift-1"
    without = {name: value for name, value in body.items() if name != "points"}
    await gateway.admin(ADMIN["reverse_redemption"], "operations", variables={"input": without})
    assert not gateway.services.requests[-1][1].HasField("points")


def test_every_type_of_entry_has_a_name_in_the_schema() -> None:
    assert {posted.value for posted in Posted} | {"OTHER"} == set(EntryType.__members__)


@pytest.mark.parametrize(
    ("type", "from_account", "to_account", "sign"),
    [
        ("EARN", "ISSUED", "AVAILABLE", 1),
        ("PENDING_ADDED", "ISSUED", "PENDING", 0),
        ("PENDING_ACTIVATED", "PENDING", "AVAILABLE", 1),
        ("PENDING_CANCELED", "PENDING", "ISSUED", 0),
        ("REDEEM", "AVAILABLE", "REDEEMED", -1),
        ("REDEEM_REVERSAL", "REDEEMED", "AVAILABLE", 1),
        ("HOLD", "AVAILABLE", "HELD", -1),
        ("HOLD_CAPTURE", "HELD", "REDEEMED", 0),
        ("HOLD_RELEASE", "HELD", "AVAILABLE", 1),
        ("EARN_REVERSAL", "AVAILABLE", "ISSUED", -1),
        ("WRITE_OFF", "WRITTEN_OFF", "ISSUED", 0),
        ("EXPIRE", "AVAILABLE", "EXPIRED", -1),
        ("FORFEIT", "AVAILABLE", "FORFEITED", -1),
        ("ADJUST_CREDIT", "ADJUSTMENTS", "AVAILABLE", 1),
        ("ADJUST_DEBIT", "AVAILABLE", "ADJUSTMENTS", -1),
        ("TRANSFER_OUT", "HELD", "TRANSFERS", 0),
        ("TRANSFER_IN", "TRANSFERS", "AVAILABLE", 1),
        ("IMPORT", "IMPORTED", "AVAILABLE", 1),
    ],
)
def test_an_entrys_change_is_what_it_did_to_the_points_that_can_be_used(
    type: str, from_account: str, to_account: str, sign: int
) -> None:
    entry = points_pb2.Entry(type=type, points=7, from_account=from_account, to_account=to_account)
    assert {from_account, to_account} <= set(Account.__members__)
    assert change(entry) == 7 * sign
