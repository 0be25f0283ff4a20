"""The wiring of the members service: the only place that knows all its rooms."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.members.v1.identities_connect import IdentitiesServiceASGIApplication
from huiyuan.members.v1.identity_documents_connect import IdentityDocumentsServiceASGIApplication
from huiyuan.members.v1.profiles_connect import ProfilesServiceASGIApplication
from huiyuan.members.v1.rotations_connect import RotationsServiceASGIApplication
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from services.kit import health, migration, outbox, process, rpc
from services.kit.tokens import TokenVerifier
from services.members.jobs import orphans
from services.members.jobs.keyrings import RingReader
from services.members.jobs.rotations import Rotating
from services.members.rpc.consents import ConsentGate
from services.members.rpc.identities import Identities
from services.members.rpc.identity_documents import IdentityDocuments
from services.members.rpc.profiles import Profiles
from services.members.rpc.rotations import Rotations
from services.members.rules.blobs import KeyHeader
from services.members.rules.keyrings import DIGESTS, KeyRing
from services.members.rules.rotations import IndexChange
from services.members.settings import MigrationSettings, RingSettings, Settings
from services.members.storage import keyring_changes, keyring_moves, keyrings
from services.members.storage.databases import Databases
from services.members.storage.providers.choosing import provider_of

NAME = "members"
_HERE = Path(__file__).parent
_SWEEP_S = 30
_FORGET_S = 3600
_ROTATE_S = 1


def application(settings: Settings) -> ASGIApp:
    """What answers. Raises ``KeyRingRefused`` when the key ring cannot be used."""
    ring = _key_ring(settings, create=settings.is_development)
    gatekeeper = _gatekeeper(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        databases = await _databases(settings)
        consents = _consents(settings)
        profiles = Profiles(databases, ring, consents, settings.unmask_quota)
        documents = IdentityDocuments(databases, ring, consents, settings.unmask_quota)
        for wire in (
            gatekeeper.admit(documents, IdentityDocumentsServiceASGIApplication),
            gatekeeper.admit(profiles, ProfilesServiceASGIApplication),
            gatekeeper.admit(Identities(databases, ring), IdentitiesServiceASGIApplication),
            gatekeeper.admit(Rotations(databases, ring), RotationsServiceASGIApplication),
        ):
            app.router.routes.append(Mount(wire.path, app=wire))
        reader = _ring_reader(settings, ring, databases)
        probes = {
            "members": databases.probe_members,
            "member_keys": databases.probe_keys,
            "key_ring": reader.probe,
        }
        app.router.routes.extend(health.routes(probes))
        with suppress(Exception):  # a database that is away is waited for while we are not ready
            await reader.refresh()
        reading = asyncio.create_task(reader.run())
        yield
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await databases.close()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What works by itself: the relay of events, the sweep, forgetting what was relayed, and rotations of keys."""
    ring = _key_ring(settings, create=settings.is_development)
    databases = await _databases(settings)
    reader = _ring_reader(settings, ring, databases)
    rotating = Rotating(databases, ring, reader, settings.key_ring, provider=provider_of(settings.choice))
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    relay = outbox.Relay(NAME, databases.members_pool, redis)
    forget = partial(outbox.forget_relayed, databases.members_pool, redis, NAME)
    return [
        relay.run,
        reader.run,
        partial(process.every, _ROTATE_S, rotating.work, "rotate keys"),
        partial(process.every, _SWEEP_S, partial(orphans.sweep, databases), "sweep orphans"),
        partial(process.every, _FORGET_S, forget, "forget relayed events"),
    ]


def migrate(settings: MigrationSettings) -> None:
    """Bring both databases to the newest schema."""
    for url, owner_url, scripts in (
        (settings.members_url, settings.members_owner_url, "migrations"),
        (settings.member_keys_url, settings.member_keys_owner_url, "key_migrations"),
    ):
        migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), _HERE / scripts)


def tend_ring(settings: RingSettings, verb: str, *said: str) -> str:
    """Create, describe, rewrap, move, add a key, or destroy; what was done.

    Raises ``KeyRingRefused``, ``KeyRingReadOnly``, or ``KeyError`` for another verb.
    """
    path, installation, provider = settings.key_ring, settings.installation_id, provider_of(settings.choice)

    def create() -> str:
        if path.exists():
            raise keyrings.KeyRingRefused(f"the key ring {path} is there already: nothing was changed")
        keyrings.create_ring(path, installation, provider, settings.suite)
        return f"made {path}, kept by {provider.name}: back it up apart from the databases"

    def describe() -> str:
        ring, master = keyrings.read_file(path), provider.describe()
        epochs = ", ".join(str(kek["epoch"]) for kek in ring.keks)
        key = f" under {master.master_key} ({master.protection})" if master.master_key else ""
        return f"{path}: installation {ring.installation}, kept by {ring.provider}{key}, epochs {epochs}"

    def add_kek(name: str) -> str:
        generation = keyring_changes.add_kek(path, KeyHeader(*_pair(name)), provider)
        return f"key-encryption key {name} is in {path}, which is of generation {generation}: it only reads"

    def add_index_key(name: str) -> str:
        kind, version = _pair(name)
        change = IndexChange(kind, version - 1, version)
        generation = keyring_changes.add_index_keys(path, [change], DIGESTS[settings.suite], provider)
        return f"index key {name} is in {path}, which is of generation {generation}: it is not used yet"

    verbs: dict[str, Callable[..., str]] = {
        "create": create,
        "describe": describe,
        "rewrap": lambda: f"wrapped {keyring_moves.rewrap(path, installation, provider)} keys anew",
        "move": lambda: (
            f"moved {keyring_moves.move(path, installation, provider)} keys to {provider.name}: "
            "destroy every copy of the old file"
        ),
        "add-kek": add_kek,
        "add-index-key": add_index_key,
        "destroy": lambda name: f"{name} is destroyed {provider.destroy(name)}",
    }
    return verbs[verb](*said)


def _pair(name: str) -> tuple[int, int]:
    first, _, second = name.partition("/")
    if not (first.isdecimal() and second.isdecimal() and int(first) <= 0xFFFF and int(second) <= 0x7FFF):
        raise keyrings.KeyRingRefused(f"nothing was changed: {name} names no key, write it as 1/2")
    return int(first), int(second)


def _key_ring(settings: Settings, *, create: bool) -> KeyRing:
    return keyrings.open_ring(
        settings.key_ring,
        settings.installation_id,
        create=create,
        provider=provider_of(settings.choice),
        suite=settings.suite,
    )


def _ring_reader(settings: Settings, ring: KeyRing, databases: Databases) -> RingReader:
    # Never a new one while we run: it would take the place of the keys that we hold.
    load = partial(_key_ring, settings, create=False)
    return RingReader(ring, load, settings.key_ring, databases.keys_pool)


async def _databases(settings: Settings) -> Databases:
    return await Databases.open(
        settings.members_url.get_secret_value(), settings.member_keys_url.get_secret_value()
    )


def _gatekeeper(settings: Settings) -> rpc.Gatekeeper:
    callers = rpc.CallerVerifier(
        NAME,
        {
            "gateway": settings.key_gateway.get_secret_value(),
            "loyalty": settings.key_loyalty.get_secret_value(),
        },
    )
    return rpc.Gatekeeper(callers, TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience))


def _consents(settings: Settings) -> ConsentGate:
    signer = rpc.CallerSigner(NAME, {"consent": settings.key_consent.get_secret_value()})
    us = rpc.Caller(rpc.CallerKind.SERVICE, NAME)
    return ConsentGate(
        rpc.client(DecisionsServiceClient, settings.consent_url, "consent", signer, default_caller=us)
    )
