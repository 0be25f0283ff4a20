"""Senders: how a one-time code reaches whom it is for; the only place outside the member's phone that sees one."""

import asyncio
import os
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpcore
import orjson
import structlog
from standardwebhooks.webhooks import Webhook

from services.members.rules import links
from services.members.rules.identities import Identity, IdentityKind
from services.members.rules.verifications import CodesNotSent

log = structlog.get_logger()

_TIMEOUT_S = 2.0
"""Shorter than whoever asks for a code waits."""


@dataclass(frozen=True, slots=True)
class Message:
    """A code on its way. Its ``repr`` shows neither the code nor where it goes."""

    verification_id: UUID
    identity: Identity
    code: str
    language: str
    sent_at: datetime
    expires_at: datetime

    def __repr__(self) -> str:
        return f"<code of {self.verification_id}>"


class Sender(ABC):
    """Sends codes."""

    @abstractmethod
    async def send(self, message: Message) -> None:
        """Send a code, or raise ``CodesNotSent``."""

    async def close(self) -> None:  # noqa: B027  # most have nothing to close
        """Let go of connections."""


class NoSender(Sender):
    """What an installation has that named none."""

    async def send(self, message: Message) -> None:
        raise CodesNotSent("this installation sends no codes: its operator sets MEMBERS_CODES_URL")


class DevelopmentSender(Sender):
    """Shows codes in a log of its own, which only the owner may read; for development alone."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def send(self, message: Message) -> None:
        line = f"{message.sent_at:%Y-%m-%dT%H:%M:%SZ} {links.masked(message.identity)} {message.code}\n"
        await asyncio.to_thread(self._write, line)

    def _write(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as file:
            file.write(line)


class WebhookSender(Sender):
    """Hands codes to the operator's own system for messages, signed as Standard Webhooks says.

    Redirects are not followed, and of the answer nothing but its status is looked at.
    """

    def __init__(self, url: str, secret: bytes) -> None:
        self._url = url
        self._webhook = Webhook(secret)
        self._pool = httpcore.AsyncConnectionPool(max_connections=20, keepalive_expiry=5.0)

    async def send(self, message: Message) -> None:
        body = orjson.dumps(
            {
                "type": "verification.code",
                "data": {
                    "verificationId": str(message.verification_id),
                    "channel": "sms" if message.identity.kind is IdentityKind.PHONE else "email",
                    "to": message.identity.value.reveal(),
                    "code": message.code,
                    "language": message.language,
                    "expiresAt": message.expires_at.isoformat(),
                },
            }
        )
        message_id, at = f"code_{message.verification_id}", message.sent_at
        headers = {
            "content-type": "application/json",
            "content-length": str(len(body)),
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": self._webhook.sign(message_id, at, body.decode()),
        }
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                answer = await self._pool.request(
                    "POST", self._url, headers=list(headers.items()), content=body
                )
        except (
            TimeoutError,
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
        ) as why:
            raise _not_sent(type(why).__name__) from None
        if not 200 <= answer.status < 300:
            raise _not_sent(f"HTTP {answer.status}")

    async def close(self) -> None:
        await self._pool.aclose()


def _not_sent(because: str) -> CodesNotSent:
    log.warning("code not sent", because=because)
    return CodesNotSent("the code could not be sent: try again in a moment")
