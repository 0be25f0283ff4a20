"""The front: ordinary calls are answered straight from ASGI, and whatever is out of the ordinary by the library.

Ordinary is a POST of protobuf or JSON without compression to a method that the gatekeeper knows. Routing, contexts
and a task that watches for the caller to hang up took the library more than the ledger took to post an order; here
a call runs to its end, or to its deadline, whoever still listens. Who calls, what they may, and how they are
refused is the gatekeeper's on either way.
"""

import asyncio
from collections.abc import Callable, Mapping

from connectrpc._protocol import (
    ConnectWireError,  # the body of an error is the library's, so that both answer alike
)
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from starlette.types import ASGIApp, Receive, Scope, Send

from services.kit.rpc.codecs import Binary, Json
from services.kit.rpc.gatekeeper import READ_MAX_BYTES, Gatekeeper

_LONGEST_TIMEOUT_DIGITS = 10
_TYPES: dict[bytes, Binary | Json] = {b"application/proto": Binary(), b"application/json": Json()}
_UNUSUAL = (b"content-encoding", b"connect-protocol-version")
_USUAL = (b"", b"identity", b"1")


class Front:
    """In front of a service's routes."""

    def __init__(self, app: ASGIApp, gatekeeper: Gatekeeper) -> None:
        self._app = app
        self._gatekeeper = gatekeeper

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] != "POST"
            or scope["path"] not in self._gatekeeper.methods
        ):
            return await self._app(scope, receive, send)
        headers: dict[bytes, bytes] = dict(scope["headers"])
        codec = _TYPES.get(headers.get(b"content-type", b""))
        timeout = headers.get(b"connect-timeout-ms")
        if (
            codec is None
            or len(headers) < len(scope["headers"])  # a header that is there twice
            or any(headers.get(name, b"") not in _USUAL for name in _UNUSUAL)
            or not (timeout is None or (timeout.isdigit() and len(timeout) <= _LONGEST_TIMEOUT_DIGITS))
        ):
            return await self._app(scope, receive, send)
        try:
            async with asyncio.timeout(None if timeout is None else int(timeout) / 1000):
                body = await self._answer(scope["path"], headers, codec, receive)
        except ConnectError as error:
            await _send_error(send, error)
        except TimeoutError:
            await _send_error(send, ConnectError(Code.DEADLINE_EXCEEDED, "Request timed out"))
        else:
            await _send(send, 200, headers[b"content-type"], body)

    async def _answer(
        self, path: str, headers: Mapping[bytes, bytes], codec: Binary | Json, receive: Receive
    ) -> bytes:
        method = self._gatekeeper.methods[path]
        request = codec.decode(await _read(receive), method.input)
        answer = await self._gatekeeper.guard(path, _reader(headers), method.handler, request, None)
        return codec.encode(answer)


def _reader(headers: Mapping[bytes, bytes]) -> Callable[[str], str | None]:
    def read(name: str) -> str | None:
        value = headers.get(name.encode())
        return None if value is None else value.decode("latin-1")

    return read


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


async def _send_error(send: Send, error: ConnectError) -> None:
    wire = ConnectWireError.from_exception(error)
    await _send(send, wire.to_http_status().code, b"application/json", wire.to_json_bytes())


async def _send(send: Send, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
