"""The wiring of the members service: the only place that knows all its rooms."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.consent.v1.exports_connect import ExportsServiceClient as ConsentExports
from huiyuan.loyalty.v1.exports_connect import ExportsServiceClient as LoyaltyExports
from huiyuan.members.v1.analyses_connect import AnalysesServiceASGIApplication
from huiyuan.members.v1.identities_connect import IdentitiesServiceASGIApplication
from huiyuan.members.v1.packages_connect import PackagesServiceASGIApplication
from huiyuan.members.v1.profiles_connect import ProfilesServiceASGIApplication
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from services.kit import health, migration, outbox, process, rpc
from services.kit.tokens import TokenVerifier
from services.members.jobs import analyses, orphans, packages
from services.members.rpc.analyses import Analyses
from services.members.rpc.cohorts import Cohorts
from services.members.rpc.consents import ConsentGate
from services.members.rpc.identities import Identities
from services.members.rpc.packages import Packages
from services.members.rpc.parts import Parts
from services.members.rpc.profiles import Profiles
from services.members.rules.keyrings import KeyRing
from services.members.settings import MigrationSettings, Settings
from services.members.storage import keyrings
from services.members.storage.databases import Databases

NAME = "members"
_HERE = Path(__file__).parent
_US = rpc.Caller(rpc.CallerKind.SERVICE, NAME)
_SWEEP_S = 30
_FORGET_S = 3600
_GATHER_S = 2
_EXPIRE_S = 60
_EXPORT_TIMEOUT_MS = 20_000


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
            gatekeeper.admit(Packages(databases, ring), PackagesServiceASGIApplication),
            gatekeeper.admit(Analyses(databases), AnalysesServiceASGIApplication),
        ):
            app.router.routes.append(Mount(wire.path, app=wire))
        probes = {"members": databases.probe_members, "member_keys": databases.probe_keys}
        app.router.routes.extend(health.routes(probes))
        yield
        await databases.close()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What works by itself: the relay of events, the sweep, members' packages, and forgetting what was relayed."""
    ring = _key_ring(settings)
    databases = await _databases(settings)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    relay = outbox.Relay(NAME, databases.members_pool, redis)
    parts, cohorts = _parts(settings), _cohorts(settings)
    make_packages = partial(packages.make, databases, ring, parts.of)
    make_analyses = partial(analyses.make, databases, ring, cohorts.allowed, cohorts.tiers)
    forget = partial(outbox.forget_relayed, databases.members_pool, redis, NAME)
    return [
        relay.run,
        partial(process.every, _GATHER_S, make_packages, "gather members' packages"),
        partial(process.every, _GATHER_S, make_analyses, "make exports for analysis"),
        partial(process.every, _EXPIRE_S, partial(packages.expire, databases), "destroy old packages"),
        partial(process.every, _EXPIRE_S, partial(analyses.expire, databases), "destroy old exports"),
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
    return ConsentGate(
        rpc.client(
            DecisionsServiceClient, settings.consent_url, "consent", _signer(settings), default_caller=_US
        )
    )


def _parts(settings: Settings) -> Parts:
    asked = _asked(settings)
    return Parts(
        asked(LoyaltyExports, settings.loyalty_url, "loyalty"),
        asked(ConsentExports, settings.consent_url, "consent"),
    )


def _cohorts(settings: Settings) -> Cohorts:
    asked = _asked(settings)
    return Cohorts(
        asked(DecisionsServiceClient, settings.consent_url, "consent"),
        asked(LoyaltyExports, settings.loyalty_url, "loyalty"),
    )


def _asked(settings: Settings) -> Callable[..., Any]:
    """Makes clients of services that are asked for much at once, in our own name."""
    return partial(rpc.client, signer=_signer(settings), default_caller=_US, timeout_ms=_EXPORT_TIMEOUT_MS)


def _signer(settings: Settings) -> rpc.CallerSigner:
    return rpc.CallerSigner(
        NAME,
        {
            "consent": settings.key_consent.get_secret_value(),
            "loyalty": settings.key_to_loyalty.get_secret_value(),
        },
    )
