"""The front: ordinary calls are answered straight from the protocol, and whatever is out of the ordinary by the library.

Ordinary is a POST of protobuf or JSON without compression to a method that the gatekeeper knows. Routing, contexts
and a task that watches for the caller to hang up took the library more than the ledger took to post an order; here
a call runs to its end, or to its deadline, whoever still listens. Who calls, what they may, and how they are
refused is the gatekeeper's on either way.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from connectrpc._protocol import (
    ConnectWireError,  # the body of an error is the library's, so that both answer alike
)
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.http_protocol import Answering, Response, send_whole
from services.kit.rpc.callers import CALLER_HEADER
from services.kit.rpc.codecs import Binary, Json
from services.kit.rpc.gatekeeper import READ_MAX_BYTES, Gatekeeper, Said

_LONGEST_TIMEOUT_DIGITS = 10
_TYPES: dict[bytes, Binary | Json] = {b"application/proto": Binary(), b"application/json": Json()}
_USUAL = (b"", b"identity", b"1")
_CALLER = CALLER_HEADER.encode()


class Front:
    """In front of a service's routes."""

    def __init__(self, app: ASGIApp, gatekeeper: Gatekeeper) -> None:
        self._app = app
        self._gatekeeper = gatekeeper

    def direct(self, url: bytes, headers: Mapping[bytes, bytes], _: str | None) -> Answering | None:
        """Who answers a POST to this URL, when it is an ordinary call; none of its headers is there twice."""
        length = headers[b"content-length"]
        if not length.isdigit() or int(length) > READ_MAX_BYTES:
            return None
        return self._ordinary(url.decode("latin-1"), headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = None
        if scope["type"] == "http" and scope["method"] == "POST":
            headers: dict[bytes, bytes] = dict(scope["headers"])
            if len(headers) == len(scope["headers"]):
                call = self._ordinary(scope["path"], headers)
        if call is None:
            return await self._app(scope, receive, send)
        try:
            async with asyncio.timeout(call.timeout_s):
                content = await _read(receive)
                response = call.at_once(content) or await call.answer(content)
        except ConnectError as error:
            response = _refused(error)
        except TimeoutError:
            response = _refused(_late())
        await send_whole(send, response)

    def _ordinary(self, path: str, headers: Mapping[bytes, bytes]) -> "_Call | None":
        say = headers.get
        kind, timeout = say(b"content-type", b""), say(b"connect-timeout-ms")
        if (
            path not in self._gatekeeper.methods
            or kind not in _TYPES
            or say(b"content-encoding", b"") not in _USUAL
            or say(b"connect-protocol-version", b"") not in _USUAL
            or not (timeout is None or (timeout.isdigit() and len(timeout) <= _LONGEST_TIMEOUT_DIGITS))
        ):
            return None
        said = Said(_text(say(b"traceparent")), _text(say(_CALLER)), _text(say(b"authorization")))
        return _Call(self._gatekeeper, path, kind, None if timeout is None else int(timeout) / 1000, said)


@dataclass(slots=True)
class _Call:
    """An ordinary call, as far as its headers say it, and its request once that is read."""

    gatekeeper: Gatekeeper
    path: str
    kind: bytes
    timeout_s: float | None
    said: Said
    request: Any = None

    def at_once(self, content: bytes) -> Response | None:
        codec, method = _TYPES[self.kind], self.gatekeeper.methods[self.path]
        if method.at_once is None:
            return None
        try:
            self.request = codec.decode(content, method.input)
            answer = self.gatekeeper.guard_at_once(method, self.said, self.request)
        except ConnectError:
            return None  # and ``answer`` says why
        return None if answer is None else Response(200, self.kind, codec.encode(answer))

    async def answer(self, content: bytes) -> Response:
        codec, method = _TYPES[self.kind], self.gatekeeper.methods[self.path]
        try:
            async with asyncio.timeout(self.timeout_s):
                if self.request is None:
                    self.request = codec.decode(content, method.input)
                answer = await self.gatekeeper.guard(self.path, self.said, method.handler, self.request, None)
                return Response(200, self.kind, codec.encode(answer))
        except ConnectError as error:
            return _refused(error)
        except TimeoutError:
            return _refused(_late())


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode("latin-1")


def _late() -> ConnectError:
    return ConnectError(Code.DEADLINE_EXCEEDED, "Request timed out")


def _refused(error: ConnectError) -> Response:
    wire = ConnectWireError.from_exception(error)
    return Response(wire.to_http_status().code, b"application/json", wire.to_json_bytes())


async def _read(receive: Receive) -> bytes:
    """The whole body. Raises ``ConnectError`` when it is too large or its sender went away."""
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectError(Code.CANCELED, "Client disconnected")
        chunk: bytes = message.get("body", b"")
        body += chunk
        if len(body) > READ_MAX_BYTES:
            raise ConnectError(
                Code.RESOURCE_EXHAUSTED, f"message is larger than configured max {READ_MAX_BYTES}"
            )
        if not message.get("more_body", False):
            return body
