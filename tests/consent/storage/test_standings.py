"""Kept standings: two seconds by the monotonic clock, from when the question was sent, and never once an event told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import decisions_pb2, events_pb2, purposes_pb2

from infra.local.databases import DatabaseUrls
from services.consent.rpc import gate as rpc_gate
from services.consent.rules.records import EventState
from services.consent.storage.gate import GateReads
from services.consent.storage.standings import KeptStandings, Known
from services.kit import database
from tests.consent import factories
from tests.consent.service import Consent, SettableClock, fresh

OF_OURS = ""


class SettableMonotonic:
    """A monotonic clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class Gate:
    """A gate's kept standings of one member who gave consent to one purpose."""

    kept: KeptStandings
    monotonic: SettableMonotonic
    clock: SettableClock
    member_id: UUID
    purpose: str

    async def ask(self, min_epoch: int = 0) -> Known:
        about = self.member_id, self.purpose, OF_OURS
        return self.kept.at_hand(*about, min_epoch) or await self.kept.fresh(*about)

    async def state(self) -> EventState:
        standing = (await self.ask()).standing
        assert standing.decision is not None
        return standing.decision.event_state


@pytest.fixture
async def pool(urls: DatabaseUrls) -> AsyncIterator[database.Pool]:
    pool = await database.pool(urls.app)
    yield pool
    await pool.close()


@pytest.fixture
async def gate(consent: Consent, pool: database.Pool, member_id: str) -> Gate:
    purpose = factories.purpose(fresh("kept"))
    notice = await consent.ask(purpose)
    await consent.give(factories.grant(member_id, notice, purpose.key, key="give"))
    monotonic, clock = SettableMonotonic(), SettableClock()
    return Gate(
        KeptStandings(GateReads(pool), clock, monotonic), monotonic, clock, UUID(member_id), purpose.key
    )


async def withdraw(consent: Consent, gate: Gate) -> int:
    """In another process; nothing is heard of it here."""
    request = factories.withdrawal(str(gate.member_id), gate.purpose, key=fresh("key"))
    return (await consent.withdraw(request)).epoch


async def test_what_is_kept_is_gone_after_two_seconds_though_nothing_was_heard(
    consent: Consent, gate: Gate
) -> None:
    assert await gate.state() is EventState.GIVEN
    await withdraw(consent, gate)
    gate.monotonic.seconds += 1.999
    assert await gate.state() is EventState.GIVEN
    gate.monotonic.seconds += 0.002
    assert await gate.state() is EventState.WITHDRAWN


async def test_using_what_is_kept_keeps_it_no_longer(consent: Consent, gate: Gate) -> None:
    await gate.ask()
    await withdraw(consent, gate)
    for _ in range(4):
        gate.monotonic.seconds += 0.5
        last = await gate.state()
    assert last is EventState.WITHDRAWN


async def test_the_wall_clock_has_no_say(consent: Consent, gate: Gate) -> None:
    await gate.ask()
    await withdraw(consent, gate)
    gate.clock.shift = -timedelta(days=1)
    gate.monotonic.seconds += 2.001
    assert await gate.state() is EventState.WITHDRAWN


async def test_an_event_drops_what_is_older(consent: Consent, gate: Gate) -> None:
    await gate.ask()
    gate.kept.decided(gate.member_id, await withdraw(consent, gate))
    assert await gate.state() is EventState.WITHDRAWN


async def test_an_epoch_that_is_demanded_is_read(consent: Consent, gate: Gate) -> None:
    await gate.ask()
    epoch = await withdraw(consent, gate)
    assert (await gate.ask(min_epoch=epoch)).standing.epoch == epoch


async def test_a_published_version_drops_everything(consent: Consent, gate: Gate) -> None:
    first = await gate.ask()
    await consent.publish(factories.purpose(gate.purpose, retention="P3Y"))
    assert (await gate.ask()).in_force == first.in_force
    gate.kept.forget()
    assert (await gate.ask()).in_force.version == first.in_force.version + 1


async def test_what_takes_separate_consent_is_never_kept(
    consent: Consent, pool: database.Pool, member_id: str
) -> None:
    purpose = factories.purpose(fresh("separate"), form=factories.SEPARATE, articles=["PIPL 29"])
    await consent.publish(purpose)
    kept = KeptStandings(GateReads(pool), SettableClock(), SettableMonotonic())
    for _ in range(3):
        await kept.fresh(UUID(member_id), purpose.key, OF_OURS)
        assert kept.at_hand(UUID(member_id), purpose.key, OF_OURS) is None


async def settled() -> None:
    """Whatever is read behind an answer has been read."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        renewing = [task for task in others if "_renewed" in repr(task.get_coro())]
        if not renewing:
            return
        await asyncio.wait(renewing)


async def test_what_is_asked_for_near_its_end_is_read_anew_while_it_answers(
    consent: Consent, gate: Gate
) -> None:
    """And lasts two seconds from when it was read, however it came to be read."""
    await gate.ask()
    await withdraw(consent, gate)
    gate.monotonic.seconds += 1.4
    assert await gate.state() is EventState.GIVEN
    await settled()
    assert await gate.state() is EventState.GIVEN, "it was too early to read anew"
    gate.monotonic.seconds += 0.2
    assert await gate.state() is EventState.GIVEN
    await settled()
    assert await gate.state() is EventState.WITHDRAWN
    gate.monotonic.seconds += 2.001
    assert gate.kept.at_hand(gate.member_id, gate.purpose, OF_OURS) is None


async def test_what_an_event_overtook_is_not_put_in_by_reading_anew(
    consent: Consent, gate: Gate, pool: database.Pool
) -> None:
    class Slow(GateReads):
        async def many(self, *about: Any) -> Any:
            found = await super().many(*about)
            if gate.monotonic.seconds > begun:
                gate.kept.decided(gate.member_id, await withdraw(consent, gate))
            return found

    begun = gate.monotonic.seconds
    gate.kept = KeptStandings(Slow(pool), gate.clock, gate.monotonic)
    await gate.ask()
    gate.monotonic.seconds += 1.9
    assert await gate.state() is EventState.GIVEN
    await settled()
    assert gate.kept.at_hand(gate.member_id, gate.purpose, OF_OURS) is None


async def test_what_cannot_be_read_anew_ends_when_it_would_have(gate: Gate, pool: database.Pool) -> None:
    class Broken(GateReads):
        async def many(self, *about: Any) -> Any:
            read.append(about)
            if len(read) > 1:
                raise ConnectionError
            return await super().many(*about)

    read: list[Any] = []
    gate.kept = KeptStandings(Broken(pool), gate.clock, gate.monotonic)
    await gate.ask()
    gate.monotonic.seconds += 1.9
    await gate.ask()
    await settled()
    await gate.ask()
    await settled()
    assert len(read) == 3
    gate.monotonic.seconds += 0.101
    with pytest.raises(ConnectionError):
        await gate.ask()


class Held(GateReads):
    """Reads whose answers travel until they are let go."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        super().__init__(pool)
        self.asked, self.let_go = asyncio.Event(), asyncio.Event()

    async def one(self, member_id, purpose, recipient_id):  # type: ignore[no-untyped-def]
        found = await super().one(member_id, purpose, recipient_id)
        self.asked.set()
        await self.let_go.wait()
        return found


async def test_an_answer_that_an_event_overtook_is_read_again(
    consent: Consent, gate: Gate, pool: database.Pool
) -> None:
    reads = Held(pool)
    gate.kept = KeptStandings(reads, gate.clock, gate.monotonic)
    asking = asyncio.ensure_future(gate.ask())
    await reads.asked.wait()
    gate.kept.decided(gate.member_id, await withdraw(consent, gate))
    reads.let_go.set()
    standing = (await asking).standing
    assert standing.decision is not None
    assert standing.decision.event_state is EventState.WITHDRAWN
    assert await gate.state() is EventState.WITHDRAWN


async def test_an_answer_on_a_slow_way_is_kept_from_when_it_was_asked_for(
    consent: Consent, gate: Gate, pool: database.Pool
) -> None:
    reads = Held(pool)
    gate.kept = KeptStandings(reads, gate.clock, gate.monotonic)
    asking = asyncio.ensure_future(gate.ask())
    await reads.asked.wait()
    gate.monotonic.seconds += 1.5
    reads.let_go.set()
    await asking
    await withdraw(consent, gate)
    gate.monotonic.seconds += 0.6
    assert await gate.state() is EventState.WITHDRAWN


async def test_each_question_is_counted_once_however_it_is_answered(
    gate: Gate, consent: Consent, pool: database.Pool
) -> None:
    limits: Any = None  # the purpose goes to nobody
    door = rpc_gate.Gate(GateReads(pool), gate.kept, limits, gate.clock)
    member_id = str(gate.member_id)

    async def ask(**more: Any) -> int:
        request = decisions_pb2.CheckRequest(member_id=member_id, purpose=gate.purpose, **more)
        if door.kept(request) is None:
            await door.check(request)
        return gate.kept.answered

    assert [await ask(), await ask(), await ask(categories=["phone"]), await ask(categories=["phone"])] == [
        0,
        1,
        2,
        3,
    ]


async def test_what_was_read_anew_is_answered_by_at_once(
    gate: Gate, consent: Consent, pool: database.Pool
) -> None:
    """Whatever is asked of it: nobody waits, who asked before did not."""
    limits: Any = None  # the purpose goes to nobody
    reads = GateReads(pool)
    gate.kept = KeptStandings(reads, gate.clock, gate.monotonic)
    door = rpc_gate.Gate(reads, gate.kept, limits, gate.clock)
    asked = decisions_pb2.CheckRequest(member_id=str(gate.member_id), purpose=gate.purpose)
    about_phones = decisions_pb2.CheckRequest(categories=["phone"])
    about_phones.MergeFrom(asked)
    first = await door.check(asked)
    await withdraw(consent, gate)
    gate.monotonic.seconds += 1.9
    assert door.kept(asked) == first
    await settled()
    said = [door.kept(one) for one in (asked, about_phones, asked)]
    assert [one and one.reason for one in said] == ["CONSENT_WITHDRAWN"] * 3
    assert said[0] is said[2], "judged once"


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        (
            [factories.purpose("", form=factories.SEPARATE, articles=["PIPL 29"]), factories.purpose("")],
            {"purpose_version": 1},
        ),
        ([factories.contract_purpose("", storage_locations=["US"], assessment_id="PIA-1")], {}),
    ],
    ids=["an older version took an act of its own", "it goes abroad"],
)
async def test_what_is_judged_afresh_is_not_answered_at_once(
    consent: Consent,
    pool: database.Pool,
    member_id: str,
    said: list[purposes_pb2.Purpose],
    asked: dict[str, Any],
) -> None:
    purpose = fresh("afresh")
    for version in said:
        version.key = purpose
        await consent.publish(version)
    limits: Any = None
    reads, clock = GateReads(pool), SettableClock()
    kept = KeptStandings(reads, clock, SettableMonotonic())
    await kept.fresh(UUID(member_id), purpose, OF_OURS)
    await reads.version(purpose, 1)
    request = decisions_pb2.CheckRequest(member_id=member_id, purpose=purpose, **asked)
    assert kept.at_hand(UUID(member_id), purpose, OF_OURS) is not None
    assert rpc_gate.Gate(reads, kept, limits, clock).kept(request) is None


Merging = Callable[..., Awaitable[None]]


async def told(pool: database.Pool, gate: Gate, since: int = 0) -> int:
    """Tell the gate what an event of a merge or of a decision tells every process; the last place."""
    rows = await pool.fetch(
        "SELECT seq, event FROM outbox WHERE seq > $1 AND member_id IS NOT NULL ORDER BY seq", since
    )
    for row in rows:
        event = events_pb2.ConsentEvent.FromString(row["event"])
        for member_id in {event.member_id, event.merge_followed.into_member_id} - {""}:
            gate.kept.decided(UUID(member_id), event.epoch)
    return max((row["seq"] for row in rows), default=since)


async def test_what_is_kept_of_a_merged_id_goes_when_the_survivor_decides_merges_or_parts(
    consent: Consent, gate: Gate, pool: database.Pool, hear: Merging
) -> None:
    """No clock moves: each answer is gone by what was heard, which names the survivor alone."""
    survivor, last = uuid4(), uuid4()
    old = str(gate.member_id)
    await hear(old, str(survivor), "m1")
    await told(pool, gate)
    assert await gate.state() is EventState.GIVEN
    await withdraw(consent, replace(gate, member_id=survivor))
    assert await gate.state() is EventState.GIVEN, "kept, until it is heard"
    await told(pool, gate)
    assert await gate.state() is EventState.WITHDRAWN

    notice = await consent.ask(factories.purpose(gate.purpose))
    await consent.give(factories.grant(str(last), notice, gate.purpose, key="no"))
    await consent.withdraw(factories.withdrawal(str(last), gate.purpose, key="no-more"))
    await consent.give(factories.grant(old, notice, gate.purpose, key="again"))
    await told(pool, gate)
    assert await gate.state() is EventState.GIVEN
    await hear(str(survivor), str(last), "m2")
    await told(pool, gate)
    assert await gate.state() is EventState.WITHDRAWN, "whoever the survivor was merged into said no"
    await hear(str(survivor), str(last), "m2", undone=True)
    await told(pool, gate)
    assert await gate.state() is EventState.GIVEN


async def test_an_answer_of_a_merged_id_that_the_survivor_overtook_is_read_again_and_not_for_ever(
    consent: Consent, gate: Gate, pool: database.Pool, hear: Merging
) -> None:
    survivor = uuid4()
    await hear(str(gate.member_id), str(survivor))
    reads = Held(pool)
    gate.kept = KeptStandings(reads, gate.clock, gate.monotonic)
    asking = asyncio.ensure_future(gate.ask())
    await reads.asked.wait()
    epoch = await withdraw(consent, replace(gate, member_id=survivor))
    gate.kept.decided(survivor, epoch)
    reads.let_go.set()
    assert (await asking).standing.epoch == epoch
    gate.kept.decided(survivor, epoch + 9)  # as of one who was erased, and has no epoch any more
    assert (await asyncio.wait_for(gate.ask(), 20)).standing.epoch == epoch


async def test_many_of_merged_ids_are_not_kept_where_the_survivor_overtook_them(
    consent: Consent, gate: Gate, pool: database.Pool, hear: Merging
) -> None:
    survivor = uuid4()
    await hear(str(gate.member_id), str(survivor))

    class Slow(GateReads):
        async def many(self, *about: Any) -> Any:
            found = await super().many(*about)
            gate.kept.decided(survivor, await withdraw(consent, replace(gate, member_id=survivor)))
            return found

    gate.kept = KeptStandings(Slow(pool), gate.clock, gate.monotonic)
    await gate.kept.fresh_many([gate.member_id], gate.purpose, OF_OURS)
    assert gate.kept.at_hand(gate.member_id, gate.purpose, OF_OURS) is None
