"""A gateway before canned services, in development and in production."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pytest

from infra.local.databases import DatabaseUrls
from tests.gateway.gateway_client import Gateway, running
from tests.gateway.streams import Streams
from tests.gateway.webhook_rows import THERE
from tests.scratch import scratch


@pytest.fixture(scope="session")
def database(new_database: Callable[[str], DatabaseUrls]) -> DatabaseUrls:
    return new_database("gateway")


@pytest.fixture(scope="session")
async def development(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, database: DatabaseUrls
) -> AsyncIterator[Gateway]:
    async with running(Path(tmp_path_factory.mktemp("development")), redis_url, database.app) as gateway:
        yield gateway


@pytest.fixture(scope="session")
async def production(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, database: DatabaseUrls
) -> AsyncIterator[Gateway]:
    folder = Path(tmp_path_factory.mktemp("production"))
    async with running(folder, redis_url, database.app, mode="production") as gateway:
        yield gateway


@pytest.fixture(scope="session")
async def owners(database: DatabaseUrls) -> AsyncIterator[asyncpg.Pool]:
    """Connections under the role that owns the database, for all tests: each of them would open its own."""
    async with asyncpg.create_pool(database.owner, min_size=0, max_size=2) as pool:
        yield pool


@pytest.fixture
async def webhooks(owners: asyncpg.Pool) -> None:
    """An endpoint with a delivery, and a source, that webhook fields can be tried on; no other of either."""
    await owners.execute(THERE)


@pytest.fixture
def gateway(development: Gateway, webhooks: None) -> Gateway:
    """The gateway in development, its services well."""
    development.services.refusal = None
    development.services.away.clear()
    development.services.requests.clear()
    development.services.heard.clear()
    return development


@pytest.fixture(scope="module")
def streams() -> Iterator[Streams]:
    """A Redis of the module's own, and what it was told."""
    with scratch("test") as directory:
        streams = Streams(directory / "redis")
        yield streams
        streams.stop()


@pytest.fixture(scope="module")
async def live(streams: Streams, database: DatabaseUrls) -> AsyncIterator[Gateway]:
    """A gateway that reads these streams."""
    with scratch("test") as folder:
        async with running(folder, streams.url, database.app) as gateway:
            yield gateway
