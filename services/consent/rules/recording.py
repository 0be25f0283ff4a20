"""Recording: the evidence that an act leaves, and what it decided."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.consent.rules import records
from services.consent.rules.acts import Act, Grant, Rejection, Withdrawal
from services.consent.rules.decisions import Decision
from services.consent.rules.notices import Notice
from services.consent.rules.purposes import Purpose
from services.consent.rules.records import EventState, EventType, Record


@dataclass(frozen=True, slots=True)
class Party:
    """Who stands behind a record: the member by pseudonym, who answers for the processing, a guardian who acted."""

    principal_id: UUID
    controllers: tuple[str, ...]
    guardian_id: UUID | None = None


_STATES: Mapping[type[Act], EventState] = {
    Grant: EventState.GIVEN,
    Withdrawal: EventState.WITHDRAWN,
    Rejection: EventState.REFUSED,
}


def record_of(
    act: Grant | Withdrawal | Rejection,
    party: Party,
    purpose: Purpose,
    notice: Notice | None,
    *,
    record_id: UUID,
    epoch: int,
    now: datetime,
) -> Record:
    """The evidence that an act leaves on one purpose; ``notice`` is what a grant was shown.

    Of written consent, what was shown is the document.
    """
    terms, grant = purpose.terms, act if isinstance(act, Grant) else None
    document = grant.document if grant else None
    return Record(
        schema_version=records.SCHEMA,
        record_id=record_id,
        pii_principal_id=party.principal_id,
        privacy_notice=notice.notice_id if notice else None,
        language=(grant and grant.language) or (notice.wording.locale if notice else None),
        purpose=purpose.key,
        lawful_basis=terms.lawful_basis.value,
        pii_information=terms.categories,
        pii_controllers=party.controllers,
        processing_methods=terms.methods,
        storage_locations=terms.storage_locations,
        retention_period=terms.retention,
        jurisdiction=records.JURISDICTION,
        recipient_third_parties=terms.recipients,
        withdrawal_method=records.WITHDRAWAL_METHOD,
        event_time=now,
        validity_duration=(terms.validity_duration or None) if grant else None,
        entity_id=str(party.principal_id),
        event_type=EventType.EXPLICIT.value,
        event_state=_STATES[type(act)].value,
        purpose_version=purpose.version,
        purpose_digest=purpose.digest,
        notice_digest=notice.digest if notice else None,
        form=terms.form_for(act.recipient_id).value,
        articles=terms.articles,
        recipient_id=act.recipient_id,
        guardian_id=party.guardian_id,
        channel=act.channel,
        app_version=grant.app_version if grant else "",
        screen_digest=document.digest if document else grant.screen_digest if grant else None,
        idempotency_key=act.idempotency_key,
        epoch=epoch,
    )


def decision_of(record: Record, purpose: Purpose) -> Decision:
    """What a record decided; ``purpose`` is the version that it is about."""
    given = record.event_state == EventState.GIVEN
    return Decision(
        purpose=record.purpose,
        recipient_id=record.recipient_id,
        record_id=record.record_id,
        purpose_version=record.purpose_version,
        event_state=EventState(record.event_state),
        event_time=record.event_time,
        valid_until=purpose.terms.valid_until(record.event_time) if given else None,
        epoch=record.epoch,
    )
