"""What the storefront is compared with: the same schema by strawberry's own view and without lanes, and ours uncompiled,
without rates, and with traces or without.

All with authentication, validated once for each document, and within the same limits.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import strawberry
import uvicorn
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import AddValidationRules, ParserCache, ValidationCache

from gateway import limits
from gateway.app import NAME
from gateway.auth import Authenticator
from gateway.clients import CONSENT, LOYALTY, MEMBERS, Clients
from gateway.context import Context, Services
from gateway.documents import manifest
from gateway.documents.prepared import Prepared, Preparer
from gateway.documents.store import Documents
from gateway.limits.load import Load
from gateway.limits.meter import LEAST, Charge, Meter
from gateway.limits.rates import Bucket, Buckets, Rate
from gateway.loaders.lane import Asked, Lane
from gateway.loaders.members import Loaders
from gateway.loaders.overviews import Overviews
from gateway.scalars import preferred
from gateway.serving.http import Endpoint
from gateway.serving.surface import Surface
from gateway.settings import GatewaySettings
from gateway.storefront.schema import schema as storefront_schema
from services.kit import process, telemetry
from services.kit.rpc import Caller, CallerKind, CallerSigner
from services.kit.tokens import TokenVerifier

_UNNEEDED: Any = (None,) * 5  # queries need none of them


class Uncompiled(Preparer):
    """Leaves every document to graphql-core."""

    def compile(self, prepared: Prepared) -> Prepared:
        return prepared


class Traced:
    """An endpoint of whose requests this part is followed, whatever the process's others are."""

    def __init__(self, endpoint: ASGIApp, part: float) -> None:
        self._endpoint = endpoint
        self._part = part

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        telemetry._sampled_part = self._part  # it is asked before the endpoint waits for anything
        await self._endpoint(scope, receive, send)


class Unmetered(Meter):
    """Lets everybody ask, and asks no Redis."""

    def check(self, payer: Bucket, points: int = LEAST) -> None: ...

    async def pay(self, payer: Bucket, cost: int, *, paid: int = 0, spends: bool = False) -> Charge:
        return Charge(cost, payer.rate, None)


class PerRequest:
    """Loaders that live as long as a request, in the place of one lane."""

    def __init__(self, lane: Lane[Any, Any]) -> None:
        self._lane = lane
        self._loaders: dict[Caller, DataLoader[Any, Any]] = {}

    def load(self, caller: Caller, key: Any) -> Any:
        if caller not in self._loaders:
            self._loaders[caller] = DataLoader(partial(self._fetch, caller))
        return self._loaders[caller].load(key)

    async def _fetch(self, caller: Caller, keys: Sequence[Any]) -> Sequence[Any]:
        return await self._lane._fetch([Asked(key, caller) for key in keys])


class WithoutLanes:
    """One request's loaders under the names of the process's."""

    def __init__(self, loaders: Loaders, clients: Clients) -> None:
        self._loaders = loaders
        overviews = Overviews(clients)
        self.balances_by_member = overviews.balances
        self.standings_by_member = overviews.standings
        self.entries_by_member = overviews.entries

    def __getattr__(self, name: str) -> PerRequest:
        loader = PerRequest(getattr(self._loaders, name))
        setattr(self, name, loader)
        return loader


class Strawberry(GraphQL[Any, Any]):
    """Strawberry's view; who asks is found out as by ours."""

    def __init__(self, authenticator: Authenticator, clients: Clients, loaders: Loaders) -> None:
        cached = strawberry.Schema(
            query=storefront_schema.query,
            mutation=storefront_schema.mutation,
            subscription=storefront_schema.subscription,
            config=storefront_schema.config,
            extensions=[ParserCache, ValidationCache, partial(AddValidationRules, [limits.ExtentRule])],
        )
        super().__init__(cached)
        self._authenticator = authenticator
        self._clients = clients
        self._loaders = loaders

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        identity = await self._authenticator.identify(request.headers.get("authorization"))
        loaders: Any = WithoutLanes(self._loaders, self._clients)
        services = Services(self._clients, loaders, *_UNNEEDED)
        return Context(identity, preferred(request.headers.get("accept-language")), services)


def application(settings: GatewaySettings) -> Starlette:
    """Both, each at a path of its own."""
    addresses = {LOYALTY: settings.loyalty_url, MEMBERS: settings.members_url, CONSENT: settings.consent_url}
    clients = Clients(addresses, CallerSigner(NAME, settings.caller_keys))
    loaders = Loaders(clients)
    verifier = TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience_storefront)
    authenticator = Authenticator(verifier, CallerKind.MEMBER, strangers=True)
    schema = storefront_schema._schema
    rates = {kind: Rate(10**9, 10**9) for kind in CallerKind}
    preparer = Uncompiled(schema, limits.OPEN_RULES, tokens=limits.TOKENS, hide_suggestions=False)
    services = Services(clients, loaders, *_UNNEEDED)
    buckets = Buckets(Redis.from_url(settings.redis_url.get_secret_value()))
    uncompiled = Surface(
        "uncompiled",
        schema,
        Documents(preparer, [], free=True),
        authenticator,
        services,
        lambda *_: None,
        Meter("uncompiled", rates, buckets, b""),
    )
    usual = Preparer(schema, limits.OPEN_RULES, tokens=limits.TOKENS, hide_suggestions=False)
    assert settings.storefront_manifest is not None
    trusted = manifest.load(settings.storefront_manifest)
    # One process serves both, which differ in nothing else: two processes never run alike.
    limited, unlimited = (
        Surface(
            name,
            schema,
            Documents(usual, trusted.items(), free=False),
            authenticator,
            services,
            lambda *_: None,
            meter(name, rates, buckets, b""),
        )
        for name, meter in (("limited", Meter), ("unlimited", Unmetered))
    )
    load = Load(operations=10_000, streams=1, streams_a_caller=1)
    view = Strawberry(authenticator, clients, loaders)
    return Starlette(
        routes=[
            Route("/uncompiled", Endpoint(uncompiled, None, load)),
            Route("/limited", Endpoint(limited, None, load)),
            Route("/unlimited", Endpoint(unlimited, None, load)),
            Route("/traced", Traced(Endpoint(limited, None, load), 0.01)),
            Route("/untraced", Traced(Endpoint(limited, None, load), 0.0)),
            Route("/strawberry", view, methods=["POST"]),
        ]
    )


if __name__ == "__main__":
    settings = GatewaySettings()
    process.be_seen("plain", settings)
    process.spare_collections()
    uvicorn.run(
        application(settings),
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        log_level="error",
        access_log=False,
    )
