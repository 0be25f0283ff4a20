"""Entries as bytes: what is written for any entry is what Postgres gives back, so that the chain seals what is kept."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy.engine import make_url

from services.kit import database
from services.kit.clock import instant
from services.kit.copying import HEADER, TRAILER, received
from services.loyalty.rules.earning.earn_limits import Allowed
from services.loyalty.rules.ledger.entries import Account, Entry, EntryType, LotKey
from services.loyalty.rules.orders.judgements import Judgement, Past
from services.loyalty.rules.orders.orders import Earned, Line, Order
from services.loyalty.storage.ledger import copying, new_orders, rows
from tests.conftest import Servers

INT2, INT4, INT8 = 2**15 - 1, 2**31 - 1, 2**63 - 1
LATEST_US = 253_402_300_799 * 10**6
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=50)
LOTS = st.none() | st.builds(
    LotKey, st.integers(-INT8 - 1, INT8), st.integers(-INT4 - 1, INT4), st.integers(-INT2 - 1, INT2)
)
ENTRIES = st.builds(
    Entry,
    member_id=st.uuids().map(str),
    key=st.binary(min_size=16, max_size=16),
    part=st.integers(0, INT2),
    currency=st.integers(1, INT2),
    type=st.sampled_from(EntryType),
    from_account=st.sampled_from(Account),
    to_account=st.sampled_from(Account),
    points=st.integers(1, INT8),
    lot=LOTS,
    order_ref=TEXTS,
    rule_version=st.integers(0, INT4),
    actor=TEXTS,
    reason=TEXTS,
    balance_after=st.integers(-INT8 - 1, INT8),
    fingerprint=st.binary(max_size=40),
    occurred_at=st.integers(0, LATEST_US),
    recorded_at=st.integers(0, LATEST_US),
)
PLAIN = Entry(
    *("0b54b4e2-4a3a-4d5e-8c52-6f6f6a1f0001", bytes(16), 0, 1),
    *(EntryType.EARN, Account.ISSUED, Account.AVAILABLE, 10, LotKey(INT8, 24_311, 0), "shop:1", 1),
    *("service:shop", "会员日", -5, b"", 0, 946_684_800 * 10**6 + 1),
)


@pytest.fixture(scope="module")
async def entries(new_database: Any) -> Any:
    connection = await asyncpg.connect(new_database("loyalty").owner)
    yield connection
    await connection.close()


async def given_back(connection: asyncpg.Connection) -> bytes:
    """The entries there are, as a binary COPY of them, and none left."""
    out = BytesIO()
    names = ", ".join(copying.COLUMNS)
    await connection.copy_from_query(f"SELECT {names} FROM entries ORDER BY ord", output=out, format="binary")
    await connection.execute("TRUNCATE entries")
    return out.getvalue()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(written=st.lists(ENTRIES, min_size=1, max_size=8, unique_by=lambda e: (e.member_id, e.key, e.part)))
@example(written=[PLAIN])
async def test_postgres_gives_back_the_bytes_that_were_written(entries: Any, written: list[Entry]) -> None:
    rows = copying.rows(written, 3, 2**40)
    await copying.copy(entries, rows)
    assert await given_back(entries) == HEADER + rows + TRAILER


async def test_what_is_written_reads_as_what_was_meant(entries: asyncpg.Connection) -> None:
    await copying.copy(entries, copying.rows([PLAIN], 3, 77))
    row = await entries.fetchrow("SELECT * FROM entries")
    assert row is not None
    assert dict(row) == {
        "member_id": UUID(PLAIN.member_id),
        "key": UUID(int=0),
        "part": 0,
        "currency": 1,
        "type": "EARN",
        "from_account": "ISSUED",
        "to_account": "AVAILABLE",
        "points": 10,
        "lot_expires_at": INT8,
        "lot_month": 24_311,
        "lot_source": 0,
        "order_ref": "shop:1",
        "rule_version": 1,
        "actor": "service:shop",
        "reason": "会员日",
        "balance_after": -5,
        "fingerprint": b"",
        "occurred_at": datetime(1970, 1, 1, tzinfo=UTC),
        "recorded_at": datetime(2000, 1, 1, microsecond=1, tzinfo=UTC),
        "lane": 3,
        "batch": 77,
        "ord": 0,
    }
    await entries.execute("TRUNCATE entries")


async def test_an_order_reads_as_it_was_recorded(entries: asyncpg.Connection) -> None:
    line = Line("1", 'tea "\\ 茶', 3, 12_34, 0, {"POINTS": 7, "GROWTH": 5})
    judgement = Judgement(Past(2, 99, 1), {"r": Allowed(4, "BUDGET")}, {"POINTS": {"r": 4}}, ["c"])
    earned = {
        "POINTS": Earned(7, 0, INT8, 24_311, -5),
        "GROWTH": Earned(5, 946_684_800 * 10**6, 0, 0, 9, on_completion=3),
    }
    plain = Order(
        *("shop", "1", 1, "shop", PLAIN.member_id, bytes(range(16)), "CNY", 12_34, [line], "店", 1),
        *(2**50 + 1, 3, "silver", "gold"),
    )
    whole = replace(
        plain,
        order_id="2",
        paid_at=LATEST_US,
        completed_at=7,
        refunded_minor=1,
        earned=earned,
        judgement=judgement,
    )
    await copying.copy(entries, new_orders.copied([plain, whole]), "orders", new_orders.COLUMNS)
    first, second = await entries.fetch("SELECT * FROM orders ORDER BY order_id")
    assert [rows.order(row, "shop", "CNY") for row in (first, second)] == [plain, whole]
    assert (first["completed_at"], first["judgement"]) == (None, None)
    assert second["paid_at"] == datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert (second["total_minor"], second["refunded_minor"], second["tier_after"]) == (12_34, 1, "gold")
    await entries.execute("TRUNCATE orders")


# --- what is asked for with it ----------------------------------------------------------------------------


SAYS_MUCH = f"SELECT '{'x' * 2**23}'; "
"""More than a line holds that nobody reads."""


@asynccontextmanager
async def lost_at(what: bytes, url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection by a line that is lost once something is on its way, and most of that is still to be sent."""
    at = make_url(url)

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to_there = await asyncio.open_connection(at.host, at.port)
        answering = asyncio.create_task(pass_on(there, writer))
        while what not in (said := await reader.read(4_096)) and said:
            to_there.write(said)
        to_there.close()
        writer.transport.abort()
        await answering

    async with await asyncio.start_server(carry, "127.0.0.1", 0) as server:
        through = at.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
        connection = await database.connect(through.render_as_string(hide_password=False))
        try:
            yield connection
        finally:
            connection.terminate()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while said := await reader.read(65_536):
            writer.write(said)


async def test_a_line_that_is_lost_while_much_is_on_its_way_is_told(new_database: Any) -> None:
    async with lost_at(b"xxxx", new_database("loyalty").owner) as connection, asyncio.timeout(20):
        with pytest.raises((OSError, asyncpg.PostgresConnectionError)):
            await copying.copy(connection, copying.rows([PLAIN], 3, 1), then=f"{SAYS_MUCH}COMMIT")


@pytest.mark.parametrize("said", ["", SAYS_MUCH], ids=["little", "much"])
async def test_what_is_asked_for_with_entries_is_done_unless_copying_fails(
    entries: asyncpg.Connection, said: str
) -> None:
    for written, is_there in ([PLAIN], 1), ([PLAIN, PLAIN], 0):
        await entries.execute("BEGIN")
        try:
            await copying.copy(entries, copying.rows(written, 3, 1), then=f"{said}COMMIT")
        except asyncpg.UniqueViolationError:
            await entries.execute("ROLLBACK")
        assert not entries.is_in_transaction()
        assert await entries.fetchval("SELECT count(*) FROM entries") == is_there
        await entries.execute("TRUNCATE entries")


async def test_an_instant_that_postgres_sends_is_read_as_it_was_recorded(servers: Servers) -> None:
    instants = [0, 1, 946_684_800 * 10**6 - 1, 946_684_800 * 10**6, 1_795_453_080_123_456, LATEST_US]
    connection = await asyncpg.connect(servers.postgres_url)
    try:
        sent = await connection.fetch(
            "SELECT timestamptz_send(at) FROM unnest($1::timestamptz[]) AS at", list(map(instant, instants))
        )
    finally:
        await connection.close()
    assert [received(row[0]) for row in sent] == instants
