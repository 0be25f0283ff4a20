"""Rotations: the worker that exchanges keys, step by step; killed at any point, the next one takes it up.

A step is done once its outcome is written down, and each can be done twice. Where processes must agree (a new key
may write only once everybody reads with it), the step waits until all that were seen lately have read the ring.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter
from uuid import UUID

import structlog

from services.kit import clock
from services.kit.database import RawConnection
from services.members.jobs import reindexing as reindexing_job
from services.members.jobs import renewals as renewals_job
from services.members.jobs.keyrings import ALIVE_S, RingReader
from services.members.rules.keyrings import DIGESTS, KeyRing
from services.members.rules.rotations import START, Cursor, Rotation, RotationKind, Stage
from services.members.storage import keyring_changes, reindexing, renewals, rewraps, ring_readers, rotations
from services.members.storage.databases import Databases
from services.members.storage.keyring_changes import KeyRingReadOnly
from services.members.storage.keyrings import LOCAL
from services.members.storage.providers.provider import KeyProvider, KeyRingRefused

log = structlog.get_logger()

BATCH = 4000
_RETRY = timedelta(seconds=60)
"""How long to leave alone what two passes could not bring to the new key, and a provider that refused one."""


@dataclass(slots=True)
class Rotating:
    """What a worker needs to rotate keys."""

    databases: Databases
    ring: KeyRing
    reader: RingReader
    path: Path
    alive_s: float = ALIVE_S
    provider: KeyProvider = LOCAL
    """Who makes and wraps the ring's new keys."""
    _refused_at: datetime | None = None

    async def work(self) -> None:
        """Bring the rotation that is under way as far as it goes now, unless another worker does."""
        if self._refused_at is not None and clock.now() - self._refused_at < _RETRY:
            return
        async with rotations.working(self.databases.keys_pool) as connection:
            if connection is None:
                return
            while (rotation := await rotations.under_way(connection)) is not None:
                try:
                    after = await _STEPS[rotation.stage](self, connection, rotation)
                except KeyRingReadOnly as why:
                    after = replace(rotation, waiting_for=str(why))
                except KeyRingRefused as why:
                    self._refused_at = clock.now()
                    after = replace(rotation, waiting_for=str(why))
                if after is rotation:
                    return
                await rotations.save(connection, after)
                if after.stage is not rotation.stage:
                    _log(after)
                elif after.waiting_for:
                    return
                await asyncio.sleep(0)

    async def _adding(self, connection: RawConnection, rotation: Rotation) -> Rotation:
        plan = rotation.plan
        if plan.new_kek is not None:
            generation = await asyncio.to_thread(
                keyring_changes.add_kek, self.path, plan.new_kek, self.provider
            )
        else:
            digest = DIGESTS[self.ring.suite]
            generation = await asyncio.to_thread(
                keyring_changes.add_index_keys, self.path, plan.indexes, digest, self.provider
            )
        return await self._agreed(connection, rotation, generation, Stage.SWITCHING)

    async def _switching(self, connection: RawConnection, rotation: Rotation) -> Rotation:
        plan = rotation.plan
        if plan.new_kek is not None:
            generation = await asyncio.to_thread(keyring_changes.switch_kek, self.path, plan.new_kek)
        else:
            generation = await asyncio.to_thread(keyring_changes.switch_index_keys, self.path, plan.indexes)
        after = await self._agreed(connection, rotation, generation, Stage.WORKING)
        if after.stage is not Stage.WORKING:
            return after
        if rotation.kind is RotationKind.INDEX_KEY:
            async with connection.transaction():
                await reindexing.pair(connection, plan.indexes)
        return after

    async def _agreed(
        self, connection: RawConnection, rotation: Rotation, generation: int, then: Stage
    ) -> Rotation:
        """On to the next stage, if every process has read the ring."""
        if generation > rotation.ring_generation:
            rotation = replace(rotation, ring_generation=generation)
            await rotations.save(connection, rotation)
        await self.reader.refresh()
        behind = await ring_readers.behind(connection, generation, self.alive_s)
        if behind:
            return replace(
                rotation,
                waiting_for=f"{behind} processes have not read generation {generation} of the key ring",
            )
        return replace(rotation, stage=then, waiting_for="")

    async def _working(self, connection: RawConnection, rotation: Rotation) -> Rotation:
        if rotation.cursor == START and rotation.passes == 0:
            rotation = replace(rotation, rows_total=await self._total(connection, rotation))
        began = perf_counter()
        if rotation.kind is RotationKind.KEK:
            # Progress is written with the batch, so that it tells neither more nor less than what was done.
            async with connection.transaction():
                cursor, done = await rewraps.rewrap(
                    connection, self.ring, rotation.plan.old_keks, rotation.cursor, BATCH
                )
                after = _advanced(rotation, cursor, done, perf_counter() - began)
                await rotations.save(connection, after)
                return after
        batch = renewals_job.renew if rotation.kind is RotationKind.DEK else reindexing_job.backfill
        cursor, done = await batch(self.databases, self.ring, connection, rotation)
        return _advanced(rotation, cursor, done, perf_counter() - began)

    async def _proving(self, connection: RawConnection, rotation: Rotation) -> Rotation:
        if rotation.waiting_for and rotation.updated_at and clock.now() - rotation.updated_at < _RETRY:
            return rotation
        if rotation.kind is RotationKind.KEK:
            async with connection.transaction():
                await rewraps.close(connection, rotation.plan.old_keks)
        elif rotation.kind is RotationKind.INDEX_KEY:
            await reindexing_job.clear_strays(self.databases, self.ring, connection, rotation.plan.indexes)
        count, members, query = await self._left(connection, rotation)
        proof = f"{query} = {count}"
        if count:
            again = replace(rotation, stage=Stage.WORKING, cursor=START, proof=proof, waiting_for="")
            waiting = replace(rotation, proof=proof, waiting_for=_named(count, members))
            # A second pass takes what the first one raced with; what that leaves needs somebody to look at it.
            return again if rotation.passes < 2 or rotation.waiting_for else waiting
        proved = replace(rotation, proof=proof, proved_at=clock.now(), waiting_for="")
        if rotation.kind is RotationKind.DEK:
            return replace(proved, stage=Stage.DONE, finished_at=clock.now())
        if rotation.kind is RotationKind.INDEX_KEY:
            return replace(proved, stage=Stage.RETIRING)
        return replace(proved, stage=Stage.DESTROYING if rotation.destroys else Stage.PROVED)

    async def _total(self, connection: RawConnection, rotation: Rotation) -> int:
        """How many rows there are to bring to the new key."""
        if rotation.kind is RotationKind.INDEX_KEY:
            async with rotations.patiently(connection):
                return await reindexing.count(connection, rotation.plan.indexes)
        return (await self._left(connection, rotation))[0]

    async def _left(self, connection: RawConnection, rotation: Rotation) -> tuple[int, list[UUID], str]:
        async with rotations.patiently(connection):
            if rotation.kind is RotationKind.KEK:
                return await rewraps.left(connection, rotation.plan.old_keks)
            if rotation.kind is RotationKind.DEK:
                return await renewals.left(connection, rotation.started_at)
            return await reindexing.left(connection, rotation.plan.indexes)

    async def _retiring(self, connection: RawConnection, rotation: Rotation) -> Rotation:
        generation = await asyncio.to_thread(
            keyring_changes.retire_index_keys, self.path, rotation.plan.indexes
        )
        after = await self._agreed(connection, rotation, generation, Stage.DESTROYING)
        if after.stage is Stage.DESTROYING:
            async with connection.transaction():
                await reindexing.close(connection, rotation.plan.indexes)
        return after

    async def _destroying(self, connection: RawConnection, rotation: Rotation) -> Rotation:
        plan = rotation.plan
        if rotation.kind is RotationKind.INDEX_KEY:
            async with connection.transaction():
                if await reindexing.drop_old(connection, plan.indexes, BATCH):
                    return replace(rotation, waiting_for="")
            generation = await asyncio.to_thread(keyring_changes.destroy_index_keys, self.path, plan.indexes)
        else:
            count, members, query = await self._left(connection, rotation)
            if count:
                return replace(
                    rotation,
                    stage=Stage.PROVED,
                    proof=f"{query} = {count}",
                    waiting_for=_named(count, members),
                )
            generation = await asyncio.to_thread(keyring_changes.destroy_keks, self.path, plan.old_keks)
        done = await self._agreed(connection, rotation, generation, Stage.DONE)
        return replace(done, finished_at=clock.now()) if done.stage is Stage.DONE else done


_STEPS: dict[Stage, Callable[[Rotating, RawConnection, Rotation], Awaitable[Rotation]]] = {
    Stage.ADDING: Rotating._adding,
    Stage.SWITCHING: Rotating._switching,
    Stage.WORKING: Rotating._working,
    Stage.PROVING: Rotating._proving,
    Stage.RETIRING: Rotating._retiring,
    Stage.DESTROYING: Rotating._destroying,
}


def _advanced(rotation: Rotation, cursor: Cursor | None, done: int, took_s: float) -> Rotation:
    if cursor is None:
        return replace(rotation, stage=Stage.PROVING, passes=rotation.passes + 1)
    return replace(
        rotation, cursor=cursor, rows_done=rotation.rows_done + done, worked_s=rotation.worked_s + took_s
    )


def _named(count: int, members: Sequence[UUID]) -> str:
    named = ", ".join(str(member) for member in members)
    return f"{count} rows are left on the old keys, and do not open or are written anew: see members {named}"


def _log(rotation: Rotation) -> None:
    log.info(
        "key rotation",
        rotation=str(rotation.rotation_id),
        kind=rotation.kind.name,
        stage=rotation.stage.name,
        rows=rotation.rows_done,
        rows_per_second=round(rotation.rows_per_second),
    )
