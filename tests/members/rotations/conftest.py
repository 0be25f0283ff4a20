"""A members service whose keys are rotated: its own databases and ring, two processes' worth of readers."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from huiyuan.members.v1.rotations_connect import RotationsServiceClient
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.members.app import application
from services.members.jobs import keyrings
from tests.in_process import client
from tests.members.rotations.house import House
from tests.members.service import Consents, reached_by, settings


@pytest.fixture(scope="session")
async def place(
    new_database: Callable[[str], DatabaseUrls],
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    consents: tuple[Consents, str],
) -> AsyncIterator[House]:
    members, keys = new_database("members"), new_database("member_keys")
    path: Path = tmp_path_factory.mktemp("rotated") / "members.keyring"
    configured = settings(members, keys, redis_url, path, consents[1])
    usual, keyrings.LOOK_S = keyrings.LOOK_S, 0.02
    try:
        async with ASGITransport(application(configured)) as transport:
            service = await reached_by(transport, configured, consents[0], members, keys)
            yield House(service, path, client(RotationsServiceClient, transport, "members"))
            await service.databases.close()
    finally:
        keyrings.LOOK_S = usual


@pytest.fixture
async def house(place: House) -> House:
    """The service without members, and with no rotation under way."""
    await place.clear()
    place.service.consents.allow()
    return place
