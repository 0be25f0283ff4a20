"""Tags at rest: the vocabulary that staff defined."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.tags import Tag
from services.members.storage.databases import Databases

_ALL = "SELECT tag, label, is_retired, defined_at FROM tags ORDER BY tag"


async def vocabulary(databases: Databases) -> list[Tag]:
    """Every tag that was ever defined, in the order of their keys."""
    return [Tag(*row) for row in await databases.members_pool.fetch(_ALL)]


async def define(connection: AsyncConnection, tag: str, label: str, most: int, now: datetime) -> Tag | None:
    """Define a tag, or label it anew and take it back into use; None when there is no room for another."""
    rows = await connection.execute(
        text(
            """INSERT INTO tags AS t (tag, label, defined_at)
               SELECT :tag, :label, :now
               WHERE EXISTS (SELECT FROM tags WHERE tag = :tag) OR (SELECT count(*) FROM tags) < :most
               ON CONFLICT (tag) DO UPDATE SET label = excluded.label, is_retired = false
               RETURNING t.tag, t.label, t.is_retired, t.defined_at"""
        ),
        {"tag": tag, "label": label, "most": most, "now": now},
    )
    row = rows.one_or_none()
    return None if row is None else Tag(*row)


async def retire(connection: AsyncConnection, tag: str) -> Tag | None:
    """Take a tag out of use; None when there is none."""
    rows = await connection.execute(
        text(
            "UPDATE tags SET is_retired = true WHERE tag = :tag RETURNING tag, label, is_retired, defined_at"
        ),
        {"tag": tag},
    )
    row = rows.one_or_none()
    return None if row is None else Tag(*row)
