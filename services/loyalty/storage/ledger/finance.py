"""Reading what the whole ledger sums to; each is one statement, and a snapshot makes them agree."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import NamedTuple

import asyncpg

from services.kit import database
from services.kit.clock import instant
from services.loyalty.rules.ledger.entries import EntryType, LotKey

PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Holdings:
    """What all members hold of a currency; ``members`` are those with anything open, pending or held."""

    open: int = 0
    pending: int = 0
    held: int = 0
    debt: int = 0
    members: int = 0

    @property
    def total(self) -> int:
        return self.open + self.pending + self.held - self.debt


class Bucket(NamedTuple):
    """Points of all members in lots of one kind."""

    lot: LotKey
    points: int


def snapshot(pool: database.Pool) -> AbstractAsyncContextManager[database.RawConnection]:
    """A connection whose reads all see the same instant, each given a minute."""
    return database.snapshot(pool, timeout_ms=PATIENCE_S * 1000)


async def holdings(connection: database.RawConnection, currencies: Sequence[int]) -> dict[int, Holdings]:
    """By currency; those that nobody ever had are there too."""
    found = dict.fromkeys(currencies, Holdings())
    for row in await _fetch(connection, _HOLDINGS, currencies):
        found[row["currency"]] = Holdings(*row[1:])
    return found


async def open_lots(connection: database.RawConnection, currencies: Sequence[int]) -> dict[int, list[Bucket]]:
    """What can be spent, by currency and lot."""
    found: dict[int, list[Bucket]] = {currency: [] for currency in currencies}
    for row in await _fetch(connection, _OPEN_LOTS, currencies):
        lot = LotKey(row["expires_at"], row["month"], row["source"])
        found[row["currency"]].append(Bucket(lot, row["points"]))
    return found


async def left_by_month(
    connection: database.RawConnection, currencies: Sequence[int]
) -> dict[int, list[tuple[int, int]]]:
    """What is open, pending or held of the points of each month: (month, points), by currency."""
    found: dict[int, list[tuple[int, int]]] = {currency: [] for currency in currencies}
    for row in await _fetch(connection, _LEFT_BY_MONTH, currencies):
        found[row["currency"]].append((row["month"], row["points"]))
    return found


async def moved_by_month(
    connection: database.RawConnection, currencies: Sequence[int]
) -> dict[int, list[tuple[int, EntryType, int]]]:
    """What entries of each type moved of the points of each month: (month, type, points), by currency."""
    found: dict[int, list[tuple[int, EntryType, int]]] = {currency: [] for currency in currencies}
    for row in await _fetch(connection, _MOVED_BY_MONTH, currencies):
        found[row["currency"]].append((row["month"], EntryType(row["type"]), row["points"]))
    return found


async def ended(connection: database.RawConnection, currencies: Sequence[int]) -> dict[int, tuple[int, int]]:
    """(expired, redeemed less what came back) by currency, from the programme's own accounts."""
    totals = await account_totals(connection, currencies)
    return {
        currency: (changes.get("EXPIRED", 0), changes.get("REDEEMED", 0))
        for currency, changes in totals.items()
    }


async def account_totals(
    connection: database.RawConnection, currencies: Sequence[int]
) -> dict[int, dict[str, int]]:
    """What the programme's own accounts sum to over all batches, by currency and account."""
    found: dict[int, dict[str, int]] = {currency: {} for currency in currencies}
    for row in await _fetch(connection, _ACCOUNT_TOTALS, _keys(currencies)):
        found[int(row["currency"])][row["account"]] = row["change"]
    return found


async def changes_since(
    connection: database.RawConnection, currencies: Sequence[int], instants: Sequence[int]
) -> dict[int, list[dict[str, int]]]:
    """What batches changed in the programme's own accounts, by currency.

    One item for each stretch from an instant until before the next; the last is what came after the last instant.
    """
    found: dict[int, list[dict[str, int]]] = {currency: [{} for _ in instants] for currency in currencies}
    starts = [instant(each) for each in instants]
    for row in await _fetch(connection, _CHANGES_SINCE, _keys(currencies), starts):
        found[int(row["currency"])][row["nth"] - 1][row["account"]] = row["change"]
    return found


async def _fetch(connection: database.RawConnection, query: str, *values: object) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await connection.fetch(query, *values, timeout=PATIENCE_S + 5)
    return rows


def _keys(currencies: Sequence[int]) -> list[str]:
    return [str(currency) for currency in currencies]


_HOLDINGS = """
SELECT currency, sum(greatest(available, 0))::bigint, sum(pending)::bigint, sum(held)::bigint,
       sum(greatest(-available, 0))::bigint, count(*) FILTER (WHERE available > 0 OR pending > 0 OR held > 0)
FROM wallets WHERE currency = ANY($1::smallint[]) GROUP BY currency
"""

_OPEN_LOTS = """
SELECT currency, lots[nth][1] AS expires_at, lots[nth][2] AS month, lots[nth][3] AS source,
       sum(lots[nth][4])::bigint AS points
FROM wallets, generate_subscripts(lots, 1) AS nth WHERE currency = ANY($1::smallint[])
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""

_LEFT_BY_MONTH = """
SELECT currency, month, sum(points)::bigint AS points FROM (
  SELECT currency, lots[nth][2] AS month, lots[nth][4] AS points
  FROM wallets, generate_subscripts(lots, 1) AS nth
  UNION ALL
  SELECT currency, pending_lots[nth][2], pending_lots[nth][4]
  FROM wallets, generate_subscripts(pending_lots, 1) AS nth
  UNION ALL
  SELECT currency, slices[nth][2], slices[nth][4]
  FROM holds, generate_subscripts(slices, 1) AS nth WHERE state = 'OPEN'
) AS left_over WHERE currency = ANY($1::smallint[]) GROUP BY 1, 2
"""

_MOVED_BY_MONTH = """
SELECT currency, coalesce(lot_month, 0) AS month, type, sum(points)::bigint AS points
FROM entries WHERE currency = ANY($1::smallint[]) GROUP BY 1, 2, 3
"""

_ACCOUNT_TOTALS = """
SELECT c.key AS currency, a.key AS account, sum(a.value::bigint)::bigint AS change
FROM batches, jsonb_each(totals) AS c, jsonb_each_text(c.value) AS a
WHERE c.key = ANY($1::text[]) GROUP BY 1, 2
"""

_CHANGES_SINCE = """
SELECT width_bucket(committed_at, $2::timestamptz[]) AS nth, c.key AS currency, a.key AS account,
       sum(a.value::bigint)::bigint AS change
FROM batches, jsonb_each(totals) AS c, jsonb_each_text(c.value) AS a
WHERE committed_at >= ($2::timestamptz[])[1] AND c.key = ANY($1::text[]) GROUP BY 1, 2, 3
"""
