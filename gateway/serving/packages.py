"""Packages over HTTP: a member fetches their own data, once for each token."""

from functools import partial
from typing import Any

import orjson
from huiyuan.members.v1 import packages_pb2
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from gateway.auth import NotSignedIn
from gateway.clients import MEMBERS, Clients
from gateway.errors import refused
from gateway.limits.addresses import client_address
from gateway.limits.load import Load, Overloaded
from gateway.scalars import preferred
from gateway.serving.asking import NotExecuted
from gateway.serving.surface import Surface
from services.kit import telemetry
from services.kit.refusal import Invalid, Kind, Refusal
from services.kit.rpc import CallerKind

BODY_BYTES = 4096
_TIMEOUT_MS = 30_000
_COST = 10
"""In points of the member's bucket: a package is read from the database, and opened."""

_PRIVATE = {
    "cache-control": "no-store, private",
    "content-disposition": 'attachment; filename="my-data.zip"',
    "x-content-type-options": "nosniff",
}
_STATUS = {
    Kind.INVALID: 400,
    Kind.UNAUTHENTICATED: 401,
    Kind.FORBIDDEN: 403,
    Kind.NOT_FOUND: 404,
    Kind.UNAVAILABLE: 503,
}


class DownloadNotUnderstood(Invalid):
    """The body is not the JSON that a download asks for."""


class Packages:
    """Answers ``POST /my-data``, to the storefront's members."""

    def __init__(self, surface: Surface, clients: Clients, load: Load, trusted_proxies: int) -> None:
        self._surface = surface
        self._load = load
        self._clients = clients
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = await self._answer(Request(scope, receive))
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        """The zip, or JSON with the refusal's code."""
        telemetry.begin(request.headers.get("traceparent"))
        if request.method != "POST":
            return Response(status_code=405, headers={"allow": "POST"})
        try:
            return Response(await self._content(request), media_type="application/zip", headers=_PRIVATE)
        except NotExecuted as turned_down:
            status = 401 if turned_down.unauthenticated else 429 if turned_down.throttled_s else 503
            again = {"retry-after": str(turned_down.throttled_s)} if turned_down.throttled_s else {}
            return JSONResponse(turned_down.body, status, _PRIVATE_ERROR | again)
        except Refusal as refusal:
            body = {"errors": [refused(refusal)]}
            again = {"retry-after": "1"} if isinstance(refusal, Overloaded) else {}
            return JSONResponse(body, _STATUS.get(refusal.kind, 409), _PRIVATE_ERROR | again)

    async def _content(self, request: Request) -> bytes:
        if self._load.operations.turns_away():
            raise Overloaded("too busy: try again")
        locale = preferred(request.headers.get("accept-language"))
        peer = request.client.host if request.client else None
        address = partial(client_address, peer, request.scope["headers"], self._trusted_proxies)
        asker = await self._surface.identify(request.headers.get("authorization"), locale, address)
        caller = asker.identity.caller
        if caller.kind is not CallerKind.MEMBER:
            raise NotSignedIn("sign in: send a member's bearer token")
        asked = await _asked(request)
        with self._load.operations:
            await self._surface.pay(asker, _COST)
            wire = await self._clients.packages.download_package(
                packages_pb2.DownloadPackageRequest(
                    member_id=caller.id, package_id=asked["packageId"], token=asked["token"]
                ),
                headers=self._clients.named(MEMBERS, caller),
                timeout_ms=_TIMEOUT_MS,
            )
        content: bytes = wire.content
        return content


_PRIVATE_ERROR = {"cache-control": "no-store, private"}


async def _asked(request: Request) -> dict[str, str]:
    """The package and the token. Raises ``DownloadNotUnderstood``."""
    wrong = DownloadNotUnderstood('send {"packageId": "…", "token": "…"} as content-type: application/json')
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise wrong
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES:
                raise wrong
        asked: Any = orjson.loads(body)
    except (ClientDisconnect, orjson.JSONDecodeError):
        raise wrong from None
    if not isinstance(asked, dict) or not all(
        isinstance(asked.get(name), str) for name in ("packageId", "token")
    ):
        raise wrong
    return asked
