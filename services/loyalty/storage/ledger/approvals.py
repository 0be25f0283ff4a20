"""Requests for adjustments in storage."""

from dataclasses import dataclass

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.ledger.approvals import AdjustmentRequest, RequestState


async def find(pool: asyncpg.Pool, member_id: str, idempotency_key: str) -> AdjustmentRequest | None:
    """What was requested for a member under a key."""
    row = await pool.fetchrow(
        "SELECT * FROM adjustment_requests WHERE member_id = $1 AND idempotency_key = $2",
        member_id,
        idempotency_key,
    )
    return None if row is None else _request(row)


async def insert(connection: database.RawConnection, request: AdjustmentRequest) -> AdjustmentRequest:
    """Keep a request; the one that is there when its member's key was used before."""
    await connection.execute(
        _INSERT,
        request.request_id,
        request.member_id,
        request.programme,
        request.currency,
        request.points,
        request.reason,
        request.idempotency_key,
        request.fingerprint,
        request.requested_by,
        instant(request.requested_at),
        request.state,
    )
    row = await connection.fetchrow(
        "SELECT * FROM adjustment_requests WHERE member_id = $1 AND idempotency_key = $2",
        request.member_id,
        request.idempotency_key,
    )
    assert row is not None, "it is there by now"
    return _request(row)


async def lock(connection: database.RawConnection, request_id: str) -> AdjustmentRequest | None:
    """A request, which nobody else decides about until this transaction ends."""
    row = await connection.fetchrow(
        "SELECT * FROM adjustment_requests WHERE request_id = $1 FOR UPDATE", request_id
    )
    return None if row is None else _request(row)


async def decide(connection: database.RawConnection, request: AdjustmentRequest) -> None:
    """Write how far a locked request got."""
    await connection.execute(
        "UPDATE adjustment_requests SET state = $2, decided_by = $3, decided_at = $4, note = $5 "
        "WHERE request_id = $1",
        request.request_id,
        request.state,
        request.decided_by or None,
        instant(request.decided_at) if request.decided_at else None,
        request.note,
    )


async def approved(connection: database.RawConnection, member_id: str) -> list[AdjustmentRequest]:
    """What second persons approved for a member, whether or not they were told so yet."""
    rows = await connection.fetch(
        "SELECT * FROM adjustment_requests WHERE member_id = $1 AND state IN ('APPROVING', 'APPROVED')",
        member_id,
    )
    return [_request(row) for row in rows]


@dataclass(frozen=True, slots=True)
class RequestsAsked:
    """A page of a programme's requests, newest first, behind the one with the id ``after``."""

    programme: int
    state: RequestState | None
    first: int
    after: str | None


async def page(pool: asyncpg.Pool, asked: RequestsAsked) -> tuple[list[AdjustmentRequest], bool]:
    """The page, and whether more follow."""
    rows = await pool.fetch(
        _PAGE,
        asked.programme,
        asked.state,
        asked.after,
        asked.first + 1,
    )
    return [_request(row) for row in rows[: asked.first]], len(rows) > asked.first


def _request(row: asyncpg.Record) -> AdjustmentRequest:
    return AdjustmentRequest(
        str(row["request_id"]),
        str(row["member_id"]),
        row["programme"],
        row["currency"],
        row["points"],
        row["reason"],
        row["idempotency_key"],
        row["fingerprint"],
        row["requested_by"],
        micros(row["requested_at"]),
        RequestState(row["state"]),
        row["decided_by"] or "",
        micros(row["decided_at"]) if row["decided_at"] else 0,
        row["note"],
    )


_INSERT = """
INSERT INTO adjustment_requests (request_id, member_id, programme, currency, points, reason, idempotency_key,
                                 fingerprint, requested_by, requested_at, state)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (member_id, idempotency_key) DO NOTHING
"""

_PAGE = """
SELECT * FROM adjustment_requests
WHERE programme = $1 AND ($2::text IS NULL OR state = $2)
  AND ($3::uuid IS NULL OR (requested_at, request_id) <
    (SELECT a.requested_at, a.request_id FROM adjustment_requests a WHERE a.request_id = $3))
ORDER BY requested_at DESC, request_id DESC LIMIT $4
"""
