"""Identity documents: put on file, removed, and shown in clear for a sensitive purpose."""

from uuid import UUID

import strawberry
from huiyuan.members.v1 import identity_documents_pb2 as wire

from gateway.admin.audit import audited
from gateway.admin.permissions import DOCUMENT_KEEPERS, UNMASKERS, to
from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError
from gateway.views.identity_documents import IdentityDocumentKind, IdentityDocumentOnFile, on_file


@strawberry.input(description="A document to put on file, in the place of an earlier one.")
class SetIdentityDocumentInput:
    member_id: UUID
    kind: IdentityDocumentKind
    number: str = strawberry.field(description="As printed; spaces and hyphens are dropped.")
    issuing_country: str = strawberry.field(default="CN", description="ISO 3166, two letters.")
    name: str = strawberry.field(description="As printed, 1 to 64 characters.")
    purpose: str = strawberry.field(
        description="The key of a consent purpose that is sensitive or takes separate consent."
    )
    reason: str = strawberry.field(description="Kept in the audit, so without personal data.")


@strawberry.type
class SetIdentityDocumentPayload:
    on_file: IdentityDocumentOnFile | None
    user_errors: list[UserError]


@strawberry.input(description="Whose document to destroy, and why.")
class RemoveIdentityDocumentInput:
    member_id: UUID
    reason: str = strawberry.field(description="Kept in the audit, so without personal data.")


@strawberry.type
class RemoveIdentityDocumentPayload:
    removed: bool = strawberry.field(description="False when there was none.")
    user_errors: list[UserError]


@strawberry.input(description="Whose document to show in clear, for which purpose, and why.")
class RevealIdentityDocumentInput:
    member_id: UUID
    purpose: str = strawberry.field(
        description="The key of a consent purpose that is sensitive or takes separate consent."
    )
    reason: str = strawberry.field(description="Kept in the access log, so without personal data.")


@strawberry.type(description="An identity document in clear.")
class IdentityDocument:
    kind: IdentityDocumentKind
    number: str
    issuing_country: str
    name: str


@strawberry.type
class RevealIdentityDocumentPayload:
    document: IdentityDocument | None
    access_id: strawberry.ID | None = strawberry.field(description="The access log's record of this reading.")
    user_errors: list[UserError]


@strawberry.type
class IdentityDocumentMutations:
    @strawberry.mutation(
        metadata=to(DOCUMENT_KEEPERS),
        description="Puts a member's identity document on file, if the member consented to the purpose.",
    )
    async def set_identity_document(
        self, info: Info, input: SetIdentityDocumentInput
    ) -> SetIdentityDocumentPayload:
        context = info.context
        request = wire.SetIdentityDocumentRequest(
            member_id=str(input.member_id),
            document=wire.IdentityDocument(
                kind=input.kind.value,
                number=input.number,
                issuing_country=input.issuing_country,
                name=input.name,
            ),
            purpose=input.purpose,
        )
        put, refused = await audited(
            info,
            "setIdentityDocument",
            {"memberId": request.member_id, "kind": input.kind.name, "purpose": input.purpose},
            input.reason,
            lambda: context.clients.identity_documents.set_identity_document(
                request, headers=context.named(MEMBERS)
            ),
        )
        return SetIdentityDocumentPayload(on_file=on_file(put.on_file) if put else None, user_errors=refused)

    @strawberry.mutation(
        metadata=to(DOCUMENT_KEEPERS), description="Destroys a member's identity document and its key."
    )
    async def remove_identity_document(
        self, info: Info, input: RemoveIdentityDocumentInput
    ) -> RemoveIdentityDocumentPayload:
        context = info.context
        request = wire.RemoveIdentityDocumentRequest(member_id=str(input.member_id))
        answer, refused = await audited(
            info,
            "removeIdentityDocument",
            {"memberId": request.member_id},
            input.reason,
            lambda: context.clients.identity_documents.remove_identity_document(
                request, headers=context.named(MEMBERS)
            ),
        )
        return RemoveIdentityDocumentPayload(removed=bool(answer and answer.removed), user_errors=refused)

    @strawberry.mutation(
        metadata=to(UNMASKERS),
        description="Shows an identity document in clear, if the purpose allows it. Logged either way.",
    )
    async def reveal_identity_document(
        self, info: Info, input: RevealIdentityDocumentInput
    ) -> RevealIdentityDocumentPayload:
        context = info.context
        request = wire.RevealIdentityDocumentRequest(
            member_id=str(input.member_id), purpose=input.purpose, reason=input.reason
        )
        shown, refused = await audited(
            info,
            "revealIdentityDocument",
            {"memberId": request.member_id, "purpose": input.purpose},
            input.reason,
            lambda: context.clients.identity_documents.reveal_identity_document(
                request, headers=context.named(MEMBERS)
            ),
        )
        return RevealIdentityDocumentPayload(
            document=_document(shown.document) if shown else None,
            access_id=strawberry.ID(shown.access_id) if shown else None,
            user_errors=refused,
        )


def _document(said: wire.IdentityDocument) -> IdentityDocument:
    return IdentityDocument(
        kind=IdentityDocumentKind(said.kind),
        number=said.number,
        issuing_country=said.issuing_country,
        name=said.name,
    )
