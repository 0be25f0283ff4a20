"""Points that move between members, and the second pair of eyes, through the gateway's mutations."""

import pytest
from huiyuan.loyalty.v1 import adjustments_pb2, forfeits_pb2, transfers_pb2
from huiyuan.members.v1 import merges_pb2

from gateway.documents import manifest
from services.kit.refusal import Declined, Forbidden
from tests.gateway import answers
from tests.gateway.gateway_client import Gateway, code

STOREFRONT = manifest.texts(manifest.STOREFRONT_EXAMPLES)
ADMIN = manifest.texts(manifest.ADMIN_EXAMPLES)
ONE, OTHER = "5f0d6e0a-0000-4000-8000-000000000001", "5f0d6e0a-0000-4000-8000-000000000002"


class TransferAboveLimit(Declined):
    """As the loyalty service says it."""


class SecondPersonNeeded(Forbidden):
    """As the loyalty service says it."""


async def test_a_member_gives_points_in_nobodys_name_but_their_own(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    body = {"toMemberId": OTHER, "points": 120, "transferId": "present-1"}
    answer = await gateway.ask(STOREFRONT["transfer_points"], token, variables={"input": body})
    payload = answer["data"]["transferPoints"]
    assert (payload["transfer"]["points"], payload["transfer"]["balanceAfter"], payload["replayed"]) == (
        120,
        5,
        False,
    )
    assert payload["transfer"]["given"][0] == {"points": 20, "expiresAt": "2027-01-31T00:00:00Z"}
    caller, request = gateway.services.requests[-1]
    assert caller.actor == f"member:{member_id}"
    assert request == transfers_pb2.TransferPointsRequest(
        from_member_id=member_id, to_member_id=OTHER, points=120, transfer_id="present-1"
    )


async def test_a_transfer_above_the_limit_is_data_with_its_numbers(gateway: Gateway) -> None:
    _, token = gateway.join()
    gateway.services.refusal = TransferAboveLimit("too many", field="points", asked=900, most=500)
    body = {"toMemberId": OTHER, "points": 900, "transferId": "present-2"}
    answer = await gateway.ask(STOREFRONT["transfer_points"], token, variables={"input": body})
    (error,) = answer["data"]["transferPoints"]["userErrors"]
    assert (error["code"], error["field"], error["message"]) == (
        "TRANSFER_ABOVE_LIMIT",
        ["input", "points"],
        "超过了单次可转赠的积分数。",
    )
    assert error["facts"] == [{"name": "asked", "value": "900"}, {"name": "most", "value": "500"}]


async def test_nobody_gives_without_signing_in(gateway: Gateway) -> None:
    body = {"toMemberId": OTHER, "points": 1, "transferId": "t"}
    answer = await gateway.ask(STOREFRONT["transfer_points"], variables={"input": body})
    assert code(answer) == "UNAUTHENTICATED"
    assert gateway.services.requests == []


async def test_staff_transfer_merge_unmerge_and_forfeit(gateway: Gateway) -> None:
    async def ask(document: str, **body: object) -> object:
        answer = await gateway.admin(ADMIN[document], "operations", variables={"input": body})
        assert "errors" not in answer, answer
        (payload,) = answer["data"].values()
        assert payload["userErrors"] == []
        return payload

    given = await ask(
        "transfer_points", fromMemberId=ONE, toMemberId=OTHER, points=120, transferId="t", reason="FAMILY"
    )
    merged = await ask("merge_members", fromMemberId=ONE, intoMemberId=OTHER, mergeId="m", reason="SAME")
    undone = await ask("unmerge_members", fromMemberId=ONE, mergeId="m", reason="MISTAKE")
    forfeited = await ask("forfeit_points", memberId=ONE, forfeitId="f", reason="CLOSED")
    assert given["entryId"] == "entry-11"  # type: ignore[index]
    assert merged["merge"]["followers"] == [  # type: ignore[index]
        {"service": "loyalty", "mergedAt": "2026-02-01T00:00:00Z", "undoneAt": None},
        {"service": "consent", "mergedAt": None, "undoneAt": None},
    ]
    assert (undone["intoMemberId"], undone["replayed"]) == (OTHER, True)  # type: ignore[index]
    assert forfeited["forfeited"] == [  # type: ignore[index]
        {"currency": "POINTS", "available": 120, "pending": 30, "released": 20}
    ]
    assert [request for _, request in gateway.services.requests] == [
        transfers_pb2.TransferPointsRequest(
            from_member_id=ONE, to_member_id=OTHER, points=120, transfer_id="t"
        ),
        merges_pb2.MergeMembersRequest(from_member_id=ONE, into_member_id=OTHER, merge_id="m", reason="SAME"),
        merges_pb2.UndoMergeRequest(from_member_id=ONE, merge_id="m", reason="MISTAKE"),
        forfeits_pb2.ForfeitPointsRequest(member_id=ONE, forfeit_id="f", reason="CLOSED"),
    ]


@pytest.mark.parametrize(("points", "status"), [(5, "POSTED"), (5_000, "WAITING_FOR_APPROVAL")])
async def test_an_adjustment_says_whether_it_was_posted_or_waits(
    gateway: Gateway, points: int, status: str
) -> None:
    body = {
        "memberId": ONE,
        "currency": "POINTS",
        "points": points,
        "reason": "GOODWILL",
        "idempotencyKey": "k",
    }
    answer = await gateway.admin(ADMIN["adjust_points"], "operations", variables={"input": body})
    payload = answer["data"]["adjustPoints"]
    assert payload["status"] == status
    posted = ("entry-9", 220, None)
    waits = (None, None, answers.ADJUSTMENT_WAITS.request_id)
    told = (payload["entryId"], payload["balanceAfter"], payload["requestId"])
    assert told == (posted if status == "POSTED" else waits)


async def test_a_second_person_approves_or_rejects(gateway: Gateway) -> None:
    body = {"requestId": answers.REQUESTED.request_id, "reason": "CHECKED"}
    approved = await gateway.admin(ADMIN["approve_adjustment"], "program_admin", variables={"input": body})
    payload = approved["data"]["approveAdjustment"]
    assert (payload["entryId"], payload["balanceAfter"]) == ("entry-12", 5_120)
    assert payload["request"]["state"] == "APPROVED"
    assert payload["request"]["decidedAt"] == "2026-03-02T00:00:00Z"
    assert gateway.services.requests[-1][1] == adjustments_pb2.ApproveAdjustmentRequest(
        request_id=answers.REQUESTED.request_id, reason="CHECKED"
    )
    rejected = await gateway.admin(ADMIN["reject_adjustment"], "program_admin", variables={"input": body})
    assert rejected["data"]["rejectAdjustment"]["replayed"] is True
    gateway.services.refusal = SecondPersonNeeded("you asked for it", field="request_id")
    refused = await gateway.admin(ADMIN["approve_adjustment"], "operations", variables={"input": body})
    (error,) = refused["data"]["approveAdjustment"]["userErrors"]
    assert (error["code"], error["field"]) == ("SECOND_PERSON_NEEDED", ["input", "requestId"])


async def test_requests_are_paged_by_state(gateway: Gateway) -> None:
    variables = {"first": 1, "state": "WAITING"}
    answer = await gateway.admin(ADMIN["adjustment_requests"], "auditor", variables=variables)
    page = answer["data"]["adjustmentRequests"]
    (request,) = page["nodes"]
    assert (request["points"], request["requestedBy"], request["decidedBy"]) == (5_000, "staff:ops-1", None)
    assert page["pageInfo"]["hasNextPage"] is True
    more = {**variables, "after": page["pageInfo"]["endCursor"]}
    answer = await gateway.admin(ADMIN["adjustment_requests"], "auditor", variables=more)
    assert answer["data"]["adjustmentRequests"]["pageInfo"]["hasNextPage"] is False
    _, asked = gateway.services.requests[-1]
    assert asked == adjustments_pb2.ListAdjustmentRequestsRequest(
        state=adjustments_pb2.ADJUSTMENT_REQUEST_STATE_WAITING,
        first=1,
        after=answers.REQUESTED.request_id,
    )
