"""The inbox: an event's effect happens exactly once, whoever consumes and whatever breaks."""

import asyncio
import random
import time
from collections.abc import Sequence

import pytest
from prometheus_client import REGISTRY
from redis.asyncio import Redis
from sqlalchemy import text

from services.kit import database, inbox, stream
from services.kit.inbox import Consumer, each
from services.kit.outbox import Relay
from tests.kit.conftest import OwnRedis
from tests.kit.test_outbox import DEADLINE_S, SERVICE, running, until_relayed, write

_EFFECT = text("INSERT INTO effects VALUES (:stream, :seq, :ord)")


async def note(connection: database.Connection, event: stream.Event) -> None:
    await connection.execute(_EFFECT, {"stream": event.stream, "seq": event.seq, "ord": event.ord})


async def note_all(connection: database.Connection, events: Sequence[stream.Event]) -> None:
    await connection.execute(
        _EFFECT, [{"stream": event.stream, "seq": event.seq, "ord": event.ord} for event in events]
    )


async def note_or_fail(connection: database.Connection, event: stream.Event) -> None:
    await note(connection, event)
    if random.random() < 0.05:
        raise RuntimeError("a handler that fails after its effect")


async def until_counted(pool: database.Pool) -> None:
    async with asyncio.timeout(DEADLINE_S):
        left = "SELECT (SELECT count(*) FROM outbox) - (SELECT count(*) FROM effects)"
        while await pool.fetchval(left) > 0:  # noqa: ASYNC110  # what others do is looked at
            await asyncio.sleep(0.05)
    effects = await pool.fetch("SELECT stream, seq, ord FROM effects ORDER BY 1, 2, 3")
    events = await pool.fetch(
        "SELECT 'huiyuan:kit:' || lane AS stream, seq, ord FROM outbox ORDER BY 1, 2, 3"
    )
    assert [tuple(row) for row in effects] == [tuple(row) for row in events]


async def test_two_consumers_and_failing_handlers_count_each_event_once(
    engine: database.Engine, pool: database.Pool, redis_client: Redis
) -> None:
    consumers = [
        Consumer(SERVICE, engine, redis_client, each(handle), by="tests") for handle in (note, note_or_fail)
    ]
    async with (
        running(Relay(SERVICE, pool, redis_client).run),
        running(consumers[0].run),
        running(consumers[1].run),
    ):
        await asyncio.gather(*(write(engine, 2) for _ in range(100)))
        await until_counted(pool)


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
async def test_nothing_is_lost_or_counted_twice_when_redis_goes_away_and_comes_back(
    engine: database.Engine, pool: database.Pool, own_redis: OwnRedis, redis_client: Redis, killed: bool
) -> None:
    async with (
        running(Relay(SERVICE, pool, redis_client).run),
        running(Consumer(SERVICE, engine, redis_client, each(note), by="tests").run),
    ):
        await asyncio.gather(*(write(engine) for _ in range(50)))
        await own_redis.restart(killed=killed)
        await asyncio.gather(*(write(engine) for _ in range(50)))
        await until_counted(pool)


async def test_nothing_is_lost_or_counted_twice_when_redis_is_emptied(
    engine: database.Engine, pool: database.Pool, redis_client: Redis
) -> None:
    async with running(Relay(SERVICE, pool, redis_client).run):
        async with running(Consumer(SERVICE, engine, redis_client, each(note), by="tests").run):
            await asyncio.gather(*(write(engine) for _ in range(50)))
            await until_counted(pool)
        # These nobody has heard yet.
        await asyncio.gather(*(write(engine) for _ in range(50)))
        await until_relayed(pool, redis_client)
        await redis_client.flushall()
        async with running(Consumer(SERVICE, engine, redis_client, each(note), by="tests").run):
            await asyncio.gather(*(write(engine) for _ in range(50)))
            await until_counted(pool)


async def test_an_event_that_always_fails_holds_up_only_what_follows_it_in_its_stream(
    engine: database.Engine, pool: database.Pool, redis_client: Redis
) -> None:
    await asyncio.gather(*(write(engine, 3) for _ in range(40)))
    poisoned = await pool.fetchval(
        "SELECT 'huiyuan:kit:' || lane FROM outbox GROUP BY lane ORDER BY count(*) DESC, lane LIMIT 1"
    )

    async def choke(connection: database.Connection, event: stream.Event) -> None:
        if (event.stream, event.seq, event.ord) == (poisoned, 2, 1):
            raise ValueError("no reader can read this")
        await note(connection, event)

    async with (
        running(Relay(SERVICE, pool, redis_client).run),
        running(Consumer(SERVICE, engine, redis_client, each(choke), by="tests").run),
    ):
        await until_relayed(pool, redis_client)
        wanted = await pool.fetchval(
            "SELECT count(*) FROM outbox WHERE lane <> $1 OR (seq, ord) < (2, 1)",
            int(poisoned.rsplit(":", 1)[1]),
        )
        async with asyncio.timeout(DEADLINE_S):
            while await pool.fetchval("SELECT count(*) FROM effects") < wanted:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert await pool.fetchval("SELECT count(*) FROM effects") == wanted


def sample(name: str) -> float:
    return REGISTRY.get_sample_value(name, {"service": SERVICE}) or 0.0


async def test_events_that_went_by_unheard_are_told_of_and_no_others(
    engine: database.Engine, pool: database.Pool, redis_client: Redis
) -> None:
    before = sample("huiyuan_inbox_gaps_total")
    consumer = Consumer(SERVICE, engine, redis_client, each(note), by="tests")
    async with running(Relay(SERVICE, pool, redis_client).run):
        async with running(consumer.run):
            await asyncio.gather(*(write(engine, 2) for _ in range(60)))
            await until_counted(pool)
            until = time.time()
            await write(engine)  # so that it need not be waited for in vain
            async with asyncio.timeout(DEADLINE_S):
                while sample("huiyuan_inbox_caught_up_timestamp_seconds") <= until:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        assert sample("huiyuan_inbox_gaps_total") == before, "nothing was missed"
        await asyncio.gather(*(write(engine, 2) for _ in range(60)))
        await until_relayed(pool, redis_client)
        # Two streams forget more than was heard; one forgets only what was. Members are given to streams by chance.
        heard = await pool.fetch("SELECT stream, seq, ord FROM inbox")
        ends = await stream.last_ids(redis_client, stream.names(SERVICE))
        behind = [
            each["stream"] for each in heard if stream.position(ends[each["stream"]])[0] > each["seq"] + 1
        ][:3]
        for name in behind[:2]:
            await redis_client.xtrim(name, maxlen=1, approximate=False)
        seq, ord = next((row["seq"], row["ord"]) for row in heard if row["stream"] == behind[2])
        await redis_client.xtrim(behind[2], minid=f"{seq}-{ord + 1}", approximate=False)
        async with running(consumer.run), asyncio.timeout(DEADLINE_S):
            while sample("huiyuan_inbox_gaps_total") == before:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.2)
    assert sample("huiyuan_inbox_gaps_total") == before + 2


async def test_a_redis_that_was_emptied_is_told_again_how_far_was_heard_although_nothing_is_heard_since(
    engine: database.Engine, pool: database.Pool, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, soon in (("SAY_ALL_EVERY_S", 0.1), ("WAIT_S", 0.1)):
        monkeypatch.setattr(inbox, name, soon)
    names = stream.names(SERVICE)
    async with running(Relay(SERVICE, pool, redis_client).run):
        await asyncio.gather(*(write(engine) for _ in range(20)))
        await until_relayed(pool, redis_client)
    ends = await stream.last_ids(redis_client, names)

    async def said() -> dict[str, str]:
        found = [await redis_client.hget(f"{{{name}}}:heard", "tests") for name in names]
        return {name: heard.decode() for name, heard in zip(names, found, strict=True) if heard}

    consumer = Consumer(SERVICE, engine, redis_client, note_all, by="tests")
    async with running(consumer.run), asyncio.timeout(DEADLINE_S):
        while await said() != ends:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        await redis_client.flushall()
        while await said() != ends:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_no_stream_forgets_what_a_consumer_has_still_to_hear(
    engine: database.Engine, pool: database.Pool, redis_client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "KEEP_EVENTS", 100)  # Redis forgets by the hundred
    names = stream.names(SERVICE)

    async def written(times: int) -> None:
        for _ in range(times):
            await asyncio.gather(*(write(engine, 200) for _ in range(12)))

    async def sent() -> None:
        ends = {
            f"huiyuan:{SERVICE}:{row['lane']}": row["seq"] for row in await pool.fetch("TABLE outbox_lanes")
        }
        async with asyncio.timeout(DEADLINE_S):
            while any(  # noqa: ASYNC110
                stream.position(last)[0] < ends[name]
                for name, last in (await stream.last_ids(redis_client, names)).items()
            ):
                await asyncio.sleep(0.05)

    async def longest() -> int:
        return max([await redis_client.xlen(name) for name in names])

    consumer = Consumer(SERVICE, engine, redis_client, note_all, by="tests")
    async with running(Relay(SERVICE, pool, redis_client).run):
        await written(3)
        await sent()
        assert await longest() < 500, "nobody hears as yet"
        async with running(consumer.run), asyncio.timeout(DEADLINE_S):
            while not await redis_client.hexists(f"{{{names[-1]}}}:heard", "tests"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        before = await pool.fetchval("SELECT count(*) FROM effects")

        await written(6)
        await asyncio.sleep(1)
        assert await longest() < 700, "what is not taken waits in the outbox"
        async with running(consumer.run):
            async with asyncio.timeout(DEADLINE_S):
                heard = "SELECT count(*) FROM effects"
                while await pool.fetchval(heard) < before + 6 * 12 * 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            await written(3)
            await sent()
    assert await longest() < 700
