"""Merges, asked: staff say that two members are one, or that it was a mistake."""

from typing import Any
from uuid import UUID

from huiyuan.members.v1 import merges_pb2 as wire

from services.kit import clock, rpc
from services.members.actions import merges as actions
from services.members.rules.members import UnknownMember, member_id_of
from services.members.rules.merges import (
    FOLLOWERS,
    Followed,
    Merge,
    MergeCause,
    merge_id_of,
    reason_of,
)
from services.members.storage import merges
from services.members.storage.databases import Databases

_NOT_YET = Followed(None, None)


class Merges:
    """The handlers of ``MergesService``."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    @rpc.allow(rpc.staff("operations"))
    async def merge_members(self, request: wire.MergeMembersRequest, _: Any) -> wire.MergeMembersResponse:
        asked = Merge(
            known_id(request.from_member_id, "from_member_id"),
            merge_id_of(request.merge_id),
            known_id(request.into_member_id, "into_member_id"),
            MergeCause.STAFF,
            rpc.caller().actor,
            reason_of(request.reason),
            clock.now(),
        )
        async with self._databases.members.begin() as connection:
            made, replayed = await actions.merge(connection, asked)
        return wire.MergeMembersResponse(merge=merge_view(made, {}), replayed=replayed)

    @rpc.allow(rpc.staff("operations"))
    async def undo_merge(self, request: wire.UndoMergeRequest, _: Any) -> wire.UndoMergeResponse:
        from_member = known_id(request.from_member_id, "from_member_id")
        merge_id, reason = merge_id_of(request.merge_id), reason_of(request.reason)
        async with self._databases.members.begin() as connection:
            undone, replayed = await actions.undo(
                connection, from_member, merge_id, rpc.caller().actor, reason, clock.now()
            )
        return wire.UndoMergeResponse(merge=merge_view(undone, {}), replayed=replayed)

    @rpc.allow(rpc.staff("support", "operations", "privacy_officer", "auditor"))
    async def list_merges(self, request: wire.ListMergesRequest, _: Any) -> wire.ListMergesResponse:
        found = await merges.of_member(self._databases, known_id(request.member_id, "member_id"))
        return wire.ListMergesResponse(merges=[merge_view(*one) for one in found])


def known_id(text: str, field: str) -> UUID:
    """The id that a text spells. Raises ``UnknownMember``, since what is no id is nobody's."""
    member_id = member_id_of(text)
    if member_id is None:
        refusal = UnknownMember()
        refusal.field = field
        raise refusal
    return member_id


def merge_view(merge: Merge, followed: dict[str, Followed]) -> wire.MemberMerge:
    """A merge as staff see it, with how far each service followed."""
    return wire.MemberMerge(
        merge_id=merge.merge_id,
        from_member_id=str(merge.from_member),
        into_member_id=str(merge.into_member),
        cause=merge.cause.value,  # type: ignore[arg-type]  # numbered as the contract's
        actor=merge.actor,
        reason=merge.reason,
        merged_at=merge.merged_at,
        undone_at=merge.undone_at,
        undone_by=merge.undone_by,
        undone_reason=merge.undone_reason,
        followers=[
            wire.MergeFollower(service=service, **followed.get(service, _NOT_YET)._asdict())
            for service in FOLLOWERS
        ],
    )
