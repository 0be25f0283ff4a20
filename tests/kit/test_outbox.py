"""The outbox follows commit order without gaps, and its relay survives whatever Redis does."""

import asyncio
import random
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from zlib import crc32

import msgpack
import pytest
from redis.asyncio import Redis

from services.kit import database, outbox, process, stream
from services.kit.outbox import NewEvent, Relay, last_body
from services.kit.resending import Resending
from tests.kit.conftest import OwnRedis

SERVICE = "kit"
DEADLINE_S = 30.0


class Unnumbered(Resending):
    """Of rows whose numbers are not the outbox's own."""

    async def restored(self, _: object) -> list[int]:
        return []


async def write(engine: database.Engine, events: int = 1, *, roll_back: bool = False) -> None:
    member = str(uuid.uuid4())
    async with engine.connect() as connection, connection.begin() as transaction:
        await outbox.append(
            connection, [NewEvent(member, "Tried", f"{member}/{nth}".encode()) for nth in range(events)]
        )
        await asyncio.sleep(random.random() * 0.003)
        if roll_back:
            await transaction.rollback()


@asynccontextmanager
async def running(job: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    task = asyncio.ensure_future(job())
    try:
        yield
    finally:
        assert not task.done(), task.exception()
        await process.end(task)


async def written(pool: database.Pool) -> dict[str, list[tuple[str, bytes]]]:
    """What the outbox holds, by stream, in the order of its ids."""
    rows = await pool.fetch("SELECT lane, seq, ord, type, event FROM outbox ORDER BY lane, seq, ord")
    lanes: dict[str, list[tuple[str, bytes]]] = {f"huiyuan:{SERVICE}:{lane}": [] for lane in range(16)}
    for row in rows:
        lane = lanes[f"huiyuan:{SERVICE}:{row['lane']}"]
        if row["type"] == "Packed":
            bodies = [body for _, _, body in msgpack.unpackb(row["event"])]
            lane += [(f"{row['seq']}-{ord}", body) for ord, body in enumerate(bodies)]
            assert row["ord"] == len(bodies) - 1
        else:
            lane.append((f"{row['seq']}-{row['ord']}", row["event"]))
    return lanes


async def streamed(redis: Redis) -> dict[str, list[tuple[str, bytes]]]:
    """What the streams hold, as Redis itself tells it."""
    names = [f"huiyuan:{SERVICE}:{lane}" for lane in range(16)]
    return {name: [(e.decode(), f[b"b"]) for e, f in await redis.xrange(name)] for name in names}


async def until_relayed(pool: database.Pool, redis: Redis) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while await streamed(redis) != await written(pool):  # noqa: ASYNC110  # what others do is looked at
            await asyncio.sleep(0.05)


async def write_packed(pool: database.Pool, seq: int, events: int) -> None:
    """A row that holds several events, as the ledger writes them, in lane 3."""
    packed = outbox.pack(
        [NewEvent(str(uuid.uuid4()), "Tried", b"%d/%d" % (seq, nth)) for nth in range(events)]
    )
    await pool.execute(
        "INSERT INTO outbox (lane, seq, ord, type, event) VALUES (3, $1, $2, 'Packed', $3)",
        seq,
        events - 1,
        packed,
    )


async def test_a_reader_never_sees_a_later_event_before_an_earlier_one(
    engine: database.Engine, pool: database.Pool
) -> None:
    done = asyncio.Event()

    async def writer(nth: int) -> None:
        for turn in range(25):
            await write(engine, 1 + (nth + turn) % 3, roll_back=turn % 5 == 4)

    async def reader() -> int:
        looks = 0
        while not done.is_set():
            rows = await pool.fetch("SELECT lane, max(seq), count(DISTINCT seq) FROM outbox GROUP BY lane")
            assert all(row["max"] == row["count"] for row in rows), "an event is missing below the newest"
            looks += 1
        return looks

    reading = asyncio.ensure_future(reader())
    await asyncio.gather(*(writer(nth) for nth in range(12)))
    done.set()
    assert await reading > 10
    assert await pool.fetchval("SELECT count(DISTINCT (lane, seq)) FROM outbox") == 12 * 20


async def test_events_of_one_transaction_keep_their_order(
    engine: database.Engine, pool: database.Pool
) -> None:
    member = str(uuid.uuid4())
    async with engine.begin() as connection:
        await outbox.append(connection, [NewEvent(member, "Tried", bytes([nth])) for nth in range(5)])
    rows = await pool.fetch("SELECT seq, event FROM outbox ORDER BY lane, seq, ord")
    assert [row["event"] for row in rows] == [bytes([nth]) for nth in range(5)]
    assert len({row["seq"] for row in rows}) == 1


async def test_events_of_many_members_go_each_to_their_own_lane_though_many_write_at_once(
    engine: database.Engine, pool: database.Pool
) -> None:
    people = [str(uuid.uuid4()) for _ in range(40)]

    async def writer(nth: int) -> None:
        some = people[nth::2] if nth % 3 else people[::-1]
        async with engine.begin() as connection:
            await outbox.append_many(connection, [NewEvent(one, "Tried", bytes([nth])) for one in some])
            if nth % 4 == 3:
                await connection.rollback()

    await asyncio.gather(*(writer(nth) for nth in range(2, 14)))
    told = []
    for row in await pool.fetch("SELECT * FROM outbox ORDER BY lane, seq, ord"):
        alone = NewEvent(str(row["member_id"]), row["type"], row["event"])
        told.append((row, outbox.unpack(row["event"]) if row["type"] == outbox.PACKED else [alone]))
    assert all(row["ord"] == len(events) - 1 for row, events in told)
    assert {(row["lane"], event.member_id) for row, events in told for event in events} == {
        (crc32(one.encode()) % 16, one) for one in people
    }
    for lane in {row["lane"] for row, _ in told}:
        seqs = [row["seq"] for row, _ in told if row["lane"] == lane]
        assert seqs == list(range(1, len(seqs) + 1))
    assert sum(len(events) for _, events in told) == sum(
        len(people[nth::2] if nth % 3 else people) for nth in range(2, 14) if nth % 4 != 3
    )


@pytest.mark.parametrize("killed", [False, True], ids=["stopped", "killed"])
async def test_relay_loses_and_doubles_nothing_when_redis_goes_away_and_comes_back(
    engine: database.Engine, pool: database.Pool, own_redis: OwnRedis, redis_client: Redis, killed: bool
) -> None:
    async def keep_writing() -> None:
        while True:
            await write(engine, 2)

    async with running(Relay(SERVICE, pool, redis_client).run):
        async with running(keep_writing):
            await asyncio.sleep(0.3)
            await own_redis.restart(killed=killed)
            await asyncio.sleep(0.3)
        await until_relayed(pool, redis_client)


async def test_relay_sends_everything_again_when_redis_was_emptied(
    engine: database.Engine, pool: database.Pool, redis_client: Redis
) -> None:
    async with running(Relay(SERVICE, pool, redis_client).run):
        for _ in range(40):
            await write(engine)
        await until_relayed(pool, redis_client)
        await redis_client.flushall()
        # Written before the relay can notice by itself: a stream that began with these would have a gap.
        for _ in range(40):
            await write(engine)
        await until_relayed(pool, redis_client)


async def test_an_emptied_redis_is_noticed_when_nothing_is_written(
    engine: database.Engine, pool: database.Pool, redis_client: Redis
) -> None:
    async with running(Relay(SERVICE, pool, redis_client).run):
        await write(engine)
        await until_relayed(pool, redis_client)
        await redis_client.flushall()
        await until_relayed(pool, redis_client)


async def test_two_relays_double_nothing(
    engine: database.Engine, pool: database.Pool, redis_client: Redis
) -> None:
    async with (
        running(Relay(SERVICE, pool, redis_client).run),
        running(Relay(SERVICE, pool, redis_client).run),
    ):
        await asyncio.gather(*(write(engine, 3) for _ in range(60)))
        await until_relayed(pool, redis_client)


async def test_events_packed_in_one_row_travel_one_by_one(pool: database.Pool, redis_client: Redis) -> None:
    async with running(
        Relay(SERVICE, pool, redis_client, restoring=Unnumbered(SERVICE, pool, redis_client, last_body)).run
    ):
        for seq, events in enumerate((1, 4, 2_500), 1):
            await write_packed(pool, seq, events)
        await until_relayed(pool, redis_client)


async def test_relay_goes_on_in_the_middle_of_a_packed_row(pool: database.Pool, redis_client: Redis) -> None:
    name = stream.name(SERVICE, 3)
    await write_packed(pool, 1, 5)
    sent = [stream.Event(name, 1, nth, "", "Tried", b"1/%d" % nth) for nth in range(3)]
    assert await stream.append(redis_client, {name: (0, 0)}, sent) == {name: (1, 2)}
    async with running(
        Relay(SERVICE, pool, redis_client, restoring=Unnumbered(SERVICE, pool, redis_client, last_body)).run
    ):
        await until_relayed(pool, redis_client)


async def test_an_emptied_redis_gets_no_later_portion_before_an_earlier_one(
    pool: database.Pool, redis_client: Redis
) -> None:
    async with running(
        Relay(SERVICE, pool, redis_client, restoring=Unnumbered(SERVICE, pool, redis_client, last_body)).run
    ):
        await write_packed(pool, 1, 3_000)
        await until_relayed(pool, redis_client)
        await redis_client.flushall()
        await write_packed(pool, 2, 5_000)
        await until_relayed(pool, redis_client)


async def _tell(engine: database.Engine, member: str, body: str) -> None:
    async with engine.begin() as connection:
        await outbox.append(connection, [NewEvent(member, "Tried", body.encode())])


@pytest.mark.parametrize("since", [0, 2, 9], ids=["nothing", "less than was lost", "more than was lost"])
async def test_what_a_restored_database_writes_is_sent_though_its_numbers_were_given_out_before(
    engine: database.Engine, pool: database.Pool, redis_client: Redis, since: int
) -> None:
    member = str(uuid.uuid4())
    name = stream.name(SERVICE, crc32(member.encode()) % stream.LANES)
    async with running(Relay(SERVICE, pool, redis_client).run):
        for nth in range(4):
            await _tell(engine, member, f"kept {nth}")
        backup = await pool.fetch("SELECT lane, seq FROM outbox_lanes")
        for nth in range(5):
            await _tell(engine, member, f"lost {nth}")
        await write(engine, 3)
        await until_relayed(pool, redis_client)
    before = await streamed(redis_client)
    for lane, seq in backup:
        await pool.execute("DELETE FROM outbox WHERE lane = $1 AND seq > $2", lane, seq)
        await pool.execute("UPDATE outbox_lanes SET seq = $2 WHERE lane = $1", lane, seq)
    for nth in range(since):
        await _tell(engine, member, f"new {nth}")
    wanted = [body for _, body in before[name]] + [b"new %d" % nth for nth in range(since)] + [b"after"]
    for _ in range(2):  # The second relay finds nothing to do.
        async with running(Relay(SERVICE, pool, redis_client).run), asyncio.timeout(DEADLINE_S):
            if wanted[-1] not in [body for _, body in (await streamed(redis_client))[name]]:
                await asyncio.sleep(0.2)
                await _tell(engine, member, "after")
            while (sent := [body for _, body in (await streamed(redis_client))[name]])[-1] != b"after":  # noqa: ASYNC110  # what others do is looked at
                await asyncio.sleep(0.02)
        assert sent == wanted
    others = {lane: events for lane, events in (await streamed(redis_client)).items() if lane != name}
    assert others == {lane: events for lane, events in before.items() if lane != name}


async def test_relay_waits_for_a_database_that_is_away(
    engine: database.Engine, pool: database.Pool, redis_client: Redis, kit_database: tuple[str, str]
) -> None:
    async with running(Relay(SERVICE, pool, redis_client).run):
        await write(engine)
        await until_relayed(pool, redis_client)
        # The server's own word for "go away", sent to every connection of the relay's.
        await pool.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
        )
        await write(engine)
        await until_relayed(pool, redis_client)


async def test_what_was_relayed_long_ago_is_forgotten_and_nothing_else(
    engine: database.Engine, pool: database.Pool, redis_client: Redis, kit_database: tuple[str, str]
) -> None:
    async with engine.begin() as connection:
        for seq in range(3):
            await outbox.append(connection, [NewEvent(None, "Tried", bytes([seq]))])
    owner = await database.connect(kit_database[1])
    await owner.execute("UPDATE outbox SET recorded_at = now() - interval '8 days' WHERE seq < 3")
    app_role = await pool.fetchval("SELECT current_user")
    await owner.execute(f'GRANT DELETE ON outbox TO "{app_role}"')
    await owner.close()
    assert await outbox.forget_relayed(pool, redis_client, SERVICE) == 0
    async with running(Relay(SERVICE, pool, redis_client).run):
        await until_relayed(pool, redis_client)
    assert await outbox.forget_relayed(pool, redis_client, SERVICE) == 2
    assert [row["event"] for row in await pool.fetch("SELECT event FROM outbox")] == [bytes([2])]


async def test_an_append_behind_a_gap_is_left_out(redis_client: Redis) -> None:
    name = stream.name(SERVICE, 0)

    def event(seq: int) -> stream.Event:
        return stream.Event(name, seq, 0, "", "Tried", b"")

    assert await stream.append(redis_client, {name: (0, 0)}, [event(1), event(2)]) == {name: (2, 0)}
    assert await stream.append(redis_client, {name: (3, 0)}, [event(4)]) == {name: (2, 0)}
    assert [entry for entry, _ in await redis_client.xrange(name)] == [b"1-0", b"2-0"]


async def test_nothing_is_sent_behind_what_a_stream_did_not_take(monkeypatch: pytest.MonkeyPatch) -> None:
    full, other = stream.name(SERVICE, 0), stream.name(SERVICE, 1)
    taken: list[stream.Event] = []

    async def append(
        _: object, ends: dict[str, stream.Position], events: list[stream.Event]
    ) -> dict[str, object]:
        """Takes nothing of the full stream the first time, and everything after that."""
        if any(event.stream == full for event in events) and not taken:
            return {full: ends[full]}
        taken.extend(events)
        return {event.stream: (event.seq, event.ord) for event in events}

    monkeypatch.setattr(outbox, "_EVENTS_AT_ONCE", 1)
    monkeypatch.setattr(stream, "append", append)
    told = [stream.Event(name, seq, 0, "", "Tried", b"") for name, seq in ((full, 1), (other, 1), (full, 2))]
    ends = {full: (0, 0), other: (0, 0)}
    assert not await Relay(SERVICE, None, None)._send(told, ends)  # type: ignore[arg-type]
    assert taken == [told[1]]
    assert ends == {full: (0, 0), other: (1, 0)}
    assert await Relay(SERVICE, None, None)._send([told[0], told[2]], ends)  # type: ignore[arg-type]
    assert taken == [told[1], told[0], told[2]]
