"""Awards and redemptions in one statement: they come out as a fold would say, and what hangs on more is folded."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from services.kit import clock, database, outbox
from services.kit.refusal import Refusal
from services.loyalty import events
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.adjustments import adjust
from services.loyalty.rules.ledger.asks import Ask, IdempotencyKeyReused, NotEnoughPoints
from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.moves import Move, Moves
from services.loyalty.rules.ledger.redemptions import redeem
from services.loyalty.rules.members.merging import MergeAsked, merge
from services.loyalty.rules.members.unmerging import UnmergeAsked, unmerge
from services.loyalty.storage.ledger import chain, moves
from services.loyalty.storage.ledger.state import Touches
from tests.loyalty.conftest import Loyalty
from tests.loyalty.test_integrity import check_everything

NOWHERE = chain.Head(14, 10**6, b"")
FAST, READ, FOLDED, ONE_BY_ONE = "fast", "read", "folded", "one by one"
OPERATIONS = {"award": award, "adjust": adjust, "redeem": partial(redeem, redemption_id="r")}


@dataclass
class Ledger:
    """The ledger's own parts on a service's database, without its doors."""

    loyalty: Loyalty
    pool: asyncpg.Pool
    rulebook: Rulebook
    programme: int
    points: int
    lane: Lanes

    def task(
        self,
        kind: str,
        member: str,
        points: int,
        *,
        currency: str = "POINTS",
        key: str = "",
        fast: bool = True,
        read: bool = False,
    ) -> Task:
        ask = Ask(member, "shop", currency, points, key_of(kind, key or uuid4()), "system:test", "TEST")
        touches = Touches(((member, self.programme),), keys=(ask.place,))
        plain = {"award": Move(ask, read=read), "redeem": Move(ask, "r", read)}
        return Task(partial(OPERATIONS[kind], ask=ask), touches, plain.get(kind) if fast else None)

    def merging(self, gone: str, survivor: str) -> Task:
        both = Touches(tuple((member, self.programme) for member in (gone, survivor)), merges=(gone,))
        asked = MergeAsked(gone, survivor, "m", frozenset({self.programme}), "staff:test", "TEST")
        return Task(partial(merge, asked=asked), both)

    async def wallet(self, member: str) -> dict[str, Any]:
        (row,) = await self.loyalty.sql(
            "SELECT * FROM wallets WHERE member_id = $1 AND currency = $2", member, self.points
        )
        return dict(row)


@asynccontextmanager
async def running(lanes: Lanes) -> AsyncIterator[Lanes]:
    working = asyncio.ensure_future(lanes.run())
    yield lanes
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)


@pytest.fixture(scope="module")
async def there(make_loyalty: Any) -> AsyncIterator[Ledger]:
    async with make_loyalty() as loyalty:
        pool = await database.pool(loyalty.database)
        rulebook = Rulebook(pool)
        newest = (await rulebook.current()).history("shop").newest
        points = newest.currency("POINTS")
        assert points is not None
        async with running(Lanes(loyalty.database, rulebook, 1)) as lane:
            yield Ledger(loyalty, pool, rulebook, newest.number, points.number, lane)
        await check_everything(loyalty)
        await pool.close()


# --- the same by either way ------------------------------------------------------------------------------

AWARDED = st.integers(1, 500) | st.sampled_from([0, -5, 2**53])
AWARDS = st.lists(
    st.tuples(
        st.just("award"), st.integers(0, 2), AWARDED, st.sampled_from(["POINTS", "POINTS", "GROWTH", ""])
    ),
    min_size=1,
    max_size=6,
)
REDEMPTIONS = st.lists(
    st.tuples(
        st.just("redeem"),
        st.integers(0, 2),
        st.integers(-1, 300),
        st.sampled_from(["POINTS", "POINTS", "GROWTH", ""]),
    ),
    min_size=1,
    max_size=4,
)
OTHERS = st.tuples(st.just("adjust"), st.integers(0, 2), st.integers(-300, 300), st.just("POINTS")).map(
    lambda step: [step]
)
WAVES = st.lists(AWARDS | REDEMPTIONS | OTHERS, min_size=1, max_size=6)
Step = tuple[str, int, int, str]


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(waves=WAVES)
@example(waves=[[("award", 0, 10, "POINTS")], [("award", 0, 5, "POINTS"), ("award", 0, 7, "POINTS")]])
@example(
    waves=[[("adjust", 0, -50, "POINTS")], [("award", 0, 30, "POINTS")] * 3, [("award", 0, 30, "POINTS")]]
)
@example(
    waves=[
        [("award", 0, 90, "POINTS")],
        [("redeem", 0, 30, "POINTS"), ("redeem", 0, 20, "")],
        [("redeem", 0, 40, "")],
    ]
)
@example(
    waves=[
        [("award", 0, 90, "")],
        [("adjust", 0, 50, "POINTS")],
        [("redeem", 0, 30, "")],
        [("redeem", 0, 80, "")],
    ]
)
@example(waves=[[("award", 1, 2**53, "GROWTH"), ("award", 1, 478, "POINTS")]])
@example(
    waves=[
        [("award", 0, 10, "POINTS")],
        [("award", 0, 5, "POINTS"), ("award", 0, 2**53, "POINTS"), ("award", 0, 7, "POINTS")],
    ]
)
async def test_either_way_leads_to_the_same(there: Any, waves: list[list[Step]]) -> None:
    outcomes = [await play(there, waves, way) for way in (FAST, READ, FOLDED, ONE_BY_ONE)]
    assert outcomes[0] == outcomes[1] == outcomes[2] == outcomes[3]


async def play(there: Ledger, waves: list[list[Step]], way: str) -> Any:
    """Do waves of operations for members of their own; what was answered, and what is there in the end."""
    members = [str(uuid4()) for _ in range(3)]
    answers: list[Any] = []
    for wave in waves:
        tasks = [
            there.task(
                kind, members[nth], points, currency=currency, fast=way in (FAST, READ), read=way == READ
            )
            for kind, nth, points, currency in wave
        ]
        for portion in [tasks] if way != ONE_BY_ONE else [[task] for task in tasks]:
            done = await asyncio.gather(*map(there.lane.submit, portion), return_exceptions=True)
            answers += map(said, done)
    return answers, [await left(there, member) for member in members]


def said(answer: Any) -> Any:
    if isinstance(answer, BaseException):
        assert isinstance(answer, Refusal), answer
        return answer.code, answer.facts
    return type(answer.value).__name__, answer.value.points, answer.value.balance_after, answer.replayed


async def left(there: Ledger, member: str) -> Any:
    """A member's wallets, entries by currency, tier and events, but for when and where they were recorded.

    What is folded comes after the moves that came with it, so the events of different wallets have no one order.
    """
    wallets = await there.loyalty.sql(
        """SELECT currency, available, pending, held, version, lots, pending_lots, next_due_at, plain
           FROM wallets WHERE member_id = $1 ORDER BY currency""",
        member,
    )
    entries = await there.loyalty.sql(
        """SELECT part, currency, type, from_account, to_account, points, lot_expires_at, lot_month, lot_source,
             order_ref, rule_version, actor, reason, balance_after, fingerprint, occurred_at = recorded_at AS at_once
           FROM entries WHERE member_id = $1 ORDER BY currency, recorded_at, ord""",
        member,
    )
    tiers = await there.loyalty.sql(
        "SELECT tier_keys FROM standings WHERE member_id = $1 AND tier_keys <> '{}'", member
    )
    events = sorted(await there.loyalty.told(member))
    return [[dict(row) for row in rows] for rows in (wallets, entries, tiers)], events


# --- what takes the fast path ----------------------------------------------------------------------------


async def test_a_plain_wallet_is_credited_without_a_fold(there: Ledger) -> None:
    member = await awarded(there, 100)
    balance, lots = await attempt(there, member, 7)
    assert (balance, [lot[3] for lot in lots]) == (107, [107])


async def test_of_a_plain_wallet_is_redeemed_without_a_fold(there: Ledger) -> None:
    member = await awarded(there, 100)
    balance, lots = await attempt(there, member, 7, kind="redeem")
    assert (balance, [lot[3] for lot in lots]) == (93, [93])


@pytest.mark.parametrize("points", [100, 101])
async def test_what_takes_all_of_a_lot_or_more_is_left_to_the_fold(there: Ledger, points: int) -> None:
    member = await awarded(there, 100)
    balance, lots = await attempt(there, member, points, kind="redeem")
    assert (balance, [lot[3] for lot in lots]) == (None, [100])


@pytest.mark.parametrize(
    "otherwise",
    [
        "plain = false",
        "next_due_at = 1",
        "touched_at = 9223372036854775000",
        "available = 9007199254740990",
        "lots = lots || ARRAY[ARRAY[9223372036854775807, 0, 0, 5]]",
    ],
)
async def test_a_wallet_that_hangs_on_more_is_left_to_the_fold(there: Ledger, otherwise: str) -> None:
    member = await awarded(there, 100)
    kept = await there.wallet(member)
    await there.loyalty.sql(f"UPDATE wallets SET {otherwise} WHERE member_id = $1", member)
    balance, _ = await attempt(there, member, 7)
    await there.loyalty.sql(
        "UPDATE wallets SET plain = $2, next_due_at = $3, touched_at = $4, available = $5, lots = $6 "
        "WHERE member_id = $1",
        member,
        *(kept[name] for name in ("plain", "next_due_at", "touched_at", "available", "lots")),
    )
    assert balance is None


async def test_nothing_is_credited_under_rules_that_are_no_longer_the_newest(there: Ledger) -> None:
    member = await awarded(there, 100)
    balance, lots = await attempt(there, member, 7, revisions_ago=1)
    assert (balance, [lot[3] for lot in lots]) == (None, [100])


async def test_debt_is_no_plain_wallet(there: Ledger) -> None:
    member = await awarded(there, 100)
    await there.lane.submit(there.task("adjust", member, -150))
    assert not (await there.wallet(member))["plain"]
    answer = await there.lane.submit(there.task("award", member, 80))
    assert answer.value.balance_after == 30
    assert (await there.wallet(member))["plain"], "the debt is repaid"
    assert [lot[3] for lot in (await there.wallet(member))["lots"]] == [30]


async def test_awards_to_a_merged_member_go_to_the_survivor_and_keep_their_keys(there: Ledger) -> None:
    gone, survivor = await awarded(there, 100), await awarded(there, 10)
    merging = there.merging(gone, survivor)
    await there.lane.submit(merging)
    assert not (await there.wallet(gone))["plain"]
    to_both = [there.task("award", gone, 7, key="merged"), there.task("award", survivor, 1)]
    await asyncio.gather(*map(there.lane.submit, to_both))
    assert ((await there.wallet(gone))["available"], (await there.wallet(survivor))["available"]) == (0, 118)
    undone = UnmergeAsked(gone, "m", frozenset({there.programme}), "staff:test", "TEST")
    await there.lane.submit(Task(partial(unmerge, asked=undone), merging.touches))
    again = await there.lane.submit(there.task("award", gone, 7, key="merged"))
    assert again.replayed, "it was granted under the survivor's name"
    assert ((await there.wallet(gone))["available"], (await there.wallet(survivor))["available"]) == (100, 18)


async def test_currencies_that_tiers_count_or_that_slide_are_folded(there: Ledger) -> None:
    known = await there.rulebook.current()
    now = clock.micros(clock.now())
    asked = [
        there.task(kind, str(uuid4()), 5, currency=code).move
        for kind in ("award", "redeem")
        for code in ("POINTS", "", "GROWTH", "NONE")
    ]
    assert [step.nth for step in Moves(known, asked, now).steps] == [0, 1, 4, 5]


async def awarded(there: Ledger, points: int) -> str:
    member = str(uuid4())
    await there.lane.submit(there.task("award", member, points))
    return member


async def attempt(
    there: Ledger, member: str, points: int, revisions_ago: int = 0, kind: str = "award"
) -> tuple[int | None, list[list[int]]]:
    """Move by the statement alone and keep nothing of it: the balance, None if declined, and the lots after."""
    known = await there.rulebook.current()
    now = clock.micros(clock.now())
    asked = Moves(known, [there.task(kind, member, points).move], now)
    async with there.pool.acquire() as connection:
        tried = connection.transaction()
        await tried.start()
        told = events.encode_alike([step.event for step in asked.steps])
        outcomes, _ = await moves.post(connection, NOWHERE, asked, told, known.revision - revisions_ago, now)
        lots = await connection.fetchval(
            "SELECT lots FROM wallets WHERE member_id = $1 AND currency = $2", member, there.points
        )
        await tried.rollback()
    return outcomes[0].balance_after if outcomes else None, lots


async def test_a_balance_is_written_as_events_have_it(there: Ledger) -> None:
    balances = [sign * (0x0102030405060708 >> shift) for sign in (1, -1) for shift in range(0, 64, 8)]
    balances += [0, -1, 2**53, 2**63 - 1, -(2**63)]
    written = await there.loyalty.sql("SELECT sfixed64(b) AS b FROM unnest($1::bigint[]) AS b", balances)
    assert [row["b"] for row in written] == [b.to_bytes(8, "little", signed=True) for b in balances]


async def test_the_event_of_a_move_says_the_balance_after_it(there: Ledger) -> None:
    member = await awarded(there, 2**40)
    await there.lane.submit(there.task("award", member, 300))
    await there.lane.submit(there.task("redeem", member, 5))
    packed = await there.loyalty.sql("SELECT event FROM outbox WHERE type = 'Packed' ORDER BY lane, seq")
    told = [event for row in packed for event in outbox.unpack(row["event"]) if event.member_id == member]
    *_, added, taken = (LoyaltyEvent.FromString(event.body) for event in told)
    assert added.points_awarded.moved.balance_after == 2**40 + 300
    assert taken.points_redeemed.moved.balance_after == 2**40 + 295


# --- keys and collisions ---------------------------------------------------------------------------------


async def test_an_award_sent_twice_is_granted_once(there: Ledger) -> None:
    member = await awarded(there, 100)
    first = await there.lane.submit(there.task("award", member, 7, key="once"))
    tasks = [there.task("award", member, 7, key="once"), there.task("award", member, 1)]
    again, other = await asyncio.gather(*map(there.lane.submit, tasks))
    assert (first.replayed, again.replayed, other.replayed) == (False, True, False)
    assert again.value == first.value
    with pytest.raises(IdempotencyKeyReused):
        await there.lane.submit(there.task("award", member, 8, key="once"))
    assert (await there.wallet(member))["available"] == 108


async def test_what_was_declined_under_a_key_stays_so_when_there_is_enough(there: Ledger) -> None:
    member = await awarded(there, 100)
    for points in (0, 500):
        if points:
            await there.lane.submit(there.task("award", member, points))
        with pytest.raises(NotEnoughPoints) as declined:
            await there.lane.submit(there.task("redeem", member, 200, key="too much"))
        assert declined.value.facts["available"] == "100"
    assert (await there.wallet(member))["available"] == 600


async def test_a_key_that_is_declined_while_its_redemption_waits_for_the_wallet_stays_declined(
    there: Ledger,
) -> None:
    member = await awarded(there, 100)
    with pytest.raises(NotEnoughPoints):
        await there.lane.submit(there.task("redeem", member, 200, key="raced"))
    await there.lane.submit(there.task("award", member, 500))
    other = await asyncpg.connect(there.loyalty.owner)
    (denial,) = await other.fetch("DELETE FROM denials WHERE member_id = $1 RETURNING *", member)
    elsewhere = other.transaction()
    await elsewhere.start()
    await other.execute("SELECT FROM wallets WHERE member_id = $1 FOR UPDATE", member)
    redeemed = there.lane.submit(there.task("redeem", member, 200, key="raced"))
    while not await there.loyalty.sql("SELECT FROM pg_locks WHERE NOT granted"):  # noqa: ASYNC110  # Postgres has no event for it
        await asyncio.sleep(0.01)
    await other.execute(
        f"INSERT INTO denials VALUES ({', '.join(f'${nth}' for nth, _ in enumerate(denial, 1))})",
        *denial.values(),
    )
    await elsewhere.commit()
    await other.close()
    with pytest.raises(NotEnoughPoints):
        await redeemed
    assert (await there.wallet(member))["available"] == 600


async def test_one_award_twice_in_one_batch_is_granted_once(there: Ledger) -> None:
    member = await awarded(there, 100)
    answers = await asyncio.gather(
        *(there.lane.submit(there.task("award", member, 7, key="twice")) for _ in range(5))
    )
    assert sorted(answer.replayed for answer in answers) == [False, True, True, True, True]
    assert len({answer.value for answer in answers}) == 1
    assert (await there.wallet(member))["available"] == 107


async def test_both_paths_in_two_processes_lose_and_double_nothing(there: Ledger) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    dice = random.Random(seed)
    members = [await awarded(there, 1000) for _ in range(8)]
    (before,) = await there.loyalty.sql(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    granted: Counter[str] = Counter()
    lanes = [Lanes(there.loyalty.database, there.rulebook, 2) for _ in range(2)]
    async with running(lanes[0]) as one, running(lanes[1]) as other:

        async def send(kind: str, member: str, points: int, key: str, times: int) -> None:
            copies = [
                there.task(kind, member, points, key=key, fast=dice.random() < 0.7) for _ in range(times)
            ]
            answers = await asyncio.gather(*(dice.choice((one, other)).submit(task) for task in copies))
            assert sum(not answer.replayed for answer in answers) == 1
            granted[member] += points if kind != "redeem" else -points

        for _ in range(10):
            await asyncio.gather(
                *(
                    send(
                        dice.choice(("award",) * 5 + ("redeem", "adjust")),
                        dice.choice(members),
                        dice.randint(1, 9),
                        str(uuid4()),
                        dice.randint(1, 3),
                    )
                    for _ in range(60)
                )
            )
    for member in members:
        assert (await there.wallet(member))["available"] == 1000 + granted[member]
    (after,) = await there.loyalty.sql(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    assert after == before, "everybody locks wallets in one order"
