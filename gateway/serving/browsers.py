"""Browsers: the pages of which other sites may ask us, by the CORS protocol; none may unless it is configured."""

from collections.abc import Collection

from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.documents import uses

_REMEMBERED_S = 600


def shared(app: ASGIApp, origins: Collection[str]) -> ASGIApp:
    """An application that pages of these origins may use, with a token and never with cookies."""
    return _Shared(app, origins) if origins else app


class _Shared:
    """Starlette's middleware, for browsers alone: nobody else says an origin, and nobody else waits for it."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._for_browsers = CORSMiddleware(
            app,
            allow_origins=frozenset(origins),
            allow_methods=("GET", "POST"),
            allow_headers=("authorization", "content-type", "traceparent", uses.HEADER),
            expose_headers=("retry-after",),
            max_age=_REMEMBERED_S,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from_browser = any(name == b"origin" for name, _ in scope["headers"])
        await (self._for_browsers if from_browser else self._app)(scope, receive, send)
