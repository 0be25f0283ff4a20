"""WebSocket: the graphql-transport-ws protocol, and no other."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine
from contextlib import aclosing
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from graphql import OperationType
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from gateway import limits
from gateway.auth import UNKNOWN
from gateway.documents import uses
from gateway.errors import LIMIT_EXCEEDED, RequestError, formatted, language, refused
from gateway.limits.addresses import client_address
from gateway.limits.load import Load, Overloaded
from gateway.scalars import preferred
from gateway.serving.asking import Asker, Body, NotExecuted
from gateway.serving.surface import Surface
from services.kit import telemetry
from services.kit.tokens import TokenExpired

log = structlog.get_logger()

PROTOCOL = "graphql-transport-ws"
TRY_AGAIN_LATER = 1013
INIT_WITHIN_S = 10.0
MESSAGES_AT_ONCE, MESSAGES_A_SECOND = 100, 20


class _Closed(Exception):
    """The connection ends here, with the protocol's code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Socket:
    """A surface over WebSocket, as an ASGI application."""

    def __init__(
        self, surface: Surface, load: Load, origins: Collection[str] = (), *, trusted_proxies: int = 0
    ) -> None:
        self._surface = surface
        self._load = load
        self._origins = origins
        self._trusted_proxies = trusted_proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        websocket = WebSocket(scope, receive, send)
        if not self._is_from_here(websocket.headers):
            await websocket.send_denial_response(PlainTextResponse("origin not allowed", 403))
            return
        if self._load.streams.turns_away():
            busy = PlainTextResponse("too many connections: try again", 503, {"retry-after": "1"})
            await websocket.send_denial_response(busy)
            return
        with self._load.streams:
            await self._serve(scope, websocket)

    def _is_from_here(self, headers: Headers) -> bool:
        """Whether no page of a site opened the socket that may not: browsers always say which did."""
        origin = headers.get("origin")
        return origin is None or origin in self._origins or urlsplit(origin).netloc == headers.get("host")

    async def _serve(self, scope: Scope, websocket: WebSocket) -> None:
        telemetry.begin(websocket.headers.get("traceparent"))
        if PROTOCOL not in scope["subprotocols"]:
            await websocket.accept()
            await websocket.close(4406, "Subprotocol not acceptable")
            return
        await websocket.accept(subprotocol=PROTOCOL)
        peer = websocket.client.host if websocket.client else None
        address = partial(client_address, peer, scope["headers"], self._trusted_proxies)
        await _Connection(self._surface, self._load, websocket, address).serve()


class _Connection:
    """One client's connection: its identity, once it said who it is, and its running operations."""

    def __init__(
        self, surface: Surface, load: Load, websocket: WebSocket, address: Callable[[], str]
    ) -> None:
        self._surface = surface
        self._load = load
        self._websocket = websocket
        self._address = address
        self._asker: Asker | None = None
        self._messages_left = float(MESSAGES_AT_ONCE)
        self._counted_at_s = time.monotonic()
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
            asker = await self._introduced()
            with self._load.streams_of.of(asker.payer.key):
                await self._serve_known(asker)
        except _Closed as closed:
            await self._close(closed)
        except Overloaded as refusal:
            # 1013 is what the standard has for "try again later", and clients do.
            await self._close(_Closed(TRY_AGAIN_LATER, refusal.message))
        except WebSocketDisconnect:
            return

    async def _introduced(self) -> Asker:
        """Who it is, once they said so."""
        with self._load.newcomers_of.of(self._address()):
            try:
                async with asyncio.timeout(INIT_WITHIN_S):
                    while self._asker is None:
                        await self._handle(await self._receive())
            except TimeoutError:
                raise _Closed(4408, "Connection initialisation timeout") from None
        return self._asker

    async def _serve_known(self, asker: Asker) -> None:
        identity = asker.identity
        lasts_s = None if identity is UNKNOWN else max(0.0, identity.expires_at_s - time.time())
        try:
            async with asyncio.timeout(lasts_s):
                while True:
                    await self._handle(await self._receive())
        except TimeoutError:
            await self._end_with_token()
        finally:
            await self._stop_all()

    async def _receive(self) -> Body:
        try:
            text = await self._websocket.receive_text()
        except KeyError:
            raise _Closed(4400, "Messages must be text") from None
        self._count_message()
        if len(text) > limits.BODY_BYTES:
            raise _Closed(4400, f"Messages must not be longer than {limits.BODY_BYTES} bytes")
        try:
            message = orjson.loads(text)
        except orjson.JSONDecodeError:
            raise _Closed(4400, "Messages must be JSON") from None
        if not isinstance(message, dict):
            raise _Closed(4400, "Messages must be objects")
        return message

    def _count_message(self) -> None:
        """A message costs work even when it asks for nothing, such as a ping."""
        now = time.monotonic()
        gained = (now - self._counted_at_s) * MESSAGES_A_SECOND
        self._messages_left = min(self._messages_left + gained, MESSAGES_AT_ONCE) - 1
        self._counted_at_s = now
        if self._messages_left < 0:
            raise _Closed(1008, "Too many messages")

    async def _handle(self, message: Body) -> None:
        handler = self._handlers.get(str(message.get("type")))
        if handler is None:
            raise _Closed(4400, "Unknown message type")
        await handler(message)

    async def _init(self, message: Body) -> None:
        if self._asker is not None:
            raise _Closed(4429, "Too many initialisation requests")
        payload = message.get("payload") or {}
        if not isinstance(payload, dict):
            raise _Closed(4400, "Invalid connection init payload")
        said = {str(name).lower(): value for name, value in payload.items() if isinstance(value, str)}
        headers = self._websocket.headers
        locale = preferred(said.get("accept-language") or headers.get("accept-language"))
        authorization = said.get("authorization") or headers.get("authorization")
        try:
            asker = await self._surface.identify(authorization, locale, self._address)
        except NotExecuted as refusal:
            error = refusal.body["errors"][0]
            number = TRY_AGAIN_LATER if refusal.away or refusal.throttled_s else 4403
            raise _Closed(number, f"{error['extensions']['code']}: {error['message']}"[:120]) from None
        language.set(locale)
        uses.client.set(uses.named(said.get(uses.HEADER) or headers.get(uses.HEADER)))
        await self._send({"type": "connection_ack"})
        self._asker = asker

    async def _ping(self, _: Body) -> None:
        await self._send({"type": "pong"})

    async def _pong(self, _: Body) -> None:
        """An answer to a ping needs none."""

    async def _subscribe(self, message: Body) -> None:
        if self._asker is None:
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
        self._running[name] = asyncio.ensure_future(self._run(name, message.get("payload"), self._asker))

    async def _complete(self, message: Body) -> None:
        task = self._running.pop(str(message.get("id")), None)
        if task is not None:
            task.cancel()

    async def _run(self, name: str, payload: object, asker: Asker) -> None:
        telemetry.begin(None)
        ending: Body | None = {"id": name, "type": "complete"}
        try:
            async with aclosing(self._answers(payload, asker)) as answers:
                async for body in answers:
                    await self._send({"id": name, "type": "next", "payload": body})
        except NotExecuted as refusal:
            ending = {"id": name, "type": "error", "payload": refusal.body["errors"]}
        except Overloaded as refusal:
            ending = {"id": name, "type": "error", "payload": [refused(refusal)]}
        except WebSocketDisconnect:
            ending = None
        except Exception:
            log.exception("subscription ended by a fault")
        if self._running.get(name) is asyncio.current_task():
            del self._running[name]
            if ending is not None:
                await self._send(ending)

    async def _answers(self, payload: object, asker: Asker) -> AsyncGenerator[Body, None]:
        if self._load.operations.turns_away():
            raise Overloaded("too busy: try again")
        with self._load.operations:
            operation = await self._surface.admit(payload, asker)
            is_one = operation.kind is not OperationType.SUBSCRIPTION
            answer = await self._surface.execute(operation) if is_one else None
        if answer is not None:
            yield answer
            return
        async with aclosing(self._surface.subscribe(operation)) as bodies:
            async for body in bodies:
                yield body

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
