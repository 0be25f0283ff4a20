"""Lookups: members as staff find them, by id, by phone and by any identity."""

from uuid import UUID

import strawberry
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import searches_pb2

from gateway.admin.members.members import Member
from gateway.admin.permissions import MEMBER_READERS, PROFILE_READERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.views.identities import IdentityKind, external


@strawberry.input(description="An exact identity.")
class FindMemberInput:
    kind: IdentityKind
    scope: str = strawberry.field(
        default="", description="Which account, app or shop the value belongs to; empty for phone and email."
    )
    value: str


@strawberry.type
class MemberQueries:
    @strawberry.field(
        metadata=to(MEMBER_READERS),
        description="The member with this id; what is known is null when there is none.",
    )
    def member(self, id: UUID) -> Member:
        return Member(id=strawberry.ID(str(id)))

    @strawberry.field(metadata=to(PROFILE_READERS), description="The member with exactly this phone number.")
    async def member_by_phone(self, info: Info, phone: str) -> Member | None:
        identity = kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_PHONE, value=phone)
        return await _found(info, identity)

    @strawberry.field(metadata=to(PROFILE_READERS), description="The member with exactly this identity.")
    async def find_member(self, info: Info, input: FindMemberInput) -> Member | None:
        return await _found(info, external(input.kind, input.scope, input.value))


async def _found(info: Info, identity: kit_pb2.ExternalIdentity) -> Member | None:
    """By a search, so that whoever tries a list of numbers is counted and logged."""
    clients = info.context.clients
    response = await clients.searches.search_members(
        searches_pb2.SearchMembersRequest(identity=identity, first=1),
        headers=info.context.named(MEMBERS),
    )
    return next((Member(id=strawberry.ID(one.member_id)) for one in response.members), None)
