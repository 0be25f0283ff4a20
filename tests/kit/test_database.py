"""What counts as a database that is away, and what is a fault of ours."""

import asyncio
import os
import re
import secrets
import signal
import time
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from infra.local import postgres
from infra.local.databases import DatabaseUrls
from infra.local.processes import Process
from services.kit import database
from services.kit.away import ends_by_itself
from tests.conftest import START_TIMEOUT_S, Servers, free_port


async def test_a_value_that_does_not_fit_is_no_outage(servers: object) -> None:
    connection = await asyncpg.connect(servers.postgres_url)  # type: ignore[attr-defined]
    try:
        for statement, value in (("SELECT $1::bigint", 2**70), ("SELECT $1::uuid", "nobody")):
            with pytest.raises(Exception) as fault:  # noqa: PT011  # whatever asyncpg raises is judged below
                await connection.fetchval(statement, value)
            assert not database.is_away(fault.value)
        with pytest.raises(asyncpg.DivisionByZeroError) as fault:
            await connection.fetchval("SELECT 1 / 0")
        assert not database.is_away(fault.value)
    finally:
        await connection.close()


async def test_a_server_that_refuses_or_ends_us_is_away(servers: object) -> None:
    url: str = servers.postgres_url  # type: ignore[attr-defined]
    for broken in (re.sub(r":\d+/", ":1/", url), url.rsplit("/", 1)[0] + "/nothing_here"):
        with pytest.raises(Exception) as away:  # noqa: PT011  # whatever asyncpg raises is judged below
            await asyncpg.connect(broken)
        assert database.is_away(away.value)
    victim, other = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        await other.execute("SELECT pg_terminate_backend($1)", victim.get_server_pid())
        with pytest.raises(Exception) as away:  # noqa: PT011  # whatever asyncpg raises is judged below
            await victim.fetchval("SELECT 1")
        assert database.is_away(away.value)
    finally:
        await other.close()


CLOSED = ("ALLOW_CONNECTIONS false", "CONNECTION LIMIT 0")


@pytest.mark.parametrize("closed", [*CLOSED, "REVOKE CONNECT"])
async def test_a_database_that_takes_no_connections_is_away(
    servers: Servers, kit_database: DatabaseUrls, closed: str
) -> None:
    name = sa.make_url(kit_database.app).database
    server = await asyncpg.connect(servers.postgres_url)
    rights = f'REVOKE CONNECT ON DATABASE "{name}" FROM PUBLIC, "{name}"'
    await server.execute(f'ALTER DATABASE "{name}" {closed}' if closed in CLOSED else rights)
    await server.close()
    assert await is_away_for_all(kit_database.app)


async def test_a_server_that_is_restarted_is_away_until_it_is_back(tmp_path: Path) -> None:
    password, port = secrets.token_hex(16), free_port()
    url = postgres.url(port, password)

    def start() -> Process:
        server = postgres.start(
            tmp_path / "pg", tmp_path / "log", port=port, password=password, durable=False
        )
        server.wait_until(lambda: postgres.ready(tmp_path / "pg", server), START_TIMEOUT_S)
        return server

    server = await asyncio.to_thread(start)
    engine, pool = database.engine(url), await database.pool(url)
    faults = list[BaseException]()
    stopped = asyncio.Event()

    async def ask(through: database.Engine | database.Pool) -> None:
        while not stopped.is_set():
            faults.extend(await fault_of(through, "SELECT pg_sleep(0.01)"))

    asking = [asyncio.ensure_future(ask(through)) for through in (engine, pool) for _ in range(4)]
    try:
        for end in (signal.SIGINT, signal.SIGQUIT):  # fast and immediate
            await asyncio.sleep(0.1)
            os.kill(server.pid, end)
            await asyncio.to_thread(server.see_out, time.monotonic() + START_TIMEOUT_S)
            server = await asyncio.to_thread(start)
        assert not await fault_of(pool, "SELECT 1"), "it is back"
    finally:
        stopped.set()
        await asyncio.gather(*asking)
        await engine.dispose()
        await pool.close()
        server.stop()
    assert faults
    assert [fault for fault in faults if not ends_by_itself(fault)] == []


@pytest.mark.filterwarnings("ignore::asyncpg.InterfaceWarning")
@pytest.mark.parametrize("left", ["in order", "in a transaction", "listening", "asking", "ended"])
async def test_whoever_comes_next_finds_the_connection_in_order(
    kit_database: DatabaseUrls, left: str
) -> None:
    pool = await database.pool(kit_database.app, size=1)
    heard = list[object]()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, __: None)  # asyncpg complains of who leaves transactions open
    try:
        connection = await pool.acquire()
        before = await connection.fetchval("SELECT pg_backend_pid()")
        if left == "in a transaction":
            await connection.execute("BEGIN; SET LOCAL statement_timeout = 77")
        elif left == "listening":
            await connection.add_listener("heard", lambda *said: heard.append(said))
        elif left == "asking":
            with pytest.raises(asyncio.TimeoutError):
                await connection.fetchval("SELECT pg_sleep(60)", timeout=0.01)
        elif left == "ended":
            connection.terminate()
        await pool.release(connection)
        with pytest.raises(asyncpg.InterfaceError):
            await connection.fetchval("SELECT 1")  # it is whose turn is next
        await pool.release(connection)  # and a second time changes nothing
        async with asyncio.timeout(20), pool.acquire() as connection:
            assert (await connection.fetchval("SELECT pg_backend_pid()") == before) is (left != "ended")
            assert await connection.fetchval("SHOW statement_timeout") == "15s"
            assert not connection.is_in_transaction()
            await connection.execute("NOTIFY heard")
            await connection.fetchval("SELECT 1")
        assert heard == []
        assert (pool.get_size(), pool.get_idle_size()) == (1, 1)
    finally:
        await asyncio.wait_for(pool.close(), 20)


async def is_away_for_all(url: str) -> bool:
    """Whether whoever asks, by either library, is told that the database is away."""
    engine, pool = database.engine(url), await database.pool(url)
    try:
        faults = [*await fault_of(engine, "SELECT 1"), *await fault_of(pool, "SELECT 1")]
    finally:
        await engine.dispose()
        await pool.close()
    return len(faults) == 2 and all(map(database.is_away, faults))


async def fault_of(through: database.Engine | database.Pool, statement: str) -> list[Exception]:
    try:
        if isinstance(through, database.Engine):
            async with through.connect() as connection:
                await connection.execute(sa.text(statement))
        else:
            await through.fetch(statement)
    except Exception as fault:
        return [fault]
    return []
