"""Identities as staff keep them: linked on a member's behalf, taken off, and detached when given to somebody else."""

from uuid import UUID

import strawberry
from huiyuan.members.v1 import links_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import LINKERS, MOVERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.views.identities import IdentityKind, LinkedIdentity, external, identity


@strawberry.input(description="Something that a member is known by from now on.")
class LinkIdentityInput:
    member_id: UUID
    kind: IdentityKind
    scope: str = strawberry.field(
        default="", description="Which account, app or shop it belongs to; empty for phone and email."
    )
    value: str
    verified: bool = strawberry.field(
        default=False,
        description="True when you have seen proof that it is the member's; operations alone say so.",
    )
    reason: str = strawberry.field(description="Kept in the audit, so without personal data.")


@strawberry.type
class LinkIdentityPayload:
    identity: LinkedIdentity | None
    replayed: bool = strawberry.field(description="True when the member was known by it already.")
    user_errors: list[UserError]


@strawberry.input(description="Something that a member is not to be known by any more.")
class UnlinkIdentityInput:
    member_id: UUID
    identity_id: strawberry.ID
    reason: str = strawberry.field(description="Kept in the audit, so without personal data.")


@strawberry.type
class UnlinkIdentityPayload:
    replayed: bool = strawberry.field(description="True when it was gone already.")
    user_errors: list[UserError]


@strawberry.input(description="Something that was given to somebody else, such as a recycled phone number.")
class DetachIdentityInput:
    kind: IdentityKind
    scope: str = strawberry.field(
        default="", description="Which account, app or shop it belongs to; empty for phone and email."
    )
    value: str
    reason: str = strawberry.field(description="Kept in the audit, so without personal data.")


@strawberry.type
class DetachIdentityPayload:
    member_id: strawberry.ID | None = strawberry.field(
        description="Who was known by it; null when nobody was."
    )
    user_errors: list[UserError]


@strawberry.type
class IdentityMutations:
    @strawberry.mutation(
        metadata=to(LINKERS), description="Lets a member be known by something. What another has is refused."
    )
    async def link_identity(self, info: Info, input: LinkIdentityInput) -> LinkIdentityPayload:
        context = info.context
        request = links_pb2.LinkIdentityRequest(
            member_id=str(input.member_id),
            identity=external(input.kind, input.scope, input.value),
            verified=input.verified,
        )
        made, refused = await audited(
            info,
            "linkIdentity",
            {"memberId": request.member_id, "kind": input.kind.name, "verified": input.verified},
            input.reason,
            lambda: context.clients.links.link_identity(request, headers=context.named(MEMBERS)),
        )
        return LinkIdentityPayload(
            identity=identity(made.identity) if made else None,
            replayed=made is not None and made.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(LINKERS),
        description="Ends that a member is known by something; the last verified stays while the member is active.",
    )
    async def unlink_identity(self, info: Info, input: UnlinkIdentityInput) -> UnlinkIdentityPayload:
        context = info.context
        request = links_pb2.UnlinkIdentityRequest(
            member_id=str(input.member_id), identity_id=input.identity_id
        )
        gone, refused = await audited(
            info,
            "unlinkIdentity",
            {"memberId": request.member_id, "identityId": request.identity_id},
            input.reason,
            lambda: context.clients.links.unlink_identity(request, headers=context.named(MEMBERS)),
        )
        return UnlinkIdentityPayload(replayed=gone is not None and gone.replayed, user_errors=refused)

    @strawberry.mutation(
        metadata=to(MOVERS),
        description="Ends that anyone is known by something that was given to somebody else. Nothing is merged.",
    )
    async def detach_identity(self, info: Info, input: DetachIdentityInput) -> DetachIdentityPayload:
        context = info.context
        request = links_pb2.DetachIdentityRequest(identity=external(input.kind, input.scope, input.value))
        gone, refused = await audited(
            info,
            "detachIdentity",
            {"kind": input.kind.name},
            input.reason,
            lambda: context.clients.links.detach_identity(request, headers=context.named(MEMBERS)),
        )
        member_id = gone.member_id if gone else ""
        return DetachIdentityPayload(
            member_id=strawberry.ID(member_id) if member_id else None, user_errors=refused
        )
