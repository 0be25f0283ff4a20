"""Stored rights requests: each with its steps and proofs, and known by the key and the id that it was sent as."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.rights import (
    Proof,
    RefusalGround,
    Refused,
    RightsKind,
    RightsRequest,
    RightsState,
    Step,
)

COLUMNS = """number, request_id, member_id, kind, state, purposes, subject, wanted, channel, verified, received_at,
  due_at, due_source, alarm_at, ended_at, decided_by, ground, article, remedy, appeal_of, erasure_id"""
# Whoever was merged into a member is the same person.
_PERSON = """member_id IN (
  WITH who AS (SELECT coalesce((SELECT merged_into FROM members WHERE member_id = :member_id),
                               CAST(:member_id AS uuid)) AS survivor)
  SELECT survivor FROM who UNION SELECT m.member_id FROM members m JOIN who ON m.merged_into = who.survivor)"""


class Stored(NamedTuple):
    """A request of the past: which it was, and what it said."""

    request_id: UUID
    fingerprint: bytes


async def add(
    connection: AsyncConnection,
    request: RightsRequest,
    sent_as: UUID,
    idempotency_key: str,
    fingerprint: bytes,
) -> None:
    """Write a request that has just come; its number is the database's to give."""
    values = {
        "sent_as": None if sent_as == request.member_id else sent_as,
        "request_id": request.request_id,
        "member_id": request.member_id,
        "key": idempotency_key,
        "fingerprint": fingerprint,
        "kind": request.kind,
        "state": request.state,
        "purposes": list(request.purposes),
        "subject": request.subject,
        "wanted": request.wanted,
        "channel": request.channel,
        "verified": request.verified,
        "received_at": request.received_at,
        "due_at": request.due_at,
        "due_source": request.due_source,
        "alarm_at": request.alarm_at,
        "appeal_of": request.appeal_of,
    }
    await connection.execute(
        sa.text(
            """INSERT INTO rights_requests (request_id, member_id, sent_as, idempotency_key, fingerprint, kind, state,
                 purposes, subject, wanted, channel, verified, received_at, due_at, due_source, alarm_at, appeal_of)
               VALUES (:request_id, :member_id, :sent_as, :key, :fingerprint, :kind, :state, :purposes, :subject,
                 :wanted, :channel, :verified, :received_at, :due_at, :due_source, :alarm_at, :appeal_of)"""
        ),
        values,
    )


async def known(connection: AsyncConnection, sent_as: UUID, idempotency_key: str) -> Stored | None:
    """The request that was sent with this key under this very id."""
    row = await connection.execute(
        sa.text(
            """SELECT request_id, fingerprint FROM rights_requests
               WHERE coalesce(sent_as, member_id) = :sent_as AND idempotency_key = :key"""
        ),
        {"sent_as": sent_as, "key": idempotency_key},
    )
    found = row.one_or_none()
    return None if found is None else Stored(*found)


async def get(connection: AsyncConnection, request_id: UUID, *, hold: bool = False) -> RightsRequest | None:
    """A request as it stands; held until the commit if so asked."""
    query = f"SELECT {COLUMNS} FROM rights_requests WHERE request_id = :request_id"  # noqa: S608
    rows = await connection.execute(
        sa.text(query + (" FOR NO KEY UPDATE" if hold else "")), {"request_id": request_id}
    )
    found = await whole(connection, rows.mappings().all())
    return found[0] if found else None


async def appealed(connection: AsyncConnection, request_id: UUID) -> bool:
    """Whether somebody appealed against a request's end."""
    found = await connection.scalar(
        sa.text("SELECT EXISTS (SELECT FROM rights_requests WHERE appeal_of = :request_id)"),
        {"request_id": request_id},
    )
    return bool(found)


async def step(connection: AsyncConnection, request: RightsRequest, taken: Step) -> None:
    """Let a request be as it is now, and keep the step that led there."""
    refused = request.refused
    await connection.execute(
        sa.text(
            """UPDATE rights_requests SET state = :state, verified = :verified, ended_at = :ended_at,
                 decided_by = :decided_by, ground = :ground, article = :article, remedy = :remedy
               WHERE request_id = :request_id"""
        ),
        {
            "request_id": request.request_id,
            "state": request.state,
            "verified": request.verified,
            "ended_at": request.ended_at,
            "decided_by": request.decided_by,
            "ground": refused.ground if refused else None,
            "article": refused.article if refused else None,
            "remedy": refused.remedy if refused else None,
        },
    )
    await note_step(connection, request.request_id, taken)


async def note_step(connection: AsyncConnection, request_id: UUID, taken: Step) -> None:
    """Keep that a request came into a state, or what was noted while it stayed there."""
    await connection.execute(
        sa.text(
            """INSERT INTO rights_steps (request_id, ord, state, at, actor, note)
               SELECT :request_id, count(*), :state, :at, :actor, :note
               FROM rights_steps WHERE request_id = :request_id"""
        ),
        {
            "request_id": request_id,
            "state": taken.state,
            "at": taken.at,
            "actor": taken.actor,
            "note": taken.note,
        },
    )


async def prove(connection: AsyncConnection, request_id: UUID, proofs: Iterable[Proof]) -> None:
    """Keep what stores did; what was proved before holds."""
    rows = [{"request_id": request_id, **_proof_values(one)} for one in proofs]
    if rows:
        await connection.execute(
            sa.text(
                """INSERT INTO rights_proofs (request_id, store, reference, action, count, proved_at)
                   VALUES (:request_id, :store, :reference, :action, :count, :proved_at) ON CONFLICT DO NOTHING"""
            ),
            rows,
        )


async def running(
    connection: AsyncConnection, member_id: UUID, kinds: Collection[RightsKind]
) -> list[RightsRequest]:
    """What is being done for a member, of these kinds; held until the commit."""
    query = f"""SELECT {COLUMNS} FROM rights_requests
                WHERE {_PERSON} AND state = 'RUNNING' AND kind = ANY(:kinds) ORDER BY number FOR NO KEY UPDATE"""  # noqa: S608
    rows = await connection.execute(sa.text(query), {"member_id": member_id, "kinds": list(kinds)})
    return await whole(connection, rows.mappings().all())


async def opened(connection: AsyncConnection, member_id: UUID) -> list[RightsRequest]:
    """What has not ended of one member's own id; held until the commit."""
    query = f"""SELECT {COLUMNS} FROM rights_requests
                WHERE member_id = :member_id AND ended_at IS NULL ORDER BY number FOR NO KEY UPDATE"""  # noqa: S608
    rows = await connection.execute(sa.text(query), {"member_id": member_id})
    return await whole(connection, rows.mappings().all())


async def erased_by(connection: AsyncConnection, erasure_id: UUID) -> list[RightsRequest]:
    """The requests that an erasure answers; held until the commit."""
    query = f"SELECT {COLUMNS} FROM rights_requests WHERE erasure_id = :erasure_id FOR NO KEY UPDATE"  # noqa: S608
    rows = await connection.execute(sa.text(query), {"erasure_id": erasure_id})
    return await whole(connection, rows.mappings().all())


async def answered_by(connection: AsyncConnection, request_id: UUID, erasure_id: UUID) -> None:
    """Keep which erasure answers a request."""
    await connection.execute(
        sa.text("UPDATE rights_requests SET erasure_id = :erasure_id WHERE request_id = :request_id"),
        {"erasure_id": erasure_id, "request_id": request_id},
    )


async def of_member(
    connection: AsyncConnection, member_id: UUID, before: int | None, most: int
) -> list[RightsRequest]:
    """A member's requests, newest first, those before a number."""
    query = f"""SELECT {COLUMNS} FROM rights_requests
                WHERE {_PERSON} AND (CAST(:before AS bigint) IS NULL OR number < :before)
                ORDER BY number DESC LIMIT :most"""  # noqa: S608
    rows = await connection.execute(sa.text(query), {"member_id": member_id, "before": before, "most": most})
    return await whole(connection, rows.mappings().all())


async def whole(connection: AsyncConnection, rows: Sequence[Any]) -> list[RightsRequest]:
    """Requests with their steps and proofs."""
    requests = [request_of(row) for row in rows]
    ids = {"ids": [one.request_id for one in requests]}
    if not requests:
        return []
    steps: dict[UUID, list[Step]] = {one.request_id: [] for one in requests}
    proofs: dict[UUID, list[Proof]] = {one.request_id: [] for one in requests}
    for row in await connection.execute(
        sa.text(
            "SELECT request_id, state, at, actor, note FROM rights_steps WHERE request_id = ANY(:ids) ORDER BY ord"
        ),
        ids,
    ):
        steps[row.request_id].append(Step(RightsState(row.state), row.at, row.actor, row.note))
    for row in await connection.execute(
        sa.text(
            """SELECT request_id, store, action, count AS rows, reference, proved_at FROM rights_proofs
               WHERE request_id = ANY(:ids) ORDER BY proved_at, store, reference"""
        ),
        ids,
    ):
        proofs[row.request_id].append(Proof(row.store, row.action, row.rows, row.reference, row.proved_at))
    return [
        replace(one, steps=tuple(steps[one.request_id]), proofs=tuple(proofs[one.request_id]))
        for one in requests
    ]


def request_of(row: Any) -> RightsRequest:
    values = dict(row)
    ground, article, remedy = (values.pop(name) for name in ("ground", "article", "remedy"))
    return RightsRequest(
        **values
        | {
            "kind": RightsKind(values["kind"]),
            "state": RightsState(values["state"]),
            "purposes": tuple(values["purposes"]),
            "wanted": RightsKind(values["wanted"]) if values["wanted"] else None,
            "refused": Refused(RefusalGround(ground), article, remedy) if ground else None,
        }
    )


def _proof_values(proof: Proof) -> dict[str, Any]:
    return {
        "store": proof.store,
        "action": proof.action,
        "count": proof.count,
        "reference": proof.reference,
        "proved_at": proof.proved_at,
    }
