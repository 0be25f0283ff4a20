"""Keys: members' wrapped data keys, each generation in the place that its header names."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.blobs import BlobKind


async def add(
    connection: AsyncConnection,
    member_id: UUID,
    wrapped: bytes,
    now: datetime,
    kind: BlobKind = BlobKind.ORDINARY,
) -> int | None:
    """Keep a new key beside the older ones, which begin to retire; its generation, or None after a race.

    An ordinary key only follows an earlier one: without any, the member was erased or never was.
    """
    place = {"member_id": member_id, "kind": kind, "first": kind is not BlobKind.ORDINARY}
    await retire(connection, member_id, kind, now)
    dek_gen: int | None = await connection.scalar(
        text(
            "INSERT INTO keys (member_id, kind, dek_gen, wrapped) "
            "SELECT :member_id, :kind, coalesce(max(dek_gen), 0) + 1, :wrapped FROM keys "
            "WHERE member_id = :member_id AND kind = :kind HAVING CAST(:first AS boolean) OR max(dek_gen) IS NOT NULL "
            "ON CONFLICT DO NOTHING RETURNING dek_gen"
        ),
        {**place, "wrapped": wrapped},
    )
    return dek_gen


async def drop(
    connection: AsyncConnection, member_id: UUID, dek_gen: int, kind: BlobKind = BlobKind.ORDINARY
) -> None:
    """Destroy one generation, which no blob names."""
    await connection.execute(
        text("DELETE FROM keys WHERE member_id = :member_id AND kind = :kind AND dek_gen = :dek_gen"),
        {"member_id": member_id, "kind": kind, "dek_gen": dek_gen},
    )


async def drop_older(
    connection: AsyncConnection,
    member_ids: Sequence[UUID],
    dek_gens: Sequence[int],
    kind: BlobKind = BlobKind.ORDINARY,
) -> None:
    """Destroy what is older than the generation that each member's blob names: no blob will name it again."""
    await connection.execute(
        text(
            "DELETE FROM keys USING unnest(CAST(:members AS uuid[]), CAST(:gens AS int[])) AS newest (member, gen) "
            "WHERE member_id = newest.member AND kind = :kind AND dek_gen < newest.gen"
        ),
        {"members": member_ids, "gens": dek_gens, "kind": kind},
    )


async def retiring(
    connection: AsyncConnection, before: datetime, limit: int, kind: BlobKind = BlobKind.ORDINARY
) -> list[UUID]:
    """Members whose rewrite began before an instant and did not clean up after itself."""
    rows = await connection.scalars(
        text(
            "SELECT DISTINCT member_id FROM keys WHERE retiring_since < :before AND kind = :kind LIMIT :limit"
        ),
        {"before": before, "kind": kind, "limit": limit},
    )
    return list(rows)


async def keep(
    connection: AsyncConnection,
    member_ids: Sequence[UUID],
    before: datetime,
    kind: BlobKind = BlobKind.ORDINARY,
) -> None:
    """Let keys that began to retire before an instant stay, since no newer one took over."""
    await connection.execute(
        text(
            "UPDATE keys SET retiring_since = NULL WHERE member_id = ANY(CAST(:members AS uuid[])) "
            "AND kind = :kind AND retiring_since < :before"
        ),
        {"members": member_ids, "kind": kind, "before": before},
    )


async def retire(connection: AsyncConnection, member_id: UUID, kind: BlobKind, now: datetime) -> None:
    """Let all of a member's keys of a kind begin to retire, before their blob goes."""
    await connection.execute(
        text(
            "UPDATE keys SET retiring_since = :now "
            "WHERE member_id = :member_id AND kind = :kind AND retiring_since IS NULL"
        ),
        {"member_id": member_id, "kind": kind, "now": now},
    )


async def drop_retired(
    connection: AsyncConnection, member_ids: Sequence[UUID], before: datetime, kind: BlobKind
) -> None:
    """Destroy what began to retire before an instant, of members that have no blob of the kind any more."""
    await connection.execute(
        text(
            "DELETE FROM keys WHERE member_id = ANY(CAST(:members AS uuid[])) AND kind = :kind "
            "AND retiring_since < :before"
        ),
        {"members": member_ids, "kind": kind, "before": before},
    )
