"""Servers that are the operator's own: the system is only told where they are, and tests may kill them."""

import asyncio
import os
import secrets
import signal
import time
from collections.abc import Iterable
from pathlib import Path

import asyncpg
import psutil
from sqlalchemy.engine import make_url

from infra.local import databases, postgres, redis
from infra.local.databases import Role
from infra.local.processes import Process
from tests.conftest import START_TIMEOUT_S, free_port


class Lent:
    """A PostgreSQL with all of our databases, and a Redis."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._ports = free_port(), free_port()
        self._password = secrets.token_hex(16)
        self._roles = {kind: (_role(kind), _role(f"{kind}_owner")) for kind in databases.MIGRATIONS}
        self._postgres: Process | None = None
        self._redis: Process | None = None

    @property
    def redis_url(self) -> str:
        return redis.url(self._ports[1], self._password)

    def variables(self) -> dict[str, str]:
        """How the servers are named to the system."""
        named = {"REDIS_URL": self.redis_url}
        at = make_url(postgres.url(self._ports[0], self._password))
        for kind, (app, owner) in self._roles.items():
            for variable, role in (("DATABASE_URL", app), ("DATABASE_OWNER_URL", owner)):
                url = at.set(username=role.name, password=role.password, database=kind)
                named[f"{variable}_{kind.upper()}"] = url.render_as_string(hide_password=False)
        return named

    def start(self) -> None:
        """Start both, and make the databases and their roles."""
        self.start_postgres()
        self.start_redis()
        asyncio.run(self._make_databases())

    async def _make_databases(self) -> None:
        server = postgres.url(self._ports[0], self._password)
        for kind, (app, owner) in self._roles.items():
            await databases.create(server, kind, app=app, owner=owner)

    def start_postgres(self) -> None:
        home = self._directory / "postgres"
        server = postgres.start(
            home, self._directory / "postgres.log", port=self._ports[0], password=self._password
        )
        server.wait_until(lambda: postgres.ready(home, server), START_TIMEOUT_S)
        self._postgres = server

    def start_redis(self) -> None:
        server = redis.start(
            self._directory / "redis",
            self._directory / "redis.log",
            port=self._ports[1],
            password=self._password,
        )
        server.wait_until(lambda: redis.ready(self.redis_url), START_TIMEOUT_S)
        self._redis = server

    def kill_postgres(self) -> None:
        """As a machine that loses its power: every process of the server at once."""
        assert self._postgres is not None
        there = psutil.Process(self._postgres.pid)
        for process in (there, *there.children(recursive=True)):
            process.send_signal(signal.SIGKILL)
        self._postgres.see_out(time.monotonic())
        self._postgres = None

    def stop_postgres(self, end: signal.Signals) -> None:
        """As for a restart: SIGINT is fast, SIGQUIT immediate."""
        assert self._postgres is not None
        os.kill(self._postgres.pid, end)
        self._postgres.see_out(time.monotonic() + START_TIMEOUT_S)
        self._postgres = None

    def shut(self, *kinds: str, shut: bool) -> None:
        """Close databases to whoever wants in, as for a restore, and end who is; or open them again."""
        asyncio.run(self._shut(kinds, shut=shut))

    async def _shut(self, kinds: Iterable[str], *, shut: bool) -> None:
        server = await asyncpg.connect(postgres.url(self._ports[0], self._password))
        try:
            for kind in kinds:
                await server.execute(f"ALTER DATABASE {kind} ALLOW_CONNECTIONS {not shut}")
            if shut:
                await server.execute(_END_SESSIONS, kinds)
        finally:
            await server.close()

    def kill_redis(self) -> None:
        assert self._redis is not None
        os.kill(self._redis.pid, signal.SIGKILL)
        self._redis.see_out(time.monotonic())
        self._redis = None

    def stop(self) -> None:
        for process in (self._redis, self._postgres):
            if process is not None:
                process.stop()


_END_SESSIONS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ANY($1)"


def _role(name: str) -> Role:
    return Role(name, secrets.token_hex(16))
