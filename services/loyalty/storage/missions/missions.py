"""Missions at rest: editions, and how many awards were given of each mission."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from services.kit import database
from services.kit.clock import instant
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.missions.missions import (
    ActivityTask,
    Award,
    Condition,
    CountedBy,
    LifecycleKind,
    LifecycleTask,
    Mission,
    MissionPeriod,
    MissionState,
)
from services.loyalty.rules.programmes.texts import Text


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition with its state, who brought it there, and how many awards were given of all editions."""

    mission: Mission
    state: MissionState
    reason: str
    drafted_by: str
    drafted_at: datetime
    published_by: str = ""
    published_at: datetime | None = None
    stopped_by: str = ""
    stopped_at: datetime | None = None
    awarded: int = 0


async def editions(
    connection: database.RawConnection | asyncpg.Pool, programme: int, key: str = ""
) -> list[Edition]:
    """Every edition of a mission, or of all, by key and newest first."""
    rows = await connection.fetch(f"{_EDITIONS} {_IN_ORDER}", programme, key)
    return [_edition(row) for row in rows]


async def in_force(connection: database.RawConnection | asyncpg.Pool, programme: int) -> list[Edition]:
    """What is published, by key."""
    rows = await connection.fetch(f"{_EDITIONS} AND m.state = 'PUBLISHED' {_IN_ORDER}", programme, "")
    return [_edition(row) for row in rows]


async def publish_alone(connection: database.RawConnection, programme: int) -> None:
    """Let nobody else publish a mission of a programme until this transaction ends, since one is held against others."""
    await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"missions:{programme}")


async def lock(connection: database.RawConnection, programme: int, key: str) -> None:
    """Let nobody else change or award a mission until this transaction ends."""
    await connection.execute(
        "INSERT INTO mission_counters (programme, mission) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        programme,
        key,
    )
    await connection.execute(
        "SELECT 1 FROM mission_counters WHERE programme = $1 AND mission = $2 FOR UPDATE", programme, key
    )


async def draft(
    connection: database.RawConnection, programme: int, edition: Edition, *, in_place_of: int = 0
) -> None:
    """Write a draft, in place of the draft with another number; 0 for beside what is published."""
    await connection.execute(
        _REDRAFT if in_place_of else _DRAFT,
        programme,
        edition.mission.key,
        edition.mission.edition,
        _definition(edition.mission),
        edition.reason,
        edition.drafted_by,
        edition.drafted_at,
        *((in_place_of,) if in_place_of else ()),
    )


async def move(connection: database.RawConnection, programme: int, edition: Edition) -> None:
    """Write an edition's state, and what it says of when it starts."""
    await connection.execute(
        "UPDATE missions SET state = $4, definition = $5, reason = $6, published_by = $7, published_at = $8, "
        "stopped_by = $9, stopped_at = $10 WHERE programme = $1 AND key = $2 AND edition = $3",
        programme,
        edition.mission.key,
        edition.mission.edition,
        edition.state.value,
        _definition(edition.mission),
        edition.reason,
        edition.published_by,
        edition.published_at,
        edition.stopped_by,
        edition.stopped_at,
    )


async def take_award(connection: database.RawConnection, programme: int, mission: Mission) -> bool:
    """Count one more award; False when all that the budget allows are given."""
    taken = await connection.fetchval(
        "UPDATE mission_counters SET awarded = awarded + 1 "
        "WHERE programme = $1 AND mission = $2 AND ($3::bigint = 0 OR awarded < $3) RETURNING true",
        programme,
        mission.key,
        mission.budget,
    )
    return bool(taken)


async def looked_at(
    connection: database.RawConnection, programme: int, mission: Mission
) -> tuple[int, int | None]:
    """How many awards were given, and until when occasions were looked for."""
    row = await connection.fetchrow(
        "SELECT awarded, (extract(epoch FROM looked_until) * 1000000)::bigint AS looked_until "
        "FROM mission_counters WHERE programme = $1 AND mission = $2",
        programme,
        mission.key,
    )
    return (row["awarded"], row["looked_until"]) if row else (0, None)


async def looked(
    connection: database.RawConnection, programme: int, mission: Mission, awarded: int, until: int
) -> None:
    """Note how many more awards were given, and until when was looked."""
    await connection.execute(
        "UPDATE mission_counters SET awarded = awarded + $3, looked_until = $4 WHERE programme = $1 AND mission = $2",
        programme,
        mission.key,
        awarded,
        instant(until),
    )


def _edition(row: asyncpg.Record) -> Edition:
    return Edition(
        replace(_mission(row["key"], orjson.loads(row["definition"])), edition=row["edition"]),
        MissionState(row["state"]),
        row["reason"],
        row["drafted_by"],
        row["drafted_at"],
        row["published_by"],
        row["published_at"],
        row["stopped_by"],
        row["stopped_at"],
        row["awarded"],
    )


def _definition(mission: Mission) -> str:
    task = mission.task
    kept: dict[str, Any] = {
        "name": [mission.name.zh, mission.name.en],
        "description": [mission.description.zh, mission.description.en],
        "award": {
            "kind": mission.award.kind,
            "currency": mission.award.currency,
            "points": mission.award.points,
            "template": mission.award.template,
        },
        "budget": mission.budget,
        "starts_at": mission.starts_at,
        "ends_at": mission.ends_at,
        "tiers": mission.tiers,
        "purpose": mission.purpose,
        "campaign": mission.campaign,
    }
    if isinstance(task, LifecycleTask):
        kept["lifecycle"] = {"kind": task.kind, "days": task.days, "template": task.template}
    else:
        kept["activities"] = {
            "type": task.type,
            "count": task.count,
            "counted_by": task.counted_by,
            "attribute": task.attribute,
            "conditions": [[one.attribute, one.equals] for one in task.conditions],
            "period": task.period,
            "times": task.times,
            "condition": task.condition,
        }
    return orjson.dumps(kept).decode()


def _mission(key: str, kept: dict[str, Any]) -> Mission:
    task: ActivityTask | LifecycleTask
    if "lifecycle" in kept:
        once = kept["lifecycle"]
        task = LifecycleTask(LifecycleKind(once["kind"]), once["days"], once.get("template", ""))
    else:
        of = kept["activities"]
        task = ActivityTask(
            of["type"],
            of["count"],
            CountedBy(of["counted_by"]),
            of["attribute"],
            tuple(Condition(*one) for one in of["conditions"]),
            MissionPeriod(of["period"]),
            of["times"],
            of.get("condition", ""),
        )
    award = kept["award"]
    return Mission(
        key,
        Text(*kept["name"]),
        Text(*kept["description"]),
        task,
        Award(GrantKind(award["kind"]), award["currency"], award["points"], award["template"]),
        kept["budget"],
        kept["starts_at"],
        kept["ends_at"],
        tuple(kept["tiers"]),
        kept.get("purpose", ""),
        campaign=kept.get("campaign", ""),
    )


_EDITIONS = """
SELECT m.*, coalesce(c.awarded, 0) AS awarded FROM missions m
LEFT JOIN mission_counters c ON c.programme = m.programme AND c.mission = m.key
WHERE m.programme = $1 AND ($2 = '' OR m.key = $2)
"""
_IN_ORDER = "ORDER BY m.key, m.edition DESC"

_DRAFT = """
INSERT INTO missions (programme, key, edition, state, definition, reason, drafted_by, drafted_at)
VALUES ($1, $2, $3, 'DRAFT', $4, $5, $6, $7)
"""
_REDRAFT = """
UPDATE missions SET edition = $3, definition = $4, reason = $5, drafted_by = $6, drafted_at = $7
WHERE programme = $1 AND key = $2 AND edition = $8 AND state = 'DRAFT'
"""
