"""Following: every process hears what any process decided, and drops what it kept of it."""

import asyncio
from uuid import UUID

import structlog
from huiyuan.consent.v1 import events_pb2
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.consent.storage.standings import KeptStandings
from services.kit import stream

log = structlog.get_logger()

_STREAMS = stream.names("consent")
_BLOCK_MS = 1_000
_PAUSE_S = 0.3


class Follower:
    """Reads our own streams from now on. While they are away, the two seconds of what is kept hold by themselves."""

    def __init__(self, redis: Redis, kept: KeptStandings) -> None:
        self._redis = redis
        self._kept = kept

    async def run(self) -> None:
        """Follow until cancelled; when the streams are there again, everything is read anew."""
        while True:
            try:
                await self._follow()
            except (RedisError, OSError) as error:
                log.warning("invalidation waits for the streams", because=type(error).__name__)
            except Exception:
                log.exception("invalidation left out an event")
            await asyncio.sleep(_PAUSE_S)

    async def _follow(self) -> None:
        cursors = await stream.last_ids(self._redis, _STREAMS)
        self._kept.forget()  # what was decided before these ids is read, and not heard
        while True:
            for event in await stream.read(self._redis, cursors, block_ms=_BLOCK_MS):
                cursors[event.stream] = event.id
                said = events_pb2.ConsentEvent.FromString(event.body)
                if said.epoch:
                    self._kept.decided(UUID(said.member_id), said.epoch)
                else:
                    self._kept.forget()
