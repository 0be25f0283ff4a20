"""A busy ledger once a session, a copy of it for every test, and a hand that may do what no role of ours may."""

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.engine import make_url

from services.kit import clock, database
from services.kit.appended import AppendedFile
from services.kit.clock import micros
from services.kit.signing import Keys, key_id
from services.loyalty.jobs.heads import HeadsPublisher
from services.loyalty.jobs.verification import Outcome, verify
from services.loyalty.storage.ledger import reopenings
from services.loyalty.storage.ledger.heads import heads_file
from services.loyalty.storage.ledger.integrity.checks import Check, Findings, Mismatch
from services.loyalty.storage.ledger.integrity.verifications import Checked
from tests.conftest import Servers
from tests.loyalty.integrity.busy import Shop, found

SEED = 20_261


class Silent:
    """Watches a verification and says nothing."""

    def begun(self, check: Check, rows: int) -> None: ...

    def ended(self, check: Check, checked: Checked, findings: Findings) -> None: ...


@dataclass
class Ledger:
    """A ledger, its heads file, and its database as the service reaches it and as its server's superuser does."""

    app: str
    superuser: str
    file: AppendedFile
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def keys(self) -> Keys:
        public = self.key.public_key()
        return {key_id(public): public}

    async def sql(self, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Whatever it says, with all rights."""
        connection = await asyncpg.connect(self.superuser)
        try:
            rows: list[asyncpg.Record] = await connection.fetch(statement, *values)
            return rows
        finally:
            await connection.close()

    async def one(self, statement: str, *values: Any) -> asyncpg.Record:
        """The one row of a statement."""
        (row,) = await self.sql(statement, *values)
        return row

    async def publish(self) -> None:
        """What the worker does each minute."""
        pool = await database.pool(self.app)
        try:
            await HeadsPublisher(pool, self.file, self.key, clock.now).publish()
        finally:
            await pool.close()

    async def verify(self, url: str = "") -> Outcome:
        return await verify(url or self.app, self.file, self.keys, Silent())

    async def mismatches(self) -> dict[str, list[Mismatch]]:
        """What a verification finds, by check."""
        found: dict[str, list[Mismatch]] = {}
        for mismatch in (await self.verify()).verification.mismatches:
            found.setdefault(mismatch.check, []).append(mismatch)
        return found


@pytest.fixture(scope="session")
async def busy(new_database: Any) -> Any:
    """A database in which everything happened that may happen: lanes side by side, merges, closed memberships."""
    urls = new_database("loyalty")
    shop = Shop(await found(urls.app), SEED)
    async with shop.open(urls.app, lanes=2):
        await shop.live(25, 25, merging=False)
    async with shop.open(urls.app, lanes=1):
        await shop.live(35, 25, merging=True)
    connection = await asyncpg.connect(urls.app)
    async with connection.transaction():
        who = ("staff:ada", "the database was set back")
        await reopenings.reopen(connection, {}, (2_000_000, 1_000), None, who, micros(shop.clock))
    await connection.close()
    async with shop.open(urls.app, lanes=1):
        await shop.live(1, 12, merging=False)
        await shop.end()
    assert not shop.refused.keys() & {"UNKNOWN_HOLD", "UNKNOWN_REDEMPTION"}, (
        "whoever is whom, what was done is known"
    )
    return urls


@asynccontextmanager
async def copied(servers: Servers, busy: Any, directory: Path) -> AsyncIterator[Ledger]:
    """A copy of the busy ledger for a while."""
    name = f"copy_{secrets.token_hex(4)}"
    server = await asyncpg.connect(servers.postgres_url)
    await server.execute(f'CREATE DATABASE {name} TEMPLATE "{make_url(busy.app).database}"')
    urls: Sequence[str] = [
        make_url(url).set(database=name).render_as_string(hide_password=False)
        for url in (busy.app, servers.postgres_url)
    ]
    yield Ledger(*urls, heads_file(directory / "heads.jsonl"))
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture
async def ledger(servers: Servers, busy: Any, tmp_path: Path) -> AsyncIterator[Ledger]:
    """A copy of the busy ledger that a test may ruin."""
    async with copied(servers, busy, tmp_path) as ledger:
        yield ledger


@pytest.fixture(scope="module")
async def one_copy(servers: Servers, busy: Any, tmp_path_factory: Any) -> AsyncIterator[Ledger]:
    """A copy of the busy ledger for all tests of a module, which leave it as it was."""
    async with copied(servers, busy, tmp_path_factory.mktemp("copy")) as ledger:
        yield ledger
