"""Merges at rest: who answers to whose id, why, and how far the other services followed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.members.rules.members import MemberStatus
from services.members.rules.merges import Followed, Merge, MergeCause, Side
from services.members.storage.databases import Databases

_MERGE = (
    "from_member, merge_id, into_member, cause, actor, reason, merged_at, undone_at, undone_by, undone_reason"
)

_MERGING = 0x6D65726765
"""The advisory lock that whoever merges holds: ``merge`` in ASCII."""


async def lock(connection: AsyncConnection, member_ids: Sequence[UUID]) -> dict[UUID, Side]:
    """Members, held until the transaction ends; one merge or undoing at a time over all processes.

    Whoever else is merged into them meanwhile is redirected, too: row locks alone would not see that one, or wait
    for each other in a circle. The events' lane lets only one commit at a time in any case.
    """
    await connection.execute(text("SELECT pg_advisory_xact_lock(:merging)"), {"merging": _MERGING})
    rows = await connection.execute(
        text(
            "SELECT member_id, status, joined_at, merged_into FROM members "
            "WHERE member_id = ANY(CAST(:members AS uuid[])) AND status > 0 ORDER BY member_id FOR UPDATE"
        ),
        {"members": list(member_ids)},
    )
    return {row[0]: Side(row[0], MemberStatus(row[1]), row[2], row[3]) for row in rows}


async def add(connection: AsyncConnection, merge: Merge, followers: Sequence[str]) -> None:
    """Keep a merge, and who is to follow it."""
    await connection.execute(
        text(
            "INSERT INTO merges (from_member, merge_id, into_member, cause, actor, reason, merged_at) "
            "VALUES (:from_member, :merge_id, :into_member, :cause, :actor, :reason, :merged_at)"
        ),
        {
            "from_member": merge.from_member,
            "merge_id": merge.merge_id,
            "into_member": merge.into_member,
            "cause": merge.cause,
            "actor": merge.actor,
            "reason": merge.reason,
            "merged_at": merge.merged_at,
        },
    )
    await connection.execute(
        text(
            "INSERT INTO merge_followers (from_member, merge_id, service) VALUES (:member, :merge, :service)"
        ),
        [{"member": merge.from_member, "merge": merge.merge_id, "service": service} for service in followers],
    )


async def note_undone(connection: AsyncConnection, merge: Merge) -> None:
    """Keep when, by whom and why a merge was undone."""
    await connection.execute(
        text(
            "UPDATE merges SET undone_at = :at, undone_by = :by, undone_reason = :reason "
            "WHERE from_member = :member AND merge_id = :merge"
        ),
        {
            "at": merge.undone_at,
            "by": merge.undone_by,
            "reason": merge.undone_reason,
            "member": merge.from_member,
            "merge": merge.merge_id,
        },
    )


async def redirect(connection: AsyncConnection, from_member: UUID, into_member: UUID) -> None:
    """Let a member, and all who were merged into that member before, answer as another: always the last of a chain.

    It counts as a change of the member's record: what is under way is tried again, and meets the survivor, and traits
    are indexed anew.
    """
    await connection.execute(
        text(
            "UPDATE members SET merged_into = :into, revision = revision + (member_id = :member)::int "
            "WHERE member_id = :member OR merged_into = :member"
        ),
        {"member": from_member, "into": into_member},
    )


async def part(connection: AsyncConnection, member_id: UUID, survivor: UUID) -> None:
    """Let a member stand alone again, with all who were merged into that member, by however many steps.

    It counts as a change of both records: traits are indexed anew, and what is under way for the one is tried again and
    does not come to rest with the other.
    """
    await connection.execute(
        text("UPDATE members SET revision = revision + 1 WHERE member_id = :survivor"), {"survivor": survivor}
    )
    await connection.execute(
        text(
            """WITH RECURSIVE theirs (member_id) AS (
                 VALUES (CAST(:member AS uuid))
                 UNION
                 SELECT m.from_member FROM merges m JOIN theirs ON m.into_member = theirs.member_id
                 WHERE m.undone_at IS NULL)
               UPDATE members SET merged_into = nullif(CAST(:member AS uuid), members.member_id),
                 revision = revision + (members.member_id = :member)::int
               FROM theirs WHERE members.member_id = theirs.member_id"""
        ),
        {"member": member_id},
    )


async def find(connection: AsyncConnection, from_member: UUID, merge_id: str) -> Merge | None:
    """A merge by its key, whether in force or undone."""
    rows = await connection.execute(
        text(f"SELECT {_MERGE} FROM merges WHERE from_member = :member AND merge_id = :merge"),  # noqa: S608
        {"member": from_member, "merge": merge_id},
    )
    row = rows.mappings().one_or_none()
    return None if row is None else _merge(row)


async def were_parted(connection: AsyncConnection, one: UUID, other: UUID) -> bool:
    """Whether a merge of two members, whichever survived, was undone."""
    return bool(
        await connection.scalar(
            text(
                "SELECT EXISTS (SELECT FROM merges WHERE undone_at IS NOT NULL AND from_member = ANY(:two) "
                "AND into_member = ANY(:two))"
            ),
            {"two": [one, other]},
        )
    )


async def acknowledge(
    connection: AsyncConnection,
    from_member: UUID,
    merge_id: str,
    service: str,
    now: datetime,
    *,
    undone: bool,
) -> None:
    """A service followed a merge, or its undoing; the first word of it counts."""
    step = "undone_at" if undone else "merged_at"
    await connection.execute(
        text(
            f"UPDATE merge_followers SET {step} = :now WHERE from_member = :member AND merge_id = :merge "  # noqa: S608
            f"AND service = :service AND {step} IS NULL"
        ),
        {"now": now, "member": from_member, "merge": merge_id, "service": service},
    )


async def of_member(databases: Databases, member_id: UUID) -> list[tuple[Merge, dict[str, Followed]]]:
    """Merges of a member into others and of others into the member, newest first, with who followed them."""
    rows = await databases.members_pool.fetch(
        f"SELECT {_MERGE} FROM merges WHERE from_member = $1 OR into_member = $1 ORDER BY merged_at DESC LIMIT 100",  # noqa: S608
        member_id,
    )
    merges = [_merge(row) for row in rows]
    followed = await databases.members_pool.fetch(
        """SELECT f.from_member, f.merge_id, f.service, f.merged_at, f.undone_at FROM merge_followers f
           WHERE (f.from_member, f.merge_id) IN (SELECT * FROM unnest($1::uuid[], $2::text[]))""",
        [merge.from_member for merge in merges],
        [merge.merge_id for merge in merges],
    )
    by_merge: dict[tuple[UUID, str], dict[str, Followed]] = {}
    for row in followed:
        by_merge.setdefault((row[0], row[1]), {})[row[2]] = Followed(row[3], row[4])
    return [(merge, by_merge.get((merge.from_member, merge.merge_id), {})) for merge in merges]


def _merge(row: Any) -> Merge:
    return Merge(
        row["from_member"],
        row["merge_id"],
        row["into_member"],
        MergeCause(row["cause"]),
        row["actor"],
        row["reason"],
        row["merged_at"],
        row["undone_at"],
        row["undone_by"],
        row["undone_reason"],
    )
