"""The wiring of the members service: the only place that knows all its rooms."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.members.v1.addresses_connect import AddressesServiceASGIApplication
from huiyuan.members.v1.birthdays_connect import BirthdaysServiceASGIApplication
from huiyuan.members.v1.communications_connect import CommunicationsServiceASGIApplication
from huiyuan.members.v1.identities_connect import IdentitiesServiceASGIApplication
from huiyuan.members.v1.notes_connect import NotesServiceASGIApplication
from huiyuan.members.v1.profiles_connect import ProfilesServiceASGIApplication
from huiyuan.members.v1.searches_connect import SearchesServiceASGIApplication
from huiyuan.members.v1.tags_connect import TagsServiceASGIApplication
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from services.kit import health, migration, outbox, process, rpc
from services.kit.tokens import TokenVerifier
from services.members.jobs import orphans, traits
from services.members.jobs.birthdays import Birthdays as BirthdayJob
from services.members.rpc.addresses import Addresses
from services.members.rpc.birthdays import Birthdays
from services.members.rpc.communications import Communications
from services.members.rpc.consents import ConsentGate
from services.members.rpc.identities import Identities
from services.members.rpc.notes import Notes
from services.members.rpc.profiles import Profiles
from services.members.rpc.searches import Searches
from services.members.rpc.tags import Tags
from services.members.rules.keyrings import KeyRing
from services.members.settings import MigrationSettings, Settings
from services.members.storage import keyrings
from services.members.storage.databases import Databases

NAME = "members"
_HERE = Path(__file__).parent
_SWEEP_S = 30
_INDEX_S = 2
_BIRTHDAYS_S = 900
_FORGET_S = 3600


def application(settings: Settings) -> ASGIApp:
    """What answers. Raises ``KeyRingRefused`` when the key ring cannot be used."""
    ring = _key_ring(settings)
    gatekeeper = _gatekeeper(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        databases = await _databases(settings)
        profiles = Profiles(databases, ring, _consents(settings), settings.unmask_quota)
        for wire in (
            gatekeeper.admit(profiles, ProfilesServiceASGIApplication),
            gatekeeper.admit(Identities(databases, ring), IdentitiesServiceASGIApplication),
            gatekeeper.admit(Addresses(databases, ring), AddressesServiceASGIApplication),
            gatekeeper.admit(
                Searches(databases, ring, settings.search_quota), SearchesServiceASGIApplication
            ),
            gatekeeper.admit(
                Birthdays(databases, ring, settings.leap_birthday), BirthdaysServiceASGIApplication
            ),
            gatekeeper.admit(Tags(databases, ring), TagsServiceASGIApplication),
            gatekeeper.admit(Notes(databases, ring), NotesServiceASGIApplication),
            gatekeeper.admit(Communications(databases, ring), CommunicationsServiceASGIApplication),
        ):
            app.router.routes.append(Mount(wire.path, app=wire))
        probes = {"members": databases.probe_members, "member_keys": databases.probe_keys}
        app.router.routes.extend(health.routes(probes))
        yield
        await databases.close()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What works by itself: the relay of events, the sweep, the index of traits, birthdays, and forgetting.

    Raises ``KeyRingRefused`` when the key ring cannot be used.
    """
    ring = _key_ring(settings)
    databases = await _databases(settings)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    relay = outbox.Relay(NAME, databases.members_pool, redis)
    birthdays = BirthdayJob(databases, ring, settings.time_zone, settings.leap_birthday)
    forget = partial(outbox.forget_relayed, databases.members_pool, redis, NAME)
    return [
        relay.run,
        partial(process.every, _SWEEP_S, partial(orphans.sweep, databases), "sweep orphans"),
        partial(process.every, _INDEX_S, partial(traits.index, databases, ring), "index traits"),
        partial(process.every, _BIRTHDAYS_S, birthdays.tell, "tell birthdays"),
        partial(process.every, _FORGET_S, forget, "forget relayed events"),
    ]


def migrate(settings: MigrationSettings) -> None:
    """Bring both databases to the newest schema."""
    for url, owner_url, scripts in (
        (settings.members_url, settings.members_owner_url, "migrations"),
        (settings.member_keys_url, settings.member_keys_owner_url, "key_migrations"),
    ):
        migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), _HERE / scripts)


def complete_ring(settings: Settings) -> list[int]:
    """Give the key ring of an earlier version the index keys that it lacks; of which kinds."""
    return keyrings.complete(settings.key_ring, settings.installation_id)


def _key_ring(settings: Settings) -> KeyRing:
    return keyrings.open_ring(settings.key_ring, settings.installation_id, create=settings.is_development)


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
