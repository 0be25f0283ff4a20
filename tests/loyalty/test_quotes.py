"""Quotes and awards through the service's own doors: told and then posted alike, granted once."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, cny, order
from tests.loyalty.spending import code, convertible, done, facts, footprint, spend, with_points
from tests.loyalty.test_integrity import check_everything


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(convertible()) as running:
        yield running


def basket_of(paid: dict[str, Any]) -> dict[str, Any]:
    return {name: paid[name] for name in ("memberId", "lines", "total", "channel")}


async def test_a_basket_is_quoted_as_its_order_is_then_recorded(shop: Loyalty) -> None:
    member = await with_points(shop, 750)
    await done(shop.order_system("OrdersService/RecordOrder", order(member, 40_000)))
    paid = order(member, [10_000, 5_050, 0])
    before = await footprint(shop, member)
    quoted = await done(shop.order_system("QuotesService/QuoteOrder", basket_of(paid)))
    assert await footprint(shop, member) == before, "a quote posts nothing"
    recorded = (await done(shop.order_system("OrdersService/RecordOrder", paid)))["order"]
    assert quoted["earned"] == recorded["earned"]
    assert [line.get("earned") for line in quoted["lines"]] == [
        line.get("earned") for line in recorded["lines"]
    ]
    assert ("tierHeld" in quoted, quoted["tierReached"]["key"]) == (False, "silver")
    assert recorded["tierAfter"] == "silver"
    assert quoted["redeemable"] == {
        "currency": "POINTS",
        "points": "1100",
        "worth": {"minorUnits": "1100", "currency": "CNY"},
        "available": "1150",
        "minimum": "100",
        "multiple": "100",
    }
    again = await done(
        shop.order_system("QuotesService/QuoteOrder", basket_of(paid) | {"redeemPoints": "250"})
    )
    assert (again["tierHeld"]["key"], again["redeemable"]["points"]) == ("silver", "200")


async def test_a_quote_says_why_nothing_can_be_redeemed(shop: Loyalty) -> None:
    member = await with_points(shop, 120)
    reasons = []
    for asked in ({"redeemPoints": "99"}, {"total": cny(199), "lines": []}, {"redeemCurrency": "GROWTH"}):
        body = basket_of(order(member, 199 if "total" in asked else 10_000)) | asked
        body["lines"] = basket_of(order(member, body["total"]["minorUnits"]))["lines"]
        found = (await done(shop.order_system("QuotesService/QuoteOrder", body)))["redeemable"]
        assert "points" not in found
        reasons.append(found["reason"].removeprefix("NOT_REDEEMABLE_REASON_"))
    assert reasons == ["BELOW_MINIMUM", "ORDER_CAP", "NOT_SPENDABLE"]


async def test_members_are_quoted_for_themselves_alone(shop: Loyalty) -> None:
    member, other = await with_points(shop, 120), shop.new_member()
    shop.members.customers["customer-9"] = other
    headers = {rpc.CALLER_HEADER: shop.assertion("member", member)}
    own = await shop.call("QuotesService/QuoteOrder", basket_of(order(member, 1_000)), headers=headers)
    assert own.status_code == 200
    by_identity = basket_of(order(member, 1_000))
    del by_identity["memberId"]
    by_identity["identity"] = {"kind": "IDENTITY_KIND_STOREFRONT_CUSTOMER", "value": "customer-9"}
    for body in (basket_of(order(other, 1_000)), by_identity):
        refused = await shop.call("QuotesService/QuoteOrder", body, headers=headers)
        assert (refused.status_code, code(refused)) == (403, "NOT_ALLOWED")
    assert (await done(shop.order_system("QuotesService/QuoteOrder", by_identity)))["memberId"] == other


async def test_a_merged_member_is_quoted_as_who_took_the_place(shop: Loyalty) -> None:
    old, new = await with_points(shop, 300), await with_points(shop, 400)
    merging = {"fromMemberId": old, "intoMemberId": new, "mergeId": "m", "reason": "SAME_PERSON"}
    await done(shop.staff("MergesService/MergeMembers", merging))
    quotes = [
        await done(shop.order_system("QuotesService/QuoteOrder", basket_of(order(member, 60_000))))
        for member in (old, new)
    ]
    assert [quote["redeemable"]["points"] for quote in quotes] == ["700", "700"]
    assert quotes[0]["earned"] == quotes[1]["earned"]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"redeemPoints": "0"}, "POINTS_OUT_OF_RANGE"),
        ({"redeemCurrency": "GOLD"}, "UNKNOWN_CURRENCY"),
        ({"total": cny(1)}, "ORDER_NOT_WELL_FORMED"),
        ({"lines": []}, "ORDER_NOT_WELL_FORMED"),
        ({"programmeId": "none"}, "UNKNOWN_PROGRAMME"),
        ({"memberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER"),
        ({"memberId": ""}, "MALFORMED_ID"),
    ],
)
async def test_a_bad_basket_is_refused_by_name(shop: Loyalty, changes: dict[str, Any], name: str) -> None:
    body = basket_of(order(shop.new_member(), 1_000)) | changes
    assert code(await shop.order_system("QuotesService/QuoteOrder", body)) == name


async def award(loyalty: Loyalty, member: str, points: int, key: str, **changes: Any) -> Any:
    body = {"memberId": member, "points": points, "reason": "CHECK_IN", "idempotencyKey": key} | changes
    return await loyalty.order_system("PointsService/AwardPoints", body, "point_awarder")


async def test_an_award_is_granted_once_by_its_key(shop: Loyalty) -> None:
    member = shop.new_member()
    answers = [
        answer.json()
        for answer in await asyncio.gather(*(award(shop, member, 5, "day-1") for _ in range(10)))
    ]
    assert Counter(answer.pop("replayed", False) for answer in answers) == {False: 1, True: 9}
    assert all(answer == answers[0] for answer in answers)
    assert (answers[0]["currency"], answers[0]["balanceAfter"]) == ("POINTS", "5")
    (entry,) = await shop.entries(member)
    assert (entry["type"], entry["reason"], entry["actor"], entry["entryId"]) == (
        "EARN",
        "CHECK_IN",
        "system:shop",
        answers[0]["entryId"],
    )
    assert await shop.told(member) == ["PointsAwarded"]
    reused = await award(shop, member, 6, "day-1")
    assert (reused.status_code, code(reused)) == (409, "IDEMPOTENCY_KEY_REUSED")
    await check_everything(shop)


async def test_an_award_raises_the_tier_that_its_growth_reaches(shop: Loyalty) -> None:
    member = shop.new_member()
    await done(award(shop, member, 500, "mission", currency="GROWTH"))
    assert await shop.tier(member) == "silver"


async def test_an_award_waits_as_its_currency_says_but_for_no_order(make_loyalty: Any) -> None:
    for maturation, pending in (
        ({"kind": "MATURATION_KIND_AFTER_PERIOD", "period": "P7D"}, True),
        ({"kind": "MATURATION_KIND_ON_ORDER_COMPLETED"}, False),
    ):
        async with make_loyalty(convertible(maturation=maturation)) as loyalty:
            member = loyalty.new_member()
            answer = await done(award(loyalty, member, 5, "k", order={"source": "shop", "orderId": "o-1"}))
            assert answer.get("pending", False) is pending
            balance = await loyalty.balance(member)
            assert (balance["available"], balance["pending"]) == ((0, 5) if pending else (5, 0))
            (entry,) = await loyalty.entries(member)
            assert entry["orderRef"] == "shop:o-1"
            key = {"members": [{"memberId": member, "caller": loyalty.assertion("member", member)}]}
            (lot,) = (await done(loyalty.call("PointsService/BatchListLots", key)))["results"][0]["lots"][
                "lots"
            ]
            assert (lot["source"], lot.get("pending", False)) == ("LOT_SOURCE_AWARDED", pending)
            assert ("maturesAt" in lot) is pending


@pytest.mark.parametrize(
    ("changes", "name", "why"),
    [
        ({"points": 0}, "POINTS_OUT_OF_RANGE", {"asked": "0"}),
        ({"points": -5}, "POINTS_OUT_OF_RANGE", {"asked": "-5"}),
        ({"points": 2**53 + 1}, "POINTS_OUT_OF_RANGE", {"asked": str(2**53 + 1)}),
        ({"points": 2**53}, "POINTS_BEYOND_MEASURE", {"asked": str(2**53), "available": "7"}),
        ({"currency": "GOLD"}, "UNKNOWN_CURRENCY", {}),
        ({"reason": ""}, "REASON_CODE_NOT_VALID", {}),
        ({"idempotencyKey": ""}, "MALFORMED_ID", {"length": "0"}),
        ({"order": {"source": "a:b", "orderId": "1"}}, "MALFORMED_ID", {"length": "3"}),
        ({"memberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER", {}),
    ],
)
async def test_a_bad_award_is_refused_and_changes_nothing(
    shop: Loyalty, changes: dict[str, Any], name: str, why: dict[str, str]
) -> None:
    member = await with_points(shop, 7)
    before = await footprint(shop, member)
    refused = await award(shop, member, **{"points": 5, "key": "k"} | changes)
    assert (code(refused), facts(refused)) == (name, why)
    assert await footprint(shop, member) == before


async def test_only_systems_that_award_points_do(shop: Loyalty) -> None:
    member = shop.new_member()
    body = {"memberId": member, "points": 5, "reason": "X", "idempotencyKey": "k"}
    assert (await shop.order_system("PointsService/AwardPoints", body)).status_code == 403
    assert (await shop.staff("PointsService/AwardPoints", body)).status_code == 403
    assert (await spend(shop, "RedeemPoints", member, points=1, redemptionId="r")).status_code == 400
