"""Real servers for every test: one PostgreSQL and one Redis a session, a fresh database whenever asked."""

import secrets
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from infra.local import databases, postgres, redis
from infra.local.databases import DatabaseUrls, Role

START_TIMEOUT_S = 60.0
WHOLE_SYSTEM = "tests/end_to_end/"


class Servers(NamedTuple):
    """Where the session's servers are; the Postgres address is its superuser's."""

    postgres_url: str
    redis_url: str


def free_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_servers() -> Iterator[Servers]:
    """A PostgreSQL and a Redis in a temporary directory, stopped and removed in the end."""
    directory = Path(tempfile.mkdtemp(prefix="huiyuan-test-")).resolve()
    password = secrets.token_hex(16)
    ports = free_port(), free_port()
    running = [
        postgres.start(directory / "postgres", directory / "postgres.log", port=ports[0], password=password)
    ]
    try:
        running.append(
            redis.start(directory / "redis", directory / "redis.log", port=ports[1], password=password)
        )
        there = Servers(postgres.url(ports[0], password), redis.url(ports[1], password))
        running[0].wait_until(lambda: postgres.ready(directory / "postgres", running[0]), START_TIMEOUT_S)
        running[1].wait_until(lambda: redis.ready(there.redis_url), START_TIMEOUT_S)
        yield there
    finally:
        for process in reversed(running):
            process.stop()
        shutil.rmtree(directory)


class ByFile(LoadFileScheduling):
    """Side by side, a file's tests stay together, and all that want the whole system: it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return WHOLE_SYSTEM if file.startswith(WHOLE_SYSTEM) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    return ByFile(config, log)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The session's servers."""
    with running_servers() as there:
        yield there


@pytest.fixture(scope="session")
def redis_url(servers: Servers) -> str:
    """The session's Redis."""
    return servers.redis_url


@pytest.fixture(scope="session")
def new_database(servers: Servers) -> Callable[[str], DatabaseUrls]:
    """Makes a fresh, migrated database of a kind that ``databases.MIGRATIONS`` names, with roles of its own."""
    return partial(make_database, servers)


def make_database(servers: Servers, kind: str) -> DatabaseUrls:
    """A fresh, migrated database of a kind, with roles of its own."""
    name = f"{kind}_{secrets.token_hex(4)}"
    app, owner = (Role(role, secrets.token_hex(16)) for role in (name, f"{name}_owner"))
    # Alembic runs a loop of its own, and a test may already be inside one: hence the thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(
            databases.create_and_migrate, servers.postgres_url, kind, name, app=app, owner=owner
        ).result()
