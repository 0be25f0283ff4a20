"""Real servers for every test: one PostgreSQL and one Redis a session, a fresh database whenever asked."""

import secrets
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

from infra.local import postgres, redis
from infra.local.databases import DatabaseUrls
from tests.databases import Databases
from tests.scratch import scratch

START_TIMEOUT_S = 60.0
WHOLE_SYSTEM = "tests/end_to_end/"
LONG = (
    WHOLE_SYSTEM,
    "tests/members/test_processes.py",
    "tests/loyalty/torture/",
    "tests/loyalty/integrity/",
    "tests/consent/test_evidence.py",
    "tests/gateway/test_audit.py",
    "tests/consent/rpc/test_merged_wishes.py",
    "tests/consent/rpc/test_merges.py",
    "tests/gateway/compiled/test_generated.py",
    "tests/gateway/test_draining.py",
    "tests/gateway/test_fuzz.py",
    "tests/gateway/test_permissions.py",
    "tests/gateway/webhooks/test_process.py",
    "tests/members/test_restores.py",
)
"""Files that take so long that a process left alone with one in the end would keep the others waiting, longest first."""


# How long an example takes says how busy the machine is, and nothing about what is tested.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


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
    """A PostgreSQL and a Redis in a temporary directory, stopped and removed in the end.

    The PostgreSQL is not durable, which proofs that kill one never ask of it: they start servers of their own.
    """
    with scratch("test") as directory:
        password = secrets.token_hex(16)
        ports = free_port(), free_port()
        running = [
            postgres.start(
                *(directory / "postgres", directory / "postgres.log"),
                port=ports[0],
                password=password,
                durable=False,
            )
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


class ByFile(LoadFileScheduling):
    """Side by side, a file's tests stay together, and all that want the whole system: it is started once."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return WHOLE_SYSTEM if file.startswith(WHOLE_SYSTEM) else file


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Side by side, each process rewrites the assertions of its share of files, and finds those of the others kept.

    Each collects all there is: in a fresh clone all would be rewriting the same file at the same time.
    """
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != session.config.getini("testpaths"):
        return
    tests = Path(__file__).parent
    files = sorted(set(tests.rglob("test_*.py")) - set(tests.glob("browser/*")))
    for file in files[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        with suppress(Exception, pytest.skip.Exception):  # the collection will meet it again, and say so
            import_module(".".join(file.relative_to(tests.parent).with_suffix("").parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, in the order of ``LONG``."""
    items.sort(
        key=lambda item: next((n for n, of in enumerate(LONG) if item.nodeid.startswith(of)), len(LONG))
    )


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
    """Makes a fresh, migrated database of a kind that ``databases.MIGRATIONS`` names."""
    return Databases(servers.postgres_url).new
