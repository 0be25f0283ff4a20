"""Merges in storage: what each moved, what of it is there to be given back, and what came back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from typing import Any

import asyncpg
import orjson

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.members.merges import Amounts, Merge, Share
from services.loyalty.rules.tiers.standings import NO_TERM, Standing, Term
from services.loyalty.storage.ledger import rows


async def load(
    connection: database.RawConnection | asyncpg.Pool, from_members: Collection[str]
) -> list[Merge]:
    """All merges of members into others, each member's oldest first."""
    found = await connection.fetch(
        "SELECT * FROM merges WHERE from_member = ANY($1::uuid[]) ORDER BY merged_at, from_member, programme",
        list(from_members),
    )
    return [_merge(row) for row in found]


async def of_member(connection: database.RawConnection, member_id: str) -> list[Merge]:
    """Merges of a member into others, and of others into the member."""
    found = await connection.fetch(
        "SELECT * FROM merges WHERE from_member = $1 OR into_member = $1 ORDER BY merged_at, programme",
        member_id,
    )
    return [_merge(row) for row in found]


async def put(connection: database.RawConnection, merges: Sequence[Merge]) -> None:
    """Write merges that are new or changed."""
    new = [_new(merge) for merge in merges if merge.is_new]
    if new:
        await connection.copy_records_to_table("merges", records=new, columns=_NEW_COLUMNS)
    changed = [merge for merge in merges if merge.changed and not merge.is_new]
    for merge in changed:
        await connection.execute(
            _CHANGE,
            merge.from_member,
            merge.programme,
            merge.merge_id,
            _share(merge),
            instant(merge.undone_at) if merge.undone_at else None,
            merge.undone_by,
            merge.undone_reason,
            _amounts(merge.returned),
        )


async def put_fates(connection: database.RawConnection, standings: Sequence[Standing]) -> None:
    """Write whom members were merged into and when they forfeited what they had."""
    await connection.execute(
        _PUT_FATES,
        [standing.member_id for standing in standings],
        [standing.programme for standing in standings],
        [standing.merged_into or None for standing in standings],
        [standing.was_merged for standing in standings],
        [standing.forfeited_at for standing in standings],
    )


def _merge(row: asyncpg.Record) -> Merge:
    share = orjson.loads(row["share"])
    return Merge(
        str(row["from_member"]),
        row["programme"],
        row["merge_id"],
        str(row["into_member"]),
        row["actor"],
        row["reason"],
        micros(row["merged_at"]),
        _by_currency(row["moved"]),
        {int(number): Share(*parts) for number, parts in share["currencies"].items()},
        share["days"],
        [(key, since) for key, since in share["tiers"]],
        share["tier_before"],
        share.get("earned", []),
        _term(share),
        share.get("override_waited", False),  # as mostly, of a merge that an older release made
        micros(row["undone_at"]) if row["undone_at"] else 0,
        row["undone_by"],
        row["undone_reason"],
        _by_currency(row["returned"]),
    )


def _new(merge: Merge) -> tuple[Any, ...]:
    return (
        merge.from_member,
        merge.programme,
        merge.merge_id,
        merge.into_member,
        merge.actor,
        merge.reason,
        instant(merge.merged_at),
        _amounts(merge.moved),
        _share(merge),
        instant(merge.undone_at) if merge.undone_at else None,
        merge.undone_by,
        merge.undone_reason,
        _amounts(merge.returned),
    )


_NEW_COLUMNS = (
    "from_member",
    "programme",
    "merge_id",
    "into_member",
    "actor",
    "reason",
    "merged_at",
    "moved",
    "share",
    "undone_at",
    "undone_by",
    "undone_reason",
    "returned",
)


def _share(merge: Merge) -> str:
    return orjson.dumps(
        {
            "currencies": {str(number): astuple(share) for number, share in merge.shares.items()},
            "days": merge.days,
            "tiers": merge.tiers,
            "tier_before": merge.tier_before,
            "earned": merge.earned,
            "term": astuple(merge.term),
            "override_waited": merge.override_waited,
        }
    ).decode()


def _term(share: Mapping[str, Any]) -> Term:
    """The term that went over; of merges made by an older release, the last tier, without an end."""
    if (stored := share.get("term")) is None:
        return Term(*share["tiers"][-1]) if share["tiers"] else NO_TERM
    ladder, since, valid_until, grace_until, placed = stored
    return Term(ladder, since, valid_until, grace_until, tuple(rows.placed(placed)))


def _amounts(by_currency: Mapping[int, Amounts]) -> str:
    return orjson.dumps({str(number): astuple(amounts) for number, amounts in by_currency.items()}).decode()


def _by_currency(stored: str) -> dict[int, Amounts]:
    return {int(number): Amounts(*amounts) for number, amounts in orjson.loads(stored).items()}


_CHANGE = """
UPDATE merges SET share = $4, undone_at = $5, undone_by = $6, undone_reason = $7, returned = $8
WHERE from_member = $1 AND programme = $2 AND merge_id = $3
"""

_PUT_FATES = """
UPDATE standings s SET
  merged_into = n.merged_into, was_merged = n.was_merged, forfeited_at = n.forfeited_at
FROM unnest($1::uuid[], $2::smallint[], $3::uuid[], $4::boolean[], $5::bigint[])
  AS n(member_id, programme, merged_into, was_merged, forfeited_at)
WHERE s.member_id = n.member_id AND s.programme = n.programme
"""
