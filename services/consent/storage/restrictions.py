"""Restrictions at rest: for what a member's data may not be used meanwhile, and every change of that."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.rights import EVERYTHING


async def standing(connection: AsyncConnection, member_id: UUID) -> frozenset[str]:
    """What is restricted for a member now."""
    found = await connection.scalar(
        sa.text("SELECT restricted FROM members WHERE member_id = :member_id"), {"member_id": member_id}
    )
    return frozenset(found or ())


async def own(connection: AsyncConnection, member_id: UUID) -> frozenset[str]:
    """What is restricted under this very id."""
    found = await connection.scalar(
        sa.text(
            "SELECT purposes FROM restriction_changes WHERE member_id = :member_id ORDER BY epoch DESC LIMIT 1"
        ),
        {"member_id": member_id},
    )
    return frozenset(found or ())


async def asked_since(connection: AsyncConnection, member_id: UUID, epoch: int) -> frozenset[str]:
    """What requests restricted under this id after an epoch, also where it was restricted before."""
    found = await connection.scalars(
        sa.text(
            """SELECT unnest(CASE WHEN r.kind = 'RESTRICT' AND r.purposes <> '{}' THEN r.purposes ELSE :everything END)
               FROM restriction_changes c JOIN rights_requests r USING (request_id)
               WHERE c.member_id = :member_id AND c.epoch > :epoch"""
        ),
        {"member_id": member_id, "epoch": epoch, "everything": [EVERYTHING]},
    )
    return frozenset(found)


async def requested(connection: AsyncConnection, member_id: UUID) -> UUID:
    """The request by which this id was restricted last."""
    found: UUID = await connection.scalar(
        sa.text(
            "SELECT request_id FROM restriction_changes WHERE member_id = :member_id ORDER BY epoch DESC LIMIT 1"
        ),
        {"member_id": member_id},
    )
    return found


async def put(
    connection: AsyncConnection,
    member_id: UUID,
    epoch: int,
    purposes: Iterable[str],
    request_id: UUID,
    now: datetime,
) -> None:
    """Let exactly this be restricted of an id's own from an epoch on, and keep by which request."""
    values = {
        "member_id": member_id,
        "epoch": epoch,
        "purposes": sorted(purposes),
        "request_id": request_id,
        "now": now,
    }
    await connection.execute(
        sa.text(
            """INSERT INTO restriction_changes (member_id, epoch, purposes, request_id, changed_at)
               VALUES (:member_id, :epoch, :purposes, :request_id, :now)"""
        ),
        values,
    )
    await weigh(connection, member_id)


async def weigh(connection: AsyncConnection, survivor: UUID) -> None:
    """Restrict for a survivor what any of those is restricted for who are the same person: a no wins."""
    await connection.execute(
        sa.text(
            """UPDATE members SET restricted = coalesce((
                 SELECT array_agg(DISTINCT one) FROM (
                   SELECT DISTINCT ON (c.member_id) c.purposes FROM restriction_changes c
                   JOIN members m ON m.member_id = c.member_id
                   WHERE m.member_id = :survivor OR m.merged_into = :survivor
                   ORDER BY c.member_id, c.epoch DESC) last, unnest(last.purposes) one), '{}')
               WHERE member_id = :survivor"""
        ),
        {"survivor": survivor},
    )
