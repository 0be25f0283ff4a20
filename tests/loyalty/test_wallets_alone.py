"""Wallets read and folded alone: what comes of that is what a fold with the whole member brings, whatever comes between."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from services.kit import clock
from services.kit.refusal import Refusal
from services.loyalty import lane
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.ledger.touching import settle_wallets, touch_members
from services.loyalty.storage.ledger import ledger
from services.loyalty.storage.ledger import state as reading
from services.loyalty.storage.ledger.state import Touches
from tests.loyalty.conftest import programme
from tests.loyalty.spending import done
from tests.loyalty.test_moves import Ledger, left, running, said
from tests.loyalty.test_plain_moves import expiring, founded
from tests.loyalty.test_plain_moves import ledger as ledger_of

ANSWERED = "huiyuan_ledger_answered_total"


KINDS = {
    "sliding": expiring(kind="EXPIRY_KIND_AFTER_INACTIVITY", period="P30D"),
    "maturing": founded(
        maturation={"kind": "MATURATION_KIND_AFTER_PERIOD", "period": "P2D"},
        expiry={"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P20D"},
    ),
    "expiring": expiring(kind="EXPIRY_KIND_AFTER_PERIOD", period="P10D"),
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


async def beside(there: Ledger, *tasks: Task) -> None:
    """Do tasks one after the other by another process's lane."""
    async with running(Lanes(there.loyalty.database, there.rulebook, 1)) as other:
        for task in tasks:
            await other.submit(task)


@pytest.mark.parametrize("kind", ["award", "redeem"])
async def test_a_wallet_that_changed_meanwhile_is_read_again_under_a_lock(
    make_loyalty: Any, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 100))

        more = partial(beside, there, there.task("award", member, 1_000))
        async with just_before_writing(monkeypatch, more) as alone:
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


async def test_a_wallet_that_is_there_no_more_or_not_yet_is_made_by_the_fold(
    make_loyalty: Any, looked: list[State]
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        old, new = str(uuid4()), str(uuid4())
        await there.lane.submit(there.task("award", old, 10))
        looked.clear()
        before = answered()
        tasks = [there.task("award", member, 5, read=True) for member in (old, new, old)]
        answers = await asyncio.gather(*map(there.lane.submit, tasks))
        assert [answer.value.balance_after for answer in answers] == [15, 5, 20]
        assert answered() - before == {"wallets": 2, "members": 1}
        assert [state.alone for state in looked] == [True, False]


async def test_what_a_faster_clock_recorded_is_not_gone_behind(make_loyalty: Any) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member, ahead = str(uuid4()), clock.now() + timedelta(hours=1)
        async with running(Lanes(there.loyalty.database, there.rulebook, 1, now=lambda: ahead)) as faster:
            first = await faster.submit(there.task("award", member, 10))
        then = await there.lane.submit(there.task("award", member, 5))
        assert then.value.recorded_at == first.value.recorded_at + 1


def answered() -> Counter[str]:
    """How many operations lanes of this process answered, by what they read for it."""
    kinds = ("nothing", "wallets", "members")
    found = {kind: REGISTRY.get_sample_value(ANSWERED, {"reading": kind}) for kind in kinds}
    return Counter({kind: int(count or 0) for kind, count in found.items()})


async def test_who_was_to_get_points_first_spends_them(make_loyalty: Any) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 10))
        tasks = [there.task("adjust", member, 100), there.task("redeem", member, 50, read=True)]
        adjusted, redeemed = await asyncio.gather(*map(there.lane.submit, tasks))
        assert redeemed.value.balance_after == 60
        assert adjusted.value


async def test_a_wallet_read_with_its_member_is_not_settled_alone(make_loyalty: Any) -> None:
    past = expiring(kind="EXPIRY_KIND_ON_DATES", dates=["2020-12-31"])
    async with ledger_of(make_loyalty, past) as there:
        later = {"programme": programme(programmeId="later"), "reason": "test"}
        await done(there.loyalty.staff("ProgrammesService/CreateProgramme", later))
        await there.rulebook.refresh()
        number = (await there.rulebook.current()).history("later").newest.number
        member = there.loyalty.new_member()
        await there.lane.submit(there.task("award", member, 5))
        await there.lane.submit(there.task("award", member, 5, currency="GROWTH"))
        touch = Task(partial(touch_members, members=[(member, "later")]), Touches(((member, number),)))
        await there.lane.submit(touch)
        forfeit = {"memberId": member, "forfeitId": "f", "reason": "TEST", "programmeId": "shop"}
        await done(there.loyalty.staff("ForfeitsService/ForfeitPoints", forfeit))
        await there.lane.submit(there.task("award", member, 5))
        settle = Task(
            partial(settle_wallets, wallets=[(member, there.points, "shop")]),
            Touches(wallets=((member, there.points),)),
        )
        again = Task(partial(touch_members, members=[(member, "later")]), Touches(((member, number),)))
        await asyncio.gather(*map(there.lane.submit, (settle, again)))
        assert not (await there.wallet(member))["plain"], "of what was forfeited nothing comes back"
