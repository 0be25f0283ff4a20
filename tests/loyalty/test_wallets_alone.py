"""Wallets read and folded alone: what comes of that is what a fold with the whole member brings, whatever comes between."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.kit import clock
from services.kit.refusal import Refusal
from services.loyalty import events, lane
from services.loyalty.lanes import Lanes
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused, NotEnoughPoints
from services.loyalty.rules.ledger.moves import Moves
from services.loyalty.rules.ledger.state import State
from services.loyalty.storage.ledger import chain, ledger, moves
from services.loyalty.storage.ledger import state as reading
from tests.loyalty.conftest import programme
from tests.loyalty.test_moves import Ledger, left, running, said
from tests.loyalty.test_plain_moves import ledger as ledger_of

ELSEWHERE = chain.Head(9, 0, b"")
"""A lane that nobody has."""


def founded(**of_points: Any) -> dict[str, Any]:
    body = programme()
    body["currencies"][0] |= of_points
    return body


KINDS = {
    "sliding": founded(expiry={"kind": "EXPIRY_KIND_AFTER_INACTIVITY", "period": "P30D"}),
    "maturing": founded(
        maturation={"kind": "MATURATION_KIND_AFTER_PERIOD", "period": "P2D"},
        expiry={"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P20D"},
    ),
    "expiring": founded(expiry={"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P10D"}),
}


@pytest.fixture
def looked(monkeypatch: pytest.MonkeyPatch) -> list[State]:
    """The states that lanes read."""
    states: list[State] = []
    load = reading.load

    async def spy(*what: Any, **how: Any) -> State | None:
        state = await load(*what, **how)
        if state is not None:
            states.append(state)
        return state

    monkeypatch.setattr(lane, "load", spy)
    return states


# --- the same as with the whole member -------------------------------------------------------------------

STEP = st.tuples(st.sampled_from(["award", "award", "redeem"]), st.integers(0, 1), st.integers(1, 60))
WAVE = st.tuples(st.integers(0, 15 * 24), st.lists(STEP, min_size=1, max_size=4))


@pytest.mark.parametrize("kind", KINDS)
async def test_it_comes_out_as_with_the_whole_member(
    make_loyalty: Any, looked: list[State], kind: str
) -> None:
    @settings(
        max_examples=12,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(waves=st.lists(WAVE, min_size=2, max_size=6))
    def play_both(waves: list[Any]) -> None:
        asyncio.run_coroutine_threadsafe(both_ways(waves), loop).result()

    async def both_ways(waves: list[Any]) -> None:
        outcomes = [await play(there, waves, fast=fast) for fast in (True, False)]
        assert outcomes[0] == outcomes[1]

    loop = asyncio.get_running_loop()
    async with ledger_of(make_loyalty, KINDS[kind]) as there:
        await asyncio.to_thread(play_both)
        alone = [state for state in looked if state.alone and state.wallets]
        assert len(alone) > 20, "wallets were read alone"


async def play(there: Ledger, waves: list[Any], *, fast: bool) -> Any:
    """Waves of moves, each so many hours after the one before; what was answered, and what is there in the end."""
    at = datetime(2026, 1, 28, 15, 59, 59, tzinfo=UTC)
    members = [str(uuid4()) for _ in range(2)]
    answers: list[Any] = []
    async with running(Lanes(there.loyalty.database, there.rulebook, 1, now=lambda: at)) as lanes:
        for hours, steps in [(0, [("award", 0, 40), ("award", 1, 40)]), *waves]:
            at += timedelta(hours=hours)
            tasks = [there.task(kind, members[nth], points, fast=fast) for kind, nth, points in steps]
            done = await asyncio.gather(*map(lanes.submit, tasks), return_exceptions=True)
            answers += map(said, done)
    return answers, [await left(there, member) for member in members]


# --- what comes between ----------------------------------------------------------------------------------


@asynccontextmanager
async def just_before_writing(
    monkeypatch: pytest.MonkeyPatch, what: Any, times: int = 1
) -> AsyncIterator[list[bool]]:
    """Let something happen between reading and writing, the first times; what was written alone."""
    append, alone = ledger.append, []

    async def meddled(connection: Any, head: Any, state: State, *rest: Any) -> Any:
        alone.append(state.alone)
        if len(alone) <= times:
            await what()
        return await append(connection, head, state, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "append", meddled)
        yield alone


@pytest.mark.parametrize("kind", ["award", "redeem"])
async def test_a_wallet_that_changed_meanwhile_is_read_again_under_a_lock(
    make_loyalty: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 100))

        async def meddle() -> None:
            async with running(Lanes(there.loyalty.database, there.rulebook, 1)) as other:
                await other.submit(there.task("award", member, 1_000))

        async with just_before_writing(monkeypatch, meddle) as alone:
            answer = await there.lane.submit(there.task(kind, member, 7, read=True))
        assert answer.value.balance_after == (1_107 if kind == "award" else 1_093)
        assert alone == [True, True]


async def test_a_wallet_that_hangs_on_more_meanwhile_is_folded_with_its_member(
    make_loyalty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 100))

        async def freeze() -> None:
            await there.loyalty.sql("UPDATE standings SET restriction = 1 WHERE member_id = $1", member)
            await there.loyalty.sql("UPDATE wallets SET plain = false WHERE member_id = $1", member)

        async with just_before_writing(monkeypatch, freeze) as alone:
            with pytest.raises(Refusal, match="frozen"):
                await there.lane.submit(there.task("redeem", member, 7, read=True))
        assert alone == [True]
        assert (await there.wallet(member))["available"] == 100
        await there.loyalty.sql("UPDATE standings SET restriction = 0 WHERE member_id = $1", member)
        await there.loyalty.sql("UPDATE wallets SET plain = true WHERE member_id = $1", member)


@pytest.mark.parametrize("read", [False, True])
async def test_what_is_declined_and_posted_at_once_under_one_key_is_one_of_the_two(
    make_loyalty: Any, read: bool
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 10))
        other = await asyncpg.connect(there.loyalty.database)
        posting = other.transaction()
        await posting.start()
        head = ELSEWHERE
        for kind, points in (("award", 100), ("redeem", 50)):
            head = await post_unread(there, other, head, kind, member, points)
        asked = there.task("redeem", member, 50, key="K", fast=read, read=read)
        answer = there.lane.submit(asked)
        await waited(there)
        assert not answer.done(), "whoever declines waits for who moves the points just then"
        await posting.commit()
        assert (await answer).replayed
        assert not await there.loyalty.sql("SELECT FROM denials WHERE member_id = $1", member)
        await other.close()


async def post_unread(
    there: Ledger, connection: asyncpg.Connection, head: chain.Head, kind: str, member: str, points: int
) -> chain.Head:
    """Post a move by its statement alone, within the connection's transaction."""
    known, now = await there.rulebook.current(), clock.micros(clock.now())
    asked = Moves(known, [there.task(kind, member, points, key="K").move], now)
    told = events.encode_alike([step.event for step in asked.steps])
    outcomes, after = await moves.post(connection, head, asked, told, known.revision, now)
    assert outcomes
    return after


async def waited(there: Ledger) -> None:
    """Wait until somebody waits for a lock in the database, or long enough that nobody will."""
    for _ in range(40):
        await asyncio.sleep(0.05)
        if await there.loyalty.sql("SELECT FROM pg_locks WHERE NOT granted"):
            return


@pytest.mark.parametrize("points", [50, 0])
async def test_a_key_that_was_declined_stays_so(make_loyalty: Any, points: int) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 10))
        with pytest.raises(NotEnoughPoints):
            await there.lane.submit(there.task("redeem", member, 50, key="K", read=True))
        await there.lane.submit(there.task("award", member, 100))
        again = there.task("redeem", member, points, key="K", read=True)
        with pytest.raises(NotEnoughPoints if points else IdempotencyKeyReused) as refused:
            await there.lane.submit(again)
        assert not points or refused.value.facts["replayed"] == "true"
        assert (await there.wallet(member))["available"] == 110


async def test_a_wallet_that_is_there_no_more_or_not_yet_is_made_by_the_fold(
    make_loyalty: Any, looked: list[State]
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        old, new = str(uuid4()), str(uuid4())
        await there.lane.submit(there.task("award", old, 10))
        looked.clear()
        tasks = [there.task("award", member, 5, read=True) for member in (old, new, old)]
        answers = await asyncio.gather(*map(there.lane.submit, tasks))
        assert [answer.value.balance_after for answer in answers] == [15, 5, 20]
        assert [state.alone for state in looked] == [True, False]


async def test_what_a_faster_clock_recorded_is_not_gone_behind(make_loyalty: Any) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member, ahead = str(uuid4()), clock.now() + timedelta(hours=1)
        async with running(Lanes(there.loyalty.database, there.rulebook, 1, now=lambda: ahead)) as faster:
            first = await faster.submit(there.task("award", member, 10))
        then = await there.lane.submit(there.task("award", member, 5))
        assert then.value.recorded_at == first.value.recorded_at + 1
