"""The wiring: what the gateway's processes are made of. This file reads as their map."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from graphql import GraphQLSchema
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from gateway import limits
from gateway.admin.schema import permissions
from gateway.admin.schema import schema as admin_schema
from gateway.auth import Authenticator
from gateway.clients import CONSENT, LOYALTY, MEMBERS, Clients
from gateway.context import Services
from gateway.documents import manifest
from gateway.documents.prepared import Prepared, Preparer
from gateway.documents.repeated import Repeated
from gateway.documents.store import Documents
from gateway.live.reader import Live
from gateway.loaders.members import Loaders
from gateway.serving import explorer
from gateway.serving.explorer import Page
from gateway.serving.front import Front
from gateway.serving.http import Endpoint
from gateway.serving.surface import Surface
from gateway.serving.websocket import Socket
from gateway.settings import GatewaySettings, MigrationSettings
from gateway.storage.audit import Audit
from gateway.storefront.schema import schema as storefront_schema
from services.kit import database, health, migration, process
from services.kit.rpc import Caller, CallerKind, CallerSigner
from services.kit.tokens import TokenVerifier

NAME = "gateway"
MIGRATIONS = Path(__file__).with_name("migrations")

_ABANDONED_AFTER = timedelta(minutes=10)
_CLOSE_ABANDONED_EVERY_S = 60.0
_REDIS_TIMEOUT_S = 5.0


def application(settings: GatewaySettings) -> ASGIApp:
    """What answers requests. It starts while what it needs is away, and serves each part as it comes."""
    engine = database.engine(settings.database_url.get_secret_value(), size=4)
    redis = _redis(settings)
    clients = Clients(
        {LOYALTY: settings.loyalty_url, MEMBERS: settings.members_url, CONSENT: settings.consent_url},
        CallerSigner(NAME, settings.caller_keys),
    )
    services = Services(clients, Loaders(clients), Live(redis), Audit(engine))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        reading = asyncio.ensure_future(services.live.run())
        yield
        reading.cancel()
        with suppress(asyncio.CancelledError):
            await reading
        await redis.aclose()
        await engine.dispose()

    probes: dict[str, health.Probe] = {"database": services.audit.reach, "redis": partial(_reach, redis)}
    surfaces = {"/graphql": storefront(settings, services), "/admin/graphql": admin(settings, services)}
    endpoints = {path: Endpoint(surface, _page(surface, settings)) for path, surface in surfaces.items()}
    routes = [
        *(Route(path, endpoint) for path, endpoint in endpoints.items()),
        *(WebSocketRoute(path, Socket(surface)) for path, surface in surfaces.items()),
        *health.routes(probes),
        *_page_files(settings),
    ]
    return Front(endpoints, Starlette(lifespan=lifespan, routes=routes))


def storefront(settings: GatewaySettings, services: Services) -> Surface:
    """The storefront's surface: free documents in development, trusted ones in production."""
    paths = [manifest.STOREFRONT, *filter(None, [settings.storefront_manifest])]
    trusted = [pair for path in paths for pair in manifest.load(path).items()]
    preparer = _preparer(storefront_schema._schema, settings)
    verifier = TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience_storefront)
    return Surface(
        "storefront",
        storefront_schema._schema,
        Documents(preparer, trusted, free=settings.is_development, repeated=Repeated(preparer.compile)),
        Authenticator(verifier, CallerKind.MEMBER, strangers=True),
        services,
        _open_to_all,
    )


def admin(settings: GatewaySettings, services: Services) -> Surface:
    """The admin's surface: free documents, and roles for every field."""
    preparer = _preparer(admin_schema._schema, settings)
    verifier = TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience_admin)
    return Surface(
        "admin",
        admin_schema._schema,
        Documents(preparer, [], free=True),
        Authenticator(verifier, CallerKind.STAFF, strangers=False),
        services,
        permissions.guard,
    )


async def workers(settings: GatewaySettings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What runs beside the serving processes: actions that were never finished get their outcome."""
    audit = Audit(database.engine(settings.database_url.get_secret_value(), size=1))
    close = partial(audit.close_abandoned, _ABANDONED_AFTER)
    return [partial(process.every, _CLOSE_ABANDONED_EVERY_S, close, "close abandoned admin actions")]


def migrate(settings: MigrationSettings) -> None:
    """Bring the database to the newest schema, as its owner."""
    url, owner_url = settings.database_url, settings.database_owner_url
    migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), MIGRATIONS)


def _open_to_all(_: Prepared, __: Caller) -> None:
    """The storefront has no roles: members see themselves, and anyone sees what is public."""


def _preparer(schema: GraphQLSchema, settings: GatewaySettings) -> Preparer:
    return Preparer(
        schema,
        limits.OPEN_RULES if settings.is_development else limits.CLOSED_RULES,
        tokens=limits.TOKENS,
        hide_suggestions=not settings.is_development,
    )


def _page(surface: Surface, settings: GatewaySettings) -> Page | None:
    if not settings.is_development:
        return None
    return explorer.page(surface.name, manifest.examples(surface.name))


def _page_files(settings: GatewaySettings) -> list[Mount]:
    if not settings.is_development or not explorer.is_built():
        return []
    return [Mount(explorer.FILES_PATH, explorer.files())]


def _redis(settings: GatewaySettings) -> Redis:
    return Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_connect_timeout=_REDIS_TIMEOUT_S,
        socket_timeout=_REDIS_TIMEOUT_S,
        # A pooled connection may have died with the server it led to: what we do here is all reading.
        retry=Retry(NoBackoff(), 1),
    )


async def _reach(redis: Redis) -> None:
    await redis.ping()
