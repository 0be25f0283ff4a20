"""Analyses at rest: what was asked for and what came of it, and the members whom an export goes through."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.analyses import Analysis, AnalysisState, Ask, Result
from services.members.storage.databases import Databases

_COLUMNS = """analysis_id, state, k, columns, purpose, reason, requested_by, requested_at, ready_at, expires_at,
rows, suppressed, not_consented, levels, refusal_code"""
_ONE = f"SELECT {_COLUMNS} FROM analyses WHERE analysis_id = $1"  # noqa: S608
_NEWEST = f"SELECT {_COLUMNS} FROM analyses ORDER BY analysis_id DESC LIMIT 100"  # noqa: S608
_LIVING = """SELECT member_id FROM members
             WHERE status IN (1, 2) AND merged_into IS NULL AND ($1::uuid IS NULL OR member_id > $1)
             ORDER BY member_id LIMIT $2"""


async def add(connection: AsyncConnection, analysis_id: UUID, ask: Ask, actor: str, now: datetime) -> None:
    """Ask for an export."""
    await connection.execute(
        text(
            """INSERT INTO analyses (analysis_id, state, k, columns, purpose, reason, requested_by, requested_at)
               VALUES (:analysis_id, 1, :k, CAST(:columns AS text[]), :purpose, :reason, :actor, :now)"""
        ),
        {
            "analysis_id": analysis_id,
            **ask._asdict(),
            "columns": list(ask.columns),
            "actor": actor,
            "now": now,
        },
    )


async def find(databases: Databases, analysis_id: UUID) -> Analysis | None:
    """One export."""
    row = await databases.members_pool.fetchrow(_ONE, analysis_id)
    return None if row is None else _analysis(row)


async def newest(databases: Databases) -> list[Analysis]:
    """The newest hundred, newest first."""
    return [_analysis(row) for row in await databases.members_pool.fetch(_NEWEST)]


async def portion(databases: Databases, analysis_id: UUID, offset: int, count: int) -> bytes | None:
    """A portion of a ready export's content; None when it is not there."""
    content: bytes | None = await databases.members_pool.fetchval(
        "SELECT substring(content FROM $2 FOR $3) FROM analyses WHERE analysis_id = $1 AND state = 2",
        analysis_id,
        offset + 1,
        count,
    )
    return content


async def take(connection: AsyncConnection, now: datetime, tried_before: datetime) -> Analysis | None:
    """The export that waited longest and that nobody tried lately; it is then this process's to make."""
    row = (
        await connection.execute(
            text(
                f"""UPDATE analyses SET tried_at = :now WHERE analysis_id = (
                      SELECT analysis_id FROM analyses
                      WHERE state = 1 AND (tried_at IS NULL OR tried_at < :tried_before)
                      ORDER BY tried_at NULLS FIRST, requested_at LIMIT 1 FOR UPDATE SKIP LOCKED)
                    RETURNING {_COLUMNS}"""  # noqa: S608
            ),
            {"now": now, "tried_before": tried_before},
        )
    ).one_or_none()
    return None if row is None else _analysis(tuple(row))


async def living(databases: Databases, after: UUID | None, count: int) -> list[UUID]:
    """Members who are active or frozen and were merged into nobody, in the order of their ids."""
    return [row[0] for row in await databases.members_pool.fetch(_LIVING, after, count)]


async def put(
    connection: AsyncConnection,
    analysis_id: UUID,
    content: bytes,
    result: Result,
    now: datetime,
    until: datetime,
) -> None:
    """Let an export be read."""
    await connection.execute(
        text(
            """UPDATE analyses SET state = 2, ready_at = :now, expires_at = :until, content = :content, rows = :rows,
                 suppressed = :suppressed, not_consented = :not_consented, levels = CAST(:levels AS smallint[])
               WHERE analysis_id = :analysis_id AND state = 1"""
        ),
        {
            "analysis_id": analysis_id,
            "content": content,
            **result._asdict(),
            "levels": list(result.levels),
            "now": now,
            "until": until,
        },
    )


async def fail(connection: AsyncConnection, analysis_id: UUID, code: str) -> None:
    """Note why an export can never be made."""
    await connection.execute(
        text("UPDATE analyses SET state = 3, refusal_code = :code WHERE analysis_id = :id AND state = 1"),
        {"id": analysis_id, "code": code},
    )


async def expire(connection: AsyncConnection, now: datetime) -> int:
    """Destroy what exports hold whose time is over; how many."""
    gone = await connection.execute(
        text("UPDATE analyses SET state = 4, content = NULL WHERE state = 2 AND expires_at <= :now"),
        {"now": now},
    )
    return gone.rowcount


def _analysis(row: asyncpg.Record | tuple[Any, ...]) -> Analysis:
    analysis_id, state, k, columns, purpose, reason, actor, at, ready_at, expires_at, *rest = row
    rows, suppressed, not_consented, levels, code = rest
    return Analysis(
        analysis_id,
        AnalysisState(state),
        Ask(k, tuple(columns), purpose, reason),
        actor,
        at,
        ready_at,
        expires_at,
        Result(rows, suppressed, not_consented, tuple(levels)),
        code,
    )
