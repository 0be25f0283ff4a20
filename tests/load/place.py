"""The place that the ledger is measured in: a Postgres of its own, a history in it, and what a span of work cost."""

import asyncio
import hashlib
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy.engine import make_url

from infra.local import databases, postgres
from infra.local.databases import DatabaseUrls, Role
from tests.conftest import free_port
from tests.load import history

START_TIMEOUT_S = 60.0


@dataclass(slots=True)
class Place:
    """A running Postgres with the ledger's database in it."""

    server: str
    urls: DatabaseUrls
    postmaster: int

    @property
    def superuser(self) -> str:
        """The ledger's database as its server's superuser."""
        name = make_url(self.urls.app).database
        return make_url(self.server).set(database=name).render_as_string(False)

    async def checkpoint(self) -> None:
        """Begin the span in which each page goes to the WAL whole once, and let none begin for half an hour."""
        connection = await asyncpg.connect(self.server)
        try:
            for setting in ("max_wal_size = '16GB'", "checkpoint_timeout = '30min'"):
                await connection.execute(f"ALTER SYSTEM SET {setting}")
            await connection.execute("SELECT pg_reload_conf()")
            await connection.execute("CHECKPOINT")
        finally:
            await connection.close()

    async def settings(self) -> str:
        """What decides how much is written and when."""
        connection = await asyncpg.connect(self.server)
        try:
            shown: str = await connection.fetchval(
                "SELECT string_agg(name || '=' || current_setting(name), ', ' ORDER BY name) FROM pg_settings "
                "WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_compression', "
                "'max_wal_size', 'checkpoint_timeout', 'shared_buffers')"
            )
        finally:
            await connection.close()
        return shown

    @asynccontextmanager
    async def watched(self, *pids: int) -> AsyncIterator["Cost"]:
        """What Postgres, this process and others spend inside the block."""
        connection = await asyncpg.connect(self.server)
        cost = Cost()
        try:
            wal = await connection.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
            before = self._busy(pids)
            started = time.perf_counter()
            yield cost
            cost.seconds = time.perf_counter() - started
            after = self._busy(pids)
            cost.postgres_s, cost.own_s, cost.others_s = (
                now - then for now, then in zip(after, before, strict=True)
            )
            written = await connection.fetchval("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")
            cost.wal_bytes = int(written - wal)
        finally:
            await connection.close()

    def _busy(self, pids: tuple[int, ...]) -> tuple[float, float, float]:
        """Processor seconds so far of Postgres, with those backends that have ended, of ours and of the others'."""
        server = psutil.Process(self.postmaster)
        ended = server.cpu_times()
        backends = (
            sum(_spent(child) for child in server.children()) + ended.children_user + ended.children_system
        )
        own = time.process_time()
        return backends, own, sum(_spent(psutil.Process(pid)) for pid in pids)


@dataclass(slots=True)
class Cost:
    """What a span of work took, in seconds, processor seconds and bytes of WAL."""

    seconds: float = 0.0
    postgres_s: float = 0.0
    own_s: float = 0.0
    others_s: float = 0.0
    wal_bytes: int = 0


def _spent(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


@contextmanager
def server(home: Path) -> Iterator[tuple[str, int]]:
    """A Postgres in a directory, as `make up` runs it: its superuser's address and its process id."""
    home.mkdir(parents=True, exist_ok=True)
    kept = home / "password"
    if not kept.exists():
        kept.write_text(secrets.token_hex(16))
    password, port = kept.read_text(), free_port()
    running = postgres.start(home / "postgres", home / "postgres.log", port=port, password=password)
    try:
        running.wait_until(lambda: postgres.ready(home / "postgres", running), START_TIMEOUT_S)
        yield postgres.url(port, password), running.pid
    finally:
        running.stop()


@contextmanager
def opened(home: Path, members: int, orders_each: int) -> Iterator[Place]:
    """A place with a history; what an earlier run left as a template in ``home`` is copied instead of written."""
    with server(home) as (url, postmaster):
        name = f"history_{members}_{orders_each}_{_schema()}"
        roles = [Role(f"bench{suffix}", "bench") for suffix in ("", "_owner")]
        urls = asyncio.run(_copied(url, name, roles))
        if urls is None:
            asyncio.run(_execute(url, "DROP DATABASE IF EXISTS written"))
            written = databases.create_and_migrate(url, "loyalty", "written", app=roles[0], owner=roles[1])
            asyncio.run(history.write(written, members, orders_each))
            asyncio.run(_execute(url, f"ALTER DATABASE written RENAME TO {name}"))
            urls = asyncio.run(_copied(url, name, roles))
        assert urls is not None
        yield Place(url, urls, postmaster)


async def _copied(server_url: str, template: str, roles: list[Role]) -> DatabaseUrls | None:
    connection = await asyncpg.connect(server_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", template):
            return None
        await connection.execute("DROP DATABASE IF EXISTS bench WITH (FORCE)")
        await connection.execute(
            f"CREATE DATABASE bench TEMPLATE {template} STRATEGY file_copy OWNER bench_owner"
        )
        await connection.execute("GRANT CONNECT ON DATABASE bench TO bench")
    finally:
        await connection.close()
    at = make_url(server_url).set(database="bench")
    return DatabaseUrls(
        *(at.set(username=role.name, password=role.password).render_as_string(False) for role in roles)
    )


async def _execute(server_url: str, statement: str) -> None:
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _schema() -> str:
    """Names what the history was written into, so that another schema gets another history."""
    scripts = sorted((databases.MIGRATIONS["loyalty"] / "versions").glob("*.py"))
    content = b"".join(script.read_bytes() for script in [*scripts, Path(history.__file__)])
    return hashlib.sha256(content).hexdigest()[:8]
