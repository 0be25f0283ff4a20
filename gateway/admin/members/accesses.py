"""Accesses: showing personal data in clear for a purpose, and who did so before."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.members.v1 import profiles_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import UNMASKERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.paging import Connection, connection
from gateway.scalars import instant
from gateway.views.profiles import PersonalField


@strawberry.type(description="One reading of personal data in clear, allowed or refused.")
class ProfileAccess:
    id: strawberry.ID
    actor: str
    actor_role: str | None = strawberry.field(description="Under which role; null in entries older than it.")
    purpose: str
    reason: str
    fields: list[PersonalField]
    accessed_at: datetime
    allowed: bool
    refusal_code: str | None


@strawberry.input(description="Which fields to show in clear, for which purpose, and why.")
class UnmaskProfileInput:
    member_id: UUID
    fields: list[PersonalField]
    purpose: str = strawberry.field(description='The key of a consent purpose, for instance "marketing_sms".')
    reason: str = strawberry.field(description="Kept in the access log, so without personal data.")


@strawberry.type(description="A field of the profile in clear.")
class ClearField:
    field: PersonalField
    value: str


@strawberry.type
class UnmaskProfilePayload:
    fields: list[ClearField]
    access_id: strawberry.ID | None = strawberry.field(description="The access log's record of this reading.")
    user_errors: list[UserError]


@strawberry.type
class AccessMutations:
    @strawberry.mutation(
        metadata=to(UNMASKERS),
        description="Shows fields in clear, if the purpose allows it. Logged either way.",
    )
    async def unmask_profile(self, info: Info, input: UnmaskProfileInput) -> UnmaskProfilePayload:
        context = info.context
        request = profiles_pb2.UnmaskProfileRequest(
            member_id=str(input.member_id),
            fields=[field.value for field in input.fields],
            purpose=input.purpose,
            reason=input.reason,
        )
        shown, refused = await audited(
            info,
            "unmaskProfile",
            {
                "memberId": request.member_id,
                "fields": [field.name for field in input.fields],
                "purpose": input.purpose,
            },
            input.reason,
            lambda: context.clients.profiles.unmask_profile(request, headers=context.named(MEMBERS)),
        )
        return UnmaskProfilePayload(
            fields=[ClearField(field=PersonalField(one.field), value=one.value) for one in shown.fields]
            if shown
            else [],
            access_id=strawberry.ID(shown.access_id) if shown else None,
            user_errors=refused,
        )


def accesses(wire: profiles_pb2.ListProfileAccessesResponse, after: str | None) -> Connection[ProfileAccess]:
    """A page of the access log."""
    return connection(
        [_access(one) for one in wire.accesses],
        [one.access_id for one in wire.accesses],
        has_next_page=wire.has_next_page,
        after=after,
    )


def _access(wire: profiles_pb2.ProfileAccess) -> ProfileAccess:
    return ProfileAccess(
        id=strawberry.ID(wire.access_id),
        actor=wire.actor,
        actor_role=wire.actor_role or None,
        purpose=wire.purpose,
        reason=wire.reason,
        fields=[PersonalField(field) for field in wire.fields],
        accessed_at=instant(wire.accessed_at),
        allowed=wire.allowed,
        refusal_code=wire.refusal_code or None,
    )
