"""Keyed: what is served to another server of the operator's, which proves by a key that it is one."""

from hmac import compare_digest

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.auth import NotSignedIn
from gateway.errors import refused

HEADER = "huiyuan-subgraph-key"


class Keyed:
    """An ASGI application for whoever sends the key, and for nobody else."""

    def __init__(self, app: ASGIApp, key: str) -> None:
        self._app = app
        self._key = key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = dict(scope["headers"]).get(HEADER.encode(), b"")
        if compare_digest(sent, self._key):
            await self._app(scope, receive, send)
            return
        body = {"errors": [refused(NotSignedIn(f"only the supergraph's router asks here: send {HEADER}"))]}
        await JSONResponse(body, status_code=401)(scope, receive, send)
