"""Merges as staff make them: two members turn out to be one, everywhere, or not to have been."""

from uuid import UUID

import strawberry
from huiyuan.members.v1 import merges_pb2

from gateway.admin.audit import audited
from gateway.admin.members.member_merges import MemberMerge, member_merge
from gateway.admin.permissions import MOVERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.scalars import Long


@strawberry.type(description="What a merge moved of one currency.")
class MergedPoints:
    programme_id: str
    currency: str
    available: Long
    pending: Long
    debt: Long


@strawberry.type(description="What came back of one currency when a merge was undone.")
class UnmergedPoints:
    programme_id: str
    currency: str
    available: Long
    pending: Long
    debt: Long
    missing: Long = strawberry.field(
        description="What had gone over and was not there any more: spent, expired or taken back."
    )


@strawberry.input(description="Two members who are one; all the first has becomes the other's.")
class MergeMembersInput:
    from_member_id: UUID
    into_member_id: UUID
    merge_id: str = strawberry.field(
        description="1 to 100 letters, digits and . _ : -; a retry sends the same."
    )
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class MergeMembersPayload:
    merge: MemberMerge | None
    moved: list[MergedPoints] = strawberry.field(
        deprecation_reason="Since 2026-11-22 points follow by themselves and this is empty: see merge.followers."
    )
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.input(description="A merge that was a mistake.")
class UnmergeMembersInput:
    from_member_id: UUID
    merge_id: str
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class UnmergeMembersPayload:
    merge: MemberMerge | None
    into_member_id: strawberry.ID | None = strawberry.field(description="The survivor of the merge.")
    returned: list[UnmergedPoints] = strawberry.field(
        deprecation_reason="Since 2026-11-22 points follow by themselves and this is empty: see merge.followers."
    )
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class MergeMutations:
    @strawberry.mutation(
        metadata=to(MOVERS),
        description="Lets a member answer as another from now on, with all that both have: points, tiers and consents "
        "follow. Points wait while the member has open holds.",
    )
    async def merge_members(self, info: Info, input: MergeMembersInput) -> MergeMembersPayload:
        context = info.context
        request = merges_pb2.MergeMembersRequest(
            from_member_id=str(input.from_member_id),
            into_member_id=str(input.into_member_id),
            merge_id=input.merge_id,
            reason=input.reason,
        )
        merged, refused = await audited(
            info,
            "mergeMembers",
            {
                "fromMemberId": request.from_member_id,
                "intoMemberId": request.into_member_id,
                "mergeId": input.merge_id,
            },
            input.reason,
            lambda: context.clients.merges.merge_members(request, headers=context.named(MEMBERS)),
        )
        return MergeMembersPayload(
            merge=member_merge(merged.merge) if merged else None,
            moved=[],
            replayed=merged is not None and merged.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(MOVERS),
        description="Lets two members be two again; what a merge moved comes back, as far as the survivor has it. "
        "Merges are undone from the last.",
    )
    async def unmerge_members(self, info: Info, input: UnmergeMembersInput) -> UnmergeMembersPayload:
        context = info.context
        request = merges_pb2.UndoMergeRequest(
            from_member_id=str(input.from_member_id), merge_id=input.merge_id, reason=input.reason
        )
        undone, refused = await audited(
            info,
            "unmergeMembers",
            {"fromMemberId": request.from_member_id, "mergeId": input.merge_id},
            input.reason,
            lambda: context.clients.merges.undo_merge(request, headers=context.named(MEMBERS)),
        )
        return UnmergeMembersPayload(
            merge=member_merge(undone.merge) if undone else None,
            into_member_id=strawberry.ID(undone.merge.into_member_id) if undone else None,
            returned=[],
            replayed=undone is not None and undone.replayed,
            user_errors=refused,
        )
