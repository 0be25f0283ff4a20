"""Health: alive and ready are two questions, and what is not ready is named."""

import httpx
import pytest
from starlette.applications import Starlette

from services.kit import health


async def works() -> None:
    """Nothing is wrong."""


async def fails() -> None:
    raise ConnectionError("refused by 127.0.0.1")


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = Starlette(routes=health.routes({"database": fails, "redis": works}))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kit")


async def test_a_process_that_waits_is_alive_and_names_what_it_waits_for(client: httpx.AsyncClient) -> None:
    assert (await client.get("/healthz")).status_code == 200
    answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"status": "waiting", "failing": ["database"]})


async def test_metrics_are_there_to_be_scraped(client: httpx.AsyncClient) -> None:
    assert "process_open_fds" in (await client.get("/metrics")).text
