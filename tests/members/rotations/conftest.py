"""A members service whose keys are rotated: its own databases and ring, two processes' worth of readers."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
from huiyuan.members.v1.rotations_connect import RotationsServiceClient
from pyqwest.testing import ASGITransport

from infra.local.databases import DatabaseUrls
from services.members.app import application
from services.members.jobs import keyrings
from services.members.rules.blobs import Suite
from services.members.settings import Settings
from services.members.storage.keyrings import create_ring
from services.members.storage.providers.choosing import provider_of
from tests.in_process import client
from tests.members.providers.doubles import Double, Vault, served
from tests.members.rotations.house import House
from tests.members.service import INSTALLATION, Consents, reached_by, settings


@asynccontextmanager
async def placed(configured: Settings, consents: Consents, *urls: DatabaseUrls) -> AsyncIterator[House]:
    """A service in process that looks at its ring often."""
    usual, keyrings.LOOK_S = keyrings.LOOK_S, 0.02
    try:
        async with ASGITransport(application(configured)) as transport:
            service = await reached_by(transport, configured, consents, *urls)
            door = client(RotationsServiceClient, transport, "members")
            yield House(service, configured.key_ring, door, provider_of(configured.choice))
            await service.databases.close()
    finally:
        keyrings.LOOK_S = usual


@pytest.fixture(scope="session")
async def place(
    new_database: Callable[[str], DatabaseUrls],
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    consents: tuple[Consents, str],
) -> AsyncIterator[House]:
    urls = new_database("members"), new_database("member_keys")
    path = tmp_path_factory.mktemp("rotated") / "members.keyring"
    async with placed(settings(*urls, redis_url, path, consents[1]), consents[0], *urls) as house:
        yield house


@dataclass
class Kept:
    """A service whose ring Vault keeps, and the double that stands for Vault."""

    house: House
    vault: Double


@pytest.fixture(scope="session")
async def kept_place(
    new_database: Callable[[str], DatabaseUrls],
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    consents: tuple[Consents, str],
) -> AsyncIterator[Kept]:
    """An installation that began with AES and SHA-256, and was just set to SM4 and SM3."""
    home = tmp_path_factory.mktemp("kept")
    (home / "token").write_text(Vault.TOKEN)
    urls = new_database("members"), new_database("member_keys")
    with served(Double(Vault().answer)) as vault:
        told = {
            "MEMBERS_KEY_PROVIDER": "vault",
            "MEMBERS_KEY_ID": "members",
            "MEMBERS_KEY_URL": vault.url,
            "VAULT_TOKEN_FILE": str(home / "token"),
            "MEMBERS_SUITE": "sm",
        }
        configured = settings(*urls, redis_url, home / "members.keyring", consents[1], **told)
        provider = provider_of(configured.choice)
        create_ring(configured.key_ring, INSTALLATION, provider, Suite.AES_256_GCM)
        async with placed(configured, consents[0], *urls) as house:
            yield Kept(house, vault)


@pytest.fixture
async def kept(kept_place: Kept) -> Kept:
    """The same without members and rotations, with Vault there."""
    kept_place.vault.always = None
    kept_place.vault.asked.clear()
    await kept_place.house.clear()
    kept_place.house.service.consents.allow()
    return kept_place


@pytest.fixture
async def house(place: House) -> House:
    """The service without members, and with no rotation under way."""
    await place.clear()
    place.service.consents.allow()
    return place
