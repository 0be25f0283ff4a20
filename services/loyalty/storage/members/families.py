"""Families: a member together with those who were merged into the member, who count as one."""

from dataclasses import dataclass

import asyncpg

from services.kit import database
from services.loyalty.rules.tiers.standings import Restriction


@dataclass(frozen=True, slots=True)
class Family:
    """``member_id`` is who remains, ``names`` all ids that lead there; ``restriction`` is what the member may not."""

    member_id: str
    names: tuple[str, ...]
    restriction: Restriction = Restriction.NONE


async def find(connection: database.RawConnection | asyncpg.Pool, member_id: str, programme: int) -> Family:
    """Who a member is by now in a programme."""
    names = [str(row["id"]) for row in await connection.fetch(_NAMES, member_id, programme)]
    return Family(names[0], tuple(names))


async def lock(connection: database.RawConnection, member_id: str, programme: int) -> Family:
    """The same; nobody else counts anything for the member until this transaction ends."""
    family = await find(connection, member_id, programme)
    restriction = await connection.fetchval(
        "SELECT restriction FROM members WHERE member_id = $1 FOR NO KEY UPDATE", family.member_id
    )
    return Family(family.member_id, family.names, Restriction(restriction or 0))


# First who remains, then who went there.
_NAMES = """
WITH RECURSIVE up AS (
  SELECT $1::uuid AS id, 0 AS depth
  UNION ALL
  SELECT m.into_member, up.depth + 1 FROM up
  JOIN merges m ON m.from_member = up.id AND m.programme = $2 AND m.undone_at IS NULL WHERE up.depth < 100
), down AS (
  (SELECT id, 0 AS depth FROM up ORDER BY up.depth DESC LIMIT 1)
  UNION ALL
  SELECT m.from_member, down.depth + 1 FROM down
  JOIN merges m ON m.into_member = down.id AND m.programme = $2 AND m.undone_at IS NULL WHERE down.depth < 100
)
SELECT id FROM down ORDER BY depth, id
"""
