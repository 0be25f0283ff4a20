"""The door where consent hears: who was erased, merged or parted, and in every process what any of them decided."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

import structlog
from huiyuan.consent.v1.events_pb2 import ConsentEvent
from huiyuan.kit.v1.erasures_pb2 import StoreAction
from huiyuan.members.v1.events_pb2 import MembersEvent
from prometheus_client import Gauge
from redis.asyncio import Redis
from redis.exceptions import RedisError

from services.consent.actions import erasures, fulfilling, guardians, merges
from services.consent.rules.rights import Proof
from services.consent.storage import decisions
from services.consent.storage.standings import KeptStandings
from services.kit import database, stream

log = structlog.get_logger()

followed_at = Gauge(
    "huiyuan_consent_gate_followed_timestamp_seconds",
    "When the gate had last heard what members decided elsewhere; else what it keeps lasts two seconds all the same.",
)

_STREAMS = stream.names("consent")
_BLOCK_MS = 1_000
_PAUSE_S = 0.3


async def hear_members(connection: database.Connection, heard: Sequence[stream.Event]) -> None:
    """Erase whom the members service erased; follow whom it merged and parted; note what it did for requests.

    Who is heard of is known from then on: a breach of what the contract needs is everybody's (PIPL 57), also of those who
    were never asked anything.
    """
    await decisions.know(connection, {UUID(event.member_id) for event in heard if event.member_id})
    for event in heard:
        hear = _HEARD.get(event.type)
        if hear is not None:
            message = MembersEvent.FromString(event.body)
            await hear(connection, message, message.occurred_at.ToDatetime(tzinfo=UTC))


async def _erased(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    await erasures.erase(connection, UUID(told.member_id), UUID(told.member_erased.erasure_id), at)


async def _merged(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    merged = told.members_merged
    await merges.merge(connection, UUID(told.member_id), UUID(merged.into_member_id), merged.merge_id, at)


async def _parted(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    undone = told.merge_undone
    await merges.undo(connection, UUID(told.member_id), UUID(undone.into_member_id), undone.merge_id, at)


async def _package_ready(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    await fulfilling.package_ready(connection, UUID(told.member_id), told.package_ready.package_id, at)


async def _closed(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    await fulfilling.membership_closed(connection, UUID(told.member_id), at)


async def _closing_canceled(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    await fulfilling.closing_canceled(connection, UUID(told.member_id), at)


async def _declined(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    declined = told.rights_task_declined
    await fulfilling.task_declined(connection, UUID(declined.request_id), declined.code, at)


async def _erasure_completed(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    completed = told.member_erasure_completed
    proofs = [
        Proof(
            f"{store.store}/{one.store}",
            StoreAction.Name(one.action).removeprefix("STORE_ACTION_"),
            one.count,
            "",
            at,
        )
        for store in completed.stores
        for one in store.proof
    ]
    await fulfilling.erasure_completed(connection, UUID(completed.erasure_id), proofs, at)


async def _registered(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    if told.member_registered.under14:
        await guardians.learn(connection, UUID(told.member_id), under14=True, now=at)


async def _profile_updated(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    updated = told.profile_updated
    if updated.HasField("under14"):
        await guardians.learn(connection, UUID(told.member_id), under14=updated.under14, now=at)
    await fulfilling.profile_corrected(connection, UUID(told.member_id), updated.fields, updated.revision, at)


async def _turned14(connection: database.Connection, told: MembersEvent, at: datetime) -> None:
    await guardians.learn(connection, UUID(told.member_id), under14=False, now=at)


_HEARD: Mapping[str, Callable[[database.Connection, MembersEvent, datetime], Awaitable[None]]] = {
    "MemberRegistered": _registered,
    "ProfileUpdated": _profile_updated,
    "MemberTurned14": _turned14,
    "MemberErased": _erased,
    "MembersMerged": _merged,
    "MergeUndone": _parted,
    "PackageReady": _package_ready,
    "MemberClosed": _closed,
    "MemberClosingCanceled": _closing_canceled,
    "RightsTaskDeclined": _declined,
    "MemberErasureCompleted": _erasure_completed,
}


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
            events = await stream.read(self._redis, cursors, block_ms=_BLOCK_MS)
            followed_at.set_to_current_time()
            for event in events:
                cursors[event.stream] = event.id
                said = ConsentEvent.FromString(event.body)
                if said.epoch:
                    for member_id in {said.member_id, said.merge_followed.into_member_id} - {""}:
                        self._kept.decided(UUID(member_id), said.epoch)
                elif not said.member_id:
                    self._kept.forget()
