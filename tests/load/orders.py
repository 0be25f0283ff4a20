"""Orders per second through the loyalty service, against raw inserts of the same entries into the same Postgres.

Raw is committed SQL: 500 rows by ``unnest`` into a table with the same columns and indexes as the ledger's
entries, and the upsert of their balances, over as many connections as the service has lanes. All arms are
counted in entries.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1.kit_pb2 import Money
from huiyuan.loyalty.v1.orders_connect import OrdersServiceClient
from huiyuan.loyalty.v1.orders_pb2 import OrderLine, RecordOrderRequest, RecordOrdersRequest
from huiyuan.members.v1.profiles_connect import ProfilesServiceClient
from huiyuan.members.v1.profiles_pb2 import NewProfile, RegisterMemberRequest, RegisterMembersRequest

from services.kit import rpc
from tests.end_to_end.house import House
from tests.load.figures import Figure, Row, ratios

MEMBERS = 5_000
BATCH = 500
CONNECTIONS = 2
CALLERS = 64
BATCH_CALLERS = 4
ENTRIES_PER_ORDER = 2
ROUND_ORDERS = 6_000
ROUND_SINGLES = 1_500


class Shop:
    """An order system with members to sell to."""

    def __init__(self, house: House) -> None:
        token = house.issuer.system("bench", ("order_recorder", "member_registrar"))
        self._headers = {"authorization": f"Bearer {token}"}
        self._house = house
        self._members: list[str] = []
        self._orders = self._client(OrdersServiceClient, "loyalty")

    async def open(self) -> None:
        """Register the members."""
        profiles = self._client(ProfilesServiceClient, "members")
        for _ in range(MEMBERS // BATCH):
            request = RegisterMembersRequest(
                members=[
                    RegisterMemberRequest(
                        profile=NewProfile(display_name="bench"), idempotency_key=secrets.token_hex(8)
                    )
                    for _ in range(BATCH)
                ]
            )
            answer = await profiles.register_members(request, headers=self._headers)
            self._members += [result.registered.member_id for result in answer.results]

    def order(self) -> RecordOrderRequest:
        money = Money(minor_units=random.randrange(1_000, 50_000), currency="CNY")
        return RecordOrderRequest(
            source="bench",
            order_id=secrets.token_hex(8),
            programme_id="demo",
            member_id=random.choice(self._members),
            lines=[OrderLine(line_id="1", sku="tea", quantity=1, money=money)],
            total=money,
            paid_at=Timestamp(seconds=int(time.time())),
            channel="web",
        )

    async def by_batches(self) -> float:
        """Orders per second through ``RecordOrders`` of 500, four callers at once."""
        batches = [
            RecordOrdersRequest(orders=[self.order() for _ in range(BATCH)])
            for _ in range(ROUND_ORDERS // BATCH)
        ]

        async def call(mine: Sequence[RecordOrdersRequest]) -> None:
            for batch in mine:
                answer = await self._orders.record_orders(batch, headers=self._headers)
                assert all(result.HasField("recorded") for result in answer.results)

        started = time.perf_counter()
        await asyncio.gather(*(call(batches[nth::BATCH_CALLERS]) for nth in range(BATCH_CALLERS)))
        return ROUND_ORDERS / (time.perf_counter() - started)

    async def one_by_one(self) -> float:
        """Orders per second through ``RecordOrder``, 64 callers at once."""
        waiting = [self.order() for _ in range(ROUND_SINGLES)]

        async def call() -> None:
            while waiting:
                await self._orders.record_order(waiting.pop(), headers=self._headers)

        started = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(CALLERS)))
        return ROUND_SINGLES / (time.perf_counter() - started)

    def _client(self, wire: Any, service: str) -> Any:
        signer = rpc.CallerSigner("bench", {})
        return rpc.client(wire, self._house.url(service), service, signer, timeout_ms=60_000)


class Raw:
    """The limit: the same rows, written by nothing but SQL."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._columns: list[list[Any]] = []
        self._insert = ""

    async def connect(self) -> None:
        self._connections = [await asyncpg.connect(self._url) for _ in range(CONNECTIONS)]

    async def wait_until_enrolled(self, members: int) -> None:
        """Until the ledger has heard of all members, so that no round pays for their arrival."""
        while await self._connections[0].fetchval("SELECT count(*) FROM members") < members:  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def open(self) -> None:
        """Make the tables like the ledger's and keep real entries to insert again."""
        first = self._connections[0]
        await first.execute("CREATE TABLE IF NOT EXISTS raw_entries (LIKE entries INCLUDING ALL)")
        await first.execute("CREATE TABLE IF NOT EXISTS raw_wallets (LIKE wallets INCLUDING ALL)")
        types = await first.fetch(
            """SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute
               WHERE attrelid = 'entries'::regclass AND attnum > 0 ORDER BY attnum"""
        )
        arrays = ", ".join(f"${nth}::{column['type']}[]" for nth, column in enumerate(types, 1))
        self._insert = f"INSERT INTO raw_entries SELECT * FROM unnest({arrays})"
        rows = await first.fetch(f"SELECT * FROM entries LIMIT {ROUND_ORDERS * ENTRIES_PER_ORDER}")
        self._columns = [list(column) for column in zip(*rows, strict=True)]

    async def close(self) -> None:
        await self._connections[0].execute("DROP TABLE raw_entries, raw_wallets")
        for connection in self._connections:
            await connection.close()

    async def insert(self) -> float:
        """Entries per second, 500 a commit."""
        count = len(self._columns[0])
        batches = [[column[at : at + BATCH] for column in self._columns] for at in range(0, count, BATCH)]
        for batch in batches:
            batch[1] = [uuid4() for _ in batch[1]]

        async def write(connection: asyncpg.Connection, mine: list[list[list[Any]]]) -> None:
            for batch in mine:
                async with connection.transaction():
                    await connection.execute(self._insert, *batch)
                    await connection.execute(_UPSERT, batch[0], batch[3], batch[7])

        started = time.perf_counter()
        await asyncio.gather(
            *(
                write(connection, batches[nth::CONNECTIONS])
                for nth, connection in enumerate(self._connections)
            )
        )
        return count / (time.perf_counter() - started)


_UPSERT = """
INSERT INTO raw_wallets (member_id, currency, available, pending, held, version, lots, pending_lots)
SELECT member_id, currency, sum(points)::bigint, 0, 0, 1, '{}', '{}'
FROM unnest($1::uuid[], $2::smallint[], $3::bigint[]) AS e(member_id, currency, points)
GROUP BY member_id, currency ORDER BY member_id, currency
ON CONFLICT (member_id, currency) DO UPDATE
SET available = raw_wallets.available + EXCLUDED.available, version = raw_wallets.version + 1
"""


async def measure(house: House, owner_url: str, rounds: int) -> tuple[list[Row], list[str]]:
    """Interleaved rounds of raw, batches and single orders."""
    shop, raw = Shop(house), Raw(owner_url)
    await shop.open()
    await raw.connect()
    await raw.wait_until_enrolled(MEMBERS)
    await shop.by_batches()  # warms up, and gives raw its rows
    await raw.open()
    await raw.insert()
    limits, batches, singles = [], [], []
    for _ in range(rounds):
        arms = [("raw", raw.insert), ("batch", shop.by_batches), ("single", shop.one_by_one)]
        random.shuffle(arms)
        for name, arm in arms:
            speed = await arm()
            if name == "raw":
                limits.append(speed)
            else:
                (batches if name == "batch" else singles).append(speed * ENTRIES_PER_ORDER)
    settings = await raw._connections[0].fetchval(
        "SELECT string_agg(name || '=' || setting, ', ' ORDER BY name) FROM pg_settings "
        "WHERE name IN ('fsync', 'synchronous_commit', 'max_wal_size', 'checkpoint_timeout', 'shared_buffers')"
    )
    await raw.close()
    rows = [
        Row("raw: 500 by unnest with balance upsert", Figure.of(limits)),
        Row("RecordOrders, 500 a call", Figure.of(batches), ratios(batches, limits), 0.2),
        Row("RecordOrder, 64 callers", Figure.of(singles), ratios(singles, limits)),
    ]
    return rows, [f"{ENTRIES_PER_ORDER} entries an order; {settings}"]
