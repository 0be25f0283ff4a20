"""Occasions that were heard of, from the event that told so until they are looked at."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.missions.missions import LifecycleKind

ANY_PROGRAMME = ""
"""What is heard is an occasion of every programme that waits for it."""


class Heard(NamedTuple):
    """An occasion of ``member_id``, which ``name`` tells from others of its kind.

    ``about`` is the tier that was reached, the template of the coupon that expires, or the month of a birthday as
    ``2026-07``; ``occurred_at`` is in microseconds since 1970.
    """

    member_id: str
    name: str
    about: str
    occurred_at: int


async def hear(connection: AsyncConnection, programme_id: str, kind: LifecycleKind, heard: Heard) -> None:
    """Keep an occasion that a published mission waits for; heard again, it is the same."""
    await connection.execute(
        _HEAR,
        {
            "programme_id": programme_id,
            "kind": kind.value,
            "member_id": heard.member_id,
            "name": heard.name,
            "about": heard.about,
            "occurred_at": instant(heard.occurred_at),
        },
    )


async def waiting(
    pool: asyncpg.Pool, programme: int, kind: LifecycleKind, month: str, limit: int
) -> list[Heard]:
    """What was not looked at yet, earliest first; no birthday's month that comes after this one."""
    rows = await pool.fetch(
        "SELECT member_id::text, name, about, occurred_at FROM occasions WHERE programme = $1 AND kind = $2 "
        "AND ($2 <> 'BIRTHDAY_MONTH' OR about <= $4) ORDER BY occurred_at, member_id, name LIMIT $3",
        programme,
        kind.value,
        limit,
        month,
    )
    return [Heard(row[0], row[1], row[2], micros(row[3])) for row in rows]


async def take(
    connection: database.RawConnection, programme: int, kind: LifecycleKind, heard: Sequence[Heard]
) -> list[Heard]:
    """Those of the occasions that nobody else took meanwhile; they are gone with this transaction."""
    rows = await connection.fetch(
        "DELETE FROM occasions o USING unnest($3::uuid[], $4::text[]) AS t (member_id, name) "
        "WHERE o.programme = $1 AND o.kind = $2 AND o.member_id = t.member_id AND o.name = t.name "
        "RETURNING o.member_id::text, o.name",
        programme,
        kind.value,
        [one.member_id for one in heard],
        [one.name for one in heard],
    )
    taken = {(row[0], row[1]) for row in rows}
    return [one for one in heard if (one.member_id, one.name) in taken]


async def unrestricted(reader: database.RawConnection | asyncpg.Pool, members: Sequence[str]) -> set[str]:
    """Which of the members are neither frozen nor closed."""
    rows = await reader.fetch(
        "SELECT member_id::text FROM members WHERE member_id = ANY($1::uuid[]) AND restriction = 0",
        list(members),
    )
    return {row[0] for row in rows}


_HEAR = text("""
INSERT INTO occasions (programme, kind, member_id, name, about, occurred_at)
SELECT p.number, :kind, CAST(:member_id AS uuid), :name, :about, :occurred_at FROM programmes p
WHERE :programme_id IN (p.programme_id, '') AND EXISTS (
  SELECT FROM missions m WHERE m.programme = p.number AND m.state = 'PUBLISHED'
    AND m.definition -> 'lifecycle' ->> 'kind' = :kind)
ON CONFLICT DO NOTHING
""")
