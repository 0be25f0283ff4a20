"""Referral programmes at rest: what is offered to who brings others, by editions, and how many that rewarded."""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from services.kit import database
from services.loyalty.rules.referrals.referrals import Referral, ReferralProgrammeState, ReferralTerms
from services.loyalty.storage.programmes.definitions import referrals as definitions

Reader = database.RawConnection | asyncpg.Pool


@dataclass(frozen=True, slots=True)
class Offered:
    """A referral programme in its newest edition, and how many it rewarded; or a draft, which is not published."""

    programme: int
    referral: str
    edition: int
    stopped: bool
    rewarded: int
    terms: ReferralTerms
    published_by: str = ""
    published_at: int = 0
    reason: str = ""
    drafted_by: str = ""
    drafted_at: int = 0

    @property
    def state(self) -> ReferralProgrammeState:
        if not self.published_at:
            return ReferralProgrammeState.DRAFT
        return ReferralProgrammeState.STOPPED if self.stopped else ReferralProgrammeState.PUBLISHED


async def take_turns(connection: database.RawConnection, programme: int, referral: str) -> None:
    """Let nobody else accept or change anything of this referral programme until this transaction ends.

    Limits, velocity and circles are over many rows, and invitations are rare beside orders.
    """
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"referral:{programme}:{referral}"
    )


async def find(reader: Reader, programme: int, referral: str, edition: int = 0) -> Offered | None:
    """A referral programme with an edition's terms; 0 for the newest."""
    row = await reader.fetchrow(
        f"{_OFFERED} WHERE o.programme = $1 AND o.referral = $2", programme, referral, edition
    )
    return None if row is None else _offered(row)


async def every(reader: Reader, programme: int) -> Sequence[Offered]:
    rows = await reader.fetch(
        f"{_OFFERED} WHERE o.programme = $1 AND $2 = '' ORDER BY o.referral LIMIT 500", programme, "", 0
    )
    return [_offered(row) for row in rows]


async def publish(connection: database.RawConnection, of: Offered) -> None:
    await connection.execute(
        "INSERT INTO referral_programmes (programme, referral, edition) VALUES ($1, $2, $3) "
        "ON CONFLICT (programme, referral) DO UPDATE SET edition = excluded.edition, stopped = false",
        of.programme,
        of.referral,
        of.edition,
    )
    await connection.execute(
        "INSERT INTO referral_editions (programme, referral, edition, terms, published_by, published_at, reason) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7)",
        of.programme,
        of.referral,
        of.edition,
        definitions.encode(of.terms),
        of.published_by,
        of.published_at,
        of.reason,
    )


async def stop(connection: database.RawConnection, programme: int, referral: str) -> None:
    await connection.execute(
        "UPDATE referral_programmes SET stopped = true WHERE programme = $1 AND referral = $2",
        programme,
        referral,
    )


async def count_rewarded(connection: database.RawConnection, of: Referral, most: int) -> bool:
    """Count one more that is rewarded; False where that would be more than ``most`` (0: without end)."""
    found = await connection.fetchval(
        "UPDATE referral_programmes SET rewarded = rewarded + 1 "
        "WHERE programme = $1 AND referral = $2 AND ($3 = 0 OR rewarded < $3) RETURNING 1",
        of.programme,
        of.referral,
        most,
    )
    return found is not None


def _offered(row: asyncpg.Record) -> Offered:
    return Offered(
        row["programme"],
        row["referral"],
        row["edition"],
        row["stopped"],
        row["rewarded"],
        definitions.decode(row["terms"]),
        row["published_by"],
        row["published_at"],
        row["reason"],
    )


_OFFERED = """
SELECT o.programme, o.referral, o.stopped, o.rewarded, e.edition, e.terms, e.published_by, e.published_at, e.reason
FROM referral_programmes o JOIN referral_editions e
  ON (e.programme, e.referral, e.edition) = (o.programme, o.referral, CASE WHEN $3 = 0 THEN o.edition ELSE $3 END)
"""
