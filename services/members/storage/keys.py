"""Keys: members' wrapped data keys, each generation in the place that its header names."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.blobs import BlobKind


async def add(connection: AsyncConnection, member_id: UUID, wrapped: bytes, now: datetime) -> int | None:
    """Keep a new key beside the older ones, which begin to retire; its generation, or None after a race."""
    place = {"member_id": member_id, "kind": BlobKind.ORDINARY, "now": now}
    await connection.execute(
        text(
            "UPDATE keys SET retiring_since = :now "
            "WHERE member_id = :member_id AND kind = :kind AND retiring_since IS NULL"
        ),
        place,
    )
    dek_gen: int | None = await connection.scalar(
        text(
            "INSERT INTO keys (member_id, kind, dek_gen, wrapped) "
            "SELECT :member_id, :kind, max(dek_gen) + 1, :wrapped FROM keys "
            "WHERE member_id = :member_id AND kind = :kind HAVING max(dek_gen) IS NOT NULL "
            "ON CONFLICT DO NOTHING RETURNING dek_gen"
        ),
        {**place, "wrapped": wrapped},
    )
    return dek_gen


async def drop(connection: AsyncConnection, member_id: UUID, dek_gen: int) -> None:
    """Destroy one generation, which no blob names."""
    await connection.execute(
        text("DELETE FROM keys WHERE member_id = :member_id AND kind = :kind AND dek_gen = :dek_gen"),
        {"member_id": member_id, "kind": BlobKind.ORDINARY, "dek_gen": dek_gen},
    )


async def drop_older(
    connection: AsyncConnection, member_ids: Sequence[UUID], dek_gens: Sequence[int]
) -> None:
    """Destroy what is older than the generation that each member's blob names: no blob will name it again."""
    await connection.execute(
        text(
            "DELETE FROM keys USING unnest(CAST(:members AS uuid[]), CAST(:gens AS int[])) AS newest (member, gen) "
            "WHERE member_id = newest.member AND kind = :kind AND dek_gen < newest.gen"
        ),
        {"members": member_ids, "gens": dek_gens, "kind": BlobKind.ORDINARY},
    )


async def retiring(connection: AsyncConnection, before: datetime, limit: int) -> list[UUID]:
    """Members whose rewrite began before an instant and did not clean up after itself."""
    rows = await connection.scalars(
        text(
            "SELECT DISTINCT member_id FROM keys WHERE retiring_since < :before AND kind = :kind LIMIT :limit"
        ),
        {"before": before, "kind": BlobKind.ORDINARY, "limit": limit},
    )
    return list(rows)


async def keep(connection: AsyncConnection, member_ids: Sequence[UUID], before: datetime) -> None:
    """Let keys that began to retire before an instant stay, since no newer one took over."""
    await connection.execute(
        text(
            "UPDATE keys SET retiring_since = NULL WHERE member_id = ANY(CAST(:members AS uuid[])) "
            "AND kind = :kind AND retiring_since < :before"
        ),
        {"members": member_ids, "kind": BlobKind.ORDINARY, "before": before},
    )
