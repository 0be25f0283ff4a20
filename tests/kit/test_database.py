"""What counts as a database that is away, and what is a fault of ours."""

import re

import asyncpg
import pytest

from services.kit import database


async def test_a_value_that_does_not_fit_is_no_outage(servers: object) -> None:
    connection = await asyncpg.connect(servers.postgres_url)  # type: ignore[attr-defined]
    try:
        for statement, value in (("SELECT $1::bigint", 2**70), ("SELECT $1::uuid", "nobody")):
            with pytest.raises(Exception) as fault:  # noqa: PT011  # whatever asyncpg raises is judged below
                await connection.fetchval(statement, value)
            assert not database.is_away(fault.value)
        with pytest.raises(asyncpg.DivisionByZeroError) as fault:
            await connection.fetchval("SELECT 1 / 0")
        assert not database.is_away(fault.value)
    finally:
        await connection.close()


async def test_a_server_that_refuses_or_ends_us_is_away(servers: object) -> None:
    url: str = servers.postgres_url  # type: ignore[attr-defined]
    for broken in (re.sub(r":\d+/", ":1/", url), url.rsplit("/", 1)[0] + "/nothing_here"):
        with pytest.raises(Exception) as away:  # noqa: PT011  # whatever asyncpg raises is judged below
            await asyncpg.connect(broken)
        assert database.is_away(away.value)
    victim, other = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        await other.execute("SELECT pg_terminate_backend($1)", victim.get_server_pid())
        with pytest.raises(Exception) as away:  # noqa: PT011  # whatever asyncpg raises is judged below
            await victim.fetchval("SELECT 1")
        assert database.is_away(away.value)
    finally:
        await other.close()
