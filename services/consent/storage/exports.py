"""Exports: everything that is recorded of one member's decisions, read for the member's own package."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg


async def history(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """Every record of the member's acts, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_HISTORY, member_id)
    return rows


async def rights_requests(pool: asyncpg.Pool, member_id: UUID) -> Sequence[asyncpg.Record]:
    """What the member asked by right, oldest first."""
    rows: Sequence[asyncpg.Record] = await pool.fetch(_RIGHTS_REQUESTS, member_id)
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
