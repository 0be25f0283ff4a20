"""How consent's values travel: wire messages to values, and values to wire messages."""

from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2
from huiyuan.kit.v1 import kit_pb2

from services.consent.rules.acts import ActMalformed, Grant, Rejection, SignedDocument, Withdrawal
from services.consent.rules.checklists import Malformed
from services.consent.rules.decisions import ConsentState, Decision, ask_again_at, state
from services.consent.rules.gate import Answer
from services.consent.rules.notices import Layer, Notice, Wording
from services.consent.rules.passages import Content, Passage
from services.consent.rules.purposes import (
    KEY,
    PARTY,
    ConsentForm,
    LawfulBasis,
    Necessity,
    Purpose,
    Terms,
    Text,
    UnknownPurpose,
)
from services.kit.kept import Kept


def uuid_of(text: str, field: str = "member_id") -> UUID:
    """An id of ours. Raises when it is none."""
    try:
        return UUID(text)
    except ValueError:
        raise Malformed(f"{field} takes an id of ours, which is a UUID", field=field) from None


def purpose_key(text: str) -> str:
    """The key of a purpose in question. Raises when no purpose can have it."""
    if not KEY.fullmatch(text):
        raise UnknownPurpose("no such purpose was published", field="purpose")
    return text


def recipient(text: str) -> str:
    """The recipient in question; empty for our own use. Raises when it is no id."""
    if text and not PARTY.fullmatch(text):
        raise Malformed("a recipient is an id of up to 100 characters", field="recipient_id")
    return text


def terms_of(said: purposes_pb2.Purpose) -> Terms:
    basis = _enum(purposes_pb2.LawfulBasis, said.lawful_basis, "LAWFUL_BASIS_", "purpose.lawful_basis")
    necessity = _enum(purposes_pb2.Necessity, said.necessity, "NECESSITY_", "purpose.necessity")
    form = _enum(purposes_pb2.ConsentForm, said.form, "CONSENT_FORM_", "purpose.form")
    return Terms(
        key=said.key,
        name=Text(said.name.zh, said.name.en),
        description=Text(said.description.zh, said.description.en),
        lawful_basis=LawfulBasis(basis),
        necessity=Necessity(necessity),
        form=ConsentForm(form),
        methods=tuple(said.methods),
        categories=tuple(said.categories),
        recipients=tuple(said.recipients),
        storage_locations=tuple(said.storage_locations),
        retention=said.retention,
        validity_duration=said.validity_duration,
        dpv_purpose=said.dpv_purpose,
        articles=tuple(said.articles),
        assessment_id=said.assessment_id,
        sensitive=said.sensitive,
    )


def wording_of(said: purposes_pb2.Notice) -> Wording:
    """What a notice says, but for the purposes, whose digests only the store knows."""
    layer = _enum(purposes_pb2.NoticeLayer, said.layer, "NOTICE_LAYER_", "notice.layer")
    passages = tuple(_passage(one, f"notice.passages[{nth}]") for nth, one in enumerate(said.passages))
    return Wording(said.key, said.locale, Layer(layer), said.title, said.body, (), passages)


def _passage(said: purposes_pb2.NoticePassage, field: str) -> Passage:
    content = _enum(
        purposes_pb2.NoticeContent, said.content, "NOTICE_CONTENT_", f"{field}.content", wanted=True
    )
    return Passage(Content(content), said.text)


def grant_of(said: decisions_pb2.GiveConsentRequest) -> Grant:
    return Grant(
        member_id=uuid_of(said.member_id),
        purposes=tuple(said.purposes),
        recipient_id=said.recipient_id,
        channel=said.channel,
        idempotency_key=said.idempotency_key,
        notice_id=said.notice_id,
        notice_digest=sha256_of(said.notice_digest, "notice_digest"),
        affirmative_act=said.affirmative_act,
        preselected=said.preselected,
        language=said.language,
        app_version=said.app_version,
        screen_digest=sha256_of(said.screen_digest, "screen_digest") if said.screen_digest else None,
        document=document_of(said.signed_document) if said.HasField("signed_document") else None,
    )


def document_of(said: decisions_pb2.SignedDocument) -> SignedDocument:
    return SignedDocument(sha256_of(said.digest, "signed_document.digest"), said.media_type, said.reference)


def wire_document(document: SignedDocument) -> decisions_pb2.SignedDocument:
    return decisions_pb2.SignedDocument(
        digest=document.digest.hex(), media_type=document.media_type, reference=document.reference
    )


def withdrawal_of(said: decisions_pb2.WithdrawConsentRequest) -> Withdrawal:
    return Withdrawal(
        member_id=uuid_of(said.member_id),
        purposes=tuple(said.purposes),
        recipient_id=said.recipient_id,
        channel=said.channel,
        idempotency_key=said.idempotency_key,
    )


def rejection_of(said: decisions_pb2.RefuseConsentRequest) -> Rejection:
    return Rejection(
        member_id=uuid_of(said.member_id),
        purposes=tuple(said.purposes),
        recipient_id=said.recipient_id,
        channel=said.channel,
        idempotency_key=said.idempotency_key,
    )


def wire_purpose(purpose: Purpose) -> purposes_pb2.Purpose:
    terms = purpose.terms
    return purposes_pb2.Purpose(
        key=terms.key,
        version=purpose.version,
        name=wire_text(terms.name),
        description=wire_text(terms.description),
        lawful_basis=f"LAWFUL_BASIS_{terms.lawful_basis}",
        necessity=f"NECESSITY_{terms.necessity}",
        form=f"CONSENT_FORM_{terms.form}",
        methods=terms.methods,
        categories=terms.categories,
        recipients=terms.recipients,
        storage_locations=terms.storage_locations,
        retention=terms.retention,
        validity_duration=terms.validity_duration,
        dpv_purpose=terms.dpv_purpose,
        articles=terms.articles,
        assessment_id=terms.assessment_id,
        sensitive=terms.sensitive,
        digest=purpose.digest.hex(),
        effective_at=purpose.effective_at,
    )


def wire_notice(notice: Notice) -> purposes_pb2.Notice:
    wording = notice.wording
    return purposes_pb2.Notice(
        notice_id=notice.notice_id,
        key=wording.key,
        version=notice.version,
        locale=wording.locale,
        layer=f"NOTICE_LAYER_{wording.layer}",
        title=wording.title,
        body=wording.body,
        purposes=[
            purposes_pb2.PurposeVersion(key=told.key, version=told.version) for told in wording.purposes
        ],
        digest=notice.digest.hex(),
        effective_at=notice.effective_at,
        passages=[
            purposes_pb2.NoticePassage(content=f"NOTICE_CONTENT_{one.content}", text=one.text)
            for one in wording.passages
        ],
    )


def wire_consent(
    in_force: Purpose, recipient_id: str, decision: Decision | None, consented: Purpose | None, now: datetime
) -> decisions_pb2.Consent:
    """What stands on a purpose and recipient; ``consented`` is the version that the decision was on."""
    said = decisions_pb2.Consent()
    said.CopyFrom(_UNDECIDED.of(in_force, recipient_id))
    if decision is not None:
        said.purpose_version = (consented or in_force).version
        said.state = _STATES[state(decision, consented, in_force, now)]
        said.record_id = str(decision.record_id)
        _set(said.decided_at, decision.event_time)
        _set(said.valid_until, decision.valid_until)
        _set(said.ask_again_at, ask_again_at(decision, now))
    return said


def _undecided(in_force: Purpose, recipient_id: str) -> decisions_pb2.Consent:
    """What is said of a purpose and recipient to whoever decided nothing."""
    terms = in_force.terms
    return decisions_pb2.Consent(
        purpose=in_force.key,
        purpose_version=in_force.version,
        recipient_id=recipient_id,
        state=decisions_pb2.CONSENT_STATE_NOT_ASKED,
        necessity=f"NECESSITY_{terms.necessity}",
        form=f"CONSENT_FORM_{terms.form_for(recipient_id)}",
        lawful_basis=f"LAWFUL_BASIS_{terms.lawful_basis}",
        name=wire_text(terms.name),
        categories=terms.categories,
        storage_locations=terms.storage_locations,
        retention=terms.retention,
    )


def _set(field: Timestamp, instant: datetime | None) -> None:
    if instant is not None:
        field.FromDatetime(instant)


_UNDECIDED: Kept[Purpose, decisions_pb2.Consent] = Kept(_undecided)
_STATES: dict[ConsentState, Any] = {
    one: decisions_pb2.ConsentState.Value(f"CONSENT_STATE_{one}") for one in ConsentState
}


def wire_answer(answer: Answer, epoch: int) -> decisions_pb2.CheckResponse:
    return decisions_pb2.CheckResponse(
        allow=answer.allow,
        reason=answer.reason,
        article=answer.article,
        record_id=str(answer.record_id) if answer.record_id else "",
        epoch=epoch,
        valid_until=_timestamp(answer.keep_until),
        lawful_basis=_BASES[answer.basis],
        non_personalised=answer.non_personalised,
    )


def add_answer(
    to: decisions_pb2.CheckManyResponse,
    alike: decisions_pb2.CheckResponse,
    record_id: UUID | None,
    epoch: int,
) -> None:
    """Another member's answer that is the same but for the record, where it names one, and the epoch."""
    added = to.answers.add()
    added.CopyFrom(alike)
    added.epoch = epoch
    if alike.record_id:
        added.record_id = str(record_id)


_BASES: dict[LawfulBasis, Any] = {
    basis: purposes_pb2.LawfulBasis.Value(f"LAWFUL_BASIS_{basis}") for basis in LawfulBasis
}


@lru_cache(64)
def _timestamp(instant: datetime | None) -> Timestamp | None:
    """Answers of one batch share their instants, and making them costs more than the rest of an answer."""
    if instant is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp


def wire_text(text: Text) -> kit_pb2.LocalizedText:
    return kit_pb2.LocalizedText(zh=text.zh, en=text.en)


def _enum(wire: Any, number: int, prefix: str, field: str, *, wanted: bool = False) -> str:
    """The name of a value; where it is wanted, it may not be left out."""
    if number not in wire.values()[wanted:]:
        raise Malformed(f"{field} must be one of {', '.join(wire.keys()[1:])}", field=field)
    name: str = wire.Name(number)
    return name.removeprefix(prefix)


def sha256_of(text: str, field: str) -> bytes:
    """A digest of 64 hex digits. Raises when it is none."""
    try:
        digest = bytes.fromhex(text)
    except ValueError:
        digest = b""
    if len(digest) != 32:
        raise ActMalformed(f"{field} takes a SHA-256 in 64 hex digits (PIPL 14)", field=field)
    return digest
