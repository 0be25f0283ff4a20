"""Written consent (PIPL 14, 29): a signed document, and nothing less; an altered one is found out."""

import hashlib

import pytest
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2

from tests.consent import factories
from tests.consent.service import OFFICER, SUPPORT, Consent, fresh, refused

PAPER = b"%PDF-1.7 signed by hand"


def document(content: bytes = PAPER, **changes: str) -> decisions_pb2.SignedDocument:
    said = {"media_type": "application/pdf", "reference": "archive/2026/12"}
    return decisions_pb2.SignedDocument(**{**said, "digest": hashlib.sha256(content).hexdigest(), **changes})


async def asked(consent: Consent, **changes: object) -> purposes_pb2.Notice:
    return await consent.ask(factories.purpose(fresh("faces"), **{"form": factories.WRITTEN, **changes}))


async def verified(
    consent: Consent, record_id: str, content: bytes
) -> decisions_pb2.VerifySignedDocumentResponse:
    request = decisions_pb2.VerifySignedDocumentRequest(
        record_id=record_id, digest=hashlib.sha256(content).hexdigest()
    )
    return await consent.decisions.verify_signed_document(request, headers=consent.by(OFFICER))


async def test_art_14_a_click_is_no_written_consent_and_a_signed_document_is(
    consent: Consent, member_id: str
) -> None:
    shown = await asked(consent)
    with refused("SIGNED_DOCUMENT_NEEDED", "PIPL 14"):
        await consent.give(factories.grant(member_id, shown, key="a"))
    given = await consent.give(factories.grant(member_id, shown, key="b", signed_document=document()))
    again = await consent.give(factories.grant(member_id, shown, key="b", signed_document=document()))
    assert (given.replayed, again.replayed) == (False, True)
    with refused("IDEMPOTENCY_KEY_REUSED"):
        other = document(PAPER + b" ")
        await consent.give(factories.grant(member_id, shown, key="b", signed_document=other))
    assert (await consent.check(member_id, shown.key)).allow


async def test_art_14_an_altered_document_is_found_out_by_the_evidence_itself(
    consent: Consent, member_id: str
) -> None:
    shown = await asked(consent)
    given = await consent.give(factories.grant(member_id, shown, key="a", signed_document=document()))
    [record] = [one.record_id for one in given.consents]
    answer = await verified(consent, record, PAPER)
    assert (answer.matches, answer.signed_document) == (True, document())
    assert not (await verified(consent, record, PAPER.replace(b"hand", b"hond"))).matches
    clicked = await consent.ask(factories.purpose(fresh("sms")))
    other = await consent.give(factories.grant(member_id, clicked, key="b"))
    with refused("UNKNOWN_SIGNED_DOCUMENT"):
        await verified(consent, other.consents[0].record_id, PAPER)
    request = decisions_pb2.VerifySignedDocumentRequest(record_id=record, digest="00" * 32)
    with refused("NOT_ALLOWED"):
        await consent.decisions.verify_signed_document(request, headers=consent.by(SUPPORT))


@pytest.mark.parametrize(
    "wrong",
    [{"digest": "00"}, {"media_type": "text/html"}, {"reference": ""}, {"reference": "x" * 101}],
    ids=str,
)
async def test_documents_that_nobody_could_find_or_check_are_refused(
    consent: Consent, member_id: str, wrong: dict[str, str]
) -> None:
    shown = await asked(consent)
    with refused("ACT_MALFORMED"):
        await consent.give(factories.grant(member_id, shown, key="a", signed_document=document(**wrong)))


async def test_a_document_is_for_one_purpose_that_takes_one(consent: Consent, member_id: str) -> None:
    shown = await consent.ask(
        factories.purpose(fresh("faces"), form=factories.WRITTEN), factories.purpose(fresh("sms"))
    )
    with refused("SEPARATE_CONSENT_NEEDED"):
        await consent.give(factories.grant(member_id, shown, key="a", signed_document=document()))
    with refused("ACT_MALFORMED"):
        sms = shown.purposes[1].key
        await consent.give(factories.grant(member_id, shown, sms, key="b", signed_document=document()))
