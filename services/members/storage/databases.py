"""Databases: the two that this service works on, members and their keys, for ordinary and for measured work."""

from dataclasses import dataclass
from typing import Self

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.kit import database


@dataclass(frozen=True, slots=True)
class Databases:
    """Engines for transactions, raw pools for batch reads; nothing is connected before its first use."""

    members: AsyncEngine
    keys: AsyncEngine
    members_pool: asyncpg.Pool
    keys_pool: asyncpg.Pool

    @classmethod
    async def open(cls, members_url: str, keys_url: str) -> Self:
        return cls(
            database.engine(members_url),
            database.engine(keys_url),
            await database.pool(members_url),
            await database.pool(keys_url),
        )

    async def close(self) -> None:
        await self.members.dispose()
        await self.keys.dispose()
        self.members_pool.terminate()
        self.keys_pool.terminate()

    async def probe_members(self) -> None:
        await self.members_pool.fetchval("SELECT 1")

    async def probe_keys(self) -> None:
        await self.keys_pool.fetchval("SELECT 1")


_BEGUN = text("SELECT 1")


async def raw(connection: AsyncConnection) -> database.RawConnection:
    """The driver's own connection, within the transaction that is open."""
    # SQLAlchemy begins a transaction with the first statement that goes by it.
    await connection.execute(_BEGUN)
    driver = (await connection.get_raw_connection()).driver_connection
    assert isinstance(driver, asyncpg.Connection)
    assert driver.is_in_transaction()
    return driver
