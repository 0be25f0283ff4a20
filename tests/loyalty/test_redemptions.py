"""Redemptions through the service's own doors: spent once, given back with the expiry they had."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty, cny, order
from tests.loyalty.coupons import field_of
from tests.loyalty.spending import code, convertible, credit, done, facts, spend, spend_as, with_points
from tests.loyalty.test_integrity import check_everything


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    """A service whose points pay for orders by the hundred."""
    async with make_loyalty(convertible()) as running:
        yield running


async def test_example_13_of_twenty_redemptions_by_twenty_keys_one_succeeds(shop: Loyalty) -> None:
    member = await with_points(shop, 100)
    answers = await asyncio.gather(
        *(spend(shop, "RedeemPoints", member, points=100, redemptionId=f"r{nth}") for nth in range(20))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 19}
    for refused in (answer for answer in answers if answer.status_code == 400):
        assert code(refused) == "NOT_ENOUGH_POINTS"
        assert facts(refused) == {"asked": "100", "available": "0", "held": "0", "replayed": "false"}
    assert (await shop.balance(member))["available"] == 0
    assert [entry["type"] for entry in await shop.entries(member)] == ["REDEEM", "ADJUST_CREDIT"]


async def test_example_13_twenty_redemptions_by_one_key_post_once_and_all_get_its_answer(
    shop: Loyalty,
) -> None:
    member = await with_points(shop, 100)
    answers = await asyncio.gather(
        *(done(spend(shop, "RedeemPoints", member, points=100, redemptionId="one")) for _ in range(20))
    )
    assert Counter(answer.pop("replayed", False) for answer in answers) == {False: 1, True: 19}
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["points"], answers[0].get("balanceAfter", "0")) == ("100", "0")
    assert [entry["type"] for entry in await shop.entries(member)] == ["REDEEM", "ADJUST_CREDIT"]


async def test_two_processes_never_spend_the_same_points(make_loyalty: Any, new_database: Any) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        body = {"programme": convertible(), "makeDefault": True, "reason": "test"}
        await done(first.staff("ProgrammesService/CreateProgramme", body))
        member = await with_points(first, 1_000)
        answers = await asyncio.gather(
            *(
                spend(door, "RedeemPoints", member, points=10, redemptionId=f"{nth}-{side}")
                for nth in range(100)
                for side, door in enumerate((first, second))
            )
        )
        assert Counter(answer.status_code for answer in answers) == {200: 100, 400: 100}
        assert (await second.balance(member))["available"] == 0
        await check_everything(first)


async def test_a_redemption_tells_from_what_it_was_taken_and_where_it_is_listed(make_loyalty: Any) -> None:
    yearly = {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P12M"}
    async with make_loyalty(convertible(expiry=yearly)) as loyalty:
        member = loyalty.new_member()
        for days, minor in ((40, 10_000), (200, 5_000)):
            paid = (datetime.now(UTC) - timedelta(days=days)).isoformat()
            await done(loyalty.order_system("OrdersService/RecordOrder", order(member, minor, paidAt=paid)))
        answer = await done(spend(loyalty, "RedeemPoints", member, points=70, redemptionId="r"))
        assert [part["points"] for part in answer["taken"]] == ["50", "20"]
        assert answer["taken"][0]["expiresAt"] < answer["taken"][1]["expiresAt"]
        listed = [entry for entry in await loyalty.entries(member) if entry["type"] == "REDEEM"]
        assert [entry["points"] for entry in listed] == ["20", "50"]
        assert listed[1]["entryId"] == answer["entryId"]
        assert answer["worth"] == {"minorUnits": "70", "currency": "CNY"}


async def test_points_on_an_order_are_spent_by_the_multiple_and_say_what_they_are_worth(
    shop: Loyalty,
) -> None:
    member = await with_points(shop, 1_000)
    on = {"source": "shop", "orderId": "o-1"}
    for points in (50, 250):
        refused = await spend(shop, "RedeemPoints", member, points=points, redemptionId="r", order=on)
        assert code(refused) == "POINTS_DO_NOT_CONVERT"
        assert facts(refused) == {"asked": str(points), "minimum": "100", "multiple": "100"}
    paid = await done(spend(shop, "RedeemPoints", member, points=300, redemptionId="r", order=on))
    assert paid["worth"] == {"minorUnits": "300", "currency": "CNY"}
    free = await done(spend(shop, "RedeemPoints", member, points=250, redemptionId="gift"))
    assert free["balanceAfter"] == "450"
    assert {entry["orderRef"] for entry in await shop.entries(member) if "orderRef" in entry} == {"shop:o-1"}


async def test_a_declined_redemption_stays_declined_and_its_id_is_used_up(shop: Loyalty) -> None:
    member = await with_points(shop, 120)
    first = await spend(shop, "RedeemPoints", member, points=300, redemptionId="r")
    await credit(shop, member, 1_000, "more")
    again = await spend(shop, "RedeemPoints", member, points=300, redemptionId="r")
    assert facts(first) == {"asked": "300", "available": "120", "held": "0", "replayed": "false"}
    assert facts(again) == {**facts(first), "replayed": "true"}
    other = await spend(shop, "RedeemPoints", member, points=200, redemptionId="r")
    assert (other.status_code, code(other)) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert field_of(other) == "redemption_id"
    await done(spend(shop, "HoldPoints", member, points=100, holdId="h"))
    captured = await spend(shop, "CaptureHold", member, holdId="h", redemptionId="r")
    assert (captured.status_code, code(captured)) == (409, "IDEMPOTENCY_KEY_REUSED")
    assert (await shop.balance(member))["available"] == 1_020


async def test_a_redemption_is_given_back_in_parts_and_never_more_than_it_was(shop: Loyalty) -> None:
    member = await with_points(shop, 100)
    await done(spend(shop, "RedeemPoints", member, points=100, redemptionId="r"))
    some = {"redemptionId": "r", "points": 30, "reversalId": "a", "reason": "DAMAGED"}
    back = await done(spend(shop, "ReverseRedemption", member, **some))
    assert (back["points"], back["balanceAfter"]) == ("30", "30")
    assert await done(spend(shop, "ReverseRedemption", member, **some)) == {**back, "replayed": True}
    reused = await spend(shop, "ReverseRedemption", member, **some | {"points": 31})
    assert (reused.status_code, code(reused)) == (409, "REVERSAL_ALREADY_RECORDED")
    beyond = await spend(shop, "ReverseRedemption", member, **some | {"points": 71, "reversalId": "b"})
    assert (code(beyond), facts(beyond)) == (
        "REVERSAL_EXCEEDS_REDEMPTION",
        {"asked": "71", "left": "70"},
    )
    body = {"memberId": member, "redemptionId": "r", "reversalId": "c", "reason": "GOODWILL"}
    rest = await done(shop.staff("RedemptionsService/ReverseRedemption", body, "operations"))
    assert (rest["points"], rest["balanceAfter"]) == ("70", "100")


async def test_refunding_an_order_gives_back_what_was_redeemed_on_it(shop: Loyalty) -> None:
    member = await with_points(shop, 500)
    paid = order(member, 10_000)
    on = {"source": paid["source"], "orderId": paid["orderId"]}
    await done(spend(shop, "HoldPoints", member, points=300, holdId="cart", order=on))
    await done(shop.order_system("OrdersService/RecordOrder", paid))
    await done(spend(shop, "CaptureHold", member, points=200, holdId="cart"))
    refund = {**on, "refundId": "half", "amount": cny(5_000)}
    half = await done(shop.order_system("OrdersService/RecordRefund", refund))
    assert half["returned"] == [{"currency": "POINTS", "points": "100"}]
    rest = await done(
        shop.order_system("OrdersService/RecordRefund", {**on, "refundId": "rest", "amount": cny(5_000)})
    )
    assert rest["returned"] == [{"currency": "POINTS", "points": "100"}]
    assert await shop.balance(member) == {"available": 500, "pending": 0, "held": 0, "debt": 0}
    again = await spend(
        shop, "ReverseRedemption", member, redemptionId="cart", reversalId="x", reason="GOODWILL"
    )
    assert code(again) == "REVERSAL_EXCEEDS_REDEMPTION"


async def test_members_spend_for_themselves_alone(shop: Loyalty) -> None:
    member, other = await with_points(shop, 100), await with_points(shop, 100)
    own = await spend_as(shop, member, "RedeemPoints", member, points=40, redemptionId="r")
    assert own.status_code == 200
    (entry,) = [entry for entry in await shop.entries(member) if entry["type"] == "REDEEM"]
    assert entry["actor"] == f"member:{member}"
    for method, body in (
        ("RedeemPoints", {"points": 1, "redemptionId": "mine"}),
        ("HoldPoints", {"points": 1, "holdId": "mine"}),
        ("ReleaseHold", {"holdId": "mine"}),
        ("GetHold", {"holdId": "mine"}),
        ("CaptureHold", {"holdId": "mine"}),
        ("ReverseRedemption", {"redemptionId": "r", "reversalId": "v", "reason": "X"}),
    ):
        refused = await spend_as(shop, member, method, other, **body)
        assert (refused.status_code, code(refused)) == (403, "NOT_ALLOWED"), method
    assert (await shop.balance(other))["available"] == 100


@pytest.mark.parametrize("role", ["order_importer", "point_awarder", "member_registrar"])
async def test_systems_without_the_role_do_not_spend(shop: Loyalty, role: str) -> None:
    member = await with_points(shop, 100)
    body = {"memberId": member, "points": 1, "redemptionId": "r"}
    refused = await shop.order_system("RedemptionsService/RedeemPoints", body, role)
    assert refused.status_code == 403
    assert (await shop.staff("RedemptionsService/RedeemPoints", body, "operations")).status_code == 403


async def test_what_was_spent_is_told_in_events(shop: Loyalty) -> None:
    member = await with_points(shop, 300)
    await done(spend(shop, "RedeemPoints", member, points=100, redemptionId="r"))
    await done(spend(shop, "ReverseRedemption", member, redemptionId="r", reversalId="v", reason="X"))
    await done(spend(shop, "HoldPoints", member, points=100, holdId="one"))
    await done(spend(shop, "CaptureHold", member, holdId="one"))
    await done(spend(shop, "HoldPoints", member, points=100, holdId="two"))
    await done(spend(shop, "ReleaseHold", member, holdId="two"))
    assert await shop.told(member) == [
        "PointsAdjusted",
        "PointsRedeemed",
        "RedemptionReversed",
        "PointsHeld",
        "HoldCaptured",
        "PointsHeld",
        "HoldReleased",
    ]
    await check_everything(shop)
