"""A consent service on a real database, asked through its own doors."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import timedelta
from functools import partial
from uuid import uuid4

import asyncpg
import pytest
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.consent.app import application
from services.kit import database
from tests.consent.service import Consent, SettableClock, hear_merge, reached_by, settings


@pytest.fixture(scope="session")
def urls(new_database: Callable[[str], DatabaseUrls]) -> DatabaseUrls:
    return new_database("consent")


@pytest.fixture(scope="session")
async def served(urls: DatabaseUrls, redis_url: str) -> AsyncIterator[Consent]:
    clock, hours = SettableClock(), itertools.count(0, 3600)
    # Each question is an hour after the last, so that nothing is kept: tests change what stands behind the door's back.
    app = application(settings(urls, redis_url), clock, monotonic=lambda: float(next(hours)))
    async with ASGITransport(app) as transport:
        yield reached_by(transport, clock)


@pytest.fixture
def consent(served: Consent) -> Iterator[Consent]:
    """The service, at the present time."""
    yield served
    served.clock.shift = timedelta()


@pytest.fixture
async def as_app(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    """The database under the role that the service has."""
    connection = await asyncpg.connect(urls.app)
    yield connection
    await connection.close()


@pytest.fixture
async def as_owner(urls: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    """The database under the role that owns it."""
    connection = await asyncpg.connect(urls.owner)
    yield connection
    await connection.close()


@pytest.fixture
def member_id() -> str:
    return str(uuid4())


@pytest.fixture
async def hear(urls: DatabaseUrls) -> AsyncIterator[Callable[..., Awaitable[None]]]:
    """Tell the service of merges, as its worker would hear of them."""
    engine = database.engine(urls.app)

    yield partial(hear_merge, engine)
    await engine.dispose()
