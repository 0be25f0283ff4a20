"""The ledger under fire: two processes, collisions, a database that dies; and the proof that nothing slipped."""

import asyncio
import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from tests.loyalty.conftest import Loyalty, cny, order, programme
from tests.loyalty.oracle import Oracle

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


async def check_everything(loyalty: Loyalty) -> None:
    """Sums, wallets and chain, recomputed from what is stored by nothing but SQL and this function."""
    for row in await loyalty.sql(
        """SELECT currency, sum(change) AS sum FROM (
             SELECT currency, available + pending + held AS change FROM wallets
             UNION ALL
             SELECT c.key::smallint, a.value::bigint FROM batches, jsonb_each(totals) AS c, jsonb_each(c.value) AS a
           ) AS every GROUP BY currency"""
    ):
        assert row["sum"] == 0, "the sum of all accounts is 0"
    moved = await loyalty.sql(
        """SELECT coalesce(e.member_id, w.member_id) AS member, w.available, e.sum FROM wallets w
           FULL JOIN (
             SELECT member_id, currency, sum(CASE WHEN to_account = 'AVAILABLE' THEN points ELSE 0 END
               - CASE WHEN from_account = 'AVAILABLE' THEN points ELSE 0 END) AS sum
             FROM entries GROUP BY member_id, currency) AS e USING (member_id, currency)
           WHERE w.available IS DISTINCT FROM e.sum"""
    )
    assert moved == [], "wallets equal their entries"
    doubled = await loyalty.sql(
        "SELECT order_ref FROM entries WHERE type = 'EARN' AND order_ref <> '' "
        "GROUP BY order_ref, currency HAVING count(*) > 1"
    )
    assert doubled == [], "no order earned twice"
    await check_chain(loyalty)


async def check_chain(loyalty: Loyalty) -> None:
    batches, entries, rows = await loyalty.sql_at_once(
        "SELECT * FROM batches ORDER BY lane, seq",
        "SELECT *, type::text AS type_, from_account::text AS from_, to_account::text AS to_, "
        "(EXTRACT(epoch FROM occurred_at) * 1000000)::bigint AS occurred, "
        "(EXTRACT(epoch FROM recorded_at) * 1000000)::bigint AS recorded FROM entries ORDER BY lane, batch, ord",
        "SELECT lane, seq, event FROM outbox WHERE lane < 15",
    )
    told = {(row["lane"], row["seq"]): row["event"] for row in rows}
    content: dict[tuple[int, int], list[bytes]] = {(batch["lane"], batch["seq"]): [] for batch in batches}
    for e in entries:
        content[e["lane"], e["batch"]].append(as_copied(e))
    head: dict[int, tuple[int, bytes]] = {}
    for batch in batches:
        place = batch["lane"], batch["seq"]
        seq, previous = head.get(batch["lane"], (0, b""))
        assert (batch["seq"], batch["previous"]) == (seq + 1, previous), "the chain has no gap"
        assert batch["events_hash"] == sha256(told.get(place, b"")).digest(), (
            "the events are those that were sealed"
        )
        digest = sha256(previous)
        digest.update(batch["lane"].to_bytes(2, "big") + batch["seq"].to_bytes(8, "big"))
        digest.update(((batch["committed_at"] - EPOCH) // timedelta(microseconds=1)).to_bytes(8, "big"))
        digest.update(b"".join(content[place]) + batch["events_hash"])
        assert (batch["format"], batch["hash"]) == (2, digest.digest()), f"batch {place} says what it sealed"
        head[batch["lane"]] = batch["seq"], batch["hash"]


def as_copied(e: asyncpg.Record) -> bytes:
    """A row of a binary COPY as PostgreSQL's manual describes it."""
    since_2000 = 946_684_800 * 10**6
    numbers = [
        (2, "part"),
        (2, "currency"),
        (8, "points"),
        (8, "balance_after"),
        (8, "occurred"),
        (8, "recorded"),
        (2, "lane"),
        (8, "batch"),
        (4, "ord"),
    ]
    fields: list[bytes | None] = [e["member_id"].bytes, e["key"].bytes]
    for size, name in numbers:
        number = e[name] - (since_2000 if name in ("occurred", "recorded") else 0)
        fields.append(number.to_bytes(size, "big", signed=True))
    fields += [e["type_"].encode(), e["from_"].encode(), e["to_"].encode()]
    for size, name in ((8, "lot_expires_at"), (4, "lot_month"), (2, "lot_source")):
        fields.append(None if e[name] is None else e[name].to_bytes(size, "big", signed=True))
    fields.append(e["rule_version"].to_bytes(4, "big"))
    fields += [e["actor"].encode(), e["reason"].encode(), e["fingerprint"], e["order_ref"].encode()]
    assert len(fields) == 22
    sized = [
        b"\xff\xff\xff\xff" if field is None else len(field).to_bytes(4, "big") + field for field in fields
    ]
    return b"\x00\x16" + b"".join(sized)


async def storm(doors: list[Loyalty], seed: int, steps: int) -> dict[str, Oracle]:
    """Orders, duplicates and refunds by turns through any door; what each member's oracle then says."""
    dice = random.Random(seed)
    members = [doors[0].new_member() for _ in range(6)]
    bodies: list[dict[str, Any]] = [
        order(dice.choice(members), dice.randrange(0, 30_000)) for _ in range(steps)
    ]

    async def send(body: dict[str, Any]) -> dict[str, Any]:
        answer = await dice.choice(doors).order_system("OrdersService/RecordOrder", body)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.json()
        return said

    sent = [body for body in bodies for _ in range(dice.randint(1, 4))]
    dice.shuffle(sent)
    answers = await asyncio.gather(*map(send, sent))
    firsts = Counter(
        body["orderId"] for body, said in zip(sent, answers, strict=True) if not said.get("replayed", False)
    )
    assert set(firsts.values()) == {1}, "each order is first exactly once"
    refunds = [
        {
            "source": "shop",
            "orderId": body["orderId"],
            "refundId": f"r{nth}",
            "amount": cny(dice.randrange(1, 20_000)),
        }
        for body in bodies
        for nth in range(dice.randint(0, 3))
    ]
    done = await asyncio.gather(
        *(dice.choice(doors).order_system("OrdersService/RecordRefund", refund) for refund in refunds * 2)
    )
    return judge(members, bodies, refunds, [answer.status_code == 200 for answer in done[: len(refunds)]])


def judge(
    members: list[str], bodies: list[dict[str, Any]], refunds: list[dict[str, Any]], done: list[bool]
) -> dict[str, Oracle]:
    """What is left of each order is judged by sums alone, so that the order of arrival does not matter."""
    oracles = {member: Oracle() for member in members}
    refunded: Counter[str] = Counter()
    for refund, was_done in zip(refunds, done, strict=True):
        refunded[refund["orderId"]] += refund["amount"]["minorUnits"] if was_done else 0
    for body in bodies:
        total, back = body["total"]["minorUnits"], refunded[body["orderId"]]
        assert back <= total, "no more is refunded than was paid"
        whole = total // 100
        oracles[body["memberId"]].growth += whole - (whole * back // total if total else 0)
    return oracles


async def test_two_services_on_one_database_agree_under_a_storm(make_loyalty: Any, new_database: Any) -> None:
    urls = new_database("loyalty")
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        assert (await first.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        oracles = await storm([first, second], seed, 60)
        for member, oracle in oracles.items():
            growth = await first.balance(member, "GROWTH")
            assert growth["available"] == oracle.growth
        await check_everything(first)


async def test_one_order_id_for_two_members_through_two_services_belongs_to_one_of_them(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        assert (await first.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        one, other = first.new_member(), first.new_member()
        mine = [order(one, 10_000) for _ in range(20)]
        # Crosswise, so that two transactions also want each other's ids.
        yours = [{**body, "memberId": other} for body in reversed(mine)]
        answers = await asyncio.gather(
            *(
                door.order_system("OrdersService/RecordOrders", {"orders": bodies})
                for door, bodies in ((first, mine), (second, yours))
            )
        )
        results = [answer.json()["results"] for answer in answers]
        for here, there in zip(results[0], reversed(results[1]), strict=True):
            kinds = sorted((next(iter(here)), next(iter(there))))
            assert kinds == ["recorded", "refusal"]
            refused = here.get("refusal") or there["refusal"]
            assert refused["code"] == "ORDER_BELONGS_ELSEWHERE"
        growth = [(await first.balance(member, "GROWTH"))["available"] for member in (one, other)]
        assert sum(growth) == 20 * 100
        await check_everything(first)


async def test_backends_killed_under_load_lose_and_double_nothing(make_loyalty: Any, servers: Any) -> None:
    async with make_loyalty() as loyalty:
        member = loyalty.new_member()
        at = make_url(loyalty.database)
        killer = await asyncpg.connect(servers.postgres_url)
        bodies = [order(member, 100) for _ in range(150)]

        async def send_until_answered(body: dict[str, Any]) -> None:
            for _ in range(60):
                answer = await loyalty.order_system("OrdersService/RecordOrder", body)
                if answer.status_code == 200:
                    return
                assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
                await asyncio.sleep(0.05)
            pytest.fail("never answered")

        async def kill_backends() -> None:
            for _ in range(8):
                await asyncio.sleep(0.07)
                await killer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = $2",
                    at.database,
                    at.username,
                )

        await asyncio.gather(kill_backends(), *map(send_until_answered, bodies))
        await killer.close()
        assert (await loyalty.balance(member))["available"] == 150
        await check_everything(loyalty)


@pytest.mark.parametrize(
    "corruption",
    [
        "UPDATE entries SET points = points + 1 WHERE ctid IN (SELECT ctid FROM entries LIMIT 1)",
        "DELETE FROM entries WHERE ctid IN (SELECT ctid FROM entries LIMIT 1)",
        "UPDATE wallets SET available = available + 1 WHERE ctid IN (SELECT ctid FROM wallets LIMIT 1)",
        "DELETE FROM batches WHERE (lane, seq) = (SELECT lane, min(seq) FROM batches GROUP BY lane LIMIT 1)",
        "UPDATE entries SET reason = 'CHANGED' WHERE ctid IN (SELECT ctid FROM entries LIMIT 1)",
    ],
)
async def test_planted_corruption_is_caught(make_loyalty: Any, corruption: str) -> None:
    async with make_loyalty() as loyalty:
        for _ in range(3):
            body = order(loyalty.new_member(), 1_000)
            assert (await loyalty.order_system("OrdersService/RecordOrder", body)).status_code == 200
        await check_everything(loyalty)
        await loyalty.sql(corruption)
        with pytest.raises(AssertionError):
            await check_everything(loyalty)


@pytest.mark.parametrize("table", ["entries", "batches", "refunds", "programme_versions"])
async def test_service_cannot_rewrite_history(loyalty: Loyalty, table: str) -> None:
    connection = await asyncpg.connect(loyalty.database)
    try:
        for statement in (f"UPDATE {table} SET ctid = ctid", f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError)):
                await connection.execute(
                    statement.replace("SET ctid = ctid", f"SET {await _column(connection, table)}")
                )
    finally:
        await connection.close()


async def _column(connection: asyncpg.Connection, table: str) -> str:
    name = await connection.fetchval(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum = 1", table
    )
    return f"{name} = {name}"
