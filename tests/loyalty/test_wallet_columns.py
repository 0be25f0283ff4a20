"""The columns of wallets: those that change together lie side by side, and whoever has wallets keeps them as they are."""

from importlib import import_module
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy.engine import make_url

from services.loyalty.storage.ledger.ledger import _WALLET_COLUMNS
from tests.loyalty.conftest import programme
from tests.loyalty.test_plain_moves import ledger

STEP = import_module("services.loyalty.migrations.versions.0035_put_what_changes_together")._STEP
COLUMNS = """
SELECT array_agg(attname::text ORDER BY attnum) FROM pg_attribute
WHERE attrelid = 'wallets'::regclass AND attnum > 0
"""


async def put_together(there: Any) -> bool:
    """Migrate as the owner; whether the table was made anew."""
    owner = await asyncpg.connect(there.loyalty.owner)
    try:
        before = await owner.fetchval("SELECT 'wallets'::regclass::oid")
        await owner.execute(STEP.format(role=f'"{make_url(there.loyalty.database).username}"'))
        return bool(before != await owner.fetchval("SELECT 'wallets'::regclass::oid"))
    finally:
        await owner.close()


async def test_what_changes_with_the_last_lot_lies_behind_it(make_loyalty: Any) -> None:
    async with ledger(make_loyalty, programme()) as there:
        ((columns,),) = await there.loyalty.sql(COLUMNS)
        assert columns[columns.index("lots") :] == ["lots", "available", "version", "touched_at"]


async def test_wallets_that_are_there_stay_and_a_running_lane_goes_on(make_loyalty: Any) -> None:
    async with ledger(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 1))
        assert not await put_together(there)
        owner = await asyncpg.connect(there.loyalty.owner)
        await owner.execute("CREATE TEMP TABLE kept AS SELECT * FROM wallets; DELETE FROM wallets")
        assert await put_together(there), "nobody has a wallet"
        await owner.execute(f"INSERT INTO wallets ({_WALLET_COLUMNS}) SELECT {_WALLET_COLUMNS} FROM kept")
        await owner.close()
        for fast in (True, False):
            await there.lane.submit(there.task("award", member, 10, fast=fast))
            await there.lane.submit(there.task("award", str(uuid4()), 10, fast=fast))
        rows = await there.loyalty.sql("SELECT available FROM wallets WHERE available > 0 ORDER BY 1")
        assert [row["available"] for row in rows] == [10, 10, 21]
