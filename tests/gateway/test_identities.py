"""Identities, codes and merges through the gateway's fields, for members and for staff."""

from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import links_pb2, verifications_pb2

from gateway.documents import manifest
from services.kit.refusal import Conflict, Declined, Unavailable
from tests.gateway import answers
from tests.gateway.gateway_client import Gateway, code

STOREFRONT = manifest.texts(manifest.STOREFRONT_EXAMPLES)
ADMIN = manifest.texts(manifest.ADMIN_EXAMPLES)
ONE = "5f0d6e0a-0000-4000-8000-000000000001"
PHONE = kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_PHONE, value="13900001234")


class CodeWrong(Declined):
    """As the members service says it."""


class IdentityAlreadyTaken(Conflict):
    """As the members service says it."""


class CodesNotSent(Unavailable):
    """As the members service says it."""


async def test_a_member_sees_what_they_are_known_by(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    answer = await gateway.ask(STOREFRONT["identities"], token)
    assert answer["data"]["me"]["identities"] == [
        {
            "id": "0123456789abcdef0123456789abcdef",
            "kind": "PHONE",
            "scope": None,
            "valueMasked": "139****0001",
            "verified": True,
            "linkedAt": "2025-01-01T00:00:00Z",
            "verifiedAt": "2026-01-01T00:00:00Z",
            "source": "CODE",
            "memberId": member_id,
        }
    ]


async def test_a_member_asks_for_a_code_from_somewhere_and_confirms_it(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    body = {"kind": "PHONE", "value": "13900001234"}
    answer = await gateway.ask(STOREFRONT["request_verification_code"], token, variables={"input": body})
    sent = answer["data"]["requestVerificationCode"]
    assert (sent["verificationId"], sent["resendAt"]) == (
        answers.CODE_SENT.verification_id,
        "2026-02-01T00:00:00Z",
    )
    caller, request = gateway.services.requests[-1]
    assert caller.actor == f"member:{member_id}"
    assert request == verifications_pb2.RequestVerificationCodeRequest(
        identity=PHONE, member_id=member_id, client_address="127.0.0.1", language="zh"
    )
    confirming = {**body, "verificationId": sent["verificationId"], "code": "123456"}
    answer = await gateway.ask(
        STOREFRONT["confirm_verification_code"], token, variables={"input": confirming}
    )
    proven = answer["data"]["confirmVerificationCode"]
    assert (proven["outcome"], proven["identity"]["verified"], proven["choices"]) == ("VERIFIED", True, [])


async def test_what_another_holds_may_be_claimed(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    asked = {"verificationId": answers.CODE_SENT.verification_id, "kind": "PHONE", "value": "13900001234"}
    answer = await gateway.ask(
        STOREFRONT["confirm_verification_code"], token, variables={"input": {**asked, "code": "654321"}}
    )
    held = answer["data"]["confirmVerificationCode"]
    assert (held["outcome"], held["choices"]) == ("HELD_BY_ANOTHER", ["DETACH", "MERGE"])
    for choice, merged in (("DETACH", False), ("MERGE", True)):
        answer = await gateway.ask(
            STOREFRONT["claim_identity"], token, variables={"input": {**asked, "choice": choice}}
        )
        claimed = answer["data"]["claimIdentity"]
        assert (claimed["merged"], claimed["identity"] is None) == (merged, merged)
        _, request = gateway.services.requests[-1]
        assert (request.member_id, request.identity) == (member_id, PHONE)


async def test_refusals_about_codes_are_data_and_an_absent_sender_is_an_error(gateway: Gateway) -> None:
    _, token = gateway.join()
    body = {
        "verificationId": answers.CODE_SENT.verification_id,
        "kind": "PHONE",
        "value": "13900001234",
        "code": "1",
    }
    gateway.services.refusal = CodeWrong("no", field="code", attempts_left=3)
    answer = await gateway.ask(STOREFRONT["confirm_verification_code"], token, variables={"input": body})
    (error,) = answer["data"]["confirmVerificationCode"]["userErrors"]
    assert (error["code"], error["message"]) == ("CODE_WRONG", "验证码不正确。")
    assert error["facts"] == [{"name": "attemptsLeft", "value": "3"}]
    gateway.services.refusal = CodesNotSent("away")
    asked = {"kind": "PHONE", "value": "13900001234"}
    answer = await gateway.ask(STOREFRONT["request_verification_code"], token, variables={"input": asked})
    assert code(answer) == "CODES_NOT_SENT"


async def test_nobody_asks_for_codes_without_signing_in(gateway: Gateway) -> None:
    body = {"kind": "PHONE", "value": "13900001234"}
    answer = await gateway.ask(STOREFRONT["request_verification_code"], variables={"input": body})
    assert code(answer) == "UNAUTHENTICATED"
    assert gateway.services.requests == []


async def test_a_member_unlinks_in_nobodys_name_but_their_own(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    body = {"identityId": answers.LINKED.identity_id}
    answer = await gateway.ask(STOREFRONT["unlink_identity"], token, variables={"input": body})
    assert answer["data"]["unlinkIdentity"]["member"] == {"id": member_id}
    assert gateway.services.requests[-1][1] == links_pb2.UnlinkIdentityRequest(
        member_id=member_id, identity_id=answers.LINKED.identity_id
    )


async def test_staff_link_unlink_and_detach_and_the_audit_holds_no_value(gateway: Gateway) -> None:
    link = {
        "memberId": ONE,
        "kind": "PHONE",
        "value": "13900001234",
        "verified": True,
        "reason": "shown at the counter",
    }
    unlink = {"memberId": ONE, "identityId": answers.LINKED.identity_id, "reason": "asked for it"}
    detach = {"kind": "PHONE", "value": "13900001234", "reason": "new holder"}
    for document, body in (("link_identity", link), ("unlink_identity", unlink), ("detach_identity", detach)):
        answer = await gateway.admin(ADMIN[document], "operations", variables={"input": body})
        (payload,) = answer["data"].values()
        assert payload["userErrors"] == []
    assert [type(request).__name__ for _, request in gateway.services.requests] == [
        "LinkIdentityRequest",
        "UnlinkIdentityRequest",
        "DetachIdentityRequest",
    ]
    audit = await gateway.admin(ADMIN["admin_actions"], "auditor", variables={"first": 20})
    assert "detachIdentity" in str(audit)
    assert "13900001234" not in str(audit)
    gateway.services.refusal = IdentityAlreadyTaken("taken", field="identity")
    answer = await gateway.admin(ADMIN["link_identity"], "support", variables={"input": link})
    (error,) = answer["data"]["linkIdentity"]["userErrors"]
    assert (error["code"], error["field"]) == ("IDENTITY_ALREADY_TAKEN", ["input", "value"])
    gateway.services.refusal = IdentityAlreadyTaken("taken", field="identity.scope")
    answer = await gateway.admin(ADMIN["link_identity"], "support", variables={"input": link})
    assert answer["data"]["linkIdentity"]["userErrors"][0]["field"] == ["input", "scope"]


async def test_staff_see_merges_with_who_followed(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    answer = await gateway.admin(ADMIN["member_identities"], "support", variables={"id": member_id})
    (merge,) = answer["data"]["member"]["merges"]
    assert (merge["cause"], merge["followers"][0]["mergedAt"]) == ("STAFF", "2026-02-01T00:00:00Z")
    variables = {"fromMemberId": ONE, "mergeId": "m"}
    answer = await gateway.admin(ADMIN["member_merge"], "auditor", variables=variables)
    assert answer["data"]["memberMerge"] == merge
    answer = await gateway.admin(
        ADMIN["member_merge"], "auditor", variables={**variables, "mergeId": "other"}
    )
    assert answer["data"]["memberMerge"] is None
