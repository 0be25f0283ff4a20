"""Guardians and written consent as the officer sees to them: who consents for a child, and what was signed."""

from uuid import UUID

import strawberry
from huiyuan.consent.v1 import decisions_pb2, guardians_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import CONSENT_READERS, RIGHTS_OFFICERS, to
from gateway.clients import CONSENT
from gateway.context import Info
from gateway.errors import UserError
from gateway.views.guardians import Ward, ward


@strawberry.input(description="Who consents for a child under fourteen, and by what that was seen.")
class LinkGuardianInput:
    child_id: UUID
    guardian_id: UUID
    verification: str = strawberry.field(
        description="A reference to the file that shows it, without personal data."
    )
    reason: str = strawberry.field(description="What the audit keeps: 1 to 200 characters, in one line.")


@strawberry.input
class UnlinkGuardianInput:
    child_id: UUID
    reason: str = strawberry.field(description="What the audit keeps: 1 to 200 characters, in one line.")


@strawberry.type
class GuardianPayload:
    ward: Ward | None
    user_errors: list[UserError]


@strawberry.type(description="Whether a document is the one that was signed.")
class SignedDocumentCheck:
    matches: bool = strawberry.field(description="True when it is that document, bit by bit.")
    signed_digest: str = strawberry.field(description="SHA-256 of what was signed, as the evidence holds it.")
    media_type: str | None
    reference: str | None = strawberry.field(
        description="Where the operator keeps it; null once the member is erased."
    )


@strawberry.type
class GuardianQueries:
    @strawberry.field(
        metadata=to(CONSENT_READERS),
        description="Who consents for a member under fourteen; null where the member is none.",
    )
    async def ward(self, info: Info, member_id: UUID) -> Ward | None:
        request = guardians_pb2.GetWardRequest(member_id=str(member_id))
        wire = await info.context.clients.guardians.get_ward(request, headers=info.context.named(CONSENT))
        return ward(wire.ward) if wire.HasField("ward") else None

    @strawberry.field(
        metadata=to(RIGHTS_OFFICERS),
        description="Holds a document's SHA-256, in hex, against what a record of written consent rests on.",
    )
    async def verify_signed_document(
        self, info: Info, record_id: UUID, sha256: str
    ) -> SignedDocumentCheck | None:
        request = decisions_pb2.VerifySignedDocumentRequest(record_id=str(record_id), digest=sha256)
        wire = await info.context.clients.decisions.verify_signed_document(
            request, headers=info.context.named(CONSENT)
        )
        signed = wire.signed_document
        return SignedDocumentCheck(
            matches=wire.matches,
            signed_digest=signed.digest,
            media_type=signed.media_type or None,
            reference=signed.reference or None,
        )


@strawberry.type
class GuardianMutations:
    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS), description="Lets a verified guardian consent for a child (PIPL 31)."
    )
    async def link_guardian(self, info: Info, input: LinkGuardianInput) -> GuardianPayload:
        request = guardians_pb2.LinkGuardianRequest(
            child_id=str(input.child_id), guardian_id=str(input.guardian_id), verification=input.verification
        )
        done, refused = await audited(
            info,
            "linkGuardian",
            {"childId": str(input.child_id), "guardianId": str(input.guardian_id)},
            input.reason,
            lambda: info.context.clients.guardians.link_guardian(
                request, headers=info.context.named(CONSENT)
            ),
        )
        return GuardianPayload(ward=ward(done.ward) if done else None, user_errors=refused)

    @strawberry.mutation(
        metadata=to(RIGHTS_OFFICERS), description="Lets a child's guardian consent for it no more."
    )
    async def unlink_guardian(self, info: Info, input: UnlinkGuardianInput) -> GuardianPayload:
        request = guardians_pb2.UnlinkGuardianRequest(child_id=str(input.child_id))
        done, refused = await audited(
            info,
            "unlinkGuardian",
            {"childId": str(input.child_id)},
            input.reason,
            lambda: info.context.clients.guardians.unlink_guardian(
                request, headers=info.context.named(CONSENT)
            ),
        )
        found = done is not None and done.HasField("ward")
        return GuardianPayload(ward=ward(done.ward) if done and found else None, user_errors=refused)
