"""Members' merges as staff see them: why two are one, and how far each service followed."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.members.v1 import merges_pb2

from gateway.admin.permissions import MERGE_READERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.scalars import instant, optional_instant


@strawberry.enum(description="Why two members were taken for one.")
class MergeCause(Enum):
    # Two identifiers were verified in one login.
    LOGIN = merges_pb2.MERGE_CAUSE_LOGIN
    # The member said so, having verified an identifier of each.
    CLAIM = merges_pb2.MERGE_CAUSE_CLAIM
    STAFF = merges_pb2.MERGE_CAUSE_STAFF


@strawberry.type(description="How far a service followed a merge and its undoing.")
class MergeFollower:
    service: str
    merged_at: datetime | None = strawberry.field(description="Null: not yet.")
    undone_at: datetime | None = strawberry.field(description="Null: not yet, or the merge stands.")


@strawberry.type(description="Two members who turned out to be one.")
class MemberMerge:
    id: strawberry.ID = strawberry.field(description="Unique for each member merged.")
    from_member_id: strawberry.ID
    into_member_id: strawberry.ID
    cause: MergeCause
    actor: str
    reason: str
    merged_at: datetime
    undone_at: datetime | None
    undone_by: str | None
    undone_reason: str | None
    followers: list[MergeFollower]


@strawberry.type
class MemberMergeQueries:
    @strawberry.field(metadata=to(MERGE_READERS), description="A merge by its key; null when there is none.")
    async def member_merge(self, info: Info, from_member_id: UUID, merge_id: str) -> MemberMerge | None:
        found = await merges_of(info, str(from_member_id))
        return next(
            (one for one in found if one.id == merge_id and one.from_member_id == str(from_member_id)), None
        )


async def merges_of(info: Info, member_id: str) -> list[MemberMerge]:
    """Merges of a member into others, and of others into the member, newest first."""
    clients = info.context.clients
    answer = await clients.merges.list_merges(
        merges_pb2.ListMergesRequest(member_id=member_id), headers=info.context.named(MEMBERS)
    )
    return [member_merge(one) for one in answer.merges]


def member_merge(wire: merges_pb2.MemberMerge) -> MemberMerge:
    """A merge as the members service tells it."""
    return MemberMerge(
        id=strawberry.ID(wire.merge_id),
        from_member_id=strawberry.ID(wire.from_member_id),
        into_member_id=strawberry.ID(wire.into_member_id),
        cause=MergeCause(wire.cause),
        actor=wire.actor,
        reason=wire.reason,
        merged_at=instant(wire.merged_at),
        undone_at=optional_instant(wire, "undone_at"),
        undone_by=wire.undone_by or None,
        undone_reason=wire.undone_reason or None,
        followers=[
            MergeFollower(
                service=one.service,
                merged_at=optional_instant(one, "merged_at"),
                undone_at=optional_instant(one, "undone_at"),
            )
            for one in wire.followers
        ],
    )
