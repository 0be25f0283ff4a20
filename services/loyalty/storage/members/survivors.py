"""Survivors: who members are by now that were merged into others; the redirect that doors for reading follow."""

from collections.abc import Collection

import asyncpg

from services.kit import database


async def survivors(
    reader: asyncpg.Pool | database.RawConnection, member_ids: Collection[str]
) -> dict[str, str]:
    """Whom members were merged into in the end; who was not is left out."""
    if not member_ids:
        return {}
    return {row[0]: row[1] for row in await reader.fetch(_SURVIVORS, list(member_ids))}


async def survivor(reader: asyncpg.Pool | database.RawConnection, member_id: str) -> str:
    """Who a member is by now: mostly the same."""
    return (await survivors(reader, [member_id])).get(member_id, member_id)


# A member is merged in all programmes at once; of one founded later there may be no standing yet that says so. Where
# the look-up itself asks for those merged, a plan made when they were few goes through all of them for each member.
MERGED_INTO = "SELECT merged_into FROM standings WHERE member_id = {} ORDER BY merged_into NULLS LAST LIMIT 1"
"""Whom one member was merged into, if that is what happened, and not by whom that one was followed."""

NAMES = f"""
WITH RECURSIVE names AS (
  SELECT m AS asked, m AS name, 0 AS nth FROM unnest($1::uuid[]) AS m
  UNION ALL
  SELECT n.asked, s.merged_into, n.nth + 1 FROM names n CROSS JOIN LATERAL (
    {MERGED_INTO.format("n.name")}) AS s
  WHERE s.merged_into IS NOT NULL AND n.nth < 64
)
"""  # noqa: S608  # a part of ours
"""Each member of ``$1`` as ``asked``, with all names that it leads to; the survivor's has the highest ``nth``."""

_SURVIVORS = f"""{NAMES}
SELECT DISTINCT ON (asked) asked::text, name::text FROM names WHERE nth > 0 ORDER BY asked, nth DESC
"""  # noqa: S608  # a part of ours
