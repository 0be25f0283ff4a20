"""Key rotations as staff make and watch them: the keys of members' profiles are exchanged for new ones."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import strawberry
from huiyuan.members.v1 import rotations_pb2 as wire

from gateway.admin.audit import audited
from gateway.admin.permissions import KEY_KEEPERS, ROTATION_READERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, instant, optional_instant


@strawberry.enum(description="What is rotated.")
class KeyRotationKind(Enum):
    # The key-encryption key: every member's data key is wrapped anew.
    KEK = wire.ROTATION_KIND_KEK
    # Every member's data keys, and what they seal; after a key-encryption key was stolen.
    DEK = wire.ROTATION_KIND_DEK
    # The keys of the blind indexes that members are found by.
    INDEX_KEY = wire.ROTATION_KIND_INDEX_KEY


@strawberry.enum(description="How far a rotation of keys is.")
class KeyRotationStage(Enum):
    # Processes are waited for until they can read with the new key.
    ADDING = wire.ROTATION_STAGE_ADDING
    # Processes are waited for until they write with the new key.
    SWITCHING = wire.ROTATION_STAGE_SWITCHING
    WORKING = wire.ROTATION_STAGE_WORKING
    # What is left on the old key is counted.
    PROVING = wire.ROTATION_STAGE_PROVING
    # The old index key is neither read nor written any more.
    RETIRING = wire.ROTATION_STAGE_RETIRING
    # Nothing needs the old keys, which are kept until they are asked to be destroyed.
    PROVED = wire.ROTATION_STAGE_PROVED
    DESTROYING = wire.ROTATION_STAGE_DESTROYING
    DONE = wire.ROTATION_STAGE_DONE


@strawberry.type(description="One rotation of keys.")
class KeyRotation:
    id: strawberry.ID
    kind: KeyRotationKind
    stage: KeyRotationStage
    paused: bool
    started_by: str
    reason: str
    started_at: datetime
    old_keys: list[str] = strawberry.field(description="The key-encryption keys that go, as id/epoch.")
    new_key: str | None
    index_kinds: list[int]
    rows_total: Long
    rows_done: Long
    rows_left: Long
    rows_per_second: float
    seconds_left: float | None = strawberry.field(description="Null while nobody can tell.")
    waiting_for: str | None = strawberry.field(
        description="What keeps it from going on; null when nothing does."
    )
    proof: str | None = strawberry.field(
        description="The query that counted what is left on the old keys, and what it answered."
    )
    proved_at: datetime | None
    destroyed_by: str | None
    finished_at: datetime | None


@strawberry.input(description="What to rotate, and why.")
class StartKeyRotationInput:
    kind: KeyRotationKind
    index_kinds: list[int] = strawberry.field(
        default_factory=list, description="For index keys: which kinds; all that can be rotated when empty."
    )
    destroys: bool = strawberry.field(
        default=False,
        description="Destroy the old key-encryption keys as soon as nothing needs them, not only when asked: "
        "backups from before are then unreadable at once.",
    )
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.input(description="A rotation of keys, and why it is dealt with so.")
class KeyRotationInput:
    rotation_id: UUID
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.type
class KeyRotationPayload:
    rotation: KeyRotation | None
    user_errors: list[UserError]


@strawberry.type
class KeyRotationQueries:
    @strawberry.field(
        metadata=to(ROTATION_READERS),
        description="Rotations of keys, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def key_rotations(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[KeyRotation] | None:
        clients = info.context.clients
        page = await clients.rotations.list_rotations(
            wire.ListRotationsRequest(first=page_size(first), after=key_of(after)),
            headers=info.context.named(MEMBERS),
        )
        return connection(
            [_rotation(one) for one in page.rotations],
            [one.rotation_id for one in page.rotations],
            has_next_page=page.has_next_page,
            after=after,
        )


@strawberry.type
class KeyRotationMutations:
    @strawberry.mutation(
        metadata=to(KEY_KEEPERS),
        description="Begins to rotate keys under running work; there is one rotation at a time.",
    )
    async def start_key_rotation(self, info: Info, input: StartKeyRotationInput) -> KeyRotationPayload:
        context = info.context
        request = wire.StartRotationRequest(
            kind=wire.RotationKind.Name(input.kind.value),
            index_kinds=input.index_kinds,
            destroys=input.destroys,
            reason=input.reason,
        )
        started, refused = await audited(
            info,
            "startKeyRotation",
            {"kind": input.kind.name, "indexKinds": list(input.index_kinds), "destroys": input.destroys},
            input.reason,
            lambda: context.clients.rotations.start_rotation(request, headers=context.named(MEMBERS)),
        )
        return KeyRotationPayload(
            rotation=_rotation(started.rotation) if started else None, user_errors=refused
        )

    @strawberry.mutation(
        metadata=to(KEY_KEEPERS), description="Leaves a rotation of keys as it is, until it is resumed."
    )
    async def pause_key_rotation(self, info: Info, input: KeyRotationInput) -> KeyRotationPayload:
        request = wire.PauseRotationRequest(rotation_id=str(input.rotation_id))
        return await _done(
            info, "pauseKeyRotation", input, info.context.clients.rotations.pause_rotation, request
        )

    @strawberry.mutation(metadata=to(KEY_KEEPERS), description="Takes up a rotation of keys that was paused.")
    async def resume_key_rotation(self, info: Info, input: KeyRotationInput) -> KeyRotationPayload:
        request = wire.ResumeRotationRequest(rotation_id=str(input.rotation_id))
        return await _done(
            info, "resumeKeyRotation", input, info.context.clients.rotations.resume_rotation, request
        )

    @strawberry.mutation(
        metadata=to(KEY_KEEPERS),
        description="Destroys key-encryption keys of which it was proved that nothing needs them. "
        "What backups hold under them can never be read again.",
    )
    async def destroy_old_keys(self, info: Info, input: KeyRotationInput) -> KeyRotationPayload:
        request = wire.DestroyOldKeysRequest(rotation_id=str(input.rotation_id))
        return await _done(
            info, "destroyOldKeys", input, info.context.clients.rotations.destroy_old_keys, request
        )


async def _done(
    info: Info, operation: str, input: KeyRotationInput, call: Callable[..., Awaitable[Any]], request: Any
) -> KeyRotationPayload:
    """Deal with one rotation, as the audit then says."""
    context = info.context
    answer, refused = await audited(
        info,
        operation,
        {"rotationId": str(input.rotation_id)},
        input.reason,
        lambda: call(request, headers=context.named(MEMBERS)),
    )
    return KeyRotationPayload(rotation=_rotation(answer.rotation) if answer else None, user_errors=refused)


def _rotation(of: wire.Rotation) -> KeyRotation:
    return KeyRotation(
        id=strawberry.ID(of.rotation_id),
        kind=KeyRotationKind(of.kind),
        stage=KeyRotationStage(of.stage),
        paused=of.paused,
        started_by=of.started_by,
        reason=of.reason,
        started_at=instant(of.started_at),
        old_keys=list(of.old_keys),
        new_key=of.new_key or None,
        index_kinds=list(of.index_kinds),
        rows_total=Long(of.rows_total),
        rows_done=Long(of.rows_done),
        rows_left=Long(of.rows_left),
        rows_per_second=of.rows_per_second,
        seconds_left=of.seconds_left if of.HasField("seconds_left") else None,
        waiting_for=of.waiting_for or None,
        proof=of.proof or None,
        proved_at=optional_instant(of, "proved_at"),
        destroyed_by=of.destroyed_by or None,
        finished_at=optional_instant(of, "finished_at"),
    )
