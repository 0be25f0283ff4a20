"""PIPL 24: like members get like prices, and who refuses automated decisions gets the price that no profile made."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from huiyuan.consent.v1 import events_pb2

from services.kit import database, rpc, stream
from services.loyalty.consumers import hear_consent
from tests.loyalty.conftest import Loyalty, order, programme
from tests.loyalty.test_entitlements import NAME
from tests.loyalty.test_memberships import GET, OFFER, code, for_sale, step

EXPLAIN = "DecisionsService/ExplainDecision"
SPENT = {
    "key": "spent",
    "name": NAME,
    "metric": "SPEND",
    "knots": [{"at": "500000", "score": "1000"}],
}
HABITS = {
    "key": "habits",
    "name": NAME,
    "metric": "ORDERS",
    "knots": [{"at": "10", "score": "500"}],
    "neutral": "250",
}
"""A part that rests on a profile."""
VIP = programme(
    tiers=[
        for_sale("vip", step(0, 88_800), step(1_000, 8_800)),
        {
            "key": "known",
            "name": NAME,
            "multiplier": "1",
            "conditions": [{"metric": "SCORE", "atLeast": "1200"}],
        },
    ],
    tierScheme={"score": [SPENT, HABITS]},
)
NOW = datetime(2027, 3, 1, 4, tzinfo=UTC)


@pytest.fixture(scope="module")
async def shop(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(VIP, now=lambda: NOW) as running:
        yield running


async def decide(shop: Loyalty, member: str, *, refused: bool) -> None:
    """What the consent service tells."""
    event = events_pb2.ConsentEvent(
        member_id=member,
        occurred_at=NOW,
        automated_decisions_changed=events_pb2.AutomatedDecisionsChanged(refused=refused),
    )
    heard = stream.Event(
        "huiyuan:consent:0", 1, 0, member, "AutomatedDecisionsChanged", event.SerializeToString()
    )
    engine = database.engine(shop.database, size=1)
    async with engine.begin() as connection:
        await hear_consent(connection, heard)
    await engine.dispose()


async def customer(shop: Loyalty, orders: int) -> str:
    """Somebody who spent 4,000.00 by so many orders."""
    member = shop.new_member()
    for _ in range(orders):
        paid = order(member, 400_000 // orders, paidAt=NOW.isoformat(), programmeId="shop")
        answer = await shop.order_system("OrdersService/RecordOrder", paid)
        assert answer.status_code == 200, answer.text
    return member


async def asked(shop: Loyalty, method: str, member: str, **more: Any) -> dict[str, Any]:
    body = {"memberId": member, "programmeId": "shop", **more}
    answer = await shop.call(method, body, headers={rpc.CALLER_HEADER: shop.assertion("member", member)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def price(shop: Loyalty, member: str) -> Any:
    """What is shown and what is offered, which is the same."""
    (shown,) = (await asked(shop, GET, member))["offers"]
    offered = (await asked(shop, OFFER, member, tier="vip"))["offer"]
    assert (shown["price"], shown["score"]) == (offered["price"], offered["score"])
    return offered["price"]


def yuan(minor: int) -> dict[str, str]:
    """Money as answers spell it."""
    return {"minorUnits": str(minor), "currency": "CNY"}


async def test_art_24_like_members_get_like_prices_and_refusing_ends_the_profile(shop: Loyalty) -> None:
    often, too, seldom = await customer(shop, 10), await customer(shop, 10), await customer(shop, 1)
    # 800 for what was spent, and 500 or 50 for how often.
    assert await price(shop, often) == await price(shop, too) == yuan(8_800)
    assert await price(shop, seldom) == yuan(88_800)
    for member in (too, seldom):
        await decide(shop, member, refused=True)
    # 800 and everybody's 250, whatever is known of them.
    assert await price(shop, too) == await price(shop, seldom) == yuan(8_800)
    assert await price(shop, often) == yuan(8_800), "who did not refuse is judged as before"
    for member in (too, seldom):
        offer = (await asked(shop, OFFER, member, tier="vip"))["offer"]
        assert offer["score"] == "1050"
    await decide(shop, seldom, refused=False)
    assert await price(shop, seldom) == yuan(88_800), "and who allows it again, too"


async def test_art_24_a_tier_by_score_counts_the_neutral_part_too(shop: Loyalty) -> None:
    refuser = shop.new_member()
    await decide(shop, refuser, refused=True)
    for _ in range(10):
        paid = order(refuser, 40_000, paidAt=NOW.isoformat(), programmeId="shop")
        await shop.order_system("OrdersService/RecordOrder", paid)
    assert not (await standing(shop, refuser)).get("tier"), "1050 of 1200, and 1300 with a profile"
    assert (await standing(shop, await customer(shop, 10)))["tier"]["key"] == "known"


async def test_art_24_who_has_bought_nothing_yet_and_refuses_is_told_the_neutral_score(shop: Loyalty) -> None:
    member = shop.new_member()
    await decide(shop, member, refused=True)
    told = await asked(shop, EXPLAIN, member)
    assert (told["automatedRefused"], told["decided"]["score"]) == (True, "250")
    parts = {part["key"]: part for part in (await standing(shop, member))["score"]}
    assert (parts["habits"]["score"], parts["habits"]["neutral"]) == ("250", True)
    assert not parts["spent"].get("profiling")


async def test_art_24_a_decision_is_explained_with_what_it_would_be_without_a_profile(shop: Loyalty) -> None:
    member = await customer(shop, 1)
    told = await asked(shop, EXPLAIN, member)
    assert told["programmeVersion"] == 1
    assert not told.get("automatedRefused")
    assert (told["decided"]["score"], told["nonPersonalised"]["score"]) == ("850", "1050")
    assert [offer["price"] for offer in told["decided"]["offers"]] == [yuan(88_800)]
    assert [offer["price"] for offer in told["nonPersonalised"]["offers"]] == [yuan(8_800)]
    parts = {part["key"]: (part["score"], bool(part.get("neutral"))) for part in told["decided"]["parts"]}
    assert parts == {"spent": ("800", False), "habits": ("50", False)}
    await decide(shop, member, refused=True)
    after = await asked(shop, EXPLAIN, member)
    assert after["decided"] == after["nonPersonalised"] == told["nonPersonalised"]
    assert [offer["price"] for offer in after["decided"]["offers"]] == [await price(shop, member)]


async def test_a_decision_is_explained_to_nobody_else(shop: Loyalty) -> None:
    member, other = shop.new_member(), shop.new_member()
    answer = await shop.call(
        EXPLAIN,
        {"memberId": member, "programmeId": "shop"},
        headers={rpc.CALLER_HEADER: shop.assertion("member", other)},
    )
    assert code(answer) == "NOT_ALLOWED"


async def test_a_neutral_score_lies_within_what_the_part_may_come_to(shop: Loyalty) -> None:
    wrong = VIP | {"programmeId": "wrong", "tierScheme": {"score": [SPENT, HABITS | {"neutral": "501"}]}}
    answer = await shop.staff("ProgrammesService/CreateProgramme", {"programme": wrong, "reason": "test"})
    assert code(answer) == "PROGRAMME_NOT_WELL_FORMED"
    assert "score[1].neutral" in answer.text


async def standing(shop: Loyalty, member: str) -> dict[str, Any]:
    key = {"memberId": member, "caller": shop.assertion("member", member)}
    answer = await shop.call("TiersService/BatchGetStandings", {"members": [key], "programmeId": "shop"})
    (found,) = answer.json()["results"]
    held: dict[str, Any] = found["standing"]
    return held
