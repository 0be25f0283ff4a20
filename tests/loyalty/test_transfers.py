"""Transfers through the service's door on a real database: who may give what, and two members who give at once."""

import asyncio
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.test_integrity import check_everything

TRANSFER = "TransfersService/TransferPoints"


def giving(**changes: Any) -> dict[str, Any]:
    """A programme whose points are transferable, at most 500 at once."""
    body = programme()
    body["currencies"][0] |= {"transferable": True, "transferLimit": 500} | changes
    return body


@pytest.fixture(scope="module")
async def loyalty(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(giving()) as running:
        yield running


async def with_points(loyalty: Loyalty, points: int) -> str:
    """A new member who has points."""
    member = loyalty.new_member()
    body = {
        "memberId": member,
        "currency": "POINTS",
        "points": points,
        "reason": "TEST",
        "idempotencyKey": "opening",
    }
    assert (await loyalty.staff("PointsService/AdjustPoints", body)).status_code == 200
    return member


def transfer(giver: str, receiver: str, points: int, transfer_id: str = "t") -> dict[str, Any]:
    return {"fromMemberId": giver, "toMemberId": receiver, "points": points, "transferId": transfer_id}


async def as_member(loyalty: Loyalty, member: str, body: dict[str, Any]) -> httpx.Response:
    assertion = loyalty.assertion("member", member)
    return await loyalty.call(TRANSFER, body, headers={rpc.CALLER_HEADER: assertion})


async def test_a_member_gives_points_and_a_retry_gives_nothing(loyalty: Loyalty) -> None:
    giver, receiver = await with_points(loyalty, 100), loyalty.new_member()
    first = await as_member(loyalty, giver, transfer(giver, receiver, 40))
    again = await as_member(loyalty, giver, transfer(giver, receiver, 40))
    said = first.json()
    assert again.json() == said | {"replayed": True}
    assert (said["currency"], said["points"], said["balanceAfter"]) == ("POINTS", "40", "60")
    assert [entry["type"] for entry in await loyalty.entries(giver)][:2] == ["TRANSFER_OUT", "HOLD"]
    (received,) = await loyalty.entries(receiver)
    assert (received["type"], received["points"]) == ("TRANSFER_IN", "40")
    assert received["expiresAt"] == said["given"][0]["expiresAt"], "it expires when it would have"
    assert (await loyalty.balance(giver), await loyalty.balance(receiver)) == (
        {"available": 60, "pending": 0, "held": 0, "debt": 0},
        {"available": 40, "pending": 0, "held": 0, "debt": 0},
    )


async def test_both_sides_are_told(loyalty: Loyalty) -> None:
    giver, receiver = await with_points(loyalty, 100), loyalty.new_member()
    assert (await as_member(loyalty, giver, transfer(giver, receiver, 40))).status_code == 200
    assert "PointsTransferred" in await loyalty.told(giver)
    assert await loyalty.told(receiver) == ["PointsTransferred"]


async def test_only_the_giver_the_order_system_and_operations_give(loyalty: Loyalty) -> None:
    giver, receiver = await with_points(loyalty, 100), loyalty.new_member()
    body = transfer(giver, receiver, 10)
    answer = await as_member(loyalty, receiver, body)
    assert (answer.status_code, answer.json()["message"].split(":")[0]) == (403, "NOT_ALLOWED")
    assert (await loyalty.staff(TRANSFER, body, "program_admin")).status_code == 403
    assert (await loyalty.order_system(TRANSFER, body, "order_importer")).status_code == 403
    assert (await loyalty.balance(giver))["available"] == 100, "a denial changes nothing"
    assert (await loyalty.staff(TRANSFER, body, "operations")).status_code == 200
    body = transfer(giver, receiver, 10, "by the order system")
    assert (await loyalty.order_system(TRANSFER, body)).status_code == 200
    assert (await loyalty.balance(receiver))["available"] == 20


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"points": 0}, "POINTS_OUT_OF_RANGE"),
        ({"points": -1}, "POINTS_OUT_OF_RANGE"),
        ({"points": 2**60}, "POINTS_OUT_OF_RANGE"),
        ({"points": 501}, "TRANSFER_ABOVE_LIMIT"),
        ({"points": 101}, "NOT_ENOUGH_POINTS"),
        ({"currency": "GROWTH"}, "NOT_SPENDABLE"),
        ({"currency": "GOLD"}, "UNKNOWN_CURRENCY"),
        ({"toMemberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER"),
        ({"toMemberId": "somebody"}, "MALFORMED_ID"),
        ({"transferId": ""}, "MALFORMED_ID"),
        ({"programmeId": "other"}, "UNKNOWN_PROGRAMME"),
    ],
)
async def test_bad_transfer_is_refused_by_name_and_moves_nothing(
    loyalty: Loyalty, changes: dict[str, Any], code: str
) -> None:
    giver = await with_points(loyalty, 100)
    answer = await loyalty.order_system(TRANSFER, transfer(giver, loyalty.new_member(), 10) | changes)
    assert answer.json()["message"].split(":")[0] == code, answer.text
    assert len(await loyalty.entries(giver)) == 1


async def test_nobody_gives_to_oneself(loyalty: Loyalty) -> None:
    giver = await with_points(loyalty, 100)
    answer = await loyalty.order_system(TRANSFER, transfer(giver, giver.upper(), 10))
    assert answer.json()["message"].split(":")[0] == "TRANSFER_TO_ONESELF"


async def test_a_declined_transfer_stays_declined_for_good(loyalty: Loyalty) -> None:
    giver, receiver = await with_points(loyalty, 30), loyalty.new_member()
    declined = await loyalty.order_system(TRANSFER, transfer(giver, receiver, 40))
    assert declined.json()["message"].startswith("NOT_ENOUGH_POINTS: 40 asked, 30 available, 0 held")
    body = {
        "memberId": giver,
        "currency": "POINTS",
        "points": 100,
        "reason": "TEST",
        "idempotencyKey": "more",
    }
    assert (await loyalty.staff("PointsService/AdjustPoints", body)).status_code == 200
    again = await loyalty.order_system(TRANSFER, transfer(giver, receiver, 40))
    assert again.json()["message"] == declined.json()["message"]
    assert (await loyalty.balance(receiver))["available"] == 0


async def test_members_who_give_to_each_other_at_once_through_two_services_lose_and_make_nothing(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    dice = random.Random(20261122)
    async with make_loyalty(urls=urls) as one, make_loyalty(urls=urls) as two:
        body = {"programme": giving(transferLimit=0), "makeDefault": True, "reason": "test"}
        assert (await one.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        members = [await with_points(one, 1_000) for _ in range(4)]
        bodies = [
            transfer(giver, receiver, dice.randrange(1, 300), f"t{nth}")
            for nth in range(150)
            for giver, receiver in [dice.sample(members, 2)]
        ]
        sent = [body for body in bodies for _ in range(dice.randint(1, 2))]
        dice.shuffle(sent)
        answers = await asyncio.gather(*(dice.choice((one, two)).order_system(TRANSFER, b) for b in sent))
        balances = dict.fromkeys(members, 1_000)
        first: dict[str, bool] = {}
        for body, answer in zip(sent, answers, strict=True):
            done = answer.status_code == 200
            assert done or "NOT_ENOUGH_POINTS" in answer.text, answer.text
            assert first.setdefault(body["transferId"], done) == done, "a retry is answered as the first was"
            if done and not answer.json().get("replayed"):
                balances[body["fromMemberId"]] -= body["points"]
                balances[body["toMemberId"]] += body["points"]
        assert {member: (await one.balance(member))["available"] for member in members} == balances
        assert sum(balances.values()) == 4_000
        await check_everything(one)
