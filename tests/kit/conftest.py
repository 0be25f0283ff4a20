"""A bare database with the kit's own tables, and a Redis that a test may stop, kill and empty."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from infra.local import databases, redis
from infra.local.databases import DatabaseUrls, Role
from infra.local.processes import Process
from services.kit import database, inbox, outbox
from tests.conftest import START_TIMEOUT_S, Servers, free_port


@pytest.fixture
async def kit_database(servers: Servers) -> DatabaseUrls:
    """A fresh database that holds an outbox and an inbox, and the least rights that a service has on them."""
    name = f"kit_{secrets.token_hex(4)}"
    app, owner = Role(name, secrets.token_hex(16)), Role(f"{name}_owner", secrets.token_hex(16))
    await databases.create(servers.postgres_url, name, app=app, owner=owner)
    at = make_url(servers.postgres_url).set(database=name)
    urls = DatabaseUrls(
        *(at.set(username=role.name, password=role.password).render_as_string(False) for role in (app, owner))
    )
    connection = await asyncpg.connect(urls.owner)
    await connection.execute(outbox.CREATE)
    await connection.execute(inbox.CREATE)
    await connection.execute("CREATE TABLE effects (stream text, seq bigint, ord bigint)")
    await connection.execute("CREATE INDEX ON effects (stream, seq, ord)")
    await connection.execute(f'GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO "{name}"')
    await connection.execute(f'GRANT DELETE ON outbox TO "{name}"')
    await connection.close()
    return urls


@pytest.fixture
async def engine(kit_database: DatabaseUrls) -> AsyncIterator[database.Engine]:
    engine = database.engine(kit_database.app, size=16)
    yield engine
    await engine.dispose()


@pytest.fixture
async def pool(kit_database: DatabaseUrls) -> AsyncIterator[database.Pool]:
    pool = await database.pool(kit_database.app)
    yield pool
    await pool.close()


class OwnRedis:
    """A Redis of the test's own."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self._password = secrets.token_hex(16)
        self.url = redis.url(self._port, self._password)
        self._process: Process | None = None

    def start(self) -> None:
        log = self._directory / "redis.log"
        home = self._directory / "redis"
        self._process = redis.start(home, log, port=self._port, password=self._password)
        self._process.wait_until(lambda: redis.ready(self.url), START_TIMEOUT_S)

    def stop(self) -> None:
        assert self._process is not None
        self._process.stop()

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.see_out(0)

    async def restart(self, *, killed: bool) -> None:
        """Stop or kill it, let everyone feel that it is gone, and start it again."""
        if killed:
            self.kill()
        else:
            self.stop()
        await asyncio.sleep(0.2)
        self.start()


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own
    own.stop()


@pytest.fixture
async def redis_client(own_redis: OwnRedis) -> AsyncIterator[Redis]:
    client = Redis.from_url(own_redis.url, socket_timeout=5)
    yield client
    await client.aclose()
