"""Draining: a gateway that is told to stop is not ready first, finishes what is under way, and sends streams elsewhere."""

import asyncio
import base64
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets

from gateway.documents import manifest
from infra.local import layout
from infra.local.databases import DatabaseUrls
from tests.conftest import free_port
from tests.gateway import wire_services
from tests.gateway.compiled.any_services import any_services
from tests.gateway.gateway_client import ISSUER, KEY, Issuer

MEMBER = "5f0d6e0a-0000-4000-8000-0000000000aa"
NOTICE_S = 3.0


async def slow_services(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await asyncio.sleep(NOTICE_S + 1)
    await any_services(scope, receive, send)


@asynccontextmanager
async def process(
    folder: Path, redis_url: str, database_url: str, notice_s: float
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str, Issuer]]:
    """A gateway in a process of its own, before services that take their time."""
    issuer, port = Issuer(folder), free_port()
    async with AsyncExitStack() as stack:
        address = await stack.enter_async_context(wire_services.serving(slow_services))
        key = base64.b64encode(KEY).decode()
        environment = {
            "REDIS_URL": redis_url,
            "DATABASE_URL_GATEWAY": database_url,
            "AUTH_JWKS": str(issuer.jwks),
            "AUTH_ISSUER": ISSUER,
            "GATEWAY_PORT": str(port),
            "HUIYUAN_DRAIN_SECONDS": str(notice_s),
            **{f"{name}_URL": address for name in ("LOYALTY", "MEMBERS", "CONSENT")},
            **{f"CALLER_KEY_GATEWAY_{name}": key for name in ("LOYALTY", "MEMBERS", "CONSENT")},
            "WEBHOOK_KEY": key,
        }
        running = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "serve", cwd=layout.ROOT, env={**os.environ, **environment}
        )
        try:
            yield running, f"http://127.0.0.1:{port}", issuer
        finally:
            if running.returncode is None:
                running.kill()
                await running.wait()


async def ready(http: httpx.AsyncClient) -> httpx.Response:
    """How ready it is, once it answers."""
    deadline = time.monotonic() + 60
    while True:
        try:
            answer = await http.get("/readyz")
            if answer.status_code == 200 or time.monotonic() > deadline:
                return answer
        except httpx.TransportError:
            assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def subscribed(address: str, token: str) -> websockets.ClientConnection:
    """A socket that is being told of changes."""
    socket = await websockets.connect(
        address.replace("http", "ws") + "/graphql", subprotocols=["graphql-transport-ws"]
    )
    await socket.send(
        json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
    )
    await socket.recv()
    return socket


async def test_a_gateway_that_is_told_to_stop_leaves_nobody_hanging(
    tmp_path: Path, redis_url: str, database: DatabaseUrls
) -> None:
    async with process(tmp_path, redis_url, database.app, NOTICE_S) as (gateway, address, issuer):
        token = issuer.member(MEMBER)
        headers = {"authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=address, timeout=20) as http:
            assert (await ready(http)).status_code == 200
            socket = await subscribed(address, token)
            streaming = asyncio.ensure_future(_stream(http, {**headers, "accept": "text/event-stream"}))
            asked = {"documentId": _document("points")}
            under_way = asyncio.ensure_future(http.post("/graphql", json=asked, headers=headers))
            await asyncio.sleep(0.5)

            gateway.send_signal(signal.SIGTERM)
            told_at = time.monotonic()
            while (answer := await http.get("/readyz")).status_code == 200:
                assert time.monotonic() < told_at + NOTICE_S
                await asyncio.sleep(0.05)
            assert answer.json()["status"] == "draining"
            assert (await http.get("/healthz")).status_code == 200
            late = await http.get("/graphql", params={"query": "{__typename}"})
            assert late.status_code == 200, "until the notice is over, it serves"

            assert (await under_way).status_code == 200, "what was under way is finished"
            await socket.wait_closed()
            assert socket.close_code == 1012, "the protocol's word for: come again"
            said = await streaming
            assert said.endswith("retry: 1000\n\n")
            assert "event: complete" not in said
            assert time.monotonic() - told_at >= NOTICE_S
            await asyncio.wait_for(gateway.wait(), 30)
            assert gateway.returncode == -signal.SIGTERM


async def test_without_notice_it_stops_at_once(
    tmp_path: Path, redis_url: str, database: DatabaseUrls
) -> None:
    async with process(tmp_path, redis_url, database.app, 0) as (gateway, address, _):
        async with httpx.AsyncClient(base_url=address) as http:
            await ready(http)
        gateway.send_signal(signal.SIGTERM)
        await asyncio.wait_for(gateway.wait(), 30)


def _document(name: str) -> str:
    return manifest.key(manifest.texts(manifest.STOREFRONT_EXAMPLES)[name])


async def _stream(http: httpx.AsyncClient, headers: dict[str, str]) -> str:
    said = ""
    asked = {"documentId": _document("member_changed")}
    async with http.stream("POST", "/graphql", json=asked, headers=headers) as answer:
        async for chunk in answer.aiter_text():
            said += chunk
    return said
