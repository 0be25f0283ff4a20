"""The officer's queue of rights requests: the soonest due first, and what falls due."""

from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.rights import RightsKind, RightsRequest
from services.consent.storage.rights import COLUMNS, request_of, whole


class Queue(NamedTuple):
    """What the officer looks at, the soonest due first; ``after`` is a place that an earlier page gave."""

    first: int
    after: tuple[datetime, int] | None = None
    ended_too: bool = False
    due_soon_at: datetime | None = None
    kind: RightsKind | None = None


async def page(connection: AsyncConnection, asked: Queue) -> list[RightsRequest]:
    """A page of the officer's queue."""
    due_at, number = asked.after or (None, 0)
    query = f"""SELECT {COLUMNS} FROM rights_requests
                WHERE (:ended_too OR ended_at IS NULL)
                  AND (CAST(:kind AS text) IS NULL OR kind = :kind)
                  AND (CAST(:soon AS timestamptz) IS NULL OR alarm_at <= :soon)
                  AND (CAST(:due_at AS timestamptz) IS NULL OR (due_at, number) > (:due_at, :number))
                ORDER BY due_at, number LIMIT :most"""  # noqa: S608
    values = {
        "ended_too": asked.ended_too,
        "kind": asked.kind,
        "soon": asked.due_soon_at,
        "due_at": due_at,
        "number": number,
        "most": asked.first,
    }
    rows = await connection.execute(sa.text(query), values)
    return await whole(connection, rows.mappings().all())


async def take_due(connection: AsyncConnection, now: datetime, most: int) -> list[tuple[RightsRequest, bool]]:
    """Open requests whose time is nearly or quite over and of which that was not told yet, and whether it is over."""
    query = f"""UPDATE rights_requests SET alarmed_at = coalesce(alarmed_at, :now),
                  overdue_told_at = CASE WHEN due_at <= :now THEN :now END
                WHERE request_id IN (
                  SELECT request_id FROM rights_requests
                  WHERE ended_at IS NULL AND ((alarm_at <= :now AND alarmed_at IS NULL)
                    OR (due_at <= :now AND overdue_told_at IS NULL))
                  ORDER BY due_at LIMIT :most FOR NO KEY UPDATE SKIP LOCKED)
                RETURNING {COLUMNS}"""  # noqa: S608
    rows = await connection.execute(sa.text(query), {"now": now, "most": most})
    found = [request_of(row) for row in rows.mappings()]
    return [(request, request.due_at <= now) for request in found]


async def lateness(connection: AsyncConnection, now: datetime) -> tuple[int, int, int]:
    """How many requests are open, due soon, and late."""
    row = await connection.execute(
        sa.text(
            """SELECT count(*), count(*) FILTER (WHERE alarm_at <= :now AND due_at > :now),
                 count(*) FILTER (WHERE due_at <= :now) FROM rights_requests WHERE ended_at IS NULL"""
        ),
        {"now": now},
    )
    found = row.one()
    return found[0], found[1], found[2]
