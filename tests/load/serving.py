"""One service process as an operator runs it, and callers of it that cost next to nothing themselves."""

import asyncio
import os
import subprocess
import time
from base64 import b64decode
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

import httpx

from infra.local import layout
from infra.local.databases import DatabaseUrls
from infra.local.installation import Installation
from infra.local.issuer import Issuer
from services.kit import rpc
from tests.conftest import free_port
from tests.load.callers import Answered

START_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Service:
    """A process that serves, and what its callers prove themselves with."""

    url: str
    pid: int
    token: str
    signer: rpc.CallerSigner

    def request(self, method: str, body: bytes) -> bytes:
        """A whole HTTP request for a method such as ``OrdersService/RecordOrder``."""
        head = (
            f"POST /huiyuan.loyalty.v1.{method} HTTP/1.1\r\nHost: {urlsplit(self.url).netloc}\r\n"
            f"Content-Type: application/proto\r\nConnect-Protocol-Version: 1\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def ask(self, requests: deque[bytes], connections: int, seconds: float) -> Answered:
        """Send requests over so many connections, each the next as soon as it is answered, until the time is up."""
        begin, answered = time.perf_counter(), Answered()
        callers = [_Caller(requests, answered, begin + seconds) for _ in range(connections)]
        return await self._asked(callers, answered, begin)

    async def offer(
        self, requests: deque[bytes], connections: int, seconds: float, per_second: float
    ) -> Answered:
        """Send requests at a steady rate over all the connections; each waits from when its time came."""
        begin, gap, answered = time.perf_counter() + 0.1, connections / per_second, Answered()
        return await self._asked(
            [
                _Caller(requests, answered, begin + seconds, first=begin + gap * place / connections, gap=gap)
                for place in range(connections)
            ],
            answered,
            begin,
        )

    async def _asked(self, callers: list["_Caller"], answered: Answered, begin: float) -> Answered:
        parts, loop = urlsplit(self.url), asyncio.get_running_loop()
        for caller in callers:
            await loop.create_connection(lambda c=caller: c, parts.hostname, parts.port)  # type: ignore[misc]
        await asyncio.gather(*(caller.done for caller in callers))
        answered.seconds = time.perf_counter() - begin
        answered.count = len(answered.waits)
        return answered


class _Caller(asyncio.Protocol):
    """One connection: sends a request, waits for the whole answer, and so on; where it has a gap, one each gap.

    A request whose time came while another was under way is sent after it and has waited since its time, so that
    a slow answer is not left out of the figures by the questions that it kept from being asked. One that nothing kept
    has waited since it was sent: that a timer rings late, by a millisecond as uvloop counts, is its caller's own.
    """

    def __init__(
        self,
        requests: deque[bytes],
        answered: Answered,
        until: float,
        *,
        first: float = 0.0,
        gap: float | None = None,
    ) -> None:
        self._requests = requests
        self._answered = answered
        self._until = until
        self._gap = gap
        self._asked_at = self._waits_since = first - (gap or 0.0)
        self._buffer = bytearray()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def _next(self) -> None:
        now = time.perf_counter()
        self._asked_at = self._waits_since = now if self._gap is None else self._asked_at + self._gap
        if now < self._asked_at < self._until:
            asyncio.get_running_loop().call_later(self._asked_at - now, self._send_in_time)
        else:
            self._send()

    def _send_in_time(self) -> None:
        self._waits_since = time.perf_counter()
        self._send()

    def _send(self) -> None:
        if self._asked_at < self._until and self._requests:
            self._transport.write(self._requests.popleft())
        else:
            self._transport.close()
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = bytes(self._buffer[:head_end]).lower()
        at = head.index(b"content-length:") + 15
        whole = head_end + 4 + int(head[at:].split(b"\r\n", 1)[0])
        if len(self._buffer) < whole:
            return
        if not head.startswith(b"http/1.1 200"):
            self.done.set_exception(AssertionError(bytes(self._buffer)))
            return
        del self._buffer[:whole]
        self._answered.waits.append(time.perf_counter() - self._waits_since)
        self._next()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the service hung up"))


@contextmanager
def serving(home: Path, urls: DatabaseUrls) -> Iterator[Service]:
    """A loyalty process on a database; members it does not know are known to nobody."""
    installation = Installation.open(home / "installation")
    issuer = Issuer(installation)
    issuer.publish()
    port = free_port()
    told = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "REDIS_"))}
    told |= issuer.settings() | {
        "HUIYUAN_MODE": "development",
        "DATABASE_URL_LOYALTY": urls.app,
        "REDIS_URL": "redis://127.0.0.1:9",  # only the worker has a use for it
        "LOYALTY_PORT": str(port),
        "MEMBERS_URL": "http://127.0.0.1:9",
    }
    told |= {name: key for name, key in installation.caller_keys.items() if "LOYALTY" in name}
    with (home / "loyalty.log").open("wb") as log:
        process = subprocess.Popen(
            layout.command("loyalty", "serve"), cwd=layout.ROOT, env=told, stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(url, process)
        key = b64decode(told["CALLER_KEY_GATEWAY_LOYALTY"])
        yield Service(
            url,
            process.pid,
            issuer.system("bench", ("order_recorder",)),
            rpc.CallerSigner("gateway", {"loyalty": key}),
        )
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a process says that it is ready."""
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            if httpx.get(f"{url}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            pass
        assert process.poll() is None, "the service ended"
        assert time.monotonic() < deadline, "the service is not ready"
        time.sleep(0.05)
