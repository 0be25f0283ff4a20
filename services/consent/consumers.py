"""The door where consent hears: who was erased, merged or parted, and in every process what any of them decided."""

import asyncio
from collections.abc import Sequence
from datetime import UTC
from uuid import UUID

import structlog
from huiyuan.consent.v1.events_pb2 import ConsentEvent
from huiyuan.members.v1.events_pb2 import MembersEvent
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.consent.actions import erasures, merges
from services.consent.storage.standings import KeptStandings
from services.kit import database, stream

log = structlog.get_logger()

_STREAMS = stream.names("consent")
_BLOCK_MS = 1_000
_PAUSE_S = 0.3


async def hear_members(connection: database.Connection, heard: Sequence[stream.Event]) -> None:
    """Erase whom the members service erased; follow whom it merged, and whom it parted again."""
    for event in heard:
        if event.type not in ("MemberErased", "MembersMerged", "MergeUndone"):
            continue
        message = MembersEvent.FromString(event.body)
        member_id, at = UUID(message.member_id), message.occurred_at.ToDatetime(tzinfo=UTC)
        if event.type == "MemberErased":
            await erasures.erase(connection, member_id, UUID(message.member_erased.erasure_id), at)
        elif event.type == "MembersMerged":
            merged = message.members_merged
            await merges.merge(connection, member_id, UUID(merged.into_member_id), merged.merge_id, at)
        else:
            undone = message.merge_undone
            await merges.undo(connection, member_id, UUID(undone.into_member_id), undone.merge_id, at)


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
                said = ConsentEvent.FromString(event.body)
                if said.epoch:
                    for member_id in {said.member_id, said.merge_followed.into_member_id} - {""}:
                        self._kept.decided(UUID(member_id), said.epoch)
                else:
                    self._kept.forget()
