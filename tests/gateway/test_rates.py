"""Rates: buckets count exactly, however many take at once, and do without Redis only what may go uncounted."""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partialmethod
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from redis.asyncio import Connection, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from gateway.limits.rates import Bucket, Buckets, Rate, Taken
from infra.local import redis as local_redis
from tests.conftest import free_port
from tests.gateway.gateway_client import Issuer, settings
from tests.scratch import scratch


def _bucket(holds: int, per_second: int) -> Bucket:
    return Bucket(f"{{limits}}:test:{uuid4()}", Rate(holds, per_second), "member")


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    async with Redis.from_url(redis_url) as client:
        yield client


async def test_a_bucket_gives_what_it_holds_and_says_how_long_the_rest_takes(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(10, 1)
    started = time.monotonic()
    assert await buckets.take(bucket, 7) == Taken(3, 0)
    short = await buckets.take(bucket, 5)
    passed_ms = (time.monotonic() - started) * 1000
    assert short is not None
    assert short.left == 3
    assert 1990 - passed_ms <= short.wait_ms <= 2000
    assert await buckets.take(bucket, 3) == Taken(0, 0)


async def test_a_bucket_fills_as_time_goes_by_and_no_further_than_it_holds(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(500, 1000)
    started = time.monotonic()
    await buckets.take(bucket, 500)
    await asyncio.sleep(0.1)
    part = await buckets.take(bucket, 0)
    assert part is not None
    assert 100 <= part.left <= min(500, (time.monotonic() - started) * 1000)
    await asyncio.sleep(0.5)
    assert await buckets.take(bucket, 0) == Taken(500, 0)


async def test_after_the_time_that_a_refusal_names_the_same_is_given(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(10, 5)
    await buckets.take(bucket, 10)
    short = await buckets.take(bucket, 5)
    assert short is not None
    assert 0 < short.wait_ms <= 1000
    await asyncio.sleep(short.wait_ms / 1000)
    taken = await buckets.take(bucket, 5)
    assert taken is not None
    assert taken.wait_ms == 0


async def test_whoever_gets_a_higher_rate_waits_by_that_and_not_by_the_old_one(redis: Redis) -> None:
    slow = _bucket(100, 1)
    await Buckets(redis).take(slow, 100)
    buckets, fast = Buckets(redis), slow._replace(rate=Rate(1000, 1000))
    short = await buckets.take(fast, 200)
    assert short is not None
    assert 0 < short.wait_ms <= 200, "an empty bucket of the new rate, not one that is filled in 100 s"
    await asyncio.sleep(short.wait_ms / 1000)
    given = await buckets.take(fast, 200)
    assert given is not None
    assert given.wait_ms == 0


async def test_a_full_bucket_is_forgotten(redis: Redis) -> None:
    bucket = _bucket(1000, 10)
    started = time.monotonic()
    await Buckets(redis).take(bucket, 20)
    left_ms = await redis.pttl(bucket.key)
    passed_ms = (time.monotonic() - started) * 1000
    assert 1990 - passed_ms <= left_ms <= 2002
    assert await redis.exists(bucket.key)


async def test_gateways_that_take_at_once_take_no_more_than_there_is(redis: Redis) -> None:
    bucket, gateways = _bucket(100, 1), [Buckets(redis) for _ in range(3)]
    started = time.monotonic()
    answers = await asyncio.gather(*(gateway.take(bucket, 3) for _ in range(60) for gateway in gateways))
    given = sum(3 for taken in answers if taken is not None and not taken.wait_ms)
    assert 99 <= given <= 100 + (time.monotonic() - started)


async def test_what_is_asked_at_once_shares_calls_and_each_gets_its_own_answer(redis: Redis) -> None:
    buckets = Buckets(redis)
    asked = [_bucket(1000, 1) for _ in range(300)]
    await buckets.take(asked[0], 0)
    before = await _calls(redis)
    answers = await asyncio.gather(*(buckets.take(bucket, at) for at, bucket in enumerate(asked)))
    assert answers == [Taken(1000 - at, 0) for at in range(300)]
    assert await _calls(redis) - before <= 2


async def test_what_arrives_while_a_call_is_under_way_leaves_together_with_the_next(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(1000, 1)
    await buckets.take(bucket, 0)
    before = await _calls(redis)
    taking = [buckets.take(bucket, 1)]
    await asyncio.sleep(0)  # it is under way, and no answer can be heard before the rest is asked for
    taking += [buckets.take(bucket, 1) for _ in range(299)]
    answers = await asyncio.gather(*taking)
    assert [taken.left for taken in answers if taken is not None] == list(range(999, 699, -1))
    assert await _calls(redis) - before == 2


async def test_what_nobody_waits_for_leaves_together_a_little_later_and_is_owed_until_then(
    redis: Redis,
) -> None:
    buckets, bucket = Buckets(redis), _bucket(1000, 1)
    await buckets.take(bucket, 0)
    before = await _calls(redis)
    for _ in range(40):
        assert buckets.is_ample(bucket, 10)
        buckets.take_later(bucket, 10)
        await asyncio.sleep(0)
    assert not buckets.is_ample(bucket, 101)
    async with asyncio.timeout(30):
        while buckets._owed:  # noqa: ASYNC110  # nobody is told
            await asyncio.sleep(0.01)
    assert await _calls(redis) - before == 1
    assert await Buckets(redis).take(bucket, 0) == Taken(600, 0)


async def test_what_nobody_waits_for_is_one_taking_of_each_bucket(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    buckets, bucket, other = Buckets(redis), _bucket(1000, 1), _bucket(1000, 1)
    await asyncio.gather(buckets.take(bucket, 0), buckets.take(other, 0))
    taken, take = [], buckets._take

    async def told(keys: list[str], asked: list[bytes]) -> Any:
        taken.extend(keys)
        return await take(keys, asked)

    monkeypatch.setattr(buckets, "_take", told)
    for one in (bucket, other, bucket, bucket):
        buckets.take_later(one, 10)
    assert await buckets.take(bucket, 5) == Taken(965, 0)
    assert taken == [bucket.key, other.key, bucket.key]
    assert await Buckets(redis).take(other, 0) == Taken(990, 0)


async def test_who_waits_takes_along_what_nobody_waits_for(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(1000, 1)
    await buckets.take(bucket, 0)
    before = await _calls(redis)
    buckets.take_later(bucket, 10)
    assert await buckets.take(bucket, 5) == Taken(985, 0)
    assert await _calls(redis) - before == 1


async def _calls(redis: Redis) -> int:
    calls: int = (await redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    return calls


async def test_a_bucket_known_to_be_empty_is_not_asked_for_until_there_may_be_enough(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(10, 1)
    await buckets.take(bucket, 10)
    await buckets.take(bucket, 5)
    before = await _calls(redis)
    for _ in range(100):
        short = await buckets.take(bucket, 5)
        assert short is not None
        assert short.wait_ms > 0
    assert await _calls(redis) == before
    assert buckets.short_of(bucket, 1) is not None
    await asyncio.sleep(1.1)
    assert buckets.short_of(bucket, 1) is None
    taken = await buckets.take(bucket, 1)
    assert taken is not None
    assert taken.wait_ms == 0


async def test_what_the_caller_no_longer_waits_for_holds_nobody_up(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(10, 1)
    left = buckets.take(bucket, 1)
    stays = buckets.take(bucket, 1)
    left.cancel()
    assert await stays == Taken(8, 0)


async def test_a_redis_that_forgot_the_script_is_told_again(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(10, 1)
    await buckets.take(bucket, 1)
    await redis.script_flush()
    assert await buckets.take(bucket, 1) == Taken(8, 0)


@pytest.fixture
def directory() -> Iterator[Path]:
    """A place where Redis may live, whoever it runs as."""
    with scratch("test") as directory:
        yield directory / "redis"


async def _counted(
    connection: Connection, tried: Counter[str], connect: Any, *args: Any, **more: Any
) -> None:
    tried["connect"] += 1
    await connect(connection, *args, **more)


async def test_without_redis_nothing_is_counted_and_nobody_waits_and_then_it_is_again(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, password = free_port(), secrets.token_hex(16)
    url, bucket = local_redis.url(port, password), _bucket(10, 1)
    async with Redis.from_url(url, socket_timeout=0.5, retry=Retry(NoBackoff(), 1)) as client:
        buckets = Buckets(client)
        assert await buckets.take(bucket, 5) is None
        tried = Counter[str]()
        monkeypatch.setattr(Connection, "connect", partialmethod(_counted, tried, Connection.connect))
        started = time.monotonic()
        assert [await buckets.take(bucket, 5) for _ in range(1000)] == [None] * 1000
        assert tried["connect"] <= 2 * (1 + time.monotonic() - started), "once in a while, and once again"
        monkeypatch.undo()
        process = local_redis.start(directory, directory.with_suffix(".log"), port=port, password=password)
        try:
            process.wait_until(lambda: local_redis.ready(url), 20)
            await asyncio.sleep(1)
            assert await buckets.take(bucket, 5) == Taken(5, 0)
            first = buckets.take(_bucket(10, 1), 1)
            await asyncio.sleep(0)
            others = [buckets.take(_bucket(10, 1), 2) for _ in range(10)]
            assert [await first, *[await one for one in others]] == [Taken(9, 0), *[Taken(8, 0)] * 10]
        finally:
            process.stop()


async def test_a_redis_that_takes_calls_and_answers_none_holds_up_one_now_and_then() -> None:
    silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with Redis.from_url(f"redis://127.0.0.1:{port}", socket_timeout=0.4) as client:
        buckets, bucket = Buckets(client), _bucket(10, 1)
        assert await buckets.take(bucket, 1) is None
        await asyncio.sleep(1.1)
        trying = buckets.take(bucket, 1)
        for _ in range(100):
            nobody_waits = buckets.take(bucket, 1)
            assert nobody_waits.done()
            assert nobody_waits.result() is None
        assert not trying.done()
        assert await trying is None
    silent.close()


@pytest.mark.parametrize("said", ["", "100", "100/s", "0+1/s", "1+0/s", "-1+1/s", "1.5+1/s", "many"])
def test_a_rate_that_is_none_does_not_start(tmp_path: Path, said: str) -> None:
    with pytest.raises(ValidationError, match=r"2000\+100/s"):
        settings(Issuer(tmp_path), "redis://x", "x", {}, "production", RATE_ADMIN_STAFF=said)


def test_a_rate_reads_as_it_is_written(tmp_path: Path) -> None:
    told = settings(Issuer(tmp_path), "redis://x", "x", {}, "production", RATE_ADMIN_STAFF="300+7/s")
    assert told.rate_staff == Rate(300, 7)
    assert str(told.rate_staff) == "300+7/s"


async def _admitted(buckets: Buckets, bucket: Bucket, points: int) -> bool:
    """As a surface admits: without waiting where there is plenty."""
    if buckets.is_ample(bucket, points):
        buckets.take(bucket, points)
        return True
    taken = await buckets.take(bucket, points)
    return taken is not None and not taken.wait_ms


async def test_who_does_not_wait_for_a_full_bucket_takes_no_more_than_it_holds(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(100, 1)
    assert await _admitted(buckets, bucket, 1)
    ample = 0
    given = 1
    started = time.monotonic()
    for _ in range(4):
        ample += buckets.is_ample(bucket, 3)
        given += 3 * sum(await asyncio.gather(*(_admitted(buckets, bucket, 3) for _ in range(15))))
    assert ample >= 1, "the first do not wait"
    assert 97 <= given <= 101 + (time.monotonic() - started)
    left = await buckets.take(bucket, 0)
    assert left is not None
    assert left.left <= 3 + (time.monotonic() - started)
    assert not buckets.is_ample(bucket, 1)


async def test_a_bucket_counts_as_full_for_a_second_and_while_redis_answers(redis: Redis) -> None:
    buckets, bucket = Buckets(redis), _bucket(100, 1)
    assert not buckets.is_ample(bucket, 1), "nobody saw it yet"
    await buckets.take(bucket, 1)
    assert [buckets.is_ample(bucket, points) for points in (49, 50)] == [True, False]
    await asyncio.sleep(1.05)
    assert not buckets.is_ample(bucket, 1), "others may have emptied it"


async def test_what_others_emptied_is_given_once_more_at_most_and_then_refused(redis: Redis) -> None:
    ours, theirs, bucket = Buckets(redis), Buckets(redis), _bucket(100, 1)
    await ours.take(bucket, 1)
    await theirs.take(bucket, 99)
    assert await _admitted(ours, bucket, 5), "it was seen full"
    await asyncio.sleep(0.1)
    assert not ours.is_ample(bucket, 5)
    assert not await _admitted(ours, bucket, 5)
