"""The books: what the databases hold, read past the services, so that tests need not take their word."""

from typing import NamedTuple

import asyncpg

from tests.end_to_end.house import House

_PASSED_OVER = {
    *("alembic_version", "inbox", "registrations", "activities", "departures", "retention_runs"),
    *("key_ring_readers", "leaf_queue", "log_leaves", "log_nodes", "log_checkpoints", "traits"),
}
"""What processes change in their own time: an inbox follows events, and so does who was seen or left; jobs settle
registrations and departures, note their runs, index traits and sequence the log; and servers say that they are there."""


class Content(NamedTuple):
    """A table's content: how many rows, and a digest of all of them."""

    rows: int
    digest: str


async def contents(house: House, *kinds: str) -> dict[str, Content]:
    """All that some of the databases hold, by table."""
    found = {}
    for kind in kinds:
        connection = await asyncpg.connect(house.database(kind).owner)
        try:
            found |= await content(kind, connection)
        finally:
            await connection.close()
    return found


async def content(kind: str, connection: asyncpg.Connection) -> dict[str, Content]:
    """All that one database holds, by table: asked in one statement, whose plan a connection keeps."""
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    asked = " UNION ALL ".join(
        f"SELECT '{kind}.{table}', count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) "
        f"FROM (SELECT to_jsonb(t) - 'indexed_revision' AS t FROM {table} t) AS t"
        for (table,) in tables
        if table not in _PASSED_OVER
    )
    return {table: Content(*said) for table, *said in await connection.fetch(asked)}


async def select(house: House, kind: str, statement: str, *values: object) -> list[asyncpg.Record]:
    """Rows of one database."""
    connection = await asyncpg.connect(house.database(kind).owner)
    try:
        return list(await connection.fetch(statement, *values))
    finally:
        await connection.close()
