"""Signed documents at rest: where the operator keeps each, and what it is known by; its digest stands in the record."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.acts import SignedDocument
from services.kit.refusal import NotFound


class UnknownSignedDocument(NotFound):
    """No record of this id rests on a signed document."""


async def add(
    connection: AsyncConnection, member_id: UUID, record_id: UUID, document: SignedDocument
) -> None:
    await connection.execute(
        sa.text(
            """INSERT INTO signed_documents (record_id, member_id, media_type, reference)
               VALUES (:record_id, :member_id, :media_type, :reference)"""
        ),
        {
            "record_id": record_id,
            "member_id": member_id,
            "media_type": document.media_type,
            "reference": document.reference,
        },
    )


async def of_record(connection: AsyncConnection, record_id: UUID) -> SignedDocument:
    """The document that a record rests on, by the digest in the evidence itself. Raises ``UnknownSignedDocument``."""
    row = await connection.execute(
        sa.text(
            """SELECT e.screen_digest, coalesce(d.media_type, ''), coalesce(d.reference, '')
               FROM consent_events e LEFT JOIN signed_documents d USING (record_id)
               WHERE e.record_id = :record_id AND e.form = 'WRITTEN' AND e.event_state = 'GIVEN'"""
        ),
        {"record_id": record_id},
    )
    found = row.one_or_none()
    if found is None:
        raise UnknownSignedDocument("no signed document is known of this record", field="record_id")
    return SignedDocument(*found)
