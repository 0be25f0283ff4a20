"""Rotations, asked: keys are exchanged by the worker; here it is begun, watched, paused and confirmed."""

from typing import Any
from uuid import UUID

from huiyuan.members.v1 import rotations_pb2 as wire

from services.kit import clock, rpc
from services.kit.instants import timestamp
from services.members.rpc.pages import after_of
from services.members.rules import rotations as rules
from services.members.rules.accesses import UnmaskNotValid, reason_of
from services.members.rules.keyrings import KeyRing
from services.members.rules.members import member_id_of, new_member_id
from services.members.rules.rotations import (
    OldKeysNeeded,
    Rotation,
    RotationKind,
    RotationNotValid,
    UnknownRotation,
)
from services.members.storage import rotations
from services.members.storage.databases import Databases

_KINDS = {kind: wire.RotationKind.Name(kind) for kind in RotationKind}
_STAGES = {stage: wire.RotationStage.Name(stage) for stage in rules.Stage}
_KEEPERS = (rpc.staff("privacy_officer"), rpc.systems("key_keeper"))
_READERS = (rpc.staff("privacy_officer", "operations", "auditor"), rpc.systems("key_keeper"))


class Rotations:
    """The handlers of ``RotationsService``."""

    def __init__(self, databases: Databases, ring: KeyRing) -> None:
        self._pool = databases.keys_pool
        self._ring = ring

    @rpc.allow(*_KEEPERS)
    async def start_rotation(self, request: wire.StartRotationRequest, _: Any) -> wire.StartRotationResponse:
        now = clock.now()
        kind = _kind(request.kind)
        if request.destroys and kind is not RotationKind.KEK:
            raise RotationNotValid(
                "only old key-encryption keys are kept until asked: leave destroys out", field="destroys"
            )
        new = Rotation(
            rotation_id=new_member_id(now),
            kind=kind,
            plan=rules.plan(kind, self._ring, tuple(request.index_kinds)),
            started_by=rpc.caller().actor,
            reason=_reason(request.reason),
            started_at=now,
            stage=rules.FIRST_STAGE[kind],
            destroys=request.destroys,
        )
        return wire.StartRotationResponse(rotation=_rotation(await rotations.add(self._pool, new)))

    @rpc.allow(*_READERS)
    async def get_rotation(self, request: wire.GetRotationRequest, _: Any) -> wire.GetRotationResponse:
        return wire.GetRotationResponse(rotation=_rotation(await self._known(request.rotation_id)))

    @rpc.allow(*_READERS)
    async def list_rotations(self, request: wire.ListRotationsRequest, _: Any) -> wire.ListRotationsResponse:
        after = after_of(request.first, request.after)
        page = await rotations.newest(self._pool, request.first + 1, after)
        return wire.ListRotationsResponse(
            rotations=[_rotation(each) for each in page[: request.first]],
            has_next_page=len(page) > request.first,
        )

    @rpc.allow(*_KEEPERS)
    async def pause_rotation(self, request: wire.PauseRotationRequest, _: Any) -> wire.PauseRotationResponse:
        return wire.PauseRotationResponse(rotation=await self._paused(request.rotation_id, paused=True))

    @rpc.allow(*_KEEPERS)
    async def resume_rotation(
        self, request: wire.ResumeRotationRequest, _: Any
    ) -> wire.ResumeRotationResponse:
        return wire.ResumeRotationResponse(rotation=await self._paused(request.rotation_id, paused=False))

    @rpc.allow(*_KEEPERS)
    async def destroy_old_keys(
        self, request: wire.DestroyOldKeysRequest, _: Any
    ) -> wire.DestroyOldKeysResponse:
        known = await self._known(request.rotation_id)
        if not await rotations.destroy(self._pool, known.rotation_id, rpc.caller().actor):
            raise OldKeysNeeded(
                "the old keys may still be needed: they are destroyed once it is proved that nothing is left on them",
                field="rotation_id",
                stage=known.stage.name,
            )
        return wire.DestroyOldKeysResponse(rotation=_rotation(await self._known(request.rotation_id)))

    async def _paused(self, rotation_id: str, *, paused: bool) -> wire.Rotation:
        known = await self._known(rotation_id)
        await rotations.pause(self._pool, known.rotation_id, paused=paused)
        return _rotation(await self._known(rotation_id))

    async def _known(self, rotation_id: str) -> Rotation:
        asked: UUID | None = member_id_of(rotation_id)
        if asked is None:
            raise UnknownRotation("there is no such rotation of keys", field="rotation_id")
        return await rotations.get(self._pool, asked)


def _kind(asked: int) -> RotationKind:
    try:
        return RotationKind(asked)
    except ValueError:
        raise RotationNotValid(
            "say what to rotate: key-encryption key, data keys or index keys", field="kind"
        ) from None


def _reason(text: str) -> str:
    try:
        return reason_of(text)
    except UnmaskNotValid as refusal:
        raise RotationNotValid(refusal.message, field="reason") from None


def _rotation(of: Rotation) -> wire.Rotation:
    return wire.Rotation(
        rotation_id=str(of.rotation_id),
        kind=_KINDS[of.kind],
        stage=_STAGES[of.stage],
        paused=of.paused,
        started_by=of.started_by,
        reason=of.reason,
        started_at=timestamp(of.started_at),
        old_keys=[f"{kek_id}/{epoch}" for kek_id, epoch in of.plan.old_keks],
        new_key="{}/{}".format(*of.plan.new_kek) if of.plan.new_kek else "",
        index_kinds=[change.kind for change in of.plan.indexes],
        rows_total=of.rows_total,
        rows_done=of.rows_done,
        rows_left=of.rows_left,
        rows_per_second=of.rows_per_second,
        seconds_left=of.seconds_left,
        waiting_for=of.waiting_for,
        proof=of.proof,
        proved_at=of.proved_at and timestamp(of.proved_at),
        destroyed_by=of.destroyed_by,
        finished_at=of.finished_at and timestamp(of.finished_at),
    )
