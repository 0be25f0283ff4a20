"""Names: all ids that are one member's by merges, and the parts of statements that follow them.

A member is merged, and parted again, in all programmes at once, so any standing tells it: of a programme founded later
there may be no standing yet.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

import asyncpg

from services.kit import database

Reader = asyncpg.Pool | database.RawConnection
Found = TypeVar("Found")


async def survivors(reader: Reader, member_ids: Collection[str]) -> dict[str, str]:
    """Whom members were merged into in the end: the redirect that doors for reading follow; who was not is left out."""
    if not member_ids:
        return {}
    return {row[0]: row[1] for row in await reader.fetch(_SURVIVORS, list(member_ids))}


async def survivor(reader: Reader, member_id: str) -> str:
    """Who a member is by now: mostly the same."""
    return (await survivors(reader, [member_id])).get(member_id, member_id)


async def of(reader: Reader, member_id: str) -> list[str]:
    """First who a member is by now, then all who were merged into that one."""
    return [row[0] for row in await reader.fetch(_OF, [member_id])]


async def settled(connection: database.RawConnection, lock: Callable[[], Awaitable[Found | None]]) -> Found:
    """What ``lock`` found, which locks all that it waits for in the order of ids and looks again at who is whom.

    It finds None where a merge came between; it is called again then, with everything let go that it had locked: who
    waited for a name more while holding others would be waited for by who holds that name and waits for those.
    """
    await connection.execute("SAVEPOINT names")
    while (found := await lock()) is None:
        await connection.execute("ROLLBACK TO SAVEPOINT names")
    return found


# Where the look-up itself asks for those merged, a plan made when they were few goes through all of them for each member.
MERGED_INTO = "SELECT merged_into FROM standings WHERE member_id = {} ORDER BY merged_into NULLS LAST LIMIT 1"
"""Whom one member was merged into, if that is what happened, and not by whom that one was followed."""

UP = f"""
WITH RECURSIVE up (asked, name, nth) AS (
  SELECT m, m, 0 FROM unnest($1::uuid[]) AS m
  UNION ALL
  SELECT u.asked, s.merged_into, u.nth + 1 FROM up u CROSS JOIN LATERAL ({MERGED_INTO.format("u.name")}) AS s
  WHERE s.merged_into IS NOT NULL AND u.nth < 64
)"""  # noqa: S608  # a part of ours
"""``up``: each member of ``$1`` as ``asked``, with all names that it leads to; the survivor's has the highest ``nth``."""

_DOWN = """down (survivor, member_id) AS (
  {survivors}
  UNION
  SELECT d.survivor, s.member_id FROM down d JOIN standings s ON s.merged_into = d.member_id
)"""
_ASKED = "SELECT m, m FROM unnest($1::uuid[]) AS m"

DOWN = f"""
WITH RECURSIVE {_DOWN.format(survivors=_ASKED)}"""
"""``down``: each member of ``$1`` as ``survivor``, with itself and all who were merged into it as ``member_id``."""

_SURVIVORS = f"""{UP}
SELECT DISTINCT ON (asked) asked::text, name::text FROM up WHERE nth > 0 ORDER BY asked, nth DESC
"""  # noqa: S608  # a part of ours

_OF = f"""{UP}, {_DOWN.format(survivors="(SELECT name, name FROM up ORDER BY nth DESC LIMIT 1)")}
SELECT member_id::text FROM down ORDER BY member_id <> survivor, member_id
"""  # noqa: S608  # parts of ours
