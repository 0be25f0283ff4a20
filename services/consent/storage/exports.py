"""Exports: everything that is recorded of one member's decisions, read for the member's own package."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.kit.database import RawConnection


async def history(reader: RawConnection, member_id: UUID) -> Sequence[asyncpg.Record]:
    """Every record of the member's acts, oldest first."""
    rows: Sequence[asyncpg.Record] = await reader.fetch(_HISTORY, member_id)
    return rows


async def tables(reader: RawConnection, member_id: UUID) -> dict[str, Sequence[asyncpg.Record]]:
    """What else is held of the member, oldest first: wishes, sends, and whatever binds what is done for them."""
    return {name: await reader.fetch(statement, member_id) for name, statement in _HELD.items()}


async def rights_requests(reader: RawConnection, member_id: UUID) -> Sequence[asyncpg.Record]:
    """What the member asked by right, oldest first."""
    rows: Sequence[asyncpg.Record] = await reader.fetch(_RIGHTS_REQUESTS, member_id)
    return rows


_RIGHTS_REQUESTS = """
SELECT request_id::text, kind, state, array_to_string(purposes, ' '), subject, channel, received_at, due_at, ended_at,
       ground, article, remedy, appeal_of::text
FROM rights_requests WHERE member_id = $1 ORDER BY number
"""

# The device's build and the digest of a screen say nothing of the person; which key a client chose is its own.
_HISTORY = """
SELECT record_id::text, pii_principal_id::text, event_time, event_state, event_type, purpose, purpose_version,
       lawful_basis, form, recipient_id, array_to_string(recipient_third_parties, ' '),
       array_to_string(pii_information, ' '), privacy_notice, language, channel, retention_period, validity_duration,
       withdrawal_method, array_to_string(articles, '; ')
FROM consent_events WHERE member_id = $1 ORDER BY epoch, ord
"""

# Of staff there is that they were staff, and of other members nothing: who a guardian is, the member knows.
_HELD = {
    "sending_preferences": "SELECT content::text FROM preferences WHERE member_id = $1",
    "preference_changes": """SELECT kind, content::text, split_part(actor, ':', 1), changed_at
        FROM preference_changes WHERE member_id = $1 ORDER BY epoch""",
    "suppressions": """SELECT channel, reason, since, until, split_part(actor, ':', 1)
        FROM suppressions WHERE member_id = $1 ORDER BY since, channel, reason""",
    "sends": """SELECT send_id, channel, topic, counted, claimed_at, released_at
        FROM sends WHERE member_id = $1 ORDER BY claimed_at, send_id""",
    "restrictions": """SELECT array_to_string(purposes, ' '), request_id::text, changed_at
        FROM restriction_changes WHERE member_id = $1 ORDER BY epoch""",
    "directives": "SELECT directive, set_at FROM directive_changes WHERE member_id = $1 ORDER BY number",
    "guardian_changes": """SELECT kind, verification, split_part(actor, ':', 1), changed_at
        FROM guardian_changes WHERE member_id = $1 ORDER BY epoch""",
    "signed_documents": """SELECT record_id::text, media_type, reference
        FROM signed_documents WHERE member_id = $1 ORDER BY record_id""",
    "sent_abroad": "SELECT year, sensitive FROM exported_members WHERE member_id = $1 ORDER BY year, sensitive",
}
