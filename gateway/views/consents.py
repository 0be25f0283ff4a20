"""Consents: what a member decided about each purpose."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2

from gateway.scalars import Locale, optional_instant, text


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


@strawberry.type(description="What a member decided about one purpose.")
class Consent:
    purpose: str = strawberry.field(description="The purpose's key.")
    purpose_version: int
    name: str
    state: ConsentState
    lawful_basis: LawfulBasis
    necessity: Necessity
    form: ConsentForm | None
    recipient_id: str | None = strawberry.field(description="The third party it is about, if any.")
    record_id: str | None = strawberry.field(description="The record that proves it; null when never asked.")
    decided_at: datetime | None
    valid_until: datetime | None
    ask_again_at: datetime | None = strawberry.field(
        description="After a no: until then the member must not be asked. Null where asking is free."
    )
    in_use: bool = strawberry.field(
        description="Whether data may be used for it now, by the recipient or by ourselves, on whatever basis: those for "
        "which this is true are who has the member's data."
    )
    categories: list[str] = strawberry.field(description="Which data the purpose uses.")
    storage_locations: list[str] = strawberry.field(description="Where it is kept, by ISO 3166.")
    retention: str | None = strawberry.field(description="How long it is kept, as an ISO 8601 duration.")


# Looked up instead of called: a member has many consents.
_STATES, _BASES = {one.value: one for one in ConsentState}, {one.value: one for one in LawfulBasis}
_NECESSITIES, _FORMS = {one.value: one for one in Necessity}, {one.value: one for one in ConsentForm}


def consent(wire: decisions_pb2.Consent, locale: Locale) -> Consent:
    return Consent(
        purpose=wire.purpose,
        purpose_version=wire.purpose_version,
        name=text(wire.name, locale),
        state=_STATES[wire.state],
        lawful_basis=_BASES[wire.lawful_basis],
        necessity=_NECESSITIES[wire.necessity],
        form=_FORMS[wire.form] if wire.form else None,
        recipient_id=wire.recipient_id or None,
        record_id=wire.record_id or None,
        decided_at=optional_instant(wire, "decided_at"),
        valid_until=optional_instant(wire, "valid_until"),
        ask_again_at=optional_instant(wire, "ask_again_at"),
        in_use=wire.in_use,
        categories=list(wire.categories),
        storage_locations=list(wire.storage_locations),
        retention=wire.retention or None,
    )
