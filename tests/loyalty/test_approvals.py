"""Adjustments that want a second pair of eyes: nothing moves before it looked, and once after that."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from services.kit import rpc
from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.test_integrity import check_everything

ADJUST = "PointsService/AdjustPoints"
APPROVE, REJECT = "AdjustmentsService/ApproveAdjustment", "AdjustmentsService/RejectAdjustment"
LIST = "AdjustmentsService/ListAdjustmentRequests"


def watched(**changes: Any) -> dict[str, Any]:
    """A programme in which one person adjusts by 100 points at the most."""
    body = programme()
    body["currencies"][0] |= {"approvalAbove": 100} | changes
    return body


@pytest.fixture(scope="module")
async def loyalty(make_loyalty: Any) -> AsyncIterator[Loyalty]:
    async with make_loyalty(watched()) as running:
        yield running


async def staff(loyalty: Loyalty, who: str, method: str, body: dict[str, Any], *roles: str) -> httpx.Response:
    assertion = loyalty.assertion("staff", who, *(roles or ("operations",)))
    return await loyalty.call(method, body, headers={rpc.CALLER_HEADER: assertion})


def adjustment(member: str, points: int, key: str = "k") -> dict[str, Any]:
    return {
        "memberId": member,
        "currency": "POINTS",
        "points": points,
        "reason": "GOODWILL",
        "idempotencyKey": key,
    }


async def ask(loyalty: Loyalty, member: str, points: int, key: str = "k") -> str:
    """An adjustment that ada asks for; its request id."""
    answer = await staff(loyalty, "ada", ADJUST, adjustment(member, points, key))
    assert answer.json()["status"] == "ADJUSTMENT_STATUS_WAITING_FOR_APPROVAL", answer.text
    request_id: str = answer.json()["requestId"]
    return request_id


def deciding(request_id: str, reason: str = "CHECKED") -> dict[str, Any]:
    return {"requestId": request_id, "reason": reason}


async def state(loyalty: Loyalty, request_id: str) -> str:
    (row,) = await loyalty.sql("SELECT state FROM adjustment_requests WHERE request_id = $1", request_id)
    found: str = row["state"]
    return found


async def available(loyalty: Loyalty, member: str) -> int:
    return (await loyalty.balance(member))["available"]


async def test_a_small_adjustment_is_posted_at_once(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    answer = await staff(loyalty, "ada", ADJUST, adjustment(member, 100))
    assert answer.json()["status"] == "ADJUSTMENT_STATUS_POSTED"
    assert "requestId" not in answer.json()
    assert await available(loyalty, member) == 100


async def test_a_large_adjustment_waits_until_another_person_approves_it(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 101)
    assert await available(loyalty, member) == 0
    answer = await staff(loyalty, "bob", APPROVE, deciding(request_id))
    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert (said["balanceAfter"], said["request"]["decidedBy"]) == ("101", "staff:bob")
    (entry,) = await loyalty.entries(member)
    assert (entry["entryId"], entry["actor"], entry["reason"]) == (said["entryId"], "staff:ada", "GOODWILL")
    again = await staff(loyalty, "cid", APPROVE, deciding(request_id))
    assert again.json() == said | {"replayed": True}
    assert await available(loyalty, member) == 101


async def test_the_same_key_gets_the_same_answer(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 500)
    again = await staff(loyalty, "ada", ADJUST, adjustment(member, 500))
    assert (again.json()["requestId"], again.json()["replayed"]) == (request_id, True)
    for points in (501, 50):
        reused = await staff(loyalty, "ada", ADJUST, adjustment(member, points))
        assert reused.json()["message"].split(":")[0] == "IDEMPOTENCY_KEY_REUSED"
    await staff(loyalty, "bob", APPROVE, deciding(request_id))
    again = await staff(loyalty, "ada", ADJUST, adjustment(member, 500))
    assert again.json()["requestId"] == request_id, "and once approved it is not posted a second time"
    assert await available(loyalty, member) == 500


async def test_concurrent_requests_under_one_key_are_one(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    assert len(set(await asyncio.gather(*(ask(loyalty, member, 500) for _ in range(10))))) == 1


async def test_nobody_approves_or_rejects_what_they_asked_for(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 500)
    for method in (APPROVE, REJECT):
        answer = await staff(loyalty, "ada", method, deciding(request_id), "operations", "program_admin")
        assert (answer.status_code, answer.json()["message"].split(":")[0]) == (403, "SECOND_PERSON_NEEDED")
    assert (await available(loyalty, member), await state(loyalty, request_id)) == (0, "WAITING")


async def test_a_rejected_adjustment_is_never_posted(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 500)
    rejected = await staff(loyalty, "bob", REJECT, deciding(request_id, "NO_GROUNDS"))
    assert rejected.json()["request"]["state"] == "ADJUSTMENT_REQUEST_STATE_REJECTED"
    assert (await staff(loyalty, "cid", REJECT, deciding(request_id, "NO"))).json() == rejected.json() | {
        "replayed": True
    }
    answer = await staff(loyalty, "bob", APPROVE, deciding(request_id))
    assert (answer.status_code, answer.json()["message"].split(":")[0]) == (409, "ADJUSTMENT_DECIDED")
    assert await available(loyalty, member) == 0


async def test_what_the_ledger_declines_waits_again(make_loyalty: Any) -> None:
    async with make_loyalty(watched(negativePolicy="NEGATIVE_POLICY_REFUSE")) as loyalty:
        member = loyalty.new_member()
        request_id = await ask(loyalty, member, -500)
        declined = await staff(loyalty, "bob", APPROVE, deciding(request_id))
        assert declined.json()["message"].startswith("NOT_ENOUGH_POINTS: 500 asked, 0 available")
        assert await state(loyalty, request_id) == "WAITING"
        credit = await ask(loyalty, member, 600, "credit")
        assert (await staff(loyalty, "bob", APPROVE, deciding(credit))).status_code == 200
        assert (await staff(loyalty, "bob", APPROVE, deciding(request_id))).status_code == 200
        assert await available(loyalty, member) == 100
        assert (await staff(loyalty, "bob", REJECT, deciding(request_id))).status_code == 409


async def test_many_approvers_at_once_post_once(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 500)
    answers = await asyncio.gather(
        *(staff(loyalty, f"approver-{nth}", APPROVE, deciding(request_id)) for nth in range(8))
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["entryId"] for answer in answers}) == 1
    assert (await available(loyalty, member), await state(loyalty, request_id)) == (500, "APPROVED")


async def test_approvers_and_rejecters_at_once_agree_on_one_effect(make_loyalty: Any) -> None:
    async with make_loyalty(watched()) as loyalty:
        members = [loyalty.new_member() for _ in range(15)]
        requests = [await ask(loyalty, member, 500) for member in members]
        asked = [
            (request_id, f"person-{nth}", method)
            for nth in range(3)
            for request_id in requests
            for method in (APPROVE, REJECT)
        ]
        answers = await asyncio.gather(
            *(staff(loyalty, who, method, deciding(request_id)) for request_id, who, method in asked)
        )
        said: dict[str, set[str]] = {request_id: set() for request_id in requests}
        for (request_id, _, method), answer in zip(asked, answers, strict=True):
            if answer.status_code == 200:
                said[request_id].add("APPROVED" if method == APPROVE else "REJECTED")
        balances = [await available(loyalty, member) for member in members]
        states = [await state(loyalty, request_id) for request_id in requests]
        assert [said[request_id] for request_id in requests] == [{found} for found in states]
        assert balances == [500 if found == "APPROVED" else 0 for found in states]
        await check_everything(loyalty)


async def test_a_crash_between_claim_and_ledger_is_healed_by_approving_again(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 500)
    claim = "UPDATE adjustment_requests SET state = 'APPROVING', decided_by = 'staff:bob', decided_at = now()"
    await loyalty.sql(f"{claim} WHERE request_id = $1", request_id)
    rejected = await staff(loyalty, "cid", REJECT, deciding(request_id))
    assert rejected.json()["message"].split(":")[0] == "ADJUSTMENT_DECIDED", "it may be posted by now"
    assert (await staff(loyalty, "cid", APPROVE, deciding(request_id))).status_code == 200
    assert (await available(loyalty, member), await state(loyalty, request_id)) == (500, "APPROVED")


async def test_a_crash_between_ledger_and_settling_is_healed_by_approving_again(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 500)
    assert (await staff(loyalty, "bob", APPROVE, deciding(request_id))).status_code == 200
    await loyalty.sql("UPDATE adjustment_requests SET state = 'APPROVING' WHERE request_id = $1", request_id)
    assert (await staff(loyalty, "bob", APPROVE, deciding(request_id))).status_code == 200
    assert (await available(loyalty, member), await state(loyalty, request_id)) == (500, "APPROVED")


async def test_requests_are_listed_newest_first_in_pages_and_by_state(make_loyalty: Any) -> None:
    async with make_loyalty(watched()) as loyalty:
        member = loyalty.new_member()
        requests = [await ask(loyalty, member, 200 + nth, f"k{nth}") for nth in range(5)]
        await staff(loyalty, "bob", REJECT, deciding(requests[1]))

        async def page(**asked: Any) -> tuple[list[str], bool]:
            answer = (await staff(loyalty, "eve", LIST, {"first": 2} | asked, "auditor")).json()
            found = [request["requestId"] for request in answer.get("requests", [])]
            return found, answer.get("hasNextPage", False)

        assert await page() == ([requests[4], requests[3]], True)
        assert await page(after=requests[3]) == ([requests[2], requests[1]], True)
        assert await page(after=requests[1]) == ([requests[0]], False)
        waiting = "ADJUSTMENT_REQUEST_STATE_WAITING"
        assert await page(after=requests[3], state=waiting) == ([requests[2], requests[0]], False)
        answer = await staff(loyalty, "eve", LIST, {"first": 101})
        assert answer.json()["message"].split(":")[0] == "PAGE_NOT_UNDERSTOOD"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (deciding("none"), "MALFORMED_ID"),
        (deciding(str(uuid4())), "UNKNOWN_ADJUSTMENT_REQUEST"),
        (deciding(str(uuid4()), ""), "REASON_CODE_NOT_VALID"),
    ],
)
async def test_bad_decision_is_refused_by_name(loyalty: Loyalty, body: dict[str, Any], code: str) -> None:
    for method in (APPROVE, REJECT):
        assert (await staff(loyalty, "bob", method, body)).json()["message"].split(":")[0] == code


async def test_only_operations_and_program_admins_decide(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    request_id = await ask(loyalty, member, 500)
    for method in (APPROVE, REJECT):
        answer = await staff(loyalty, "eve", method, deciding(request_id), "auditor", "support")
        assert answer.status_code == 403
        assert (await loyalty.order_system(method, deciding(request_id))).status_code == 403
    assert (await staff(loyalty, "eve", LIST, {"first": 1}, "support")).status_code == 403
    assert await state(loyalty, request_id) == "WAITING"


async def test_what_was_asked_for_is_never_rewritten(loyalty: Loyalty) -> None:
    await ask(loyalty, loyalty.new_member(), 500)
    connection = await asyncpg.connect(loyalty.database)
    try:
        for change in ("UPDATE adjustment_requests SET points = 1", "DELETE FROM adjustment_requests"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(change)
    finally:
        await connection.close()
