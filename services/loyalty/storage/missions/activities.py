"""Activities at rest: kept under the name their source gave them until their type says to forget them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg
import orjson

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.missions.activities import CHECK_IN_SOURCE, Activity
from services.loyalty.rules.missions.activity_types import BUILT_IN, ActivityType, Attribute, AttributeType
from services.loyalty.rules.programmes.texts import Text


@dataclass(frozen=True, slots=True)
class Declared:
    """A type as it was declared; nobody declared those that every programme has."""

    type: ActivityType
    declared_by: str = ""
    declared_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class First:
    """An activity that was there: a digest of what was told, and what was answered."""

    fingerprint: bytes
    answer: list[dict[str, Any]]


async def types(connection: database.RawConnection | asyncpg.Pool, programme: int) -> dict[str, Declared]:
    """The newest edition of every type, by key, with those that every programme has."""
    rows = await connection.fetch(
        "SELECT DISTINCT ON (key) * FROM activity_types WHERE programme = $1 ORDER BY key, edition DESC",
        programme,
    )
    found = {key: Declared(type) for key, type in BUILT_IN.items()}
    return found | {row["key"]: _declared(row) for row in rows}


async def declare(connection: database.RawConnection, programme: int, declared: Declared) -> bool:
    """Keep the next edition of a type; False when another took its number meanwhile."""
    added = await connection.fetchval(
        "INSERT INTO activity_types (programme, key, edition, definition, declared_by, declared_at, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING RETURNING true",
        programme,
        declared.type.key,
        declared.type.edition,
        _definition(declared.type),
        declared.declared_by,
        declared.declared_at,
        declared.reason,
    )
    return bool(added)


async def insert(
    connection: database.RawConnection, programme: int, activity: Activity, now: int
) -> First | None:
    """Keep an activity; the one that is there under its name, if any."""
    added = await connection.fetchval(
        _INSERT,
        programme,
        activity.source,
        activity.activity_id,
        activity.member_id,
        activity.type,
        instant(activity.occurred_at),
        instant(now),
        instant(activity.forget_at),
        orjson.dumps(activity.attributes).decode(),
        activity.fingerprint,
    )
    if added:
        return None
    first = await find(connection, programme, activity)
    assert first is not None, "it is there by now"
    return first


async def find(connection: database.RawConnection, programme: int, activity: Activity) -> First | None:
    """The activity that is there under a name."""
    row = await connection.fetchrow(
        "SELECT fingerprint, answer FROM member_activities "
        "WHERE programme = $1 AND source = $2 AND activity_id = $3",
        programme,
        activity.source,
        activity.activity_id,
    )
    return None if row is None else First(row["fingerprint"], orjson.loads(row["answer"]))


async def answer(
    connection: database.RawConnection, programme: int, activity: Activity, answer: Sequence[dict[str, Any]]
) -> None:
    """Keep what was answered, to be answered again."""
    await connection.execute(
        "UPDATE member_activities SET answer = $4 WHERE programme = $1 AND source = $2 AND activity_id = $3",
        programme,
        activity.source,
        activity.activity_id,
        orjson.dumps(list(answer)).decode(),
    )


async def check_ins(
    connection: database.RawConnection | asyncpg.Pool, programme: int, names: Sequence[str]
) -> list[int]:
    """When a member checked in, as far as that is kept; in microseconds since 1970."""
    rows = await connection.fetch(
        "SELECT occurred_at FROM member_activities WHERE member_id = ANY($1::uuid[]) AND programme = $2 "
        "AND source = $3",
        list(names),
        programme,
        CHECK_IN_SOURCE,
    )
    return [micros(row["occurred_at"]) for row in rows]


@dataclass(frozen=True, slots=True)
class ActivitiesAsked:
    """A page of a member's activities, newest first; ``after`` is when the last one was recorded, and its id."""

    programme: int
    names: Sequence[str]
    first: int
    after: tuple[datetime, str] | None


async def page(pool: asyncpg.Pool, asked: ActivitiesAsked) -> tuple[Sequence[asyncpg.Record], bool]:
    """The page, and whether more follow."""
    rows = await pool.fetch(
        _PAGE, asked.programme, list(asked.names), *(asked.after or (None, None)), asked.first + 1
    )
    return rows[: asked.first], len(rows) > asked.first


async def forget(pool: asyncpg.Pool, now: datetime) -> int:
    """Delete what was kept for long enough, a portion at a time; how many there were."""
    gone = 0
    while True:
        status = await pool.execute(_FORGET, now, _FORGOTTEN_AT_ONCE)
        count = int(status.rpartition(" ")[2])
        gone += count
        if count < _FORGOTTEN_AT_ONCE:
            return gone


async def erase(pool: asyncpg.Pool, member_id: str) -> tuple[tuple[str, int], ...]:
    """Delete all that tells what an erased member did; how many rows of each table."""
    gone = []
    for table in ("member_activities", "mission_steps"):
        status = await pool.execute(f"DELETE FROM {table} WHERE member_id = $1", member_id)  # noqa: S608
        gone.append((table, int(status.rpartition(" ")[2])))
    return tuple(gone)


def _definition(type: ActivityType) -> str:
    return orjson.dumps(
        {
            "name": [type.name.zh, type.name.en],
            "attributes": [
                {"key": one.key, "type": one.type, "required": one.required, "one_of": one.one_of}
                for one in type.attributes
            ],
            "retention_days": type.retention_days,
            "purpose": type.purpose,
        }
    ).decode()


def _declared(row: asyncpg.Record) -> Declared:
    kept = orjson.loads(row["definition"])
    attributes = tuple(
        Attribute(one["key"], AttributeType(one["type"]), one["required"], tuple(one["one_of"]))
        for one in kept["attributes"]
    )
    type = ActivityType(
        row["key"],
        Text(*kept["name"]),
        attributes,
        kept["retention_days"],
        row["edition"],
        kept.get("purpose", ""),
    )
    return Declared(type, row["declared_by"], row["declared_at"], row["reason"])


_FORGOTTEN_AT_ONCE = 5_000

_INSERT = """
INSERT INTO member_activities (programme, source, activity_id, member_id, type, occurred_at, recorded_at, forget_at,
                               attributes, fingerprint)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING RETURNING true
"""

_PAGE = """
SELECT * FROM member_activities
WHERE programme = $1 AND member_id = ANY($2::uuid[])
  AND ($3::timestamptz IS NULL OR (recorded_at, activity_id) < ($3, $4::text))
ORDER BY recorded_at DESC, activity_id DESC LIMIT $5
"""

_FORGET = """
DELETE FROM member_activities WHERE (programme, source, activity_id) IN (
  SELECT programme, source, activity_id FROM member_activities WHERE forget_at <= $1 LIMIT $2)
"""
