"""Receivers of webhooks: a real HTTP server on loopback that verifies by its own hmac code."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send

from tests.gateway.wire_services import serving


@dataclass
class Got:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def signatures(self) -> list[str]:
        return self.headers["webhook-signature"].split(" ")

    @property
    def content(self) -> dict[str, Any]:
        content: dict[str, Any] = orjson.loads(self.body)
        return content


def signature(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 of ``id.timestamp.body`` by a ``whsec_`` secret, with nothing of the library's."""
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    signed = message_id.encode() + b"." + timestamp.encode() + b"." + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def proven(got: Got, secret: str) -> bool:
    """True when one of the request's signatures is the secret's."""
    wanted = signature(secret, got.id, got.headers["webhook-timestamp"], got.body)
    return any(hmac.compare_digest(wanted, sent) for sent in got.signatures)


@dataclass
class Receiver:
    """Takes webhooks at any path; ``answers`` say how, by path: a status, or what to await for one."""

    address: str = ""
    got: list[Got] = field(default_factory=list)
    answers: dict[str, int | Callable[[], Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        self.got.append(Got(scope["path"], headers, body))
        answer = self.answers.get(scope["path"], 200)
        status = answer if isinstance(answer, int) else await answer()
        said = [(name.encode(), value.encode()) for name, value in self.headers.items()]
        await send({"type": "http.response.start", "status": status, "headers": said})
        await send({"type": "http.response.body", "body": b"thank you, 13900000001"})

    def at(self, path: str) -> list[Got]:
        return [got for got in self.got if got.path == path]

    async def until(self, count: int, path: str | None = None) -> list[Got]:
        """Wait for so many requests."""
        async with asyncio.timeout(60):
            while len(found := self.got if path is None else self.at(path)) < count:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return found


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a port of loopback."""
    receiver = Receiver()
    async with serving(receiver) as address:
        receiver.address = address
        yield receiver
