"""Forfeits through the service's door on a real database."""

import asyncio
from typing import Any

import pytest

from services.kit import rpc
from tests.loyalty.conftest import CALLED_BY_MEMBERS_KEY, Loyalty, order
from tests.loyalty.test_integrity import check_everything

FORFEIT = "ForfeitsService/ForfeitPoints"


def closing(member: str, **changes: Any) -> dict[str, Any]:
    return {"memberId": member, "forfeitId": "closed", "reason": "CLOSED"} | changes


async def with_points(loyalty: Loyalty, points: int) -> str:
    member = loyalty.new_member()
    answer = await loyalty.order_system("OrdersService/RecordOrder", order(member, points * 100))
    assert answer.status_code == 200, answer.text
    return member


async def test_a_closed_membership_forfeits_what_is_available_and_held(loyalty: Loyalty) -> None:
    member = await with_points(loyalty, 100)
    hold = {"memberId": member, "points": 30, "holdId": "h"}
    assert (await loyalty.order_system("RedemptionsService/HoldPoints", hold)).status_code == 200
    first = await loyalty.staff(FORFEIT, closing(member), "operations")
    assert first.status_code == 200, first.text
    points = next(p for p in first.json()["forfeited"] if p["currency"] == "POINTS")
    assert points == {"currency": "POINTS", "available": "100", "released": "30"}
    assert await loyalty.balance(member) == {"available": 0, "pending": 0, "held": 0, "debt": 0}
    found = await loyalty.order_system("RedemptionsService/GetHold", {"memberId": member, "holdId": "h"})
    assert found.json()["hold"]["state"] == "HOLD_STATE_RELEASED"
    assert (await loyalty.staff(FORFEIT, closing(member))).json() == first.json() | {"replayed": True}
    assert {"HoldReleased", "PointsForfeited"} <= set(await loyalty.told(member))


async def test_nothing_to_forfeit_is_declined_for_good(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    for _ in range(2):
        answer = await loyalty.staff(FORFEIT, closing(member))
        assert answer.json()["message"].split(":")[0] == "NOTHING_TO_FORFEIT"
        body = order(member, 1_000)
        assert (await loyalty.order_system("OrdersService/RecordOrder", body)).status_code == 200
    assert (await loyalty.balance(member))["available"] == 20


async def test_one_forfeit_sent_many_times_at_once_with_spending_takes_each_point_once(
    make_loyalty: Any,
) -> None:
    async with make_loyalty() as loyalty:
        member = await with_points(loyalty, 100)
        spending = [
            loyalty.order_system(
                "RedemptionsService/RedeemPoints",
                {"memberId": member, "points": 10, "redemptionId": f"r{nth}"},
            )
            for nth in range(8)
        ]
        closings = [loyalty.staff(FORFEIT, closing(member)) for _ in range(4)]
        answers = await asyncio.gather(*spending, *closings)
        spent = 10 * sum(answer.status_code == 200 for answer in answers[:8])
        said = {answer.json()["forfeited"][0]["available"] for answer in answers[8:]}
        assert said == {str(100 - spent)}
        assert (await loyalty.balance(member))["available"] == 0
        await check_everything(loyalty)


async def test_only_operations_and_the_members_service_forfeit(loyalty: Loyalty) -> None:
    member = await with_points(loyalty, 100)
    assert (await loyalty.staff(FORFEIT, closing(member), "program_admin", "support")).status_code == 403
    assert (await loyalty.order_system(FORFEIT, closing(member))).status_code == 403
    assert (await loyalty.balance(member))["available"] == 100, "a denial changes nothing"
    signer = rpc.CallerSigner("members", {"loyalty": CALLED_BY_MEMBERS_KEY})
    itself = signer.sign("loyalty", rpc.Caller(rpc.CallerKind.SERVICE, "members"))
    answer = await loyalty.call(FORFEIT, closing(member), headers={rpc.CALLER_HEADER: itself})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"forfeitId": ""}, "MALFORMED_ID"),
        ({"reason": "no code"}, "REASON_CODE_NOT_VALID"),
        ({"memberId": "00000000-0000-4000-8000-000000000000"}, "UNKNOWN_MEMBER"),
        ({"programmeId": "other"}, "UNKNOWN_PROGRAMME"),
    ],
)
async def test_bad_forfeit_is_refused_by_name(loyalty: Loyalty, changes: dict[str, Any], code: str) -> None:
    answer = await loyalty.staff(FORFEIT, closing(loyalty.new_member()) | changes)
    assert answer.json()["message"].split(":")[0] == code
