"""Raw: what committed SQL alone writes into a copy of the ledger's tables; the limit that the ledger is held to.

500 rows by ``unnest`` into a table with the same columns, indexes and history as the entries, and the upsert of
their balances, in one transaction. They are of members at random of all that there are, as the other arms' are: the
same few again and again would find in memory what the others have to read.
"""

import asyncio
import os
import pickle
import random
import time
from typing import Any
from uuid import UUID

import asyncpg

BATCH = 500


class Raw:
    """Connections that write entries and nothing else."""

    def __init__(self, url: str, connections: int) -> None:
        self._url = url
        self._count = connections
        self._connections: list[asyncpg.Connection] = []
        self._kept = b""
        self._columns: list[list[Any]] = []
        self._members: list[UUID] = []
        self._insert = ""

    async def open(self, entries: int, *, with_history: bool = False) -> None:
        """Make the tables like the ledger's and take real entries to insert again."""
        self._connections = [await asyncpg.connect(self._url) for _ in range(self._count)]
        first = self._connections[0]
        await first.execute("CREATE TABLE raw_entries (LIKE entries INCLUDING ALL)")
        await first.execute(
            "CREATE TABLE raw_wallets (LIKE wallets INCLUDING ALL) WITH (fillfactor = 60)"
        )  # LIKE leaves storage parameters out
        await first.execute("INSERT INTO raw_wallets SELECT * FROM wallets")
        if with_history:
            await first.execute("INSERT INTO raw_entries SELECT * FROM entries")
        await first.execute("VACUUM (FREEZE, ANALYZE) raw_entries, raw_wallets")
        types = await first.fetch(
            """SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
               WHERE attrelid = 'entries'::regclass AND attnum > 0 ORDER BY attnum"""
        )
        arrays = ", ".join(f"${nth}::{column['type']}[]" for nth, column in enumerate(types, 1))
        self._insert = f"INSERT INTO raw_entries SELECT * FROM unnest({arrays})"
        rows = await first.fetch("SELECT * FROM entries TABLESAMPLE SYSTEM (10) LIMIT $1", entries)
        random.shuffle(rows)
        self._kept = pickle.dumps([list(column) for column in zip(*rows, strict=True)])
        self._members = [row[0] for row in await first.fetch("SELECT DISTINCT member_id FROM raw_wallets")]

    async def close(self) -> None:
        await self._connections[0].execute("DROP TABLE raw_entries, raw_wallets")
        for connection in self._connections:
            await connection.close()

    def prepare(self) -> None:
        """Have the entries at hand. They are let go of afterwards: the other arms would work amid half a million objects."""
        self._columns = pickle.loads(self._kept)  # our own

    async def insert(self) -> float:
        """Entries per second of what is prepared, 500 a commit, each connection in turn with the next 500."""
        columns, self._columns = self._columns, []
        count = len(columns[0])
        batches = [[column[at : at + BATCH] for column in columns] for at in range(0, count, BATCH)]
        for batch in batches:
            batch[0] = random.choices(self._members, k=len(batch[0]))
            batch[1] = [UUID(bytes=os.urandom(16)) for _ in batch[1]]

        async def write(connection: asyncpg.Connection) -> None:
            while batches:
                batch = batches.pop()
                async with connection.transaction():
                    await connection.execute(self._insert, *batch)
                    await connection.execute(_UPSERT, batch[0], batch[3], batch[7])

        started = time.perf_counter()
        await asyncio.gather(*map(write, self._connections))
        return count / (time.perf_counter() - started)


_UPSERT = """
INSERT INTO raw_wallets (member_id, currency, available, pending, held, version, lots, pending_lots)
SELECT member_id, currency, sum(points)::bigint, 0, 0, 1, '{}', '{}'
FROM unnest($1::uuid[], $2::smallint[], $3::bigint[]) AS e(member_id, currency, points)
GROUP BY member_id, currency ORDER BY member_id, currency
ON CONFLICT (member_id, currency) DO UPDATE
SET available = raw_wallets.available + EXCLUDED.available, version = raw_wallets.version + 1
"""
