"""Records: one consent event as evidence, in the field names of ISO/IEC TS 27560 and a few of our own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.consent.rules import canonical

SCHEMA = "huiyuan.consent.record/1"
JURISDICTION = "CN"
WITHDRAWAL_METHOD = "huiyuan.consent.v1.DecisionsService/WithdrawConsent"


class EventState(StrEnum):
    """What an event says was decided."""

    GIVEN = "GIVEN"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class EventType(StrEnum):
    """How it was expressed; nothing that is merely implied is ever recorded."""

    EXPLICIT = "EXPLICIT"


@dataclass(frozen=True, slots=True)
class Record:
    """One decision on one purpose and recipient. It names people by pseudonym only, so that it may outlive them.

    The first block are the standard's names, the second ours. The order of the fields means nothing: the digest is
    taken over sorted names.
    """

    schema_version: str
    record_id: UUID
    pii_principal_id: UUID
    privacy_notice: str | None
    language: str | None
    purpose: str
    lawful_basis: str
    pii_information: tuple[str, ...]
    pii_controllers: tuple[str, ...]
    processing_methods: tuple[str, ...]
    storage_locations: tuple[str, ...]
    retention_period: str
    jurisdiction: str
    recipient_third_parties: tuple[str, ...]
    withdrawal_method: str
    event_time: datetime
    validity_duration: str | None
    entity_id: str
    event_type: str
    event_state: str

    purpose_version: int
    purpose_digest: bytes
    notice_digest: bytes | None
    form: str
    articles: tuple[str, ...]
    recipient_id: str
    guardian_id: UUID | None
    channel: str
    app_version: str
    screen_digest: bytes | None
    idempotency_key: str
    epoch: int

    @property
    def canonical(self) -> bytes:
        return canonical_of({name: getattr(self, name) for name in FIELDS})

    @property
    def digest(self) -> bytes:
        """SHA-256 over the canonical bytes: what a log of events commits to."""
        return canonical.digest(self.canonical)


FIELDS = tuple(field.name for field in fields(Record))


def canonical_of(values: Mapping[str, Any]) -> bytes:
    """The canonical bytes of a record, by its fields as they are here or in a row."""
    return canonical.encode({name: _plain(values[name]) for name in FIELDS})


def _plain(value: str | int | bytes | datetime | UUID | Sequence[str] | None) -> canonical.Value:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    return value
