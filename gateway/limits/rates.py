"""Rates: a token bucket for each caller, kept in Redis, so that all gateways of an installation count as one."""

import asyncio
import collections
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Self

import orjson
import structlog
from prometheus_client import Counter
from redis.asyncio import Redis

log = structlog.get_logger()

uncounted_total = Counter(
    "huiyuan_graphql_uncounted_total", "Operations admitted or refused without a count, Redis being away."
)

_SCRIPT = Path(__file__).with_name("take.lua").read_text()
_BUCKETS_A_CALL = 500
_AWAY_S = 1.0
"""How long Redis is not asked again once it did not answer; one asks then, and nobody else waits for it."""
_SEEN_FOR_S = 1.0
"""How long it counts what a bucket was seen to hold."""

_GATHERED_S = 0.2
"""How long what nobody waits for is kept back, so that many requests of a caller are one taking. However long it is, no
more is admitted in that time than a bucket was seen to hold above its half."""

_REMEMBERED = 20_000


class Rate(NamedTuple):
    """What a bucket holds at most, and what it gets back a second, in points of cost."""

    holds: int
    per_second: int

    @classmethod
    def parse(cls, said: object) -> Self:
        """A rate as settings write it: ``2000+100/s``. Raises ``ValueError``."""
        if isinstance(said, cls):
            return said
        found = re.fullmatch(r"([1-9]\d{0,11})\+([1-9]\d{0,11})/s", str(said))
        if found is None:
            raise ValueError("a rate must read, for instance: 2000+100/s")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.holds}+{self.per_second}/s"


class Bucket(NamedTuple):
    """One caller's bucket."""

    key: str
    rate: Rate
    payer: str
    """What kind of caller it is, for metrics."""


class Taken(NamedTuple):
    """How a bucket was left: what it holds, and how long until it would hold what was asked; 0 when it did."""

    left: int
    wait_ms: int


class _Refused(NamedTuple):
    """What a bucket said when it last was not enough: when it may hold so many points."""

    points: int
    enough_at_s: float


class _Seen(NamedTuple):
    """What a bucket held when Redis last said it, and when that was asked."""

    left: int
    asked_at_s: float


_Taking = tuple[Bucket, int, asyncio.Future[Taken | None] | None]
"""What is taken of which bucket, and who is told."""


class Buckets:
    """Takes from buckets, in as few calls as waiting allows.

    What is asked for while a call is in flight leaves together with the next. What Redis said of a bucket that was not
    enough is remembered: until it may be enough again, nobody asks Redis for it.
    """

    def __init__(self, redis: Redis) -> None:
        self._take = redis.register_script(_SCRIPT)
        self._waiting: list[_Taking] = []
        self._later: collections.Counter[Bucket] = collections.Counter()
        """What nobody waits for, as one taking of each bucket."""
        self._calling: asyncio.Task[None] | None = None
        self._gathering: asyncio.TimerHandle | None = None
        self._awaited = False
        """Whether somebody waits for what is taken next."""
        self._away = False
        self._try_again_at_s = 0.0
        self._refused: dict[str, _Refused] = {}
        self._seen: dict[str, _Seen] = {}
        self._owed: collections.Counter[str] = collections.Counter()

    def is_ample(self, bucket: Bucket, points: int) -> bool:
        """Whether a bucket was just seen so full that half of it stays whatever of ours is still on its way.

        Such a taking needs no waiting for. Others may have emptied the bucket since: they gain what this process admits
        until its next call to Redis is answered, which then says so.
        """
        seen = self._seen.get(bucket.key)
        if seen is None or self._away or time.monotonic() - seen.asked_at_s > _SEEN_FOR_S:
            return False
        return seen.left - self._owed[bucket.key] - points >= bucket.rate.holds // 2

    def take_later(self, bucket: Bucket, points: int) -> None:
        """Take so many points a little later, together with more; they are owed until then, and nobody is told.

        What is gathered of one bucket is one taking: Redis and its client have work with each.
        """
        self._later[bucket] += points
        self._owed[bucket.key] += points
        # Once it is known when what is gathered leaves, there is nothing to do but for the many who fill a call.
        if self._calling is None and (self._gathering is None or len(self._later) >= _BUCKETS_A_CALL):
            self._call_soon()

    def take(self, bucket: Bucket, points: int) -> asyncio.Future[Taken | None]:
        """Take so many points, or none when there are fewer. None when nobody could count."""
        future: asyncio.Future[Taken | None] = asyncio.get_running_loop().create_future()
        short = self.short_of(bucket, points)
        if short is not None:
            future.set_result(short)
        elif self._away and (self._calling is not None or time.monotonic() < self._try_again_at_s):
            uncounted_total.inc()
            future.set_result(None)
        else:
            self._waiting.append((bucket, points, future))
            self._owed[bucket.key] += points
            self._awaited = True
            if self._calling is None:
                self._call_soon()
        return future

    def _call_soon(self) -> None:
        if self._awaited or len(self._waiting) + len(self._later) >= _BUCKETS_A_CALL:
            self._begin()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(_GATHERED_S, self._begin)

    def _begin(self) -> None:
        if self._gathering is not None:
            self._gathering.cancel()
            self._gathering = None
        if self._calling is None:
            self._calling = asyncio.get_running_loop().create_task(self._call())

    def short_of(self, bucket: Bucket, points: int) -> Taken | None:
        """How a bucket is left that surely has fewer points, going by what it last said; None for any other."""
        refused = self._refused.get(bucket.key)
        if refused is None:
            return None
        now = time.monotonic()
        # Others may have taken of it since, so that this is the most that there can be.
        left = refused.points - (refused.enough_at_s - now) * bucket.rate.per_second
        if left >= points:
            return None
        wait_s = max(refused.enough_at_s - now, (points - left) / bucket.rate.per_second)
        return Taken(max(0, int(left)), max(1, int(wait_s * 1000)))

    async def _call(self) -> None:
        """Until nobody waits: one call at a time, each with what came meanwhile."""
        try:
            while self._waiting or self._later:
                self._waiting[:0] = [(bucket, points, None) for bucket, points in self._later.items()]
                self._later.clear()
                batch, self._waiting = self._waiting[:_BUCKETS_A_CALL], self._waiting[_BUCKETS_A_CALL:]
                self._awaited = self._awaited and bool(self._waiting)
                asked_at_s = time.monotonic()
                for (bucket, points, future), taken in zip(batch, await self._answers(batch), strict=True):
                    self._settle(bucket.key, points)
                    if taken is not None:
                        self._remember(bucket, points, taken, asked_at_s)
                    if future is not None and not future.done():
                        future.set_result(taken)
                if not self._awaited:
                    break
        finally:
            self._calling = None
            if self._waiting or self._later:
                self._call_soon()

    async def _answers(self, batch: Sequence[_Taking]) -> Sequence[Taken | None]:
        keys = [bucket.key for bucket, _, _ in batch]
        # In one argument: the client takes longer over each than the script over all of them.
        asked = orjson.dumps([(*bucket.rate, points) for bucket, points, _ in batch])
        try:
            said: list[int] = await self._take(keys, [asked])
        except Exception as error:
            # Whatever it is, those who wait get their answer.
            log.warning("rates are not counted", because=type(error).__name__)
            self._away = True
            self._try_again_at_s = time.monotonic() + _AWAY_S
            uncounted_total.inc(len(batch))
            return [None] * len(batch)
        self._away = False
        return [Taken(said[at], said[at + 1]) for at in range(0, len(said), 2)]

    def _settle(self, key: str, points: int) -> None:
        self._owed[key] -= points
        if not self._owed[key]:
            del self._owed[key]

    def _remember(self, bucket: Bucket, points: int, taken: Taken, asked_at_s: float) -> None:
        if len(self._seen) >= _REMEMBERED and bucket.key not in self._seen:
            del self._seen[next(iter(self._seen))]
        self._seen[bucket.key] = _Seen(taken.left, asked_at_s)
        if taken.wait_ms:
            if len(self._refused) >= _REMEMBERED:
                del self._refused[next(iter(self._refused))]
            self._refused[bucket.key] = _Refused(points, asked_at_s + (taken.wait_ms - 1) / 1000)
        elif self._refused:
            self._refused.pop(bucket.key, None)
