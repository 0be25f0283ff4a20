"""Identities: members prove what they are known by with one-time codes, and take off what they are not."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.members.v1 import links_pb2, verifications_pb2

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.scalars import optional_instant
from gateway.storefront.member import Member
from gateway.views.identities import IdentityKind, LinkedIdentity, external, identity


@strawberry.enum(description="What a confirmed code came to.")
class VerificationOutcome(Enum):
    # It is the member's, and verified.
    VERIFIED = verifications_pb2.VERIFICATION_OUTCOME_VERIFIED
    # It is proven, but another member is known by it: claimIdentity says what to do.
    HELD_BY_ANOTHER = verifications_pb2.VERIFICATION_OUTCOME_HELD_BY_ANOTHER


@strawberry.enum(description="What to do about something that another member is known by.")
class ClaimChoice(Enum):
    # The other member is not me: the number was given to me anew.
    DETACH = verifications_pb2.CLAIM_CHOICE_DETACH
    # The other member is me.
    MERGE = verifications_pb2.CLAIM_CHOICE_MERGE


@strawberry.input(description="A phone number or a mail address to send a code of six digits to.")
class RequestVerificationCodeInput:
    kind: IdentityKind = strawberry.field(description="PHONE or EMAIL.")
    value: str


@strawberry.type(description="The same whether anybody is known by it or not.")
class RequestVerificationCodePayload:
    verification_id: strawberry.ID | None
    expires_at: datetime | None
    resend_at: datetime | None = strawberry.field(description="From when on another code may be asked for.")
    user_errors: list[UserError]


@strawberry.input(description="The code that came, with what it was sent to.")
class ConfirmVerificationCodeInput:
    verification_id: strawberry.ID
    kind: IdentityKind
    value: str
    code: str


@strawberry.type
class ConfirmVerificationCodePayload:
    outcome: VerificationOutcome | None
    identity: LinkedIdentity | None
    choices: list[ClaimChoice] = strawberry.field(
        description="What claimIdentity would take, when another member is known by it."
    )
    claim_until: datetime | None
    member: Member | None
    user_errors: list[UserError]


@strawberry.input(description="What to do about a proven identity that another member is known by.")
class ClaimIdentityInput:
    verification_id: strawberry.ID
    kind: IdentityKind
    value: str
    choice: ClaimChoice


@strawberry.type
class ClaimIdentityPayload:
    identity: LinkedIdentity | None = strawberry.field(
        description="The member's own now; null after a merge."
    )
    merged: bool = strawberry.field(description="True when the two members are one from now on.")
    member: Member | None
    user_errors: list[UserError]


@strawberry.input(description="What the member does not want to be known by any more.")
class UnlinkIdentityInput:
    identity_id: strawberry.ID


@strawberry.type
class UnlinkIdentityPayload:
    member: Member | None
    user_errors: list[UserError]


@strawberry.type
class IdentityMutations:
    @strawberry.mutation(
        description="Sends a code to a phone number or mail address of the signed-in member."
    )
    async def request_verification_code(
        self, info: Info, input: RequestVerificationCodeInput
    ) -> RequestVerificationCodePayload:
        context = info.context
        request = verifications_pb2.RequestVerificationCodeRequest(
            identity=external(input.kind, "", input.value),
            member_id=context.member_id(),
            client_address=context.address(),
            language=context.locale.value,
        )
        call = context.clients.verifications.request_verification_code(
            request, headers=context.named(MEMBERS)
        )
        sent, refused = await attempt(call, context.locale)
        return RequestVerificationCodePayload(
            verification_id=strawberry.ID(sent.verification_id) if sent else None,
            expires_at=optional_instant(sent, "expires_at") if sent else None,
            resend_at=optional_instant(sent, "resend_at") if sent else None,
            user_errors=refused,
        )

    @strawberry.mutation(description="Proves that a phone number or mail address is the signed-in member's.")
    async def confirm_verification_code(
        self, info: Info, input: ConfirmVerificationCodeInput
    ) -> ConfirmVerificationCodePayload:
        context = info.context
        member_id = context.member_id()
        request = verifications_pb2.ConfirmVerificationCodeRequest(
            verification_id=input.verification_id,
            identity=external(input.kind, "", input.value),
            code=input.code,
            member_id=member_id,
        )
        call = context.clients.verifications.confirm_verification_code(
            request, headers=context.named(MEMBERS)
        )
        proven, refused = await attempt(call, context.locale)
        return ConfirmVerificationCodePayload(
            outcome=VerificationOutcome(proven.outcome) if proven else None,
            identity=identity(proven.identity) if proven and proven.HasField("identity") else None,
            choices=[ClaimChoice(choice) for choice in proven.choices] if proven else [],
            claim_until=optional_instant(proven, "claim_until") if proven else None,
            member=Member(id=strawberry.ID(member_id)) if proven else None,
            user_errors=refused,
        )

    @strawberry.mutation(
        description="Takes over what was proven and another member is known by, or says that the other is oneself. "
        "To merge takes something of the member's own that was verified within the same quarter of an hour."
    )
    async def claim_identity(self, info: Info, input: ClaimIdentityInput) -> ClaimIdentityPayload:
        context = info.context
        member_id = context.member_id()
        request = verifications_pb2.ClaimIdentityRequest(
            verification_id=input.verification_id,
            identity=external(input.kind, "", input.value),
            member_id=member_id,
            choice=input.choice.value,
        )
        call = context.clients.verifications.claim_identity(request, headers=context.named(MEMBERS))
        claimed, refused = await attempt(call, context.locale)
        return ClaimIdentityPayload(
            identity=identity(claimed.identity) if claimed and claimed.HasField("identity") else None,
            merged=claimed is not None and claimed.HasField("merge"),
            member=Member(id=strawberry.ID(member_id)) if claimed else None,
            user_errors=refused,
        )

    @strawberry.mutation(
        description="Ends that the signed-in member is known by something; the last verified stays."
    )
    async def unlink_identity(self, info: Info, input: UnlinkIdentityInput) -> UnlinkIdentityPayload:
        context = info.context
        member_id = context.member_id()
        request = links_pb2.UnlinkIdentityRequest(member_id=member_id, identity_id=input.identity_id)
        call = context.clients.links.unlink_identity(request, headers=context.named(MEMBERS))
        gone, refused = await attempt(call, context.locale)
        return UnlinkIdentityPayload(
            member=Member(id=strawberry.ID(member_id)) if gone is not None else None, user_errors=refused
        )
