"""Databases: engines for ordinary work, raw pools for measured paths, and what "away" means."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.kit import telemetry
from services.kit.refusal import Unavailable

Connection = AsyncConnection
Engine = AsyncEngine
Pool = asyncpg.Pool
RawConnection = asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
"""By these names rooms that hand a database on speak of it; only storage and migrations import its libraries."""

STATEMENT_TIMEOUT_MS = 15_000


class DatabaseUnavailable(Unavailable):
    """The database is away or too busy; nothing was changed, try again."""


def engine(url: str, *, size: int = 8) -> AsyncEngine:
    """A SQLAlchemy engine on asyncpg that never shows parameters in errors or logs."""
    made = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        hide_parameters=True,
        pool_size=size,
        max_overflow=0,
        pool_timeout=5,
        pool_pre_ping=True,
        connect_args={"server_settings": _server_settings(), "timeout": 5},
    )
    sa.event.listen(made.sync_engine, "before_cursor_execute", _traced, retval=True)
    return made


def _traced(_: object, __: object, statement: str, parameters: object, *___: object) -> tuple[str, object]:
    return telemetry.traced(statement), parameters


class _Traced(asyncpg.Connection):
    """asyncpg's own, whose statements say whose trace they are of."""

    async def _execute(self, query: str, *args: Any, **kwargs: Any) -> Any:
        whole = telemetry.traced(query)
        return await super()._execute(whole, *args, **kwargs)  # type: ignore[misc]  # the stubs leave it out


class _Pool(asyncpg.Pool):
    """asyncpg's own, which takes a connection back at once where nothing on it has to be put in order.

    Its own way there is a task, a shield around it and a limit of time, and cost as much as sending a statement does.
    """

    async def release(self, connection: Any, *, timeout: float | None = None) -> None:  # noqa: ASYNC109  # theirs
        if not _is_in_order(self, connection):
            return await super().release(connection, timeout=timeout)
        holder = connection._holder
        connection._con._on_release()
        holder._timeout = None
        holder._release()
        holder._setup_inactive_callback()


def _is_in_order(pool: Any, connection: Any) -> bool:
    """Whether all that asyncpg would still do to a connection is to count it among the pool's free ones."""
    own, holder = connection._con, connection._holder
    if own is None or own.is_closed() or pool._closed:
        return False
    protocol = own._protocol
    return not (
        holder._pool is not pool
        or holder._in_use is None
        or holder._generation != pool._generation
        or protocol.queries_count >= holder._max_queries
        or protocol._is_cancelling()
        or protocol.is_in_transaction()
        or own._top_xact is not None
        or own._listeners
        or own._log_listeners
    )


async def pool(url: str, *, size: int = 8) -> asyncpg.Pool:
    """A raw asyncpg pool for measured paths; it starts empty, so that the database may come up later.

    What a connection is told for longer than a transaction stays with it: use ``connect`` for that.
    """
    return await _Pool(
        url,
        min_size=0,
        max_size=size,
        max_queries=50_000,
        max_inactive_connection_lifetime=300.0,
        loop=None,
        record_class=asyncpg.Record,
        timeout=5,
        command_timeout=20,
        server_settings=_server_settings(),
        connection_class=_Traced,
        reset=_leave_as_it_is,
    )


async def _leave_as_it_is(_: asyncpg.Connection) -> None:
    """An open transaction is rolled back all the same. To reset the rest took as long as a short query."""


async def connect(url: str, *, patient: bool = False, plan_once: bool = False) -> asyncpg.Connection:
    """One raw connection with the same settings as the pool's; a patient one waits for its statements for ever.

    Where ``plan_once``, a statement keeps its first plan, by indexes even while tables are small: for arrays of any
    length PostgreSQL would make a new one each time, which can take longer than the work, and one that reads a whole
    table would lock its rows in the table's order instead of the statement's.
    """
    settings = _server_settings()
    settings |= {"statement_timeout": "0"} if patient else {}
    settings |= {"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"} if plan_once else {}
    return await asyncpg.connect(
        url, timeout=5, command_timeout=None if patient else 20, server_settings=settings
    )


@asynccontextmanager
async def snapshot(
    pool: asyncpg.Pool, *, timeout_ms: int = STATEMENT_TIMEOUT_MS
) -> AsyncIterator[RawConnection]:
    """A connection whose reads all see the same instant, each given so much time; it cannot write."""
    async with (
        pool.acquire(timeout=5) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute(f"SET LOCAL statement_timeout = {timeout_ms:d}")
        yield connection


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
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.PostgresSystemError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DeadlockDetectedError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    sa.exc.InterfaceError,
    sa.exc.TimeoutError,
)


_ENDS_THE_SESSION = ("FATAL", "PANIC")


def is_away(error: BaseException | None) -> bool:
    """True when the error says that the database is gone or busy, not that the statement is wrong.

    By its class, or because PostgreSQL ended the session with it: a database that is closed to connections says so
    under a code that statements have, too.
    """
    while error is not None:
        if isinstance(error, ValueError):
            return False  # asyncpg's InterfaceError for values that do not fit is about the statement
        if isinstance(error, _AWAY):
            return True
        if isinstance(error, asyncpg.PostgresError) and error.severity_en in _ENDS_THE_SESSION:
            return True
        if isinstance(error, sa.exc.DBAPIError) and error.connection_invalidated:
            return True
        error = error.__cause__ or (error.orig if isinstance(error, sa.exc.DBAPIError) else None)
    return False
