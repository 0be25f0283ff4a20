"""How memberships end, through both schemas: what is asked of the members service, and what is shown of it."""

import pytest
from huiyuan.members.v1 import erasures_pb2, statuses_pb2

from tests.gateway.gateway_client import Gateway

ONE = "5f0d6e0a-0000-4000-8000-000000000001"
CHANGE = "mutation($input: ChangeStatusInput!) {{ {0}(input: $input) {{ status closesAt userErrors {{ code }} }} }}"
REQUEST = """mutation($input: RequestErasureInput!) {
  requestErasure(input: $input) { erasure { id trigger completedAt } userErrors { code } }
}"""
CLOSES_AT = "2026-02-09T02:40:00Z"


async def test_a_member_closes_the_account_and_takes_it_back(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    document = "mutation { closeAccount { status closesAt userErrors { code } } cancelClosing { status } }"
    answer = await gateway.ask(document, token)
    assert answer["data"] == {
        "closeAccount": {"status": "CLOSING", "closesAt": CLOSES_AT, "userErrors": []},
        "cancelClosing": {"status": "ACTIVE"},
    }
    assert [request for _, request in gateway.services.requests] == [
        statuses_pb2.CloseMemberRequest(member_id=member_id),
        statuses_pb2.CancelClosingRequest(member_id=member_id),
    ]


@pytest.mark.parametrize(
    ("mutation", "status"),
    [("freezeMember", "FROZEN"), ("unfreezeMember", "ACTIVE"), ("cancelClosing", "ACTIVE")],
)
async def test_staff_change_a_status_with_a_reason_that_the_audit_keeps(
    gateway: Gateway, mutation: str, status: str
) -> None:
    body = {"memberId": ONE, "reason": "chargeback 81"}
    answer = await gateway.admin(CHANGE.format(mutation), "support", variables={"input": body})
    assert answer["data"][mutation] == {"status": status, "closesAt": None, "userErrors": []}
    page = "{ adminActions(first: 1) { nodes { operation phase subject reason } } }"
    (row,) = (await gateway.admin(page, "auditor"))["data"]["adminActions"]["nodes"]
    assert row == {
        "operation": mutation,
        "phase": "SUCCEEDED",
        "subject": {"memberId": ONE},
        "reason": "chargeback 81",
    }


async def test_the_privacy_officer_asks_for_an_erasure_and_sees_each_stores_proof(gateway: Gateway) -> None:
    body = {"memberId": ONE, "trigger": "STAFF", "reason": "letter 12"}
    asked = await gateway.admin(REQUEST, "privacy_officer", variables={"input": body})
    payload = asked["data"]["requestErasure"]
    assert (payload["erasure"]["trigger"], payload["erasure"]["completedAt"]) == ("STAFF", None)
    assert gateway.services.requests[-1][1] == erasures_pb2.RequestErasureRequest(
        member_id=ONE, trigger=erasures_pb2.ERASURE_TRIGGER_STAFF, reason="letter 12"
    )
    shown = await gateway.admin(
        "{ erasures(first: 5) { nodes { stores { store provedAt proof { table action rows } } } } }",
        "auditor",
    )
    (erasure,) = shown["data"]["erasures"]["nodes"]
    assert [(one["store"], one["proof"]) for one in erasure["stores"]] == [
        ("member_keys", [{"table": "keys", "action": "DELETED", "rows": 2}]),
        ("consent", []),
    ]


async def test_the_retention_report_says_what_the_next_run_would_find(gateway: Gateway) -> None:
    shown = await gateway.admin(
        "{ retention { category periodDays action due lastRunAt } }", "privacy_officer"
    )
    assert shown["data"]["retention"] == [
        {"category": "access_log", "periodDays": 1095, "action": "DELETE", "due": 7, "lastRunAt": None},
        {"category": "inactive_members", "periodDays": None, "action": "ERASE", "due": 0, "lastRunAt": None},
    ]
