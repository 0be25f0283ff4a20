"""The members service in process, on real databases, with a consent service that answers what a test says."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvicorn
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.members.app import application
from tests.members.service import EVERYTHING, Consents, Members, reached_by, settings


@pytest.fixture(scope="session")
async def consents() -> AsyncIterator[tuple[Consents, str]]:
    """A consent service on a port of its own, and its address."""
    consents = Consents()
    server = uvicorn.Server(uvicorn.Config(consents.application, port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield consents, f"http://127.0.0.1:{port}"
    server.should_exit = True
    await serving


@pytest.fixture(scope="session")
async def served(
    new_database: Callable[[str], DatabaseUrls],
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    consents: tuple[Consents, str],
) -> AsyncIterator[Members]:
    members, keys = new_database("members"), new_database("member_keys")
    ring: Path = tmp_path_factory.mktemp("ring") / "members.keyring"
    configured = settings(members, keys, redis_url, ring, consents[1])
    async with ASGITransport(application(configured)) as transport:
        service = await reached_by(transport, configured, consents[0], members, keys)
        yield service
        await service.databases.close()


@pytest.fixture
def members(served: Members) -> Members:
    """The service; the consent service allows until told otherwise."""
    served.consents.allow()
    served.consents.asked.clear()
    served.consents.listed = EVERYTHING
    return served
