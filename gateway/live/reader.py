"""The reader: one task reads every stream and hands each event to whoever watches its member."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing

import structlog
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.live.changes import CAUGHT_UP, RESYNCED, Change, change, mark, missed, place_of
from gateway.live.positions import STREAMS, Positions
from gateway.live.watchers import Watcher, Watchers
from services.kit import stream
from services.kit.refusal import Refusal, Unavailable

log = structlog.get_logger()

watching = Gauge("huiyuan_graphql_watchers", "Subscriptions that are being told of changes.")
read_at = Gauge(
    "huiyuan_graphql_changes_read_timestamp_seconds", "When the streams of changes were last read."
)

_READY_WITHIN_S = 3.0
_BLOCK_MS = 2000
_ASK_AGAIN_S = 5.0
"""How long it is not asked again under which names a member is watched, when nobody could say."""

Survivor = Callable[[], Awaitable[str]]
"""Who a member is by now: mostly the same. Raises a refusal."""


class LiveUnavailable(Unavailable):
    """Changes cannot be told yet: the streams are away."""


class Live:
    """Every stream's reader for the process; ``run`` it once, ``watch`` as often as wanted."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._positions: Positions | None = None
        self._ready = asyncio.Event()
        self._watchers = Watchers()
        self._edition = 0
        self._follows = False

    @property
    def edition(self) -> int | None:
        """Another number for each time that something was published; None while the streams are away.

        What was read under one edition is as the services know it for as long as the edition lasts.
        """
        return self._edition if self._follows else None

    async def run(self) -> None:
        """Read until cancelled; a Redis that goes away is waited for, and read on from where it was left."""
        while True:
            try:
                await self._follow()
            except (RedisError, OSError) as error:
                self._lose()
                log.warning("live reader waits", because=type(error).__name__)
                await asyncio.sleep(0.3)
            except Exception:
                # The event at fault is behind us already: it is left out, and the reading goes on.
                self._lose()
                log.exception("live reader left out an event")

    async def _follow(self) -> None:
        if self._positions is None:
            newest = await stream.last_ids(self._redis, STREAMS)
            self._positions = Positions(stream.position(newest[name]) for name in STREAMS)
            self._ready.set()
        positions = self._positions
        ids = positions.ids()
        while True:
            events = await stream.read(self._redis, ids, block_ms=_BLOCK_MS)
            self._follows = True
            read_at.set_to_current_time()
            for event in events:
                ids[event.stream] = event.id
                positions[place_of(event)] = event.seq, event.ord
                self._tell(event, positions)

    def _lose(self) -> None:
        self._follows = False
        self._edition += 1

    def _tell(self, event: stream.Event, positions: Positions) -> None:
        if not event.member_id:
            # What is about nobody is about everybody: purposes, notices, programmes.
            self._edition += 1
            self._watchers.heed(event)
        watchers = self._watchers.of(event.member_id)
        if not watchers:
            return
        told = change(event, positions.cursor)
        for watcher in watchers:
            # Another gateway process may have told this watcher further than we have read ourselves.
            if watcher.after is None or watcher.after[place_of(event)] < (event.seq, event.ord):
                watcher.tell(told)

    async def watch(
        self, member_id: str, after: str | None, survivor: Survivor
    ) -> AsyncGenerator[Change, None]:
        """What happens to a member: what was missed since ``after``, ``CAUGHT_UP``, and then each change.

        Whoever was merged into another is told of that other. While nobody can say who that is, the own id is watched;
        what was not told meanwhile is ``RESYNCED``.
        """
        since = None if after is None else Positions.of_cursor(after)
        try:
            async with asyncio.timeout(_READY_WITHIN_S):
                await self._ready.wait()
        except TimeoutError:
            raise LiveUnavailable("the event streams are away: try again") from None
        assert self._positions is not None
        watcher = Watcher(member_id, since)
        self._watchers.add(watcher)
        watching.inc()
        try:
            await self._name(watcher, survivor)
            watcher.wants = True
            until = self._positions.copy()
            if since is not None:
                async for told in missed(self._redis, watcher.names, since, until):
                    yield told
            yield mark(CAUGHT_UP, _furthest(until, since).cursor)
            async with aclosing(self._told(watcher, survivor)) as changes:
                async for told in changes:
                    yield told
        finally:
            self._watchers.discard(watcher)
            watching.dec()

    async def _told(self, watcher: Watcher, survivor: Survivor) -> AsyncGenerator[Change, None]:
        """Each change, under the names that count by then."""
        assert self._positions is not None
        ask_at_s = time.monotonic() + _ASK_AGAIN_S if watcher.in_doubt else 0.0
        while True:
            if watcher.in_doubt and time.monotonic() >= ask_at_s:
                known = watcher.names
                if not await self._name(watcher, survivor):
                    ask_at_s = time.monotonic() + _ASK_AGAIN_S
                elif not set(watcher.names) <= set(known):
                    yield mark(RESYNCED, self._positions.cursor)
            told = await watcher.next(max(0.0, ask_at_s - time.monotonic()) if watcher.in_doubt else None)
            if told is not None:
                yield told

    async def _name(self, watcher: Watcher, survivor: Survivor) -> bool:
        """Watch a member under the names that count now; False when nobody could say."""
        while watcher.in_doubt:
            watcher.in_doubt = False
            try:
                self._watchers.rename(watcher, await survivor())
            except Refusal as refusal:
                if refusal.retryable:
                    watcher.in_doubt = True
                    return False
                self._watchers.rename(watcher)
        return True


def _furthest(until: Positions, since: Positions | None) -> Positions:
    furthest = until.copy()
    if since is not None:
        for place in range(len(STREAMS)):
            furthest[place] = max(until[place], since[place])
    return furthest
