"""Rotations: how keys are exchanged for new ones under running work, step by step, and how far that is.

    key-encryption key   adding → switching → working → proving → proved → destroying → done
    data keys                                 working → proving → done
    index keys           adding → switching → working → proving → retiring → destroying → done

A step ends only once every process that is alive has read the key ring that the step needs.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Conflict, Declined, Invalid, NotFound
from services.members.rules.blobs import KeyHeader
from services.members.rules.keyrings import REQUESTS, KeyRing


class RotationKind(IntEnum):
    """What is rotated. The numbers are kept in rows: they never change."""

    KEK = 1
    DEK = 2
    INDEX_KEY = 3


class Stage(IntEnum):
    """How far a rotation is. The numbers are kept in rows: they never change."""

    ADDING = 1
    """The new key is put into the ring, and every process waited for until it can read with it."""
    SWITCHING = 2
    """The new key writes; every process is waited for until it does."""
    WORKING = 3
    """Row after row is brought to the new key."""
    PROVING = 4
    """Nothing can be written with the old key any more, and what is left of it is counted."""
    RETIRING = 5
    """The old index key is neither read nor written; every process is waited for."""
    PROVED = 6
    """Nothing needs the old key-encryption keys; they are kept until somebody has them destroyed."""
    DESTROYING = 7
    DONE = 8


class RotationRunning(Conflict):
    """Another rotation of keys is under way, and there is one at a time."""


class UnknownRotation(NotFound):
    """There is no such rotation of keys."""


class RotationNotValid(Invalid):
    """A rotation is asked for of something that cannot be rotated."""


class OldKeysNeeded(Declined):
    """The old keys are still needed: rows are left on them, or nobody has proved yet that none is."""


class IndexChange(NamedTuple):
    """One kind of index going from a version of its key to the next."""

    kind: int
    old: int
    new: int


class Plan(NamedTuple):
    """What a rotation exchanges for what; decided when it starts."""

    old_keks: tuple[KeyHeader, ...] = ()
    new_kek: KeyHeader | None = None
    indexes: tuple[IndexChange, ...] = ()


class Cursor(NamedTuple):
    """Up to which key the work is done, in the order of (member, kind, generation)."""

    member_id: UUID = UUID(int=0)
    kind: int = 0
    dek_gen: int = 0


START = Cursor()


@dataclass(frozen=True, slots=True)
class Rotation:
    """One rotation of keys, as far as it is."""

    rotation_id: UUID
    kind: RotationKind
    plan: Plan
    started_by: str
    reason: str
    started_at: datetime
    stage: Stage
    destroys: bool = False
    """Whether proved key-encryption keys are destroyed at once, or only when somebody asks."""
    paused: bool = False
    ring_generation: int = 0
    """Of which generation every process's key ring must be at least."""
    cursor: Cursor = START
    passes: int = 0
    """How often all rows were gone through."""
    rows_total: int = 0
    rows_done: int = 0
    worked_s: float = 0.0
    """How long batches took in all, without pauses and outages."""
    waiting_for: str = ""
    """What keeps it from going on, in words for whoever is on call."""
    proof: str = ""
    """The query that counted what is left of the old keys, and what it answered."""
    proved_at: datetime | None = None
    destroyed_by: str = ""
    finished_at: datetime | None = None
    updated_at: datetime | None = None

    @property
    def rows_left(self) -> int:
        """At least so many; 0 once nothing is left or nothing was counted yet."""
        return 0 if self.stage > Stage.PROVING else max(self.rows_total - self.rows_done, 0)

    @property
    def rows_per_second(self) -> float:
        return self.rows_done / self.worked_s if self.worked_s else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rows that are left will take; None while nobody can tell."""
        return self.rows_left / self.rows_per_second if self.rows_per_second else None


FIRST_STAGE = {
    RotationKind.KEK: Stage.ADDING,
    RotationKind.DEK: Stage.WORKING,
    RotationKind.INDEX_KEY: Stage.ADDING,
}


def plan(kind: RotationKind, ring: KeyRing, kinds: tuple[int, ...] = ()) -> Plan:
    """What a rotation that starts now exchanges. ``kinds`` are those of indexes, all when empty.

    Raises ``RotationNotValid``.
    """
    if kind is not RotationKind.INDEX_KEY:
        if kinds:
            raise RotationNotValid("only index keys are rotated by kind: leave the kinds out", field="kinds")
        return _kek_plan(ring) if kind is RotationKind.KEK else Plan()
    held = {index for index, _ in ring.index_versions}
    if REQUESTS in kinds:
        raise RotationNotValid(
            "the key of kind 0 digests idempotency keys, which nothing can compute anew: it is kept for good",
            field="kinds",
        )
    if unknown := set(kinds) - held:
        raise RotationNotValid(f"there is no index of kind {min(unknown)}", field="kinds")
    return Plan(indexes=tuple([_index_change(ring, index) for index in sorted(kinds or held - {REQUESTS})]))


def _kek_plan(ring: KeyRing) -> Plan:
    # Epochs that an interrupted exchange of the ring left above the writing one are not used again.
    newest = max(header.epoch for header in ring.keks)
    return Plan(tuple(sorted(ring.keks)), KeyHeader(ring.writing.kek_id, newest + 1))


def _index_change(ring: KeyRing, index: int) -> IndexChange:
    versions = sorted(version for kind, version in ring.index_versions if kind == index)
    return IndexChange(index, versions[-1], versions[-1] + 1)
