"""A ledger whose database was set back to an earlier state: nobody posts unknowingly, and what follows is heard by all."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection

from services.kit import database, inbox, outbox, process, stream
from services.loyalty.jobs.reopening import Reopener
from services.loyalty.rules.ledger.reopening import (
    EPOCH,
    LanesClaimed,
    NoSigningKey,
    NothingSetBack,
    ReasonMissing,
)
from services.loyalty.storage.ledger.outside import Outside, Streams
from services.loyalty.storage.ledger.telling import TOLD_LANE, tell
from tests.conftest import Servers
from tests.loyalty.integrity.busy import Shop
from tests.loyalty.integrity.conftest import SEED, Ledger

NAMES = stream.names("loyalty")
PATIENCE_S = 60
HEARD = """CREATE TABLE heard (nth bigint GENERATED ALWAYS AS IDENTITY, stream text, seq bigint, ord bigint, body bytea)"""


@dataclass
class World:
    """A ledger, its streams, a consumer with a database of its own, and a backup of the ledger's."""

    ledger: Ledger
    redis: Redis
    server: asyncpg.Connection
    consumer: str
    shop: Shop

    @property
    def outside(self) -> Outside:
        return Outside(self.redis, self.ledger.file)

    @property
    def name(self) -> str:
        return str(make_url(self.ledger.app).database)

    async def back_up(self) -> None:
        await self.server.execute(f"CREATE DATABASE {self.name}_backup TEMPLATE {self.name}")

    async def set_back(self) -> None:
        """The database as it was when it was backed up; a part of what was said since is in Redis and in heads."""
        await self.server.execute(f"DROP DATABASE {self.name} WITH (FORCE)")
        await self.server.execute(f"CREATE DATABASE {self.name} TEMPLATE {self.name}_backup")

    async def live(self, days: int, outside: Outside | None = None) -> None:
        """The shop goes on; each day something is told by no lane too."""
        async with self.shop.open(self.ledger.app, lanes=2, outside=outside):
            await self.shop.live(days, 12, merging=False)
        connection = await asyncpg.connect(self.ledger.app)
        async with connection.transaction():
            await tell(connection, [outbox.NewEvent(None, "Told", self.shop.clock.isoformat().encode())])
        await connection.close()

    @asynccontextmanager
    async def relayed(self) -> AsyncIterator[None]:
        """A relay and the consumer run."""
        pool = await database.pool(self.ledger.app)
        engine = database.engine(self.consumer, size=2)
        relay = outbox.Relay("loyalty", pool, self.redis, restoring=Streams(pool, self.redis))
        consumer = inbox.Consumer("loyalty", engine, self.redis, hear, by="tests")
        running = [asyncio.ensure_future(job()) for job in (relay.run, consumer.run)]
        try:
            yield
            assert not any(each.done() for each in running)
        finally:
            await process.end(*running)
            await engine.dispose()
            await pool.close()

    async def written(self) -> dict[str, list[bytes]]:
        """What the outbox holds, by stream and in order."""
        told: dict[str, list[bytes]] = {name: [] for name in NAMES}
        for row in await self.ledger.sql("SELECT lane, type, event FROM outbox ORDER BY lane, seq, ord"):
            packed = outbox.unpack(row["event"]) if row["type"] == outbox.PACKED else ()
            told[NAMES[row["lane"]]] += [each.body for each in packed] or [row["event"]]
        return told

    async def heard(self) -> dict[str, list[bytes]]:
        told: dict[str, list[bytes]] = {name: [] for name in NAMES}
        connection = await asyncpg.connect(self.consumer)
        for row in await connection.fetch("SELECT stream, body FROM heard ORDER BY nth"):
            told[row["stream"]].append(row["body"])
        await connection.close()
        return told

    async def all_heard(self, wanted: dict[str, list[bytes]]) -> dict[str, list[bytes]]:
        """Wait until the consumer heard what is wanted, each as often as it is wanted or more; what it heard then."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                heard = await self.heard()
                if not any(Counter(wanted[name]) - Counter(heard[name]) for name in NAMES):
                    return heard
                await asyncio.sleep(0.1)


async def hear(connection: AsyncConnection, events: Sequence[stream.Event]) -> None:
    statement = text("INSERT INTO heard (stream, seq, ord, body) VALUES (:stream, :seq, :ord, :body)")
    said = [{"stream": e.stream, "seq": e.seq, "ord": e.ord, "body": e.body} for e in events]
    await connection.execute(statement, said)


@pytest.fixture
async def world(ledger: Ledger, servers: Servers) -> AsyncIterator[World]:
    """The busy ledger, told and published, with a backup; after it, more that was told and published."""
    server = await asyncpg.connect(servers.postgres_url)
    name = f"heard_{make_url(ledger.app).database}"
    await server.execute(f"CREATE DATABASE {name}")
    consumer = make_url(servers.postgres_url).set(database=name).render_as_string(hide_password=False)
    connection = await asyncpg.connect(consumer)
    await connection.execute(f"{inbox.CREATE};{HEARD}")
    await connection.close()
    shop = Shop((await ledger.one("SELECT number FROM programmes"))["number"], SEED + 2)
    async with Redis.from_url(servers.redis_url.removesuffix("/0") + "/6") as redis:
        await redis.flushdb()
        there = World(ledger, redis, server, consumer, shop)
        async with there.relayed():
            await there.live(2)
            await ledger.publish()
            await there.all_heard(await there.written())
        await there.back_up()
        async with there.relayed():
            await there.live(3)
            await ledger.publish()
            await there.all_heard(await there.written())
        yield there
        await redis.flushdb()
    await server.execute(f"DROP DATABASE {there.name}_backup WITH (FORCE)")
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


async def newest(world: World) -> int:
    return max(stream.position(each)[0] for each in (await stream.last_ids(world.redis, NAMES)).values())


UNKNOWING = {"at once": 0, "after some more": 1, "after more than was lost": 6}
"""Days on which was posted before anybody knew."""
LEFT = ("both", "streams", "heads")
IN_SHORT = {("both", "after some more"), ("streams", "after more than was lost"), ("heads", "at once")}
"""Of what is left and of when it is noticed, each once; the full form has each with each."""


@pytest.mark.parametrize(
    ("left", "unknowing"),
    [
        pytest.param(
            left,
            days,
            id=f"{left}-{when}",
            marks=[] if (left, when) in IN_SHORT else pytest.mark.torture,
        )
        for left in LEFT
        for when, days in UNKNOWING.items()
    ],
)
async def test_after_it_is_reopened_all_hear_what_is_posted_and_the_gap_is_explained(
    world: World, left: str, unknowing: int
) -> None:
    ledger, seen, heard_before = world.ledger, await newest(world), await world.heard()
    await world.set_back()
    if left == "heads":
        await world.redis.flushdb()
    before = await world.written()
    for _ in range(unknowing):
        await world.live(1)  # by lanes that could not look outside
    outside = world.outside if left != "streams" else Outside(world.redis)
    since_then = {name: bodies[len(before[name]) :] for name, bodies in (await world.written()).items()}
    done = await Reopener(ledger.app, outside, ledger.key).reopen("staff:ada", "disk lost")
    after = await world.written()
    if left == "streams":
        # The file is elsewhere, and learns of it later.
        ledger.file.path.unlink()
    (first,) = {each.seq for each in done.reopenings}
    assert first % EPOCH == 0
    assert first - seen > EPOCH
    await hear_what_is_posted(world, heard_before, since_then, after)
    outcome = await ledger.verify()
    assert outcome.verification.mismatches == []
    assert outcome.published is not None
    assert bool(outcome.published.set_back) == (left != "streams")
    with pytest.raises(NothingSetBack):
        await Reopener(ledger.app, world.outside, ledger.key).reopen("staff:ada", "again")


async def hear_what_is_posted(
    world: World,
    heard_before: dict[str, list[bytes]],
    since_then: dict[str, list[bytes]],
    after: dict[str, list[bytes]],
) -> None:
    """All that was posted since the database was set back, also before it was reopened, is heard behind the rest."""
    async with world.relayed():
        await world.live(2, world.outside)
        await world.ledger.publish()
        now = await world.written()
        for name, bodies in now.items():
            since_then[name] += bodies[len(after[name]) :]
        wanted = {name: heard_before[name] + since_then[name] for name in NAMES}
        heard = await world.all_heard(wanted)
    for name in NAMES:
        again = iter(heard[name][len(heard_before[name]) :])
        assert all(body in again for body in since_then[name]), "in the order in which it was posted"
    assert any(since_then[NAMES[TOLD_LANE]]), "what no lane posted is heard too"


async def test_where_neither_streams_nor_heads_are_left_it_is_reopened_since_when_the_operator_says(
    world: World,
) -> None:
    ledger, seen, heard_before = world.ledger, await newest(world), await world.heard()
    await world.set_back()
    await world.redis.flushdb()
    ledger.file.path.unlink()
    before = await world.written()
    since = world.shop.clock = datetime.now(UTC)
    await world.live(6, world.outside)  # more than was lost, and there is nothing to see that would keep them
    posted = await world.written()
    since_then = {name: bodies[len(before[name]) :] for name, bodies in posted.items()}
    reopener = Reopener(ledger.app, world.outside, ledger.key)
    with pytest.raises(NothingSetBack):
        await reopener.reopen("staff:ada", "disk and Redis lost")
    assert await world.written() == posted
    done = await reopener.reopen("staff:ada", "disk and Redis lost", since)
    (first,) = {each.seq for each in done.reopenings}
    assert first > seen
    after = await world.written()
    again = {name: bodies[len(posted[name]) :] for name, bodies in after.items()}
    assert again == since_then, "what was written since is told again, and nothing from before"
    assert again[NAMES[TOLD_LANE]]
    assert sum(map(len, again.values())) > len(again[NAMES[TOLD_LANE]])
    await hear_what_is_posted(world, heard_before, since_then, after)
    assert (await ledger.verify()).verification.mismatches == []


async def test_nothing_is_posted_or_told_of_a_ledger_that_was_set_back_until_it_is_reopened(
    world: World,
) -> None:
    await world.set_back()
    before = await world.ledger.sql("SELECT count(*) FROM entries"), await stream.last_ids(world.redis, NAMES)
    for outside in (world.outside, Outside(world.redis), Outside(Redis(port=1), world.ledger.file)):
        world.shop.refused.clear()
        async with world.shop.open(world.ledger.app, lanes=2, outside=outside):
            await world.shop.live(1, 12, merging=False)
        assert set(world.shop.refused) == {"LEDGER_UNAVAILABLE"}
    await world.live(6)  # more than was lost
    posted = await world.ledger.sql("SELECT count(*) FROM entries")
    assert posted > before[0], "who cannot look outside posts on"
    async with world.relayed():
        await asyncio.sleep(0.5)
    assert await stream.last_ids(world.redis, NAMES) == before[1]
    found = await world.ledger.mismatches()
    assert set(found) == {"published heads"}


async def test_a_reopening_that_may_not_be_changes_nothing(world: World) -> None:
    ledger = world.ledger
    with pytest.raises(NothingSetBack):
        await Reopener(ledger.app, world.outside, ledger.key).reopen("staff:ada", "no reason at all")
    await world.set_back()
    lines = ledger.file.path.read_bytes()
    with pytest.raises(ReasonMissing):
        await Reopener(ledger.app, world.outside, ledger.key).reopen("staff:ada", "")
    with pytest.raises(NoSigningKey):
        await Reopener(ledger.app, world.outside, None).reopen("staff:ada", "disk lost")
    async with world.shop.open(ledger.app, lanes=1):
        await world.shop.award()
        with pytest.raises(LanesClaimed, match="lanes 0 "):
            await Reopener(ledger.app, world.outside, ledger.key).reopen("staff:ada", "disk lost")
    assert await ledger.sql("SELECT seq FROM reopenings WHERE seq > $1", await newest(world)) == []
    assert ledger.file.path.read_bytes() == lines
