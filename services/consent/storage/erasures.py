"""Erasures at rest: what is known of a member goes, and the evidence stays under its own pseudonym."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.storage.tables import erased_members


async def erase(
    connection: AsyncConnection, member_id: UUID, erasure_id: UUID, now: datetime
) -> dict[str, int]:
    """Erase a member whose row is locked; how many rows each table lost, and how many events were detached."""
    added = insert(erased_members).values(member_id=member_id, erasure_id=erasure_id, erased_at=now)
    await connection.execute(added.on_conflict_do_nothing())
    rows = await connection.execute(
        sa.text("SELECT store, gone FROM erase_member(:member_id)"), {"member_id": member_id}
    )
    return {row.store: row.gone for row in rows}


async def is_erased(connection: AsyncConnection, member_id: UUID) -> bool:
    """Whether a member was erased."""
    query = sa.select(sa.exists().where(erased_members.c.member_id == member_id))
    return bool(await connection.scalar(query))
