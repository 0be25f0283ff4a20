"""Storefront queries per second of one gateway process, against a bare ASGI answer of the same bytes.

The server under test has a core of its own; the services and the load share the other one.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from urllib.parse import urlsplit

import httpx
import psutil
import uvloop

from infra.local import layout
from tests.conftest import free_port
from tests.end_to_end.house import House
from tests.load.figures import Figure, Row, ratios

CONNECTIONS = 32
SECONDS = 3.0
ME = """
query Me {
  me {
    displayName
    tier { key name rank }
    points { available pending expiringSoon { points expiresAt } }
    entries(first: 5) { edges { node { id type points balanceAfter occurredAt } } }
    benefits { key name }
  }
}
"""


class Caller(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._buffer = b""
        self.answered = 0
        self.failed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head_end = self._buffer.find(b"\r\n\r\n")
        if head_end < 0:
            return
        head = self._buffer[:head_end].lower()
        at = head.index(b"content-length:") + 15
        length = int(head[at:].split(b"\r\n", 1)[0])
        if len(self._buffer) < head_end + 4 + length:
            return
        if head.startswith(b"http/1.1 200") and b'"errors"' not in self._buffer:
            self.answered += 1
        else:
            self.failed += 1
        self._buffer = self._buffer[head_end + 4 + length :]
        self._transport.write(self._request)


async def _load(url: str, request: bytes) -> float:
    parts = urlsplit(url)
    loop = asyncio.get_running_loop()
    callers = [Caller(request) for _ in range(CONNECTIONS)]
    pairs = [
        await loop.create_connection(lambda c=caller: c, parts.hostname, parts.port) for caller in callers
    ]
    await asyncio.sleep(0.5)
    before, started = sum(c.answered for c in callers), time.perf_counter()
    await asyncio.sleep(SECONDS)
    speed = (sum(c.answered for c in callers) - before) / (time.perf_counter() - started)
    for transport, _ in pairs:
        transport.abort()
    assert not any(caller.failed for caller in callers), "every answer must be a good one"
    return speed


def _request(url: str, token: str) -> bytes:
    body = json.dumps({"query": ME}).encode()
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
        f"Accept: application/json\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def _bare(body: bytes) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "tests.load.bare:app", "--port", str(port)]
    command += ["--log-level", "error", "--no-access-log", "--loop", "uvloop", "--http", "httptools"]
    server = subprocess.Popen(command, cwd=layout.ROOT, env=os.environ | {"BARE_BODY": body.decode()})
    psutil.Process(server.pid).cpu_affinity([0])
    url = f"http://127.0.0.1:{port}/graphql"
    try:
        _wait_for(url)
        yield url
    finally:
        server.terminate()
        server.wait(10)


def _wait_for(url: str) -> None:
    for _ in range(200):
        try:
            httpx.post(url, content=b"{}")
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise TimeoutError(url)


def measure(house: House, rounds: int) -> tuple[list[Row], list[str]]:
    """Interleaved rounds of the bare answer and the gateway's."""
    token = house.issuer.member(house.seeds.members[0].member_id)
    headers = {"authorization": f"Bearer {token}"}
    answer = httpx.post(house.storefront, json={"query": ME}, headers=headers)
    assert "errors" not in answer.json(), answer.text
    gateway = psutil.Process(house.pid("gateway-server"))
    cores = gateway.cpu_affinity()
    for process in house.processes():
        process.cpu_affinity([cores[-1]])
    os.sched_setaffinity(0, {cores[-1]})
    gateway.cpu_affinity([cores[0]])
    limits, speeds, costs = [], [], []
    with _bare(answer.content) as bare:
        for _ in range(rounds):
            limits.append(uvloop.run(_load(bare, _request(bare, token))))
            cpu_before, started = sum(gateway.cpu_times()[:2]), time.perf_counter()
            speed = uvloop.run(_load(house.storefront, _request(house.storefront, token)))
            took = time.perf_counter() - started
            speeds.append(speed)
            costs.append((sum(gateway.cpu_times()[:2]) - cpu_before) / (speed * took) * 1e6)
    rows = [
        Row("bare ASGI, the same bytes", Figure.of(limits)),
        Row("gateway, me from two services", Figure.of(speeds), ratios(speeds, limits), 0.025),
    ]
    return rows, [
        f"{len(answer.content)} bytes; {CONNECTIONS} connections; gateway {Figure.of(costs).show()} µs of CPU a request"
    ]
