"""Traces: from a request to the statements it causes, by the W3C's header, and no further than strangers may say."""

import re
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import sqlalchemy as sa

from infra.local.databases import DatabaseUrls
from services.kit import database, telemetry

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
SAMPLED, NOT_SAMPLED = f"00-{TRACE}-00f067aa0ba902b7-01", f"00-{TRACE}-00f067aa0ba902b7-00"
WRITTEN = re.compile(rf"/\*traceparent='00-{TRACE}-[0-9a-f]{{16}}-01'\*/")

Ask = Callable[[], Any]


@pytest.fixture(scope="module")
def kit_database(new_database: Callable[[str], DatabaseUrls]) -> DatabaseUrls:
    return new_database("gateway")


@pytest.fixture(params=["engine", "pool"])
async def ask(request: pytest.FixtureRequest, kit_database: DatabaseUrls) -> AsyncIterator[Ask]:
    """What the database says that it was asked."""
    if request.param == "engine":
        engine = database.engine(kit_database.app, size=1)

        async def by_engine() -> Any:
            async with engine.connect() as connection:
                return (await connection.execute(sa.select(sa.func.current_query()))).scalar()

        yield by_engine
        await engine.dispose()
    else:
        pool = await database.pool(kit_database.app, size=1)

        async def by_pool() -> Any:
            async with database.snapshot(pool) as connection:
                return await connection.fetchval("SELECT current_query()")

        yield by_pool
        await pool.close()


async def test_a_sampled_trace_reaches_the_statement(ask: Ask) -> None:
    telemetry.go_on(SAMPLED)
    assert WRITTEN.search(await ask())


async def test_a_trace_that_is_not_sampled_leaves_statements_as_they_are(ask: Ask) -> None:
    for header in (NOT_SAMPLED, None, "nonsense"):
        telemetry.go_on(header)
        assert "traceparent" not in await ask()


def test_strangers_name_a_trace_and_do_not_say_that_it_is_sampled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "_sampled_part", 0.0)
    telemetry.begin(SAMPLED)
    assert telemetry.trace_id.get() == TRACE
    assert telemetry.traceparent().endswith("-00")
    monkeypatch.setattr(telemetry, "_sampled_part", 1.0)
    telemetry.begin(NOT_SAMPLED)
    assert telemetry.traceparent().startswith(f"00-{TRACE}-")
    assert telemetry.traceparent().endswith("-01")


@pytest.mark.parametrize(
    "header", [None, "", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "'*/; DROP TABLE x; --"]
)
def test_what_is_no_trace_begins_a_new_one(header: str | None) -> None:
    telemetry.go_on(header)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-00", telemetry.traceparent())
    assert "0" * 32 not in telemetry.traceparent()
