"""Outages while orders pour in: nothing answered is lost, nothing is doubled, and nothing has to be restarted."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
from redis.asyncio import Redis

from infra.local import databases
from tests.end_to_end import books
from tests.end_to_end.callers import PROGRAMME, Json, OrderSystem, Staff, code_of, is_retryable, order
from tests.end_to_end.chaos import browse_through
from tests.end_to_end.house import STOP_TIMEOUT_S, House, gone
from tests.end_to_end.lent import Lent
from tests.end_to_end.replicas import PATIENCE_S, replica

CALLERS = 16
MEMBERS = 8
ORDERS_EACH = 30
LANES = 16


@pytest.fixture(scope="module")
def shop(lodger: House) -> OrderSystem:
    return OrderSystem(lodger)


class Load:
    """Orders of some members from many callers at once, each sent with the same id until it is answered."""

    def __init__(self, shop: OrderSystem, source: str) -> None:
        self._token = shop.token
        self.source = source
        self.shoppers = [shop.register() for _ in range(MEMBERS)]
        self.orders = [
            order(shopper.member_id, 100 * nth, source=source)
            for nth in range(1, ORDERS_EACH + 1)
            for shopper in self.shoppers
        ]
        self.answers: dict[str, Json] = {}
        self.told_to_retry: Counter[str] = Counter()
        self.unanswered = 0

    async def run(self, loyalty_url: str) -> None:
        """Send all of them. Anything but an answer or a word to try again is a failure."""
        waiting = iter(self.orders)
        url = f"{loyalty_url}/huiyuan.loyalty.v1.OrdersService/RecordOrder"

        async def call() -> None:
            for paid in waiting:
                self.answers[paid["orderId"]] = await self._answer(http, url, paid)

        headers = {"authorization": f"Bearer {self._token}"}
        async with httpx.AsyncClient(trust_env=False, timeout=30, headers=headers) as http:
            await asyncio.gather(*(call() for _ in range(CALLERS)))

    async def _answer(self, http: httpx.AsyncClient, url: str, paid: Json) -> Json:
        while True:
            try:
                answer = await http.post(url, json=paid)
            except httpx.TransportError:
                self.unanswered += 1
            else:
                if answer.status_code == 200:
                    said: Json = answer.json()
                    return said
                assert (answer.status_code, is_retryable(answer)) == (503, True), answer.text
                self.told_to_retry[code_of(answer)] += 1
            await asyncio.sleep(0.2)

    async def until(self, so: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not so():  # noqa: ASYNC110  # what is waited for has no event of its own
                await asyncio.sleep(0.005)

    async def be_kept_once(self, house: House) -> None:
        """Every order is in the ledger exactly once, as it was answered, and every balance is their sum."""
        assert self.answers.keys() == {order["orderId"] for order in self.orders}
        yuan = {order["orderId"]: int(order["total"]["minorUnits"]) // 100 for order in self.orders}
        rows = await books.select(
            house, "loyalty", "SELECT order_id, total_minor FROM orders WHERE source = $1", self.source
        )
        assert sorted(tuple(row) for row in rows) == sorted((name, 100 * each) for name, each in yuan.items())
        entries = await books.select(
            house,
            "loyalty",
            """SELECT split_part(order_ref, ':', 2) AS order_id, code, points, balance_after
               FROM entries JOIN currencies ON number = currency WHERE order_ref LIKE $1 || ':%'""",
            self.source,
        )
        answered = [
            (order_id, earned["currency"], int(earned["points"]), int(earned["balanceAfter"]))
            for order_id, answer in self.answers.items()
            for earned in answer["order"]["earned"]
        ]
        assert sorted(tuple(row) for row in entries) == sorted(answered)
        assert all(points == yuan[order_id] for order_id, _, points, _ in answered)
        assert len(answered) == 2 * len(self.orders)
        each = ORDERS_EACH * (ORDERS_EACH + 1) // 2
        wallets = await books.select(
            house,
            "loyalty",
            "SELECT available FROM wallets WHERE member_id = ANY($1::uuid[])",
            [shopper.member_id for shopper in self.shoppers],
        )
        assert [row["available"] for row in wallets] == [each] * (2 * MEMBERS)
        totals = OrderSystem(house).done(
            "OrdersService/GetOrderTotals", {"programmeId": PROGRAMME, "source": self.source}
        )
        assert (totals["orders"], totals["members"]) == (str(len(self.orders)), str(MEMBERS))
        assert totals["spend"]["minorUnits"] == str(100 * each * MEMBERS)


@pytest.mark.torture
async def test_postgres_killed_under_load_costs_callers_a_retry_and_nothing_else(
    lodger: House, lent: Lent, shop: OrderSystem
) -> None:
    load = Load(shop, "through-postgres")
    shopper, processes = load.shoppers[0], lodger.processes()
    pouring = asyncio.create_task(load.run(lodger.url("loyalty")))
    await load.until(lambda: len(load.answers) >= len(load.orders) // 5)
    lent.kill_postgres()
    await load.until(lambda: load.told_to_retry)
    (error,) = shopper.ask("{ me { points { available } } }")["errors"]
    assert error["extensions"]["retryable"], error
    lent.start_postgres()
    await pouring

    assert set(load.told_to_retry) <= {"LEDGER_UNAVAILABLE", "DATABASE_UNAVAILABLE"}
    await load.be_kept_once(lodger)
    assert lodger.processes() == processes
    assert all(process.is_running() for process in processes)
    latecomer = shop.register()
    assert latecomer.me("displayName consents { purpose }")["displayName"]
    async with httpx.AsyncClient(trust_env=False) as http:
        for name in ("gateway", "loyalty", "members", "consent"):
            assert (await http.get(f"{lodger.url(name)}/readyz")).json()["failing"] == []


@pytest.mark.torture
async def test_a_database_that_is_restarted_or_shut_under_load_ends_no_process(
    lodger: House, lent: Lent, shop: OrderSystem
) -> None:
    load, processes = Load(shop, "through-restarts"), lodger.processes()
    pouring = asyncio.create_task(load.run(lodger.url("loyalty")))
    for nth, end in enumerate((signal.SIGINT, signal.SIGQUIT), 1):
        await load.until(lambda nth=nth: len(load.answers) >= nth * len(load.orders) // 5)
        lent.stop_postgres(end)
        await asyncio.sleep(0.5)  # relays look again within that
        lent.start_postgres()
    await load.until(lambda: len(load.answers) >= 3 * len(load.orders) // 5)
    await asyncio.to_thread(lent.shut, *databases.MIGRATIONS, shut=True)
    await asyncio.sleep(1.0)
    await asyncio.to_thread(lent.shut, *databases.MIGRATIONS, shut=False)
    await pouring
    await load.be_kept_once(lodger)
    assert lodger.processes() == processes
    assert all(process.is_running() for process in processes)


async def test_redis_stopped_and_started_loses_no_event_and_tells_none_twice(
    lodger: House, lent: Lent, shop: OrderSystem
) -> None:
    shopper, processes = shop.register(), lodger.processes()
    gateway = psutil.Process(lodger.pid("gateway-server"))
    orders = [order(shopper.member_id, 100) for _ in range(15)]
    with shopper.watching() as changes:
        for paid in orders[:5]:
            shop.record(paid)
        lent.kill_redis()
        for paid in orders[5:10]:
            shop.record(paid)
        shop.register()
        there = Staff(lodger).member(shopper.member_id, 'balances(programmeId: "demo") { available }')
        assert there["balances"][0]["available"] == 10, "reading and recording go on"

        gateway.suspend()  # so that the streams have gone on by the time it looks for its place in them
        lent.start_redis()
        for paid in orders[10:]:
            shop.record(paid)
        for service in ("loyalty", "members", "consent"):
            await be_relayed_once(lodger, lent, service)
        gateway.resume()
        told = [changes.next() for _ in orders]
        assert [change["kind"] for change in told] == ["ORDER_RECORDED"] * len(orders)
        assert [change["occurredAt"] for change in told] == [paid["paidAt"] for paid in orders]
    await be_enrolled(lodger)
    assert lodger.processes() == processes


async def be_relayed_once(house: House, lent: Lent, service: str) -> None:
    """The service's streams come to hold what its outbox does, in its order, each event once."""
    rows = await books.select(
        house, service, "SELECT lane, seq, ord, type FROM outbox ORDER BY lane, seq, ord"
    )
    written = [
        (row["lane"], f"{row['seq']}-{ord}")
        for row in rows
        for ord in range(0 if row["type"] == "Packed" else row["ord"], row["ord"] + 1)
    ]
    assert written
    async with asyncio.timeout(PATIENCE_S), Redis.from_url(lent.redis_url) as redis:
        while True:
            sent = [
                (lane, event_id.decode())
                for lane in range(LANES)
                for event_id, _ in await redis.xrange(f"huiyuan:{service}:{lane}")
            ]
            if len(sent) >= len(written):
                break
            await asyncio.sleep(0.02)
    assert sent == written


async def be_enrolled(house: House) -> None:
    """Loyalty comes to know every registered member, also whom it never saw an order of."""
    registered = await books.select(house, "members", "SELECT member_id FROM members ORDER BY 1")
    async with asyncio.timeout(PATIENCE_S):
        while True:
            known = await books.select(house, "loyalty", "SELECT member_id FROM members ORDER BY 1")
            if len(known) >= len(registered):
                break
            await asyncio.sleep(0.02)
    assert known == registered


@pytest.mark.torture
async def test_loyalty_killed_under_load_and_started_again_keeps_every_order_once(
    lodger: House, shop: OrderSystem, tmp_path: Path
) -> None:
    load = Load(shop, "through-loyalty")
    with replica(lodger, "loyalty", tmp_path / "replica.log") as server:
        await server.be_ready()
        pouring = asyncio.create_task(load.run(server.url))
        await load.until(lambda: len(load.answers) >= len(load.orders) // 5)
        server.kill()
        server.start()
        await pouring
    assert load.unanswered
    await load.be_kept_once(lodger)
    again = shop.done("OrdersService/RecordOrders", {"orders": load.orders})["results"]
    for result in again:
        recorded = result["recorded"]
        assert recorded.pop("replayed")
        assert recorded["order"] == load.answers[recorded["order"]["orderId"]]["order"]
    await load.be_kept_once(lodger)


@pytest.mark.torture
async def test_whoever_browses_misses_only_what_is_killed_and_only_while_it_is(
    lodger: House, lent: Lent, shop: OrderSystem, tmp_path: Path
) -> None:
    await browse_through(["loyalty", "redis", "postgres"], lodger, lent, shop, tmp_path)


@pytest.mark.torture
async def test_browsing_through_every_outage_again_and_again(
    lodger: House, lent: Lent, shop: OrderSystem, tmp_path: Path
) -> None:
    every = ["members", "redis", "consent", "postgres", "loyalty"]
    for nth in range(3):
        (logs := tmp_path / str(nth)).mkdir()
        await browse_through(random.Random(nth).sample(every, len(every)), lodger, lent, shop, logs)


def test_a_lost_process_stops_the_rest_and_says_why(lodger: House) -> None:
    started = lodger.processes()
    os.kill(lodger.pid("loyalty-worker"), signal.SIGKILL)
    assert lodger.command.wait(STOP_TIMEOUT_S) == 1
    assert "loyalty-worker ended by SIGKILL" in lodger.said()
    assert "loyalty-worker.log" in lodger.said()
    assert gone(started, 5) == []
    assert not {"postgres", "redis"} & {path.name for path in lodger.home.iterdir()}
