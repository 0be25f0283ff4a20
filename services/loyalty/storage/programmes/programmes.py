"""Programmes in storage: immutable versions, and one revision number for them all."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import asyncpg

from services.kit import database
from services.kit.clock import instant, micros
from services.kit.refusal import Conflict
from services.loyalty.rules.coupons.coupon_templates import Within
from services.loyalty.rules.programmes.programmes import (
    Programme,
    ProgrammeHistory,
    Programmes,
    UnknownProgramme,
    unchanged,
)
from services.loyalty.storage.ledger.ledger import PUBLISHING
from services.loyalty.storage.programmes import definitions


class RevisedMeanwhile(Conflict):
    """Another version came between; look at it and try again."""


class ProgrammeAlreadyThere(Conflict):
    """A programme with this id exists with other rules."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Who published a version, when and why; instants in microseconds since 1970, 0 for not canceled."""

    programme: Programme
    published_by: str
    published_at: int
    reason: str
    is_default: bool
    canceled_at: int = 0


async def load(connection: database.RawConnection | asyncpg.Pool) -> Programmes:
    """Every programme with all its versions. The revision is read first, so that it is never too new."""
    newest = await revision(connection)
    return known(newest, await publications(connection))


def known(newest: int, published: Iterable[Publication]) -> Programmes:
    """The programmes that publications make, each programme's oldest first; ``newest`` is their revision."""
    by_id: dict[str, ProgrammeHistory] = {}
    default_id = ""
    for publication in published:
        version = publication.programme
        programme_id = version.programme_id
        had = by_id.get(programme_id, ProgrammeHistory(()))
        canceled = had.canceled
        if publication.canceled_at:
            canceled = {**canceled, version.version: version}
            version = unchanged(had.newest, version.version, publication.canceled_at)
        by_id[programme_id] = ProgrammeHistory((*had.versions, version), canceled)
        default_id = programme_id if publication.is_default else default_id
    return Programmes(newest, by_id, default_id)


async def revision(connection: database.RawConnection | asyncpg.Pool) -> int:
    """The number that grows with every version published."""
    newest: int = await connection.fetchval("SELECT revision FROM programme_revision")
    return newest


async def publications(connection: database.RawConnection | asyncpg.Pool) -> list[Publication]:
    """All versions of all programmes, each programme's oldest first."""
    numbers: dict[int, dict[str, int]] = {}
    for row in await connection.fetch("SELECT number, programme, code FROM currencies"):
        numbers.setdefault(row["programme"], {})[row["code"]] = row["number"]
    rows = await connection.fetch(
        """SELECT p.number, p.programme_id, p.is_default, v.* FROM programmes p
           JOIN programme_versions v ON v.programme = p.number ORDER BY p.number, v.version"""
    )
    return [
        Publication(
            definitions.decode(row, numbers[row["number"]]),
            row["published_by"],
            micros(row["published_at"]),
            row["reason"],
            row["is_default"],
            micros(row["canceled_at"]) if row["canceled_at"] else 0,
        )
        for row in rows
    ]


async def publish_alone(connection: database.RawConnection) -> None:
    """Wait until no lane is committing, and let none begin until this transaction ends."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", PUBLISHING)


async def create(connection: database.RawConnection, publication: Publication) -> Programme:
    """Found a programme; returns it with its numbers. ``publish_alone`` comes first."""
    programme = publication.programme
    if publication.is_default:
        await connection.execute("UPDATE programmes SET is_default = false WHERE is_default")
    number = await connection.fetchval(
        "INSERT INTO programmes (programme_id, is_default) VALUES ($1, $2) RETURNING number",
        programme.programme_id,
        publication.is_default,
    )
    return await append(connection, replace(publication, programme=replace(programme, number=number)))


async def append(connection: database.RawConnection, publication: Publication) -> Programme:
    """Publish a version of a programme that is there, and number what currencies are new; returns it with them."""
    programme = publication.programme
    rows = await connection.fetch(_NUMBERED, programme.number, [c.code for c in programme.currencies])
    new = {row["code"]: row["number"] for row in rows}
    programme = replace(
        programme,
        currencies=tuple(replace(c, number=c.number or new[c.code]) for c in programme.currencies),
    )
    await connection.execute(
        "INSERT INTO programme_versions (programme, version, effective_at, rules, reason, published_by, "
        "published_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        programme.number,
        programme.version,
        instant(programme.effective_at),
        definitions.encode(programme),
        publication.reason,
        publication.published_by,
        instant(publication.published_at),
    )
    await connection.execute("UPDATE programme_revision SET revision = revision + 1")
    return programme


async def cancel(connection: database.RawConnection, version: Programme, now: int) -> None:
    """Note that a version will not take effect; what follows it is appended. ``publish_alone`` comes first."""
    await connection.execute(
        "UPDATE programme_versions SET canceled_at = $3 WHERE programme = $1 AND version = $2",
        version.number,
        version.version,
        instant(now),
    )


async def within(connection: database.RawConnection | asyncpg.Pool, programme_id: str) -> Within:
    """What coupons need to know of a programme, the default one for "". Raises ``UnknownProgramme``."""
    row = await connection.fetchrow(
        """SELECT p.number, p.programme_id, v.rules ->> 'time_zone', v.rules ->> 'money_currency'
           FROM programmes p JOIN programme_versions v ON v.programme = p.number
           WHERE p.programme_id = $1 OR ($1 = '' AND p.is_default) ORDER BY v.version DESC LIMIT 1""",
        programme_id,
    )
    if row is None:
        wanted = programme_id or "(the default)"
        raise UnknownProgramme(f"there is no programme {wanted}", field="programme_id")
    return Within(*row)


# A currency of a canceled version has its number already.
_NUMBERED = """
WITH asked AS (SELECT unnest($2::text[]) AS code), known AS (
  SELECT code, number FROM currencies JOIN asked USING (code) WHERE programme = $1
), added AS (
  INSERT INTO currencies (programme, code) SELECT $1, code FROM asked
  WHERE code NOT IN (SELECT code FROM known) RETURNING code, number
)
SELECT * FROM known UNION ALL SELECT * FROM added
"""
