"""Health: alive and ready are two questions, and what is not ready is named."""

import httpx
import pytest
import structlog
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


async def test_why_it_is_not_ready_is_logged_each_time_that_changes_and_no_word_more() -> None:
    answers: list[Exception | None] = [
        ConnectionError("refused by 127.0.0.1"),
        ConnectionError("refused"),
        PermissionError("wrong password secret"),
        None,
        PermissionError("wrong password secret"),
    ]

    async def probe() -> None:
        if error := answers.pop(0):
            raise error

    app = Starlette(routes=health.routes({"database": probe}))
    with structlog.testing.capture_logs() as logged:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kit") as client:
            while answers:
                await client.get("/readyz")
    assert [(line["probe"], line["because"]) for line in logged] == [
        ("database", "ConnectionError"),
        ("database", "PermissionError"),
        ("database", "PermissionError"),
    ]
    assert "secret" not in str(logged)


async def test_metrics_are_there_to_be_scraped(client: httpx.AsyncClient) -> None:
    assert "process_open_fds" in (await client.get("/metrics")).text
