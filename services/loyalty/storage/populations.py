"""Populations: everybody's standing in a programme as of one snapshot, read once from end to end."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from services.kit import database
from services.loyalty.rules.expiry import NEVER
from services.loyalty.rules.standings import Standing
from services.loyalty.storage import rows

AT_ONCE = 1_000
"""How many are handed on together: what one takes is over before others in the process notice."""


class Counted(NamedTuple):
    """A member's standing, what is available of each currency that was asked for, and when the first falls due."""

    standing: Standing
    available: tuple[int, ...]
    due_at: int


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[database.RawConnection]:
    """A connection of its own whose reads all see the same instant, however long they take; it cannot write."""
    connection = await database.connect(url, patient=True)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL cursor_tuple_fraction = 1")
            yield connection
    finally:
        connection.terminate()


async def about(connection: database.RawConnection) -> int:
    """About how many standings there are, over all programmes, without counting them."""
    found: int = await connection.fetchval(
        "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = 'standings'::regclass"
    )
    return found


async def everybody(
    connection: database.RawConnection, programme: int, currencies: Sequence[int]
) -> AsyncIterator[list[Counted]]:
    """All who stand in a programme under their own name, some at a time. Currencies are the ledger's numbers."""
    cursor = await connection.cursor(_everybody(currencies), programme)
    plain = len(currencies)
    while found := await cursor.fetch(AT_ONCE):
        yield [
            Counted(
                rows.standing(row[2 * plain :]),
                tuple(row[:plain]),
                min(row[plain : 2 * plain], default=NEVER),
            )
            for row in found
        ]


def _everybody(currencies: Sequence[int]) -> str:
    """A wallet is joined by its currency's number, one join each, so that each is read once and hashed."""
    available = "".join(f"coalesce(w{number:d}.available, 0), " for number in currencies)
    due_at = "".join(f"coalesce(w{number:d}.next_due_at, {NEVER}), " for number in currencies)
    joins = " ".join(
        f"LEFT JOIN wallets w{number:d} ON w{number:d}.member_id = s.member_id AND w{number:d}.currency = {number:d}"
        for number in currencies
    )
    return f"SELECT {available}{due_at}{rows.STANDING} FROM standings s {joins} WHERE s.programme = $1 AND s.merged_into IS NULL"  # noqa: S608  # numbers and columns of ours
