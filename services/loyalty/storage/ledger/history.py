"""Reading what was posted: a member's entries in the order they were recorded, and what belongs to one of them."""

from collections.abc import AsyncGenerator, Sequence
from typing import NamedTuple

import asyncpg
from asyncpg.pgproto.pgproto import UUID

from services.kit import database
from services.kit.clock import instant, micros
from services.loyalty.rules.ledger.entries import SLIDING, Account, Entry, EntryType, LotKey
from services.loyalty.rules.ledger.holds import Hold
from services.loyalty.storage.ledger import redemptions

_AT_ONCE = 1_000
_TYPES = {type.value: type for type in EntryType}
_ACCOUNTS = {account.value: account for account in Account}


class Recorded(NamedTuple):
    """An entry, and its place in the batch that it was committed in."""

    entry: Entry
    ord: int


async def entries(
    connection: database.RawConnection,
    member_id: str,
    currencies: Sequence[int],
    until: int | None = None,
) -> AsyncGenerator[list[Recorded], None]:
    """A member's entries in the order they were recorded, in portions; those recorded by ``until`` when given."""
    cursor = await connection.cursor(
        _ENTRIES, member_id, currencies, None if until is None else instant(until)
    )
    while rows := await cursor.fetch(_AT_ONCE):
        yield [recorded(row) for row in rows]


async def holds(
    connection: database.RawConnection, member_id: str, currencies: Sequence[int]
) -> dict[int, list[Hold]]:
    """Every hold that the member ever had, by currency; what they keep now is not what they kept once."""
    found: dict[int, list[Hold]] = {}
    for row in await connection.fetch(_HOLDS, member_id, currencies):
        found.setdefault(row["currency"], []).append(redemptions.hold(row))
    return found


async def entry(
    connection: database.RawConnection, member_id: str, recorded_at: int, ord: int
) -> Recorded | None:
    """The member's entry at a place."""
    row = await connection.fetchrow(_ENTRY, member_id, instant(recorded_at), ord)
    return None if row is None else recorded(row)


async def posted_by(connection: database.RawConnection, member_id: str, key: bytes) -> list[Recorded]:
    """Every entry that an operation posted for a member."""
    return [recorded(row) for row in await connection.fetch(_POSTED_BY, member_id, UUID(key))]


async def brought_into(
    connection: database.RawConnection, before: Recorded, account: Account, lot: LotKey, most: int
) -> list[Recorded]:
    """The entries that brought points into a lot of one of the member's accounts before another, oldest first.

    Of points that slid, also what had been in the bucket before it moved on.
    """
    entry, ord = before
    rows = await connection.fetch(
        _BROUGHT_INTO,
        entry.member_id,
        entry.currency,
        instant(entry.recorded_at),
        ord,
        account,
        *lot,
        most,
        SLIDING,
    )
    return [recorded(row) for row in rows]


def recorded(row: asyncpg.Record) -> Recorded:
    source = row["lot_source"]
    return Recorded(
        Entry(
            str(row["member_id"]),
            row["key"].bytes,
            row["part"],
            row["currency"],
            _TYPES[row["type"]],
            _ACCOUNTS[row["from_account"]],
            _ACCOUNTS[row["to_account"]],
            row["points"],
            None if source is None else LotKey(row["lot_expires_at"], row["lot_month"], source),
            row["order_ref"],
            row["rule_version"],
            row["actor"],
            row["reason"],
            row["balance_after"],
            row["fingerprint"],
            micros(row["occurred_at"]),
            micros(row["recorded_at"]),
        ),
        row["ord"],
    )


_ENTRIES = """
SELECT * FROM entries
WHERE member_id = $1 AND currency = ANY($2::smallint[]) AND ($3::timestamptz IS NULL OR recorded_at <= $3)
ORDER BY recorded_at, ord
"""

_HOLDS = """
SELECT * FROM holds WHERE member_id = $1 AND currency = ANY($2::smallint[]) ORDER BY expires_at, hold_id
"""

_ENTRY = "SELECT * FROM entries WHERE member_id = $1 AND recorded_at = $2 AND ord = $3"

_POSTED_BY = "SELECT * FROM entries WHERE member_id = $1 AND key = $2 ORDER BY part"

_BROUGHT_INTO = """
SELECT * FROM entries
WHERE member_id = $1 AND currency = $2 AND (recorded_at, ord) < ($3, $4) AND to_account = $5
  AND lot_month = $7 AND (lot_expires_at = $6 AND lot_source = $8 OR lot_month = $10 AND lot_expires_at < $6)
ORDER BY recorded_at, ord LIMIT $9
"""
