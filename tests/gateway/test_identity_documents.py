"""Identity documents at the gateway's door: shown to whom they may be, and in the audit by nothing but ids."""

import asyncpg

from infra.local.databases import DatabaseUrls
from tests.gateway.gateway_client import Gateway
from tests.gateway.wire_documents import NUMBER

MEMBER = "5f0d6e0a-0000-4000-8000-000000000001"
SET = "mutation($i:SetIdentityDocumentInput!){setIdentityDocument(input:$i){onFile{kind setAt} userErrors{code}}}"
REVEAL = (
    "mutation($i:RevealIdentityDocumentInput!){revealIdentityDocument(input:$i)"
    "{document{kind number issuingCountry name} accessId userErrors{code}}}"
)
ASKED = {
    "memberId": MEMBER,
    "kind": "RESIDENT_ID",
    "number": NUMBER,
    "name": "王小明",
    "purpose": "real_name",
    "reason": "flight booking",
}


async def test_document_is_put_and_shown_and_the_audit_holds_ids_alone(
    gateway: Gateway, database: DatabaseUrls
) -> None:
    put = await gateway.admin(SET, variables={"i": ASKED})
    on_file = {"kind": "RESIDENT_ID", "setAt": "2026-11-22T08:00:00Z"}
    assert put["data"]["setIdentityDocument"] == {"onFile": on_file, "userErrors": []}
    [(_, sent)] = gateway.services.requests
    assert (sent.document.number, sent.document.issuing_country, sent.purpose) == (NUMBER, "CN", "real_name")
    asked = {name: ASKED[name] for name in ("memberId", "purpose", "reason")}
    shown = (await gateway.admin(REVEAL, variables={"i": asked}))["data"]["revealIdentityDocument"]
    assert shown["document"]["number"] == NUMBER
    assert shown["accessId"] == "access-1"
    rows = await asyncpg.connect(database.owner)
    try:
        kept = await rows.fetch(
            "SELECT t::text FROM admin_actions AS t WHERE subject ->> 'memberId' = $1", MEMBER
        )
    finally:
        await rows.close()
    assert len(kept) >= 4
    assert not any(secret in row[0] for row in kept for secret in (NUMBER, "王小明"))


async def test_member_is_told_that_there_is_one_and_no_more(gateway: Gateway) -> None:
    _, member = gateway.join()
    answer = await gateway.ask("{me{identityDocument{kind setAt}}}", member)
    assert answer["data"]["me"]["identityDocument"]["kind"] == "RESIDENT_ID"
    answer = await gateway.ask("{me{identityDocument{number}}}", member)
    assert "number" in answer["errors"][0]["message"]
