"""Populations: everybody's standing in a programme as of one snapshot, read once from end to end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from services.kit import database
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.storage.ledger import rows

WALLET_JOINED = (
    "LEFT JOIN wallets w{number} ON w{number}.member_id = s.member_id AND w{number}.currency = {number}"
)
AT_ONCE = 1_000
"""How many are handed on together: what one takes is over before others in the process notice."""


class Counted(NamedTuple):
    """A member's standing, what is available of each currency that was asked for, and when the first falls due."""

    standing: Standing
    available: tuple[int, ...]
    due_at: int


class Part(NamedTuple):
    """Some of the standings: those in the table's pages from ``first`` on, before ``last``."""

    first: int
    last: int

    @property
    def condition(self) -> str:
        """What is asked of standings ``s``."""
        return f"s.ctid >= '({self.first:d},0)' AND s.ctid < '({self.last:d},0)'"


class Settled(NamedTuple):
    """As of which instant nothing is due, nor a version unheard of: what is read then counts as it is."""

    as_of: int
    version: int

    def condition(self, wanted: "Asked") -> str:
        """What is asked of standings ``s`` and wallets; who is placed above the ladder is looked at one by one."""
        return " AND ".join(
            (
                f"s.judged_version >= {self.version:d} AND s.placed IS NULL",
                f"coalesce(nullif(s.grace_until, 0), s.valid_until) > {self.as_of:d}",
                *(
                    f"coalesce(w{number:d}.next_due_at, {NEVER}) > {self.as_of:d}"
                    for number in wanted.currencies
                ),
            )
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose standings are read, with the wallets of which currencies, by the ledger's numbers, and how much of them."""

    programme: int
    currencies: tuple[int, ...]
    with_joining: bool


def asked(programme: Programme) -> Asked:
    """What has to be read to measure members under a version."""
    counted = [c.number for c in programme.currencies if c.number and c.code in programme.metrics]
    return Asked(programme.number, tuple(counted), programme.asks_for_joining)


@asynccontextmanager
async def snapshot(url: str, of: str = "") -> AsyncIterator[database.RawConnection]:
    """A connection of its own whose reads all see the same instant, however long they take; it cannot write.

    The instant is its own, or that of the snapshot which another exported.
    """
    connection = await database.connect(url, patient=True)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if of:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{of}'")
            await connection.execute(_READING)
            yield connection
    finally:
        connection.terminate()


# Wallets are looked up and never all hashed, since a part is few of them; and its query is too short to be compiled.
_READING = """
SET LOCAL work_mem = '64MB'; SET LOCAL cursor_tuple_fraction = 1; SET LOCAL jit = off;
SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off
"""


async def export(connection: database.RawConnection) -> str:
    """The name by which others see what this one sees, for as long as its transaction is open."""
    name: str = await connection.fetchval("SELECT pg_export_snapshot()")
    return name


async def parts(connection: database.RawConnection, pages_each: int) -> list[Part]:
    """All standings, in parts of so many pages."""
    pages = await connection.fetchval(
        "SELECT pg_relation_size('standings') / current_setting('block_size')::int"
    )
    return [Part(first, first + pages_each) for first in range(0, max(1, pages), pages_each)]


async def about(connection: database.RawConnection) -> int:
    """About how many standings there are, over all programmes, without counting them."""
    found: int = await connection.fetchval(
        "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'standings'::regclass"
    )
    return found


async def everybody(
    connection: database.RawConnection, wanted: Asked, part: Part, but: Settled | None = None
) -> AsyncIterator[list[Counted]]:
    """All of a part who stand in the programme under their own name, some at a time; or all but who is settled."""
    whom = part.condition if but is None else f"{part.condition} AND NOT ({but.condition(wanted)})"
    cursor = await connection.cursor(_everybody(wanted, whom), wanted.programme)
    while found := await cursor.fetch(AT_ONCE):
        yield [_counted(row, wanted) for row in found]


async def members(
    connection: database.RawConnection, wanted: Asked, ids: Sequence[str]
) -> dict[str, Counted]:
    """The same of some members, by their ids."""
    found = await connection.fetch(
        _everybody(wanted, "s.member_id = ANY($2::uuid[])"), wanted.programme, list(ids)
    )
    counted = [_counted(row, wanted) for row in found]
    return {each.standing.member_id: each for each in counted}


def _counted(row: asyncpg.Record, wanted: Asked) -> Counted:
    plain = len(wanted.currencies)
    standing = rows.standing(row[2 * plain :], tuple)
    return Counted(standing, row[:plain], min(row[plain : 2 * plain], default=NEVER))


def _everybody(wanted: Asked, whom: str) -> str:
    """A wallet is joined by its currency's number, one join each."""
    available = "".join(f"coalesce(w{number:d}.available, 0), " for number in wanted.currencies)
    due_at = "".join(f"coalesce(w{number:d}.next_due_at, {NEVER}), " for number in wanted.currencies)
    joins = " ".join(WALLET_JOINED.format(number=number) for number in wanted.currencies)
    standing = rows.STANDING_JOINED.format(joined_at=rows.JOINED_AT if wanted.with_joining else "NULL")
    return (
        f"SELECT {available}{due_at}{standing} FROM standings s {joins} "  # noqa: S608  # numbers and columns of ours
        f"WHERE {whom} AND s.programme = $1 AND s.merged_into IS NULL"
    )
