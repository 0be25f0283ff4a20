"""Rights requests through the gateway: members ask in their own name, the officer decides, and the audit keeps why."""

import time
from typing import Any

from huiyuan.consent.v1 import rights_pb2

from services.kit.refusal import Invalid
from tests.gateway.gateway_client import STOREFRONT, Gateway
from tests.gateway.matrix import ONE

ASK = """mutation($input: AskRightInput!) {
  askRight(input: $input) { request { kind state dueSource proofs { count } } replayed userErrors { code field } }
}"""
REFUSE = """mutation($input: RefuseRightsRequestInput!) {
  refuseRightsRequest(input: $input) { request { id refusal { ground article remedy } } userErrors { code field } }
}"""


class RefusalNotReasoned(Invalid):
    """As the consent service says it."""


class EntryNotValid(Invalid):
    """As the consent service says it."""


async def test_a_member_asks_and_the_token_says_when_they_signed_in(gateway: Gateway) -> None:
    gateway.services.join(ONE)
    said = {"kind": "DELETE", "channel": "app", "idempotencyKey": "k"}
    signed_in = int(time.time()) - 30
    token = gateway.issuer.token(ONE, STOREFRONT, auth_time=signed_in)
    for sent_by, seconds in ((token, signed_in), (gateway.issuer.member(ONE), None)):
        answer = await gateway.ask(ASK, sent_by, variables={"input": said})
        payload = answer["data"]["askRight"]
        assert payload["userErrors"] == []
        assert payload["request"]["proofs"] == [{"count": 2**40}]
        caller, request = gateway.services.requests[-1]
        assert caller.id == request.member_id == ONE
        assert request.HasField("authenticated_at") == (seconds is not None)
        assert not seconds or request.authenticated_at.seconds == seconds


async def test_the_officer_refuses_with_reasons_and_the_audit_keeps_which_request(gateway: Gateway) -> None:
    said: dict[str, Any] = {
        "requestId": "5f0d6e0a-0000-4000-8000-0000000000b1",
        "refusal": {"ground": "RETENTION_BY_LAW", "article": "PIPL 47", "remedy": "Appeal."},
        "reason": "tax records",
    }
    answer = await gateway.admin(REFUSE, "privacy_officer", variables={"input": said})
    assert answer["data"]["refuseRightsRequest"]["userErrors"] == []
    [(_, request)] = gateway.services.requests
    assert request == rights_pb2.RefuseRightsRequestRequest(
        request_id=said["requestId"],
        refusal=rights_pb2.RightsRefusal(
            ground=rights_pb2.REFUSAL_GROUND_RETENTION_BY_LAW, article="PIPL 47", remedy="Appeal."
        ),
    )
    gateway.services.refusal = RefusalNotReasoned("say what now (PIPL 50)", field="refusal.remedy")
    answer = await gateway.admin(REFUSE, "privacy_officer", variables={"input": said})
    [error] = answer["data"]["refuseRightsRequest"]["userErrors"]
    assert error == {"code": "REFUSAL_NOT_REASONED", "field": ["input", "refusal", "remedy"]}
    look = "{ adminActions(first: 1) { nodes { operation subject outcomeCode } } }"
    [row] = (await gateway.admin(look, "privacy_officer"))["data"]["adminActions"]["nodes"]
    assert row == {
        "operation": "refuseRightsRequest",
        "subject": {"requestId": said["requestId"]},
        "outcomeCode": "REFUSAL_NOT_REASONED",
    }


async def test_a_guardian_gives_for_the_child_by_its_id_and_signs_where_it_must(gateway: Gateway) -> None:
    gateway.services.join(ONE)
    child = "5f0d6e0a-0000-4000-8000-0000000000c1"
    document = {"digest": "ab" * 32, "mediaType": "application/pdf", "reference": "archive/12"}
    said = {
        "purposes": ["faces"],
        "noticeId": "faces.zh.1",
        "noticeDigest": "cd" * 32,
        "affirmativeAct": True,
        "channel": "app",
        "idempotencyKey": "k",
        "childId": child,
        "signedDocument": document,
    }
    text = "mutation($input: GiveConsentInput!) { giveConsent(input: $input) { userErrors { code } } }"
    answer = await gateway.ask(text, gateway.issuer.member(ONE), variables={"input": said})
    assert answer["data"]["giveConsent"]["userErrors"] == []
    [(caller, request)] = gateway.services.requests
    assert (caller.id, request.member_id) == (ONE, child)
    assert request.signed_document.reference == "archive/12"


async def test_a_breach_is_opened_by_the_officer_and_seen_by_the_auditor(gateway: Gateway) -> None:
    text = "mutation($i: OpenBreachInput!) { openBreach(input: $i) { breach { affectedMembers } userErrors { code } } }"
    said = {
        "id": "breach-1",
        "foundAt": "2026-01-01T00:00:00Z",
        "categories": ["phone"],
        "cause": "lost_laptop",
        "reason": "reported by the police",
    }
    answer = await gateway.admin(text, "privacy_officer", variables={"i": said})
    assert answer["data"]["openBreach"] == {"breach": {"affectedMembers": 2**40}, "userErrors": []}
    [(_, request)] = gateway.services.requests
    assert (request.breach_id, list(request.categories), request.cause) == (
        "breach-1",
        ["phone"],
        "lost_laptop",
    )
    complaint = "breach_id takes an id of up to 100 characters"
    gateway.services.refusal = EntryNotValid(complaint, field="breach_id")
    text = "mutation($i: OpenBreachInput!) { openBreach(input: $i) { userErrors { field message } } }"
    answer = await gateway.admin(
        text, "privacy_officer", variables={"i": said}, headers={"accept-language": "en"}
    )
    assert answer["data"]["openBreach"]["userErrors"] == [
        {"field": ["input", "id"], "message": "takes an id of up to 100 characters"}
    ], "by the name that the input has"
    seen = await gateway.admin("{ breaches { id overdue notices { kind } } }", "auditor")
    assert seen["data"]["breaches"] == [
        {"id": "breach-1", "overdue": False, "notices": [{"kind": "AUTHORITY"}]}
    ]
