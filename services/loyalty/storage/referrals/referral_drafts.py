"""Drafts of referral programmes at rest: at most one of each."""

from collections.abc import Sequence

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.storage.programmes.definitions import referrals as definitions
from services.loyalty.storage.referrals.referral_programmes import Offered, Reader


async def find(reader: Reader, programme: int, referral: str) -> Offered | None:
    row = await reader.fetchrow(
        "SELECT * FROM referral_drafts WHERE programme = $1 AND referral = $2", programme, referral
    )
    return None if row is None else _drafted(row)


async def every(reader: Reader, programme: int) -> Sequence[Offered]:
    rows = await reader.fetch(
        "SELECT * FROM referral_drafts WHERE programme = $1 ORDER BY referral LIMIT 500", programme
    )
    return [_drafted(row) for row in rows]


async def put(connection: database.RawConnection, of: Offered) -> None:
    """Write a draft, in place of the one that is there."""
    await connection.execute(
        "INSERT INTO referral_drafts (programme, referral, edition, terms, drafted_by, drafted_at, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (programme, referral) DO UPDATE SET "
        "edition = excluded.edition, terms = excluded.terms, drafted_by = excluded.drafted_by, "
        "drafted_at = excluded.drafted_at, reason = excluded.reason",
        of.programme,
        of.referral,
        of.edition,
        definitions.encode(of.terms),
        of.drafted_by,
        instant(of.drafted_at),
        of.reason,
    )


async def remove(connection: database.RawConnection, of: Offered) -> None:
    await connection.execute(
        "DELETE FROM referral_drafts WHERE programme = $1 AND referral = $2", of.programme, of.referral
    )


def _drafted(row: asyncpg.Record) -> Offered:
    return Offered(
        row["programme"],
        row["referral"],
        row["edition"],
        False,
        0,
        definitions.decode(row["terms"]),
        reason=row["reason"],
        drafted_by=row["drafted_by"],
        drafted_at=micros(row["drafted_at"]),
    )
