"""WebSocket: the graphql-transport-ws protocol, and no other."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
import structlog
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway import limits
from gateway.auth import UNKNOWN, Identity
from gateway.documents import uses
from gateway.errors import LIMIT_EXCEEDED, RequestError, formatted, language, refused
from gateway.scalars import Locale, preferred
from gateway.serving.surface import Body, NotExecuted, Surface
from services.kit import telemetry
from services.kit.tokens import TokenExpired

log = structlog.get_logger()

PROTOCOL = "graphql-transport-ws"
INIT_WITHIN_S = 10.0


class _Closed(Exception):
    """The connection ends here, with the protocol's code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Socket:
    """A surface over WebSocket, as an ASGI application."""

    def __init__(self, surface: Surface) -> None:
        self._surface = surface

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        telemetry.trace_id.set(telemetry.trace_of(websocket.headers.get("traceparent")))
        if PROTOCOL not in scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
            return
        await websocket.accept(subprotocol=PROTOCOL)
        await _Connection(self._surface, websocket).serve()


class _Connection:
    """One client's connection: its identity, once it said who it is, and its running operations."""

    def __init__(self, surface: Surface, websocket: WebSocket) -> None:
        self._surface = surface
        self._websocket = websocket
        self._identity: Identity | None = None
        self._locale = Locale.ZH
        self._running: dict[str, asyncio.Task[None]] = {}
        self._handlers: dict[str, Callable[[Body], Coroutine[Any, Any, None]]] = {
            "connection_init": self._init,
            "ping": self._ping,
            "pong": self._pong,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }

    async def serve(self) -> None:
        """Until either side hangs up, or the token ends."""
        try:
            async with asyncio.timeout(INIT_WITHIN_S):
                while self._identity is None:
                    await self._handle(await self._receive())
        except TimeoutError:
            await self._close(_Closed(4408, "Connection initialisation timeout"))
            return
        except _Closed as closed:
            await self._close(closed)
            return
        except WebSocketDisconnect:
            return
        await self._serve_known(self._identity)

    async def _serve_known(self, identity: Identity) -> None:
        lasts_s = None if identity is UNKNOWN else max(0.0, identity.expires_at_s - time.time())
        try:
            async with asyncio.timeout(lasts_s):
                while True:
                    await self._handle(await self._receive())
        except TimeoutError:
            await self._end_with_token()
        except _Closed as closed:
            await self._close(closed)
        except WebSocketDisconnect:
            pass
        finally:
            await self._stop_all()

    async def _receive(self) -> Body:
        try:
            text = await self._websocket.receive_text()
        except KeyError:
            raise _Closed(4400, "Messages must be text") from None
        if len(text) > limits.BODY_BYTES:
            raise _Closed(4400, f"Messages must not be longer than {limits.BODY_BYTES} bytes")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise _Closed(4400, "Messages must be JSON") from None
        if not isinstance(message, dict):
            raise _Closed(4400, "Messages must be objects")
        return message

    async def _handle(self, message: Body) -> None:
        handler = self._handlers.get(str(message.get("type")))
        if handler is None:
            raise _Closed(4400, "Unknown message type")
        await handler(message)

    async def _init(self, message: Body) -> None:
        if self._identity is not None:
            raise _Closed(4429, "Too many initialisation requests")
        payload = message.get("payload") or {}
        if not isinstance(payload, dict):
            raise _Closed(4400, "Invalid connection init payload")
        said = {str(name).lower(): value for name, value in payload.items() if isinstance(value, str)}
        headers = self._websocket.headers
        self._locale = preferred(said.get("accept-language") or headers.get("accept-language"))
        try:
            identity = await self._surface.identify(said.get("authorization") or headers.get("authorization"))
        except NotExecuted as refusal:
            error = refusal.body["errors"][0]
            # 1013 is what the standard has for "try again later", and clients do.
            number = 1013 if refusal.away else 4403
            raise _Closed(number, f"{error['extensions']['code']}: {error['message']}"[:120]) from None
        language.set(self._locale)
        uses.client.set(uses.named(said.get(uses.HEADER) or headers.get(uses.HEADER)))
        await self._send({"type": "connection_ack"})
        self._identity = identity

    async def _ping(self, _: Body) -> None:
        await self._send({"type": "pong"})

    async def _pong(self, _: Body) -> None:
        """An answer to a ping needs none."""

    async def _subscribe(self, message: Body) -> None:
        if self._identity is None:
            raise _Closed(4401, "Unauthorized")
        name = message.get("id")
        if not isinstance(name, str) or not 0 < len(name) <= 100:
            raise _Closed(4400, "Subscribe messages must have an id")
        if name in self._running:
            raise _Closed(4409, f"Subscriber for {name} already exists")
        if len(self._running) >= limits.SUBSCRIPTIONS_A_CONNECTION:
            said = f"at most {limits.SUBSCRIPTIONS_A_CONNECTION} operations run on a connection"
            await self._send_errors(name, [formatted(RequestError(LIMIT_EXCEEDED, said))])
            return
        self._running[name] = asyncio.ensure_future(self._run(name, message.get("payload"), self._identity))

    async def _complete(self, message: Body) -> None:
        task = self._running.pop(str(message.get("id")), None)
        if task is not None:
            task.cancel()

    async def _run(self, name: str, payload: object, identity: Identity) -> None:
        telemetry.trace_id.set(telemetry.trace_of(None))
        ending: Body | None = {"id": name, "type": "complete"}
        try:
            operation = self._surface.admit(payload, identity, self._locale)
            async for body in self._surface.subscribe(operation):
                await self._send({"id": name, "type": "next", "payload": body})
        except NotExecuted as refusal:
            ending = {"id": name, "type": "error", "payload": refusal.body["errors"]}
        except WebSocketDisconnect:
            ending = None
        except Exception:
            log.exception("subscription ended by a fault")
        if self._running.get(name) is asyncio.current_task():
            del self._running[name]
            if ending is not None:
                await self._send(ending)

    async def _send(self, message: Body) -> None:
        try:
            await self._websocket.send_text(orjson.dumps(message).decode())
        except RuntimeError:
            raise WebSocketDisconnect from None

    async def _send_errors(self, name: str, errors: list[Body]) -> None:
        await self._send({"id": name, "type": "error", "payload": errors})

    async def _end_with_token(self) -> None:
        names = list(self._running)
        await self._stop_all()
        ended = refused(TokenExpired("the token has expired: ask the issuer for a new one"))
        try:
            for name in names:
                await self._send_errors(name, [ended])
        except WebSocketDisconnect:
            return
        await self._close(_Closed(4403, "TOKEN_EXPIRED"))

    async def _stop_all(self) -> None:
        tasks = list(self._running.values())
        self._running.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _close(self, closed: _Closed) -> None:
        try:
            await self._websocket.close(closed.code, closed.reason)
        except RuntimeError:
            return
