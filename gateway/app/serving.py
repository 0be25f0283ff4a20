"""Serving: what answers requests is made of these parts. This file reads as their map."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial

from graphql import GraphQLSchema
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from starlette.applications import Starlette
from starlette.responses import RedirectResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from gateway import limits
from gateway.admin.schema import permissions
from gateway.admin.schema import schema as admin_schema
from gateway.app import NAME
from gateway.auth import Authenticator
from gateway.clients import CONSENT, LOYALTY, MEMBERS, Clients
from gateway.context import Services, Webhooks
from gateway.documents import manifest
from gateway.documents.prepared import Preparer
from gateway.documents.repeated import Repeated
from gateway.documents.store import Documents
from gateway.documents.trusted import Trusted
from gateway.limits.load import Load
from gateway.limits.meter import Meter
from gateway.limits.rates import Buckets
from gateway.live.reader import Live
from gateway.loaders.catalogue import Catalogue
from gateway.loaders.members import Loaders
from gateway.serving import explorer
from gateway.serving.browsers import shared
from gateway.serving.explorer import Page
from gateway.serving.front import Front, Posts
from gateway.serving.http import Endpoint
from gateway.serving.keyed import Keyed
from gateway.serving.packages import Packages
from gateway.serving.surface import Surface
from gateway.serving.websocket import Socket
from gateway.settings import GatewaySettings
from gateway.storage.audit import Audit
from gateway.storage.documents import UploadedDocuments
from gateway.storefront.packages import PATH as MY_DATA
from gateway.storefront.schema import permissions as storefront_permissions
from gateway.storefront.schema import schema as storefront_schema
from gateway.webhooks import door
from gateway.webhooks.endpoints import Endpoints
from gateway.webhooks.log import DeliveryLog
from gateway.webhooks.orders import Orders
from gateway.webhooks.secrets import Box
from gateway.webhooks.sources import Sources
from services.kit import database, health, process
from services.kit.rpc import CallerKind, CallerSigner
from services.kit.tokens import TokenVerifier

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
    webhooks, trusted = _webhooks(settings, engine), _trusted(settings, engine)
    live = Live(redis)
    catalogue = Catalogue(lambda: live.edition)
    services = Services(clients, Loaders(clients), catalogue, live, Audit(engine), webhooks, trusted)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        running = [asyncio.ensure_future(job()) for job in (services.live.run, services.trusted.follow)]
        yield
        await process.end(*running)
        await redis.aclose()
        await rates.aclose()
        await engine.dispose()

    probes: dict[str, health.Probe] = {
        "database": services.audit.reach,
        "redis": partial(_reach, redis),
        "documents": services.trusted.looked,
    }
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
    endpoints, posts, sockets = _doors(settings, surfaces, load)
    if settings.subgraph_key:
        surface = subgraph(settings, services, buckets)
        asked = Endpoint(surface, None, load, trusted_proxies=settings.trusted_proxies)
        endpoints["/subgraph/graphql"] = Keyed(asked, settings.subgraph_key.get_secret_value())
    own_data = Packages(surfaces["/graphql"], clients, load, settings.trusted_proxies)
    by_path = [Route(path, endpoint) for path, endpoint in endpoints.items()]
    reports = Route(door.PATH, _reports(settings, webhooks, clients, buckets).answer, methods=["POST"])
    files = Route(MY_DATA, shared(own_data, settings.storefront_origins))
    routes = [*by_path, files, *sockets, reports, *health.routes(probes), *_pages(settings)]
    others = Starlette(lifespan=lifespan, routes=routes)
    return Front(endpoints, others, load, settings.known_hosts, posts=posts)


def _doors(
    settings: GatewaySettings, surfaces: Mapping[str, Surface], load: Load
) -> tuple[dict[str, ASGIApp], dict[str, Posts], list[WebSocketRoute]]:
    """Each surface over HTTP, by ASGI and directly, and over WebSocket, within one process's bounds."""
    proxies = settings.trusted_proxies
    endpoints: dict[str, ASGIApp] = {}
    posts: dict[str, Posts] = {}
    sockets = []
    for path, surface in surfaces.items():
        is_public = surface.name == "storefront"
        origins = settings.storefront_origins if is_public else ()
        # What staff ask does not belong into addresses, but to try things with.
        signed_gets = settings.is_development and not is_public
        endpoint = Endpoint(
            surface, _page(surface, settings), load, trusted_proxies=proxies, signed_gets=signed_gets
        )
        endpoints[path] = shared(endpoint, origins)
        posts[path] = endpoint.direct
        sockets.append(WebSocketRoute(path, Socket(surface, load, origins, trusted_proxies=proxies)))
    return endpoints, posts, sockets


def storefront(settings: GatewaySettings, services: Services, buckets: Buckets) -> Surface:
    """The storefront's surface: free documents in development, trusted ones in production; members see themselves."""
    authenticator, meter = _members(settings, buckets)
    return Surface(
        "storefront",
        storefront_schema._schema,
        services.trusted.documents,
        authenticator,
        services,
        storefront_permissions.guard,
        meter,
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


def subgraph(settings: GatewaySettings, services: Services, buckets: Buckets) -> Surface:
    """The storefront as a supergraph's router asks it: with documents that the router plans."""
    # Loaded only where one asks: a third schema is half a second of every start.
    from gateway.storefront import subgraph as storefront_subgraph

    preparer = _preparer(storefront_subgraph.schema._schema, settings)
    authenticator, meter = _members(settings, buckets)
    return Surface(
        "subgraph",
        storefront_subgraph.schema._schema,
        Documents(preparer, [], free=True, repeated=Repeated(preparer.compile)),
        authenticator,
        services,
        storefront_subgraph.permissions.guard,
        meter,
    )


def _members(settings: GatewaySettings, buckets: Buckets) -> tuple[Authenticator, Meter]:
    """Who members are and what they may ask for, by whichever door they come."""
    verifier = TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience_storefront)
    rates = {CallerKind.MEMBER: settings.rate_member, CallerKind.ANYONE: settings.rate_stranger}
    authenticator = Authenticator(verifier, CallerKind.MEMBER, strangers=True)
    return authenticator, Meter("storefront", rates, buckets, settings.caller_keys[LOYALTY])


def _trusted(settings: GatewaySettings, engine: database.Engine) -> Trusted:
    """The storefront's documents: the manifests' and those that staff uploaded, and free ones in development."""
    paths = [manifest.STOREFRONT, *filter(None, [settings.storefront_manifest])]
    built_in = {key: text for path in paths for key, text in manifest.load(path).items()}
    preparer = _preparer(storefront_schema._schema, settings)
    repeated = Repeated(preparer.compile)
    documents = Documents(preparer, built_in.items(), free=settings.is_development, repeated=repeated)
    return Trusted(documents, built_in, UploadedDocuments(engine))


def _webhooks(settings: GatewaySettings, engine: database.Engine) -> Webhooks:
    box = Box(*settings.webhook_keys)
    endpoints = Endpoints(engine, box, closed=not settings.is_development)
    return Webhooks(endpoints, DeliveryLog(engine), Sources(engine, box))


def _reports(settings: GatewaySettings, webhooks: Webhooks, clients: Clients, buckets: Buckets) -> door.Door:
    """The door of order systems, whoever stands before it."""
    rates = {CallerKind.ANYONE: settings.rate_stranger}
    meter = Meter("webhooks", rates, buckets, settings.caller_keys[LOYALTY])
    return door.Door(webhooks.sources, Orders(clients), meter, settings.trusted_proxies)


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


def _pages(settings: GatewaySettings) -> list[Route | Mount]:
    """In development: the way from the root to the explorer, and its files where they were built."""
    if not settings.is_development:
        return []
    root = Route("/", RedirectResponse("/graphql"))
    return [root, Mount(explorer.FILES_PATH, explorer.files())] if explorer.is_built() else [root]


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
