"""Kin: the other names of one person, for those who ask again by an identity after it passed to a survivor.

An identity leads to who remains, and what was done before a merge stands under the name from before it.
"""

from collections.abc import Sequence

import asyncpg
from asyncpg.pgproto.pgproto import UUID

from services.kit import database
from services.loyalty.rules.ledger.state import Place

Reader = asyncpg.Pool | database.RawConnection


async def merged_into(reader: Reader, members: Sequence[str]) -> dict[str, list[str]]:
    """Who was merged into each of some members, also by merges that the ledger has yet to follow; mostly nobody."""
    found: dict[str, list[str]] = {}
    for row in await reader.fetch(_MERGED_INTO, list(members)):
        found.setdefault(row[0], []).append(row[1])
    return found


async def used_before(reader: Reader, asked: Sequence[Place]) -> dict[Place, str]:
    """Under which earlier name a key posted that posted nothing under the member's own; the others are left out."""
    merged = await merged_into(reader, [member_id for member_id, _ in asked]) if asked else {}
    places = [(*place, name) for place in asked for name in merged.get(place[0], ())]
    if not places:
        return {}
    members, keys, names = zip(*places, strict=True)
    rows = await reader.fetch(_USED, members, [UUID(key) for key in keys], names)
    return {(row[0], row[1].bytes): row[2] for row in rows}


async def all_of(reader: Reader, member_id: str) -> list[str]:
    """Everyone with whom a member ever was one, be it undone."""
    return [row[0] for row in await reader.fetch(_ALL, member_id)]


_MERGED_INTO = """
WITH RECURSIVE merged AS MATERIALIZED (
  SELECT from_member, into_member FROM merges WHERE undone_at IS NULL
  UNION
  SELECT from_member, into_member FROM heard_merges WHERE followed_at IS NULL AND NOT undone
), names AS (
  SELECT m AS asked, m AS name FROM unnest($1::uuid[]) AS m
  UNION
  SELECT n.asked, m.from_member FROM names n JOIN merged m ON m.into_member = n.name
)
SELECT asked::text, name::text FROM names WHERE name <> asked ORDER BY 1, 2
"""

_USED = """
SELECT DISTINCT ON (k.member_id, k.key) k.member_id::text, k.key, k.name::text
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS k(member_id, key, name)
WHERE EXISTS (SELECT FROM entries e WHERE e.member_id = k.name AND e.key = k.key OFFSET 0)
  AND NOT EXISTS (SELECT FROM entries e WHERE e.member_id = k.member_id AND e.key = k.key OFFSET 0)
ORDER BY k.member_id, k.key, k.name
"""

_ALL = """
WITH RECURSIVE names AS (
  SELECT $1::uuid AS name
  UNION
  SELECT CASE WHEN m.from_member = n.name THEN m.into_member ELSE m.from_member END
  FROM names n JOIN merges m ON n.name IN (m.from_member, m.into_member)
)
SELECT name::text FROM names WHERE name <> $1::uuid ORDER BY 1 LIMIT 32
"""
