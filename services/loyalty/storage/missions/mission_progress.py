"""Progress at rest: the steps that count in missions, and the completions that used them up."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from services.kit import database
from services.kit.clock import instant
from services.loyalty.rules.missions.activities import Activity
from services.loyalty.rules.missions.mission_progress import Step


class Place(NamedTuple):
    """A period of a mission in a programme."""

    programme: int
    mission: str
    period: str


class Completed(NamedTuple):
    """How often a mission was completed in a period, and the number of the last time."""

    times: int
    last: int


async def step(
    connection: database.RawConnection, member_id: str, place: Place, mark: str, activity: Activity
) -> bool:
    """Count a step; False when one of its mark is there."""
    added = await connection.fetchval(
        "INSERT INTO mission_steps (member_id, programme, mission, period, mark, day, occurred_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true",
        member_id,
        *place,
        mark,
        activity.day,
        instant(activity.occurred_at),
    )
    return bool(added)


async def unused(
    connection: database.RawConnection | asyncpg.Pool, names: Sequence[str], place: Place
) -> list[Step]:
    """What counts and was not used up, the earliest first; of the same mark under several names, one."""
    rows = await connection.fetch(
        "SELECT mark, min(day) AS day FROM mission_steps "
        "WHERE member_id = ANY($1::uuid[]) AND programme = $2 AND mission = $3 AND period = $4 "
        "GROUP BY mark HAVING max(used_by) = 0 ORDER BY min(occurred_at), mark",
        list(names),
        *place,
    )
    return [Step(row["mark"], row["day"]) for row in rows]


async def completed(
    connection: database.RawConnection | asyncpg.Pool, names: Sequence[str], place: Place
) -> Completed:
    """How often the mission was completed in the period."""
    row = await connection.fetchrow(
        "SELECT count(*) AS times, coalesce(max(nth), 0) AS last FROM mission_completions "
        "WHERE member_id = ANY($1::uuid[]) AND programme = $2 AND mission = $3 AND period = $4",
        list(names),
        *place,
    )
    assert row is not None, "counts are always one row"
    return Completed(row["times"], row["last"])


async def complete(
    connection: database.RawConnection,
    member_id: str,
    names: Sequence[str],
    place: Place,
    completion: tuple[int, int],
    used: Sequence[Step],
    now: int,
) -> None:
    """Write a completion, (nth, edition), and which steps it used up."""
    nth, edition = completion
    await connection.execute(
        "INSERT INTO mission_completions (member_id, programme, mission, period, nth, edition, completed_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        member_id,
        *place,
        nth,
        edition,
        instant(now),
    )
    await connection.execute(
        "UPDATE mission_steps SET used_by = $5 WHERE member_id = ANY($1::uuid[]) AND programme = $2 "
        "AND mission = $3 AND period = $4 AND mark = ANY($6::text[])",
        list(names),
        *place,
        nth,
        [step.mark for step in used],
    )
