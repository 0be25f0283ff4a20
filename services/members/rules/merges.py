"""Merges: when two members may be taken for one, and how that is undone."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Conflict, Declined, Invalid, NotFound, Refusal
from services.members.rules.accesses import holds_personal_data
from services.members.rules.identities import IdentityKind
from services.members.rules.links import Link, may_have_been_reissued
from services.members.rules.members import MemberErased, MemberNotActive, MemberStatus, UnknownMember

FOLLOWERS = ("loyalty", "consent")
"""The services that follow a merge and say so by an event of their own."""

_MERGE_ID = re.compile(r"[\w.:-]{1,100}", re.ASCII)
_UUID = re.compile(
    r"[0-9a-f]{8}-?[0-9a-f]{4}-?[1-8][0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}", re.IGNORECASE
)
_REASON = re.compile(r"[A-Z0-9_]{1,64}")


class MergeIntoItself(Invalid):
    """A member is merged into another one."""


class MemberAlreadyMerged(Conflict):
    """One of the two was merged into somebody already."""


class MergeAlreadyRecorded(Conflict):
    """The same merge id was recorded with another body."""


class UnknownMerge(NotFound):
    """The member was not merged under this id."""


class SurvivorMerged(Conflict):
    """The survivor was merged into another member since."""


class MergeIdNotValid(Invalid):
    """The merge id is not an id, or holds personal data."""

    code = "MALFORMED_ID"


class ReasonCodeNotValid(Invalid):
    """The reason is not a code."""


class MergeNotProven(Declined):
    """What was verified does not prove that two members are one."""


class MergeCause(IntEnum):
    """Why two members were taken for one; numbered as the contract's."""

    LOGIN = 1
    CLAIM = 2
    STAFF = 3


class Side(NamedTuple):
    """One member of a merge, as locked."""

    member_id: UUID
    status: MemberStatus
    joined_at: datetime
    merged_into: UUID | None


class Followed(NamedTuple):
    """When another service followed a merge, and its undoing."""

    merged_at: datetime | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Merge:
    """One member's merge into another."""

    from_member: UUID
    merge_id: str
    into_member: UUID
    cause: MergeCause
    actor: str
    reason: str
    merged_at: datetime
    undone_at: datetime | None = None
    undone_by: str = ""
    undone_reason: str = ""

    def undone(self, by: str, reason: str, now: datetime) -> "Merge":
        """The merge as it is once it was a mistake."""
        return replace(self, undone_at=now, undone_by=by, undone_reason=reason)


def merge_id_of(text: str) -> str:
    """A merge's id, which travels in events and therefore tells nothing. Raises ``MergeIdNotValid``."""
    # One UUID in six hundred has digits in a row that would pass for a number of somebody's.
    if not _MERGE_ID.fullmatch(text) or holds_personal_data(_UUID.sub("", text)):
        raise MergeIdNotValid(
            "a merge id has 1 to 100 letters, digits and . _ : -, and is no phone or identity number",
            field="merge_id",
        )
    return text


def reason_of(text: str) -> str:
    """A reason code. Raises ``ReasonCodeNotValid``."""
    if not _REASON.fullmatch(text) or holds_personal_data(text):
        raise ReasonCodeNotValid("the reason is a code: 1 to 64 of A-Z, 0-9 and _", field="reason")
    return text


def be_mergeable(merge: Merge, sides: Mapping[UUID, Side]) -> None:
    """Refuse a merge that makes a circle, is of nobody, or of who was merged or is closing."""
    if merge.from_member == merge.into_member:
        raise MergeIntoItself("a member is merged into another one", field="into_member_id")
    for member_id, field in ((merge.from_member, "from_member_id"), (merge.into_member, "into_member_id")):
        side = sides.get(member_id)
        if side is None:
            raise _about(UnknownMember(), field)
        if side.merged_into is not None:
            raise MemberAlreadyMerged(
                "this member was merged into another: name that one, or undo that merge first", field=field
            )
        if side.status is MemberStatus.ERASED:
            raise _about(MemberErased(), field)
        if side.status not in (MemberStatus.ACTIVE, MemberStatus.FROZEN):
            raise _about(MemberNotActive(), field)
        if merge.cause is not MergeCause.STAFF and side.status is not MemberStatus.ACTIVE:
            raise MergeNotProven("only staff merge a member who is frozen", field=field)


def be_undoable(sides: Mapping[UUID, Side], merge: Merge) -> None:
    """Refuse while the survivor is merged into another one: merges are undone from the last. Nobody erased parts."""
    if sides[merge.into_member].status is MemberStatus.ERASED:
        raise MemberErased
    if sides[merge.into_member].merged_into is not None:
        raise SurvivorMerged(
            "the survivor was merged into another member since: undo that merge first", field="merge_id"
        )


def survivor_first(one: Side, other: Side) -> tuple[Side, Side]:
    """Who survives when two members turn out to be one, and who is merged: the one who joined first stays."""
    first, second = sorted((one, other), key=lambda side: (side.joined_at, side.member_id))
    return first, second


def proves_one_person(ours: Sequence[Link], theirs: Sequence[Link], now: datetime) -> bool:
    """True when identities verified in one login prove two members to be one.

    It takes one of each member's that was verified before; a device proves nothing, and neither does a number that
    may have been given to somebody else since, nor what only staff vouch for.
    """
    return any(_is_proof(link, now) for link in ours) and any(_is_proof(link, now) for link in theirs)


def _is_proof(link: Link, now: datetime) -> bool:
    return (
        link.proven
        and link.identity.kind is not IdentityKind.DEVICE
        and not may_have_been_reissued(link, now)
    )


def _about(refusal: Refusal, field: str) -> Refusal:
    refusal.field = field
    return refusal
