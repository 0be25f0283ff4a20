"""Where the gate is measured: consent processes on a database of their own, and calls of them in anybody's name."""

import os
import secrets
import subprocess
from base64 import b64decode
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from huiyuan.consent.v1 import decisions_pb2, purposes_pb2

from infra.local import databases, layout, redis
from infra.local.databases import DatabaseUrls, Role
from infra.local.installation import Installation
from infra.local.issuer import Issuer
from services.kit import rpc
from tests.conftest import free_port
from tests.consent import factories
from tests.load.place import server
from tests.load.serving import Service, wait_for
from tests.scratch import scratch

_START_S = 20.0

Call = Callable[[str, Any, rpc.Caller], Awaitable[bytes]]
"""A method such as ``DecisionsService/Check``, its request and who calls; the answer's bytes."""


@dataclass(frozen=True)
class ConsentPlace:
    """A migrated database, and the environment of processes on it."""

    home: Path
    urls: DatabaseUrls
    told: Mapping[str, str]
    signer: rpc.CallerSigner

    @classmethod
    def made(cls, home: Path, server_url: str, redis_url: str) -> "ConsentPlace":
        """On a running Postgres and Redis."""
        installation = Installation.open(home / "installation")
        issuer = Issuer(installation)
        issuer.publish()
        roles = [Role(f"bench{suffix}", "bench") for suffix in ("", "_owner")]
        urls = databases.create_and_migrate(server_url, "consent", "bench", app=roles[0], owner=roles[1])
        told = {
            key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "REDIS_"))
        }
        told |= issuer.settings() | {
            "HUIYUAN_MODE": "development",
            "INSTALLATION_ID": installation.id,
            "DATABASE_URL_CONSENT": urls.app,
            "REDIS_URL": redis_url,
        }
        told |= {name: key for name, key in installation.caller_keys.items() if "CONSENT" in name}
        signer = rpc.CallerSigner("gateway", {"consent": b64decode(told["CALLER_KEY_GATEWAY_CONSENT"])})
        return cls(home, urls, told, signer)

    @contextmanager
    def started(self, name: str, command: Sequence[str], **more: str) -> Iterator[subprocess.Popen[bytes]]:
        """A process with this environment and what else it is told."""
        with (self.home / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                command, cwd=layout.ROOT, env={**self.told, **more}, stdout=log, stderr=log
            )
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)

    @contextmanager
    def gate(self, name: str = "gate") -> Iterator[Service]:
        """A process that serves, as an operator runs it."""
        port = free_port()
        with self.started(name, layout.command("consent", "serve"), CONSENT_PORT=str(port)) as process:
            yield self.served(process, port)

    def served(self, process: subprocess.Popen[bytes], port: int) -> Service:
        """The process, once it is ready."""
        url = f"http://127.0.0.1:{port}"
        wait_for(url, process)
        return Service(url, process.pid, "", self.signer)


@contextmanager
def placed() -> Iterator[ConsentPlace]:
    """A place with a Postgres and a Redis of its own, in a directory that goes with it."""
    with scratch("bench") as directory:
        home = Path(directory).resolve()
        home.chmod(0o755)
        port, password = free_port(), secrets.token_hex(16)
        streams = redis.start(home / "redis", home / "redis.log", port=port, password=password)
        try:
            streams.wait_until(lambda: redis.ready(redis.url(port, password)), _START_S)
            with server(home / "server") as (url, _):
                yield ConsentPlace.made(home, url, redis.url(port, password))
        finally:
            streams.stop()


@asynccontextmanager
async def calling(service: Service) -> AsyncIterator[Call]:
    """Calls of a process, in the name of anybody."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:

        async def call(method: str, message: Any, caller: rpc.Caller) -> bytes:
            headers = {
                "content-type": "application/proto",
                rpc.CALLER_HEADER: service.signer.sign("consent", caller),
            }
            url = f"{service.url}/huiyuan.consent.v1.{method}"
            answer = await client.post(url, content=message.SerializeToString(), headers=headers)
            assert answer.status_code == 200, answer.text
            return answer.content

        yield call


async def give(call: Call, purpose: purposes_pb2.Purpose, members: Sequence[str]) -> None:
    """Publish a purpose, tell of it, and let members consent to it by the service's own doors."""
    officer = rpc.Caller(rpc.CallerKind.STAFF, "bench", frozenset({"privacy_officer"}))
    publish = purposes_pb2.PublishPurposeRequest(purpose=purpose)
    await call("PurposesService/PublishPurpose", publish, officer)
    tell = purposes_pb2.PublishNoticeRequest(notice=factories.notice(purpose.key))
    answer = await call("PurposesService/PublishNotice", tell, officer)
    notice = purposes_pb2.PublishNoticeResponse.FromString(answer).notice
    for member_id in members:
        given = factories.grant(member_id, notice, purpose.key, key=purpose.key)
        await call("DecisionsService/GiveConsent", given, rpc.Caller(rpc.CallerKind.MEMBER, member_id))


def request(service: Service, method: str, body: bytes) -> bytes:
    """A whole HTTP request in the name of the gateway."""
    name = service.signer.sign("consent", rpc.Caller(rpc.CallerKind.SERVICE, "gateway"))
    head = (
        f"POST /huiyuan.consent.v1.DecisionsService/{method} HTTP/1.1\r\nHost: gate\r\n"
        f"Content-Type: application/proto\r\nConnect-Protocol-Version: 1\r\n"
        f"{rpc.CALLER_HEADER}: {name}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def checks(service: Service, purpose: str, members: Sequence[str]) -> deque[bytes]:
    """A question about each member."""
    return deque(
        request(
            service,
            "Check",
            decisions_pb2.CheckRequest(member_id=one, purpose=purpose).SerializeToString(),
        )
        for one in members
    )
