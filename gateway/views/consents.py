"""Consents: what a member decided about each purpose."""

from datetime import datetime
from enum import Enum
from functools import lru_cache

import strawberry
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2

from gateway.documents.compiled.values import Shared, shared
from gateway.scalars import Locale, stamp, text


@strawberry.enum(description="What a member decided.")
class ConsentState(Enum):
    NOT_ASKED = decisions_pb2.CONSENT_STATE_NOT_ASKED
    GIVEN = decisions_pb2.CONSENT_STATE_GIVEN
    REFUSED = decisions_pb2.CONSENT_STATE_REFUSED
    WITHDRAWN = decisions_pb2.CONSENT_STATE_WITHDRAWN
    EXPIRED = decisions_pb2.CONSENT_STATE_EXPIRED
    REAFFIRM_REQUIRED = decisions_pb2.CONSENT_STATE_REAFFIRM_REQUIRED


@strawberry.enum(description="On what ground data is processed, by article 13 of the PIPL.")
class LawfulBasis(Enum):
    CONSENT = purposes_pb2.LAWFUL_BASIS_CONSENT
    CONTRACT = purposes_pb2.LAWFUL_BASIS_CONTRACT
    LEGAL_DUTY = purposes_pb2.LAWFUL_BASIS_LEGAL_DUTY
    EMERGENCY = purposes_pb2.LAWFUL_BASIS_EMERGENCY
    NEWS = purposes_pb2.LAWFUL_BASIS_NEWS
    MADE_PUBLIC = purposes_pb2.LAWFUL_BASIS_MADE_PUBLIC
    OTHER_LAW = purposes_pb2.LAWFUL_BASIS_OTHER_LAW


@strawberry.enum(description="Whether the service works without it.")
class Necessity(Enum):
    CORE = purposes_pb2.NECESSITY_CORE
    OPTIONAL = purposes_pb2.NECESSITY_OPTIONAL


@strawberry.enum(description="How consent must be given.")
class ConsentForm(Enum):
    GENERAL = purposes_pb2.CONSENT_FORM_GENERAL
    SEPARATE = purposes_pb2.CONSENT_FORM_SEPARATE
    WRITTEN = purposes_pb2.CONSENT_FORM_WRITTEN


# Looked up instead of called: a member has many consents.
_STATES, _BASES = {one.value: one for one in ConsentState}, {one.value: one for one in LawfulBasis}
_NECESSITIES, _FORMS = {one.value: one for one in Necessity}, {one.value: one for one in ConsentForm}


@strawberry.type(description="What a member decided about one purpose.")
class Consent(Shared):
    wire: strawberry.Private[decisions_pb2.Consent]
    locale: strawberry.Private[Locale]

    # Each is made when it is asked for: a member has many consents, and few ask for all of any.
    @strawberry.field(description="The purpose's key.")
    def purpose(self) -> str:
        return self.wire.purpose

    @strawberry.field
    def purpose_version(self) -> int:
        return self.wire.purpose_version

    @strawberry.field
    def name(self) -> str:
        return text(self.wire.name, self.locale)

    @strawberry.field
    def state(self) -> ConsentState:
        return _STATES[self.wire.state]

    @strawberry.field
    def lawful_basis(self) -> LawfulBasis:
        return _BASES[self.wire.lawful_basis]

    @strawberry.field
    def necessity(self) -> Necessity:
        return _NECESSITIES[self.wire.necessity]

    @strawberry.field
    def form(self) -> ConsentForm | None:
        return _FORMS[self.wire.form] if self.wire.form else None

    @strawberry.field(description="The third party it is about, if any.")
    def recipient_id(self) -> str | None:
        return self.wire.recipient_id or None

    @strawberry.field(description="The record that proves it; null when never asked.")
    def record_id(self) -> str | None:
        return self.wire.record_id or None

    @strawberry.field
    def decided_at(self) -> datetime | None:
        return stamp(self.wire, "decided_at")

    @strawberry.field
    def valid_until(self) -> datetime | None:
        return stamp(self.wire, "valid_until")

    @strawberry.field(
        description="After a no: until then the member must not be asked. Null where asking is free."
    )
    def ask_again_at(self) -> datetime | None:
        return stamp(self.wire, "ask_again_at")

    @strawberry.field(
        description="Whether data may be used for it now, by the recipient or by ourselves, on whatever basis: those for "
        "which this is true are who has the member's data."
    )
    def in_use(self) -> bool:
        return self.wire.in_use

    @strawberry.field(description="Which data the purpose uses.")
    def categories(self) -> list[str]:
        return list(self.wire.categories)

    @strawberry.field(description="Where it is kept, by ISO 3166.")
    def storage_locations(self) -> list[str]:
        return list(self.wire.storage_locations)

    @strawberry.field(description="How long it is kept, as an ISO 8601 duration.")
    def retention(self) -> str | None:
        return self.wire.retention or None


def consent(wire: decisions_pb2.Consent, locale: Locale) -> Consent:
    """A consent's view. Where nothing was recorded of a member, it says the same to everybody, and is the same view."""
    if wire.record_id:
        return Consent(wire=wire, locale=locale)
    return _unrecorded(wire.SerializeToString(), locale)


def consents(wire: decisions_pb2.MemberConsents, locale: Locale) -> list[Consent]:
    """The views of all of a member's. Where nothing at all was recorded, they are looked up as one."""
    recorded = [one.record_id for one in wire.consents]
    if any(recorded):
        return [consent(one, locale) for one in wire.consents]
    return list(_all_unrecorded(wire.SerializeToString(), locale))


@lru_cache(maxsize=100)
def _all_unrecorded(content: bytes, locale: Locale) -> tuple[Consent, ...]:
    wire = decisions_pb2.MemberConsents.FromString(content)
    return tuple([consent(one, locale) for one in wire.consents])


@lru_cache(maxsize=500)
def _unrecorded(content: bytes, locale: Locale) -> Consent:
    return shared(Consent(wire=decisions_pb2.Consent.FromString(content), locale=locale))
