"""What looks plain and is not: moves that the fold would do otherwise come out as the fold says, on the fast path too."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty import events
from services.loyalty.jobs.verification import verify
from services.loyalty.lanes import Lanes
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.events import (
    Event,
    Moved,
    OrderRecorded,
    PointsAwarded,
    PointsMatured,
    PointsRedeemed,
)
from services.loyalty.rules.ledger.moves import OPEN, Moves
from services.loyalty.storage.ledger import alone, chain, moves, standings, state
from services.loyalty.storage.ledger import ledger as writing
from tests.loyalty.conftest import programme, tier
from tests.loyalty.integrity.conftest import Silent
from tests.loyalty.spending import done, spend
from tests.loyalty.test_moves import Ledger, running


@asynccontextmanager
async def ledger(make_loyalty: Any, founded: dict[str, Any]) -> AsyncIterator[Ledger]:
    """A ledger of its own, which a verification finds sound in the end."""
    async with make_loyalty(founded) as loyalty:
        pool = await database.pool(loyalty.database)
        rulebook = Rulebook(pool)
        newest = (await rulebook.current()).history("shop").newest
        points = newest.currency("POINTS")
        assert points is not None
        async with running(Lanes(loyalty.database, rulebook, 1)) as lane:
            yield Ledger(loyalty, pool, rulebook, newest.number, points.number, lane)
        found = await verify(loyalty.database, None, {}, Silent())
        assert not found.verification.mismatches
        await pool.close()


async def revise(there: Ledger, version: int, **changes: Any) -> None:
    body = {"programmeId": "shop", "basedOnVersion": version, "reason": "test", **changes}
    await done(there.loyalty.staff("ProgrammesService/ReviseProgramme", body))
    await there.rulebook.refresh()


def founded(**of_points: Any) -> dict[str, Any]:
    body = programme()
    body["currencies"][0] |= of_points
    return body


def expiring(**expiry: Any) -> dict[str, Any]:
    return founded(expiry=expiry)


async def test_spending_what_slides_makes_the_parts_of_a_hold_slide_along(make_loyalty: Any) -> None:
    fixed = expiring(kind="EXPIRY_KIND_AFTER_PERIOD", period="P10D")["currencies"]
    async with ledger(make_loyalty, expiring(kind="EXPIRY_KIND_AFTER_INACTIVITY", period="P365D")) as there:
        members = [there.loyalty.new_member() for _ in range(2)]
        for member in members:
            await there.lane.submit(there.task("award", member, 50))
        await revise(there, 1, currencies=fixed)
        months = []
        for member, fast in zip(members, (True, False), strict=True):
            await there.lane.submit(there.task("award", member, 30))
            await done(spend(there.loyalty, "HoldPoints", member, points=30, holdId="h"))
            await there.lane.submit(there.task("redeem", member, 5, fast=fast))
            (hold,) = await there.loyalty.sql("SELECT slices FROM holds WHERE member_id = $1", member)
            months.append([part[1] for part in hold["slices"]])
        assert months == [[-1], [-1]]


async def test_a_version_that_counted_points_is_judged_before_they_change(make_loyalty: Any) -> None:
    body = programme()
    counting = [
        {**tier("silver", 500, "1.2"), "conditions": [{"metric": "POINTS", "atLeast": 150}]},
    ]
    async with ledger(make_loyalty, body) as there:
        rising, falling = ([str(uuid4()) for _ in range(2)] for _ in range(2))
        for member in rising:
            await there.lane.submit(there.task("award", member, 100))
        for member in falling:
            await there.lane.submit(there.task("award", member, 200))
        await revise(there, 1, tiers=counting)
        await revise(there, 2, tiers=body["tiers"])
        tiers = []
        for up, down, fast in zip(rising, falling, (True, False), strict=True):
            await there.lane.submit(there.task("award", up, 100, fast=fast))
            await there.lane.submit(there.task("redeem", down, 100, fast=fast))
            for member in (up, down):
                await there.lane.submit(there.task("award", member, 1, currency="GROWTH"))
                (row,) = await there.loyalty.sql(
                    "SELECT tier_keys FROM standings WHERE member_id = $1", member
                )
                tiers.append(row["tier_keys"])
        assert tiers[:2] == tiers[2:]


async def test_points_that_come_after_their_last_day_expire_one_award_after_the_other(
    make_loyalty: Any,
) -> None:
    async with ledger(make_loyalty, expiring(kind="EXPIRY_KIND_ON_DATES", dates=["2020-12-31"])) as there:
        balances = []
        for fast in (True, False):
            member = str(uuid4())
            await there.lane.submit(there.task("award", member, 1))
            with pytest.raises(Refusal):
                await there.lane.submit(there.task("redeem", member, 9))  # and the one point expires
            awards = [there.task("award", member, points, fast=fast) for points in (5, 7)]
            answers = await asyncio.gather(*map(there.lane.submit, awards))
            balances.append([answer.value.balance_after for answer in answers])
        assert balances[0] == balances[1]


@pytest.mark.parametrize("kind", ["award", "redeem"])
async def test_what_adds_up_beyond_measure_is_left_to_the_fold(make_loyalty: Any, kind: str) -> None:
    async with ledger(make_loyalty, programme()) as there:
        member = str(uuid4())
        asked = [there.task(kind, member, 2**53).move for _ in range(1100)]
        plain = Moves(await there.rulebook.current(), asked, clock.micros(clock.now()))
        assert len(plain.steps) == 1


def test_events_encoded_together_say_what_each_says_alone() -> None:
    at = 1_763_800_000_999_999
    alike = PointsAwarded(Moved("POINTS", 5, OPEN), "alike")
    told = [
        Event(f"member-{nth}", programme, when, what)  # also where the one before had more to say
        for nth, when in enumerate((at, at + 1, at + 2, at - 5))
        for programme in ("shop", "market")
        for what in (alike, PointsAwarded(Moved("POINTS", 5, OPEN), "x" * nth), alike)
    ]
    for event, pieces in zip(told, events.encode_alike(told), strict=True):
        whole = events.encode(event)
        assert pieces[:2] == whole[:2]
        assert LoyaltyEvent.FromString(pieces.body) == LoyaltyEvent.FromString(whole.body)


def test_what_happens_often_is_told_as_anything_is() -> None:
    moved = [Moved("POINTS", 5, 12), Moved("GROWTH", 0, 0)]
    told = [
        Event(f"member-{nth}", programme, when, what)  # also where the one before had more to say
        for nth, when in enumerate((1_763_800_000_999_999, 1_763_800_001_000_000, -1))
        for programme in ("shop", "")
        for what in (
            PointsAwarded(moved[nth % 2], "x" * nth),
            PointsRedeemed("r" * nth, moved[nth % 2], "o" * (2 - nth)),
            OrderRecorded("pos", f"order-{nth}", "CNY", nth, tuple(moved[nth:])),
            PointsMatured(moved[0]),
        )
    ]
    assert list(events.encode_each(told)) == list(map(events.encode, told))


STATEMENTS = {
    "post": moves._POST,
    "change": writing._CHANGE_WALLETS,
    "change_alone": writing._CHANGE_WALLETS_ALONE,
}


@pytest.mark.parametrize("wallets", [0, 40])
async def test_wallets_are_never_locked_in_the_order_of_their_table(make_loyalty: Any, wallets: int) -> None:
    async with ledger(make_loyalty, programme()) as there:
        for _ in range(wallets):
            await there.lane.submit(there.task("award", str(uuid4()), 1))
        owner = await asyncpg.connect(there.loyalty.owner)
        await owner.execute("ANALYZE wallets")
        await owner.close()
        lane = await database.connect(there.loyalty.database, plan_once=True)
        for name, statement in STATEMENTS.items():
            plan = await planned(lane, name, statement)
            assert any("Index Scan using wallets_pkey on w" in line for line in plan), "\n".join(plan)
            assert not any("Seq Scan" in line for line in plan), "\n".join(plan)
        for name, statement in (("read_alone", alone._READ), ("lock_alone", alone._LOCK)):
            plan = await planned(lane, name, statement)
            assert any("wallets_pkey" in line for line in plan), "\n".join(plan)
            assert not any("Seq Scan on wallets" in line for line in plan), "\n".join(plan)
        steps = [line.lstrip(" ->").split(" ")[0] for line in plan]
        assert steps[0] == "LockRows", "\n".join(plan)
        assert "Sort" in steps or not any("Bitmap" in line for line in plan), "\n".join(plan)
        await lane.close()


async def planned(lane: asyncpg.Connection, name: str, statement: str) -> list[str]:
    """The plan that a lane keeps for a statement."""
    nothing = ", ".join(["NULL"] * max(int(nth) for nth in re.findall(r"\$(\d+)", statement)))
    await lane.execute(f"PREPARE {name} AS {statement}")
    return [row[0] for row in await lane.fetch(f"EXPLAIN EXECUTE {name}({nothing})")]


LOOK_UPS = (
    "_LOOK",
    "_CAME_BEFORE",
    "_POSTED",
    "_DENIALS",
    "_REVERSALS",
    "_ORDERS",
    "_REFUNDS",
    "_SPENT_ON",
    "_LOCK",
    "_LOCK_JOINED",
)


async def test_keys_are_looked_up_one_by_one_also_where_tables_were_known_to_be_empty(
    make_loyalty: Any,
) -> None:
    async with ledger(make_loyalty, programme()) as there:
        owner = await asyncpg.connect(there.loyalty.owner)
        await owner.execute("ANALYZE entries, denials, reversals, orders, refunds, standings")
        await owner.close()
        lane = await database.connect(there.loyalty.database, plan_once=True)
        for name in LOOK_UPS:
            plan = await planned(lane, name, getattr(standings if "_LOCK" in name else state, name))
            by_key = [line for line in plan if re.search(r"Index Cond: .*= [ks]", line)]
            read = sum(
                "Scan" in line and not line.lstrip(" ->").startswith(("Function", "Subquery"))
                for line in plan
            )
            of_one_row = sum("programme_revision" in line for line in plan)
            assert len(by_key) == read - of_one_row > 0, (name, plan)
        await lane.close()


CHANGED = ("available = w.available + n.points", "available = n.available", "UPDATE standings")


@pytest.mark.parametrize("batches", [0, 16])
async def test_what_changes_rows_finds_them_by_key_soon_after_its_tables_were_known_to_be_empty(
    make_loyalty: Any, monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    async with ledger(make_loyalty, programme()) as there:

        async def change() -> None:
            for currency, fast in (("POINTS", True), ("POINTS", False), ("GROWTH", False)):
                await there.lane.submit(there.task("award", member, 1, currency=currency, fast=fast))

        async def by_key() -> list[str]:
            lane = there.lane._lanes[0]._connection
            assert lane is not None
            kept = await lane.fetch(
                "SELECT name, statement, cardinality(parameter_types) FROM pg_prepared_statements"
            )
            statements = [
                (name, count) for name, said, count in kept if any(what in said for what in CHANGED)
            ]
            assert len(statements) == len(CHANGED)
            plans = []
            for name, count in statements:
                rows = await lane.fetch(f"EXPLAIN EXECUTE {name}({', '.join(['NULL'] * count)})")
                plans.append("\n".join(row[0] for row in rows))
            return [plan for plan in plans if re.search(r"Index Cond: .*= n\.member_id", plan)]

        owner = await asyncpg.connect(there.loyalty.owner)
        for table in ("wallets", "standings"):
            await owner.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
            await owner.execute(f"ANALYZE {table}")
        monkeypatch.setattr("services.loyalty.storage.ledger.plans.PLAN_AGAIN_S", 10**9)
        member = str(uuid4())
        for _ in range(3):  # ten batches: one more change comes to no power of two
            await change()
        assert len(await by_key()) < len(CHANGED), "while there is nearly nothing, all is read"
        for table in ("wallets", "standings"):  # by others
            await owner.execute(MANY.format(table))
        if not batches:
            monkeypatch.setattr("services.loyalty.storage.ledger.plans.PLAN_AGAIN_S", 0)
        for _ in range(batches or 1):
            await change()
        assert len(await by_key()) == len(CHANGED)
        for table in ("wallets", "standings"):
            await owner.execute(f"DELETE FROM {table} WHERE touched_at = 0")
        await owner.close()


MANY = """
INSERT INTO {0} SELECT another.* FROM (SELECT * FROM {0} LIMIT 1) AS of, generate_series(1, 20000) AS n,
  jsonb_populate_record(NULL::{0}, to_jsonb(of) || jsonb_build_object(
    'member_id', md5(n::text)::uuid, 'touched_at', 0)) AS another
"""
"""It leaves no statistics and creates nothing, which would have everybody plan anew."""


async def test_a_lost_answer_is_not_found_in_what_another_posted_under_the_same_key(
    make_loyalty: Any,
) -> None:
    async with ledger(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 9, key="K"))
        (entry,) = await there.loyalty.sql("SELECT lane, batch FROM entries WHERE member_id = $1", member)
        before = chain.Head(entry["lane"], entry["batch"] - 1, b"")
        known, now = await there.rulebook.current(), clock.micros(clock.now())
        asked = Moves(known, [None, there.task("award", member, 5, key="K").move], now)
        async with there.pool.acquire() as connection:
            outcomes, _ = await moves.find(connection, before, asked)
        assert not outcomes


async def test_one_client_beyond_measure_stops_nobody(make_loyalty: Any) -> None:
    async with ledger(make_loyalty, programme()) as there:
        greedy, modest = str(uuid4()), str(uuid4())
        for member in (greedy, modest):
            await there.lane.submit(there.task("award", member, 1))
        tasks = [there.task("award", greedy, 2**53) for _ in range(5)] + [there.task("award", modest, 7)]
        *refused, answer = await asyncio.gather(*map(there.lane.submit, tasks), return_exceptions=True)
        assert all(isinstance(refusal, Refusal) for refusal in refused), refused
        assert answer.value.balance_after == 8


@pytest.mark.parametrize("declined", [False, True])
@pytest.mark.parametrize("fast", [False, True])
async def test_a_key_of_the_survivor_counts_for_who_is_merged_in_the_same_batch(
    make_loyalty: Any, declined: bool, fast: bool
) -> None:
    async with ledger(make_loyalty, programme()) as there:
        gone, survivor = str(uuid4()), str(uuid4())
        for member in (gone, survivor):
            await there.lane.submit(there.task("award", member, 100))
        used = there.task("redeem", survivor, 400 if declined else 5, key="K")
        await asyncio.gather(there.lane.submit(used), return_exceptions=True)
        again = there.task("redeem", gone, 5, key="K", fast=fast)
        other = there.task("award", str(uuid4()), 5)
        tasks = (there.merging(gone, survivor), again, other)
        merged, _, answer = await asyncio.gather(*map(there.lane.submit, tasks), return_exceptions=True)
        assert not isinstance(merged, BaseException), merged
        assert answer.value.points == 5
