"""The worker as a process: killed while an endpoint holds its answer, it leaves nothing behind that is lost."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest
from redis.asyncio import Redis

from infra.local import layout
from infra.local.databases import DatabaseUrls
from services.kit import stream
from tests.conftest import free_port
from tests.gateway.gateway_client import ISSUER
from tests.gateway.webhooks.conftest import Office, raised
from tests.gateway.webhooks.receiver import proven

Environment = Callable[..., dict[str, str]]
_OF_OTHERS = ("DATABASE_", "CALLER_KEY_", "REDIS_URL", "WEBHOOK_KEY", "HUIYUAN_")


@pytest.fixture
def environment(
    office: Office, webhook_database: DatabaseUrls, redis_url: str, tmp_path: Path
) -> Environment:
    def told(mode: str) -> dict[str, str]:
        given = {name: value for name, value in os.environ.items() if not name.startswith(_OF_OTHERS)}
        key = base64.b64encode(office.key).decode()
        return given | {
            "HUIYUAN_MODE": mode,
            "REDIS_URL": redis_url,
            "DATABASE_URL_GATEWAY": webhook_database.app,
            "AUTH_JWKS": str(tmp_path / "jwks.json"),
            "AUTH_ISSUER": ISSUER,
            "WEBHOOK_KEY": key,
            **{f"CALLER_KEY_GATEWAY_{name}": key for name in ("LOYALTY", "MEMBERS", "CONSENT")},
        }

    return told


@asynccontextmanager
async def working(told: dict[str, str], tmp_path: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """One ``python -m gateway work``."""
    with (tmp_path / "worker.log").open("ab") as log:
        worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", "work", cwd=layout.ROOT, env=told, stdout=log, stderr=log
        )
        try:
            yield worker
        finally:
            if worker.returncode is None:
                worker.terminate()
                # One that was still starting ends by the signal itself.
                assert await asyncio.wait_for(worker.wait(), 15) in (0, -signal.SIGTERM)


@pytest.fixture
async def streams(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as redis:
        await redis.delete(stream.name("loyalty", 3))
        yield redis
        await redis.delete(stream.name("loyalty", 3))


async def happen(redis: Redis, *seqs: int) -> None:
    events = [raised(seq=seq) for seq in seqs]
    await stream.append(redis, {events[0].stream: (seqs[0] - 1, 0)}, events)


async def until(rows: asyncpg.Connection, query: str, expected: object) -> None:
    async with asyncio.timeout(60):
        while await rows.fetchval(query) != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def shown_metrics(port: int) -> str:
    """What a worker shows, as soon as it does."""
    async with asyncio.timeout(60), httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                return (await http.get(f"http://127.0.0.1:{port}/metrics")).text
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def test_a_worker_that_is_killed_loses_nothing(
    office: Office, environment: Environment, streams: Redis, tmp_path: Path
) -> None:
    _, secret = await office.endpoint()
    never = asyncio.Event()

    async def hold() -> int:
        await never.wait()
        return 200

    office.receiver.answers["/hook"] = hold
    told = environment("development")
    async with working(told, tmp_path) as worker:
        await happen(streams, 1, 2)
        await office.receiver.until(2)
        worker.kill()
        await worker.wait()
    never.set()
    office.receiver.answers["/hook"] = 200
    await happen(streams, 3)
    # A minute later, the dead worker's leases have ended.
    await office.rows.execute("UPDATE webhook_deliveries SET due_at = now(), leased_until = now()")
    port = free_port()
    async with working(told | {"HUIYUAN_WORK_METRICS_PORT": str(port)}, tmp_path), working(told, tmp_path):
        await until(office.rows, "SELECT count(*) FROM webhook_deliveries WHERE state = 'SUCCEEDED'", 3)
        assert "# TYPE huiyuan_webhook_attempts_total counter" in await shown_metrics(port)
    taken = sorted(got.id for got in office.receiver.got)
    assert taken == sorted(["evt_loyalty_3_1_0", "evt_loyalty_3_2_0"] * 2 + ["evt_loyalty_3_3_0"])
    assert all(proven(got, secret) for got in office.receiver.got)
    assert await office.rows.fetchval("SELECT seq FROM inbox WHERE stream = 'huiyuan:loyalty:3'") == 3


async def test_in_production_the_worker_reaches_nothing_of_our_own(
    office: Office, environment: Environment, streams: Redis, tmp_path: Path
) -> None:
    port = office.receiver.address.rpartition(":")[2]
    for url in (f"https://127.0.0.1:{port}/", f"https://localhost:{port}/", f"http://127.0.0.1:{port}/"):
        made, _ = await office.endpoints.create("http://example.com/", "", ["tier.raised"], "")
        await office.rows.execute(
            "UPDATE webhook_endpoints SET url = $1 WHERE endpoint_id = $2", url, made.endpoint_id
        )
    async with working(environment("production"), tmp_path):
        await happen(streams, 1)
        await until(office.rows, "SELECT count(*) FROM webhook_attempts", 3)
    assert office.receiver.got == []
    assert sorted(await office.attempts()) == [
        (None, "ADDRESS_REFUSED"),
        (None, "ADDRESS_REFUSED"),
        (None, "NOT_SECURE"),
    ]
    assert "127.0.0.1" not in (tmp_path / "worker.log").read_text()
