"""Acts: what a member does in one go, and what makes it count as consent."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from uuid import UUID

from services.consent.rules import canonical
from services.consent.rules.decisions import Decision
from services.consent.rules.notices import Notice
from services.consent.rules.purposes import KEY, PARTY, ConsentForm, Purpose
from services.consent.rules.records import EventState
from services.kit.refusal import Conflict, Declined, Invalid

_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}")
_VERSION = re.compile(r"[\x21-\x7e]{0,40}")
IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,100}")
_NOTICE = re.compile(rf"{KEY.pattern}\.(zh|en)\.[0-9]{{1,9}}")
_PURPOSES_MOST = 50
MEDIA_TYPES = frozenset({"application/pdf", "application/ofd", "image/jpeg", "image/png"})


class ActMalformed(Invalid):
    """A field of the act is not spelled as it must be; the message says how."""


class NotAffirmative(Invalid):
    """Consent is something that one does; silence is none."""


class PreselectedBox(Invalid):
    """The box came ticked, so nobody chose it."""


class NoticeNotServed(Invalid):
    """No notice of this id and digest was ever published."""


class NoticeDoesNotTell(Invalid):
    """The notice does not tell of a purpose that the act is about, or not in the language it was given in."""


class NoticeOutdated(Declined):
    """The notice was replaced, or tells of a version that the purpose has outgrown since."""


class MemberErased(Declined):
    """The member's personal data was erased."""


class SeparateConsentNeeded(Declined):
    """One of several purposes in the act must be consented to in an act of its own."""


class SignedDocumentNeeded(Declined):
    """The purpose needs written consent, which a tap on a screen is not."""


class ConsentNotAsked(Declined):
    """The purpose rests on another basis than consent, so there is nothing to give or to withdraw."""


class RecipientNotListed(Invalid):
    """The purpose does not name this recipient."""


class IdempotencyKeyReused(Conflict):
    """The member has used the key for another act."""


class ConsentStands(Conflict):
    """The member consents now: what stands is withdrawn and not refused."""


class WithdrawnSince(Conflict):
    """The grant that is sent again was withdrawn, or ended, in the meantime."""


@dataclass(frozen=True, slots=True)
class Act:
    """What giving and withdrawing have in common."""

    member_id: UUID
    purposes: tuple[str, ...]
    recipient_id: str
    channel: str
    idempotency_key: str

    @property
    def fingerprint(self) -> bytes:
        """The same for the same act, so that another act under its key is noticed."""
        said = {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name != "purposes"}
        if said.get("document") == "None":
            del said["document"]  # acts of before there were any keep their fingerprints
        return canonical.digest(
            canonical.encode({"act": type(self).__name__, "purposes": sorted(self.purposes), **said})
        )

    def check(self) -> None:
        """Refuse what is malformed whatever was published."""
        if not 1 <= len(self.purposes) <= _PURPOSES_MOST or len(set(self.purposes)) < len(self.purposes):
            raise ActMalformed(f"name 1 to {_PURPOSES_MOST} purposes, each once", field="purposes")
        for place, purpose in enumerate(self.purposes):
            _match(KEY, purpose, f"purposes[{place}]", "a purpose's key like marketing_sms")
        if self.recipient_id:
            _match(PARTY, self.recipient_id, "recipient_id", "an id of up to 100 characters")
        _match(IDEMPOTENCY_KEY, self.idempotency_key, "idempotency_key", "1 to 100 visible ASCII characters")
        if self.channel:
            _match(_NAME, self.channel, "channel", "a lower-case name like app or web")


@dataclass(frozen=True, slots=True)
class Withdrawal(Act):
    """A member withdraws: no notice, no reason, nothing to confirm (PIPL 15)."""


@dataclass(frozen=True, slots=True)
class Rejection(Act):
    """A member was asked and says no: kept, so that nobody asks again soon."""


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A document that a member signed: kept where the reference says, and bound to the record by its digest."""

    digest: bytes
    media_type: str
    reference: str

    def check(self) -> None:
        """Refuse what no document can be kept by."""
        if self.media_type not in MEDIA_TYPES:
            raise ActMalformed(
                f"a signed document is one of {', '.join(sorted(MEDIA_TYPES))}",
                field="signed_document.media_type",
            )
        _match(PARTY, self.reference, "signed_document.reference", "an id of up to 100 characters")


@dataclass(frozen=True, slots=True)
class Grant(Act):
    """A member gives consent, with what they were shown and how they said so."""

    notice_id: str
    notice_digest: bytes
    affirmative_act: bool
    preselected: bool
    language: str
    app_version: str
    screen_digest: bytes | None
    document: SignedDocument | None = None

    def check(self) -> None:
        Act.check(self)
        if not self.affirmative_act:
            raise NotAffirmative(
                "consent needs an affirmative act (PIPL 14)", field="affirmative_act", article="PIPL 14"
            )
        if self.preselected:
            raise PreselectedBox(
                "the box must come unticked (PIPL 14)", field="preselected", article="PIPL 14"
            )
        _match(
            _NOTICE, self.notice_id, "notice_id", "a notice's id as served, like marketing_sms.zh.1 (PIPL 14)"
        )
        _match(_NAME, self.channel, "channel", "a lower-case name like app or web")
        _match(_VERSION, self.app_version, "app_version", "up to 40 visible ASCII characters")
        if self.document is not None:
            self.document.check()
        if self.language:
            _match(_LANGUAGE, self.language, "language", "a BCP 47 tag like zh-CN")


def admit(
    grant: Grant,
    notice: Notice,
    newest: Notice,
    told: Mapping[str, Purpose],
    in_force: Mapping[str, Purpose],
) -> None:
    """Refuse a grant that does not make consent; ``told`` are the versions that the notice tells of, by key."""
    if grant.notice_digest != notice.digest:
        raise NoticeNotServed(
            "the digest is not that of the notice as served (PIPL 14)",
            field="notice_digest",
            article="PIPL 14",
        )
    if notice.version < newest.version:
        raise NoticeOutdated(
            "the notice was replaced by a newer one (PIPL 14): show that",
            field="notice_id",
            article="PIPL 14",
            shown_version=notice.version,
            newest_version=newest.version,
        )
    if grant.language and grant.language.partition("-")[0].lower() != notice.wording.locale:
        raise NoticeDoesNotTell(
            f"the notice was served in {notice.wording.locale}: consent follows its language (PIPL 14)",
            field="language",
            article="PIPL 14",
        )
    for place, key in enumerate(grant.purposes):
        if key not in told:
            raise NoticeDoesNotTell(
                "the notice does not tell of this purpose (PIPL 17)",
                field=f"purposes[{place}]",
                article="PIPL 17",
            )
        _admit_purpose(grant, told[key], in_force[key])


def _admit_purpose(grant: Grant, told: Purpose, in_force: Purpose) -> None:
    terms = in_force.terms
    if not terms.needs_consent:
        raise ConsentNotAsked(
            f"{told.key} rests on {terms.lawful_basis} ({terms.lawful_basis.article}) and needs no consent",
            field="purposes",
            article=terms.lawful_basis.article,
        )
    if grown := in_force.outgrows(told):
        raise NoticeOutdated(
            f"{told.key} has outgrown the notice in {', '.join(sorted(grown))} (PIPL 14): show the new notice",
            field="notice_id",
            article="PIPL 14",
            told_version=told.version,
            version_in_force=in_force.version,
        )
    if grant.recipient_id and grant.recipient_id not in terms.recipients:
        raise RecipientNotListed(
            f"{told.key} does not name this recipient (PIPL 23)", field="recipient_id", article="PIPL 23"
        )
    form = terms.form_for(grant.recipient_id)
    if form is ConsentForm.WRITTEN and grant.document is None:
        raise SignedDocumentNeeded(
            f"{told.key} needs written consent with a signed document (PIPL 14, 29)",
            field="purposes",
            article="PIPL 14, 29",
        )
    if form is not ConsentForm.WRITTEN and grant.document is not None:
        raise ActMalformed(f"{told.key} takes no signed document", field="signed_document")
    if form in (ConsentForm.SEPARATE, ConsentForm.WRITTEN) and len(grant.purposes) > 1:
        article = "PIPL 23" if grant.recipient_id else ", ".join(terms.articles) or "PIPL 29"
        raise SeparateConsentNeeded(
            f"{told.key} needs an act of its own ({article}): give it apart from the others",
            field="purposes",
            article=article,
        )


def admit_withdrawal(act: Withdrawal, purpose: Purpose, standing: Decision | None) -> None:
    """Refuse to withdraw what was never a matter of consent, and only that."""
    terms = purpose.terms
    if not terms.needs_consent and standing is None:
        raise ConsentNotAsked(
            f"{purpose.key} rests on {terms.lawful_basis} ({terms.lawful_basis.article}), not on consent, so there is "
            "none to withdraw; it ends with what it rests on",
            field="purposes",
            article=terms.lawful_basis.article,
        )
    if standing is None and act.recipient_id and act.recipient_id not in terms.recipients:
        raise RecipientNotListed(
            f"{purpose.key} does not name this recipient (PIPL 23)", field="recipient_id", article="PIPL 23"
        )


def admit_rejection(act: Rejection, purpose: Purpose, standing: Decision | None) -> None:
    """Refuse to say no to what nobody asks, or in the place of a withdrawal."""
    if not purpose.terms.needs_consent:
        raise ConsentNotAsked(
            f"{purpose.key} rests on {purpose.terms.lawful_basis} and asks for no consent",
            field="purposes",
            article=purpose.terms.lawful_basis.article,
        )
    if standing is not None and standing.event_state is EventState.GIVEN:
        raise ConsentStands(f"{purpose.key} was consented to: withdraw instead", field="purposes")
    if act.recipient_id and act.recipient_id not in purpose.terms.recipients:
        raise RecipientNotListed(
            f"{purpose.key} does not name this recipient (PIPL 23)", field="recipient_id", article="PIPL 23"
        )


def _match(pattern: re.Pattern[str], text: str, field: str, wanted: str) -> None:
    if not pattern.fullmatch(text):
        raise ActMalformed(f"{field} takes {wanted}", field=field)
