"""The wiring: what the gateway's processes are made of. This file reads as their map."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path

from graphql import GraphQLSchema
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute
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
from gateway.limits.load import Load
from gateway.limits.meter import Meter
from gateway.limits.rates import Buckets
from gateway.live.reader import Live
from gateway.loaders.members import Loaders
from gateway.serving import explorer
from gateway.serving.browsers import shared
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
_RATES_TIMEOUT_S = 0.5


def application(settings: GatewaySettings) -> Front:
    """What answers requests. It starts while what it needs is away, and serves each part as it comes."""
    engine = database.engine(settings.database_url.get_secret_value(), size=4)
    redis, rates = _redis(settings, _REDIS_TIMEOUT_S), _redis(settings, _RATES_TIMEOUT_S)
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
        await rates.aclose()
        await engine.dispose()

    probes: dict[str, health.Probe] = {"database": services.audit.reach, "redis": partial(_reach, redis)}
    buckets = Buckets(rates)
    surfaces = {
        "/graphql": storefront(settings, services, buckets),
        "/admin/graphql": admin(settings, services, buckets),
    }
    load = Load(
        operations=settings.operations_at_once,
        streams=settings.streams_at_once,
        streams_a_caller=settings.streams_a_caller,
    )
    endpoints, sockets = _doors(settings, surfaces, load)
    posts = [Route(path, endpoint) for path, endpoint in endpoints.items()]
    routes = [*posts, *sockets, *health.routes(probes)]
    return Front(endpoints, Starlette(lifespan=lifespan, routes=routes), load)


def _doors(
    settings: GatewaySettings, surfaces: Mapping[str, Surface], load: Load
) -> tuple[dict[str, ASGIApp], list[WebSocketRoute]]:
    """Each surface over HTTP and over WebSocket, within one process's bounds."""
    proxies = settings.trusted_proxies
    endpoints, sockets = {}, []
    for path, surface in surfaces.items():
        is_public = surface.name == "storefront"
        origins = settings.storefront_origins if is_public else ()
        # What staff ask does not belong into addresses, but to try things with.
        signed_gets = settings.is_development and not is_public
        endpoint = Endpoint(
            surface, _page(surface, settings), load, trusted_proxies=proxies, signed_gets=signed_gets
        )
        endpoints[path] = shared(endpoint, origins)
        sockets.append(WebSocketRoute(path, Socket(surface, load, origins, trusted_proxies=proxies)))
    return endpoints, sockets


def storefront(settings: GatewaySettings, services: Services, buckets: Buckets) -> Surface:
    """The storefront's surface: free documents in development, trusted ones in production."""
    paths = [manifest.STOREFRONT, *filter(None, [settings.storefront_manifest])]
    trusted = [pair for path in paths for pair in manifest.load(path).items()]
    preparer = _preparer(storefront_schema._schema, settings)
    verifier = TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience_storefront)
    rates = {CallerKind.MEMBER: settings.rate_member, CallerKind.ANYONE: settings.rate_stranger}
    return Surface(
        "storefront",
        storefront_schema._schema,
        Documents(preparer, trusted, free=settings.is_development, repeated=Repeated(preparer.compile)),
        Authenticator(verifier, CallerKind.MEMBER, strangers=True),
        services,
        _open_to_all,
        Meter("storefront", rates, buckets, settings.caller_keys[LOYALTY]),
    )


def admin(settings: GatewaySettings, services: Services, buckets: Buckets) -> Surface:
    """The admin's surface: free documents, and roles for every field."""
    preparer = _preparer(admin_schema._schema, settings)
    verifier = TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience_admin)
    rates = {CallerKind.STAFF: settings.rate_staff, CallerKind.ANYONE: settings.rate_unknown_staff}
    return Surface(
        "admin",
        admin_schema._schema,
        Documents(preparer, [], free=True),
        Authenticator(verifier, CallerKind.STAFF, strangers=False),
        services,
        permissions.guard,
        Meter("admin", rates, buckets, settings.caller_keys[LOYALTY]),
        tells_cost=True,
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


def _page(surface: Surface, settings: GatewaySettings) -> bytes | None:
    if not settings.is_development:
        return None
    return explorer.page(surface.name, manifest.texts(manifest.EXAMPLES[surface.name]))


def _redis(settings: GatewaySettings, timeout_s: float) -> Redis:
    return Redis.from_url(
        settings.redis_url.get_secret_value(),
        socket_connect_timeout=timeout_s,
        socket_timeout=timeout_s,
        # A pooled connection may have died with the server it led to; what is taken twice then, does no harm.
        retry=Retry(NoBackoff(), 1),
    )


async def _reach(redis: Redis) -> None:
    await redis.ping()
