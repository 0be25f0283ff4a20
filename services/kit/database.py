"""Databases: engines for ordinary work, raw pools for measured paths, migrations, and what "away" means."""

import asyncio
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.kit.refusal import Unavailable

Connection = AsyncConnection
Engine = AsyncEngine
Pool = asyncpg.Pool
RawConnection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
"""By these names rooms that hand a database on speak of it; only storage and migrations import its libraries."""

STATEMENT_TIMEOUT_MS = 15_000
_MIGRATION_LOCK_TIMEOUT_MS = 4_000
_MIGRATION_STATEMENT_TIMEOUT_MS = 300_000


class DatabaseUnavailable(Unavailable):
    """The database is away or too busy; nothing was changed, try again."""


def engine(url: str, *, size: int = 8) -> AsyncEngine:
    """A SQLAlchemy engine on asyncpg that never shows parameters in errors or logs."""
    return create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        hide_parameters=True,
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={"server_settings": _server_settings(), "timeout": 5},
    )


async def pool(url: str, *, size: int = 8) -> asyncpg.Pool:
    """A raw asyncpg pool for measured paths; it starts empty, so that the database may come up later."""
    return await asyncpg.create_pool(
        url, min_size=0, max_size=size, timeout=5, command_timeout=20, server_settings=_server_settings()
    )


async def connect(url: str) -> asyncpg.Connection:
    """One raw connection with the same settings as the pool's."""
    return await asyncpg.connect(url, timeout=5, command_timeout=20, server_settings=_server_settings())


def _server_settings() -> dict[str, str]:
    return {
        "application_name": "huiyuan",
        "statement_timeout": str(STATEMENT_TIMEOUT_MS),
        "idle_in_transaction_session_timeout": "30000",
        "timezone": "UTC",
        "jit": "off",
    }


_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.DiskFullError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DeadlockDetectedError,
    sa.exc.InterfaceError,
    sa.exc.TimeoutError,
)


def is_away(error: BaseException | None) -> bool:
    """True when the error says that the database is gone or busy, not that the statement is wrong."""
    while error is not None:
        if isinstance(error, _AWAY):
            return True
        if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
            return True
        error = error.__cause__ or (error.orig if isinstance(error, sa.exc.DBAPIError) else None)
    return False


def migrate(owner_url: str, app_role: str, scripts: Path) -> None:
    """Bring a database to the newest schema, as its owner; grants go to ``app_role``."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes["app_role"] = app_role
    config.attributes["owner_url"] = owner_url
    command.upgrade(config, "head")


def run_migrations(context: EnvironmentContext | Any) -> None:
    """The body of every service's ``migrations/env.py``: one transaction a migration, with timeouts."""
    config: Config = context.config
    asyncio.run(_run_migrations(context, config.attributes["owner_url"]))


async def _run_migrations(context: EnvironmentContext | Any, owner_url: str) -> None:
    owner = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))

    def steps(connection: sa.Connection) -> None:
        connection.execute(sa.text(f"SET lock_timeout = {_MIGRATION_LOCK_TIMEOUT_MS}"))
        connection.execute(sa.text(f"SET statement_timeout = {_MIGRATION_STATEMENT_TIMEOUT_MS}"))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()

    try:
        async with owner.connect() as connection:
            await connection.run_sync(steps)
    finally:
        await owner.dispose()


def app_role(context: Any) -> str:
    """The quoted name of the role that the service works under, for a migration's grants."""
    name: str = context.config.attributes["app_role"]
    return '"' + name.replace('"', '""') + '"'


def role_of(url: str) -> str:
    """The role that a database address signs in with."""
    return make_url(url).username or ""


def newest_revision(scripts: Path) -> str | None:
    """The schema revision that this code was written for."""
    config = Config()
    config.set_main_option("script_location", str(scripts))
    return ScriptDirectory.from_config(config).get_current_head()
