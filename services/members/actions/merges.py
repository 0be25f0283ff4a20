"""Merges: two members become one, or two again, in one transaction that tells it to whoever follows."""

from datetime import datetime
from uuid import UUID

from services.kit.database import Connection
from services.members import events
from services.members.rules import merges as rules
from services.members.rules.members import MemberErased, UnknownMember, new_member_id
from services.members.rules.merges import (
    Merge,
    MergeAlreadyRecorded,
    MergeCause,
    MergeNotProven,
    UnknownMerge,
)
from services.members.storage import erasures, merges, packages


async def merge(connection: Connection, asked: Merge) -> tuple[Merge, bool]:
    """Let a member answer as another; True when it was asked before under this id.

    Raises ``MergeAlreadyRecorded`` and what ``be_mergeable`` does.
    """
    sides = await merges.lock(connection, [asked.from_member, asked.into_member])
    known = await merges.find(connection, asked.from_member, asked.merge_id)
    if known is not None:
        if (known.into_member, known.reason) != (asked.into_member, asked.reason):
            raise MergeAlreadyRecorded(
                "this merge id was recorded with another body: merge ids are used once", field="merge_id"
            )
        return known, True
    rules.be_mergeable(asked, sides)
    await merges.redirect(connection, asked.from_member, asked.into_member)
    await merges.add(connection, asked, rules.FOLLOWERS)
    await events.members_merged(
        connection, asked, sides[asked.from_member].joined_at, sides[asked.into_member].joined_at
    )
    return asked, False


async def merge_proven(
    connection: Connection,
    one: UUID,
    other: UUID,
    merge_id: str,
    cause: MergeCause,
    actor: str,
    now: datetime,
) -> Merge:
    """Merge two members whom one login proved to be one: who joined first stays.

    Raises what ``merge`` does, and ``MergeNotProven`` of two whom staff parted, also when asked again as before.
    """
    sides = await merges.lock(connection, [one, other])
    if await merges.were_parted(connection, one, other):
        raise MergeNotProven(
            "staff found these two not to be one: only staff merge them again", field="choice"
        )
    for member_id in (one, other):
        if (known := await merges.find(connection, member_id, merge_id)) is not None:
            return known
    if one not in sides or other not in sides:
        raise UnknownMember
    stays, goes = rules.survivor_first(sides[one], sides[other])
    asked = Merge(goes.member_id, merge_id, stays.member_id, cause, actor, "ONE_LOGIN", now)
    return (await merge(connection, asked))[0]


async def undo(
    connection: Connection, from_member: UUID, merge_id: str, by: str, reason: str, now: datetime
) -> tuple[Merge, bool]:
    """Let two members be two again; True when that was done before.

    Raises ``UnknownMerge``, ``SurvivorMerged``, and ``MemberErased`` from when both were asked to be erased as one.
    """
    known = await merges.find(connection, from_member, merge_id)
    if known is None:
        raise UnknownMerge("the member was not merged under this id: check the id", field="merge_id")
    sides = await merges.lock(connection, [from_member, known.into_member])
    known = await merges.find(connection, from_member, merge_id)
    assert known is not None, "merges are never deleted"
    if known.undone_at is not None:
        return known, True
    rules.be_undoable(sides, known)
    # Whose wish it was nobody knows any more, and one of them would be kept.
    if await erasures.is_asked_for(connection, known.into_member):
        raise MemberErased
    undone = known.undone(by, reason, now)
    await merges.note_undone(connection, undone)
    await merges.part(connection, from_member, known.into_member)
    # They may hold what is the other's.
    await packages.recall(connection, known.into_member, new_member_id(now), now)
    await events.merge_undone(connection, undone, now)
    return undone, False


async def acknowledge(
    connection: Connection, from_member: UUID, merge_id: str, service: str, now: datetime, *, undone: bool
) -> None:
    """Hear that a service followed."""
    await merges.acknowledge(connection, from_member, merge_id, service, now, undone=undone)
