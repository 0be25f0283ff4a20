"""The profile: what members change about themselves."""

import strawberry
from huiyuan.members.v1 import profiles_pb2

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.storefront.member import Member


@strawberry.input(description="What to change; a field that is not given, or null, stays as it is.")
class UpdateProfileInput:
    display_name: str | None = None
    full_name: str | None = None
    birth_date: str | None = strawberry.field(default=None, description="An ISO 8601 date.")
    language: str | None = strawberry.field(default=None, description='BCP 47, for instance "zh-CN".')
    time_zone: str | None = strawberry.field(default=None, description="An IANA zone.")
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class UpdateProfilePayload:
    member: Member | None
    user_errors: list[UserError]


@strawberry.type
class ProfileMutations:
    @strawberry.mutation(description="Changes the signed-in member's profile.")
    async def update_profile(self, info: Info, input: UpdateProfileInput) -> UpdateProfilePayload:
        context = info.context
        member_id = context.member_id()
        request = profiles_pb2.UpdateProfileRequest(
            member_id=member_id,
            display_name=input.display_name,
            full_name=input.full_name,
            birth_date=input.birth_date,
            language=input.language,
            time_zone=input.time_zone,
            idempotency_key=input.idempotency_key,
        )
        call = context.clients.profiles.update_profile(
            request, headers=context.clients.named(MEMBERS, context.caller)
        )
        updated, refused = await attempt(call, context.locale)
        member = Member(id=strawberry.ID(member_id)) if updated is not None else None
        return UpdateProfilePayload(member=member, user_errors=refused)
