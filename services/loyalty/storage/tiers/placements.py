"""Placements at rest: who placed members on which tier, until when and why, by the key it was asked under."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg
from asyncpg.pgproto.pgproto import UUID

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.ledger.state import Place, PlacementRecorded
from services.loyalty.rules.tiers.standings import PlacementKind


async def load(connection: database.RawConnection, places: Sequence[Place]) -> dict[Place, PlacementRecorded]:
    """What members' keys were used for."""
    members, keys = zip(*places, strict=True)
    found = await connection.fetch(_BY_KEY, members, [UUID(key) for key in keys])
    return {(str(row["member_id"]), row["key"].bytes): _recorded(row) for row in found}


async def put(connection: database.RawConnection, placements: Mapping[Place, PlacementRecorded]) -> None:
    """Write those that are new."""
    new = [_row(*place, made) for place, made in placements.items() if made.is_new]
    if new:
        await connection.copy_records_to_table("placements", records=new, columns=_COLUMNS)


async def newest(
    pool: asyncpg.Pool, names: Sequence[str], programme: int, most: int
) -> list[tuple[str, PlacementRecorded]]:
    """The placements under a member's names with their ids, the newest first."""
    found = await pool.fetch(_NEWEST, names, programme, most)
    return [(str(row["key"]), _recorded(row)) for row in found]


def _recorded(row: asyncpg.Record) -> PlacementRecorded:
    return PlacementRecorded(
        row["programme"],
        PlacementKind(row["kind"]),
        row["tier"],
        micros(row["until"]),
        row["tier_before"],
        row["tier_after"],
        row["actor"],
        row["reason"],
        row["fingerprint"],
        micros(row["placed_at"]),
        row["ended"],
    )


def _row(member_id: str, key: bytes, made: PlacementRecorded) -> tuple[Any, ...]:
    return (
        member_id,
        UUID(key),
        made.programme,
        made.kind,
        made.tier,
        instant(made.until),
        made.tier_before,
        made.tier_after,
        made.actor,
        made.reason,
        made.fingerprint,
        instant(made.placed_at),
        made.ended,
    )


_COLUMNS = (
    "member_id",
    "key",
    "programme",
    "kind",
    "tier",
    "until",
    "tier_before",
    "tier_after",
    "actor",
    "reason",
    "fingerprint",
    "placed_at",
    "ended",
)

_BY_KEY = """
SELECT p.* FROM placements p JOIN unnest($1::uuid[], $2::uuid[]) AS k(member_id, key) USING (member_id, key)
"""

_NEWEST = """
SELECT * FROM placements WHERE member_id = ANY($1::uuid[]) AND programme = $2 ORDER BY placed_at DESC, key LIMIT $3
"""
