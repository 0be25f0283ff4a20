"""Identity documents: that a member has one on file, as the member and staff see it."""

from datetime import datetime
from enum import Enum

import strawberry
from huiyuan.members.v1 import identity_documents_pb2 as wire

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.scalars import instant


@strawberry.enum(description="A kind of identity document.")
class IdentityDocumentKind(Enum):
    RESIDENT_ID = wire.IDENTITY_DOCUMENT_KIND_RESIDENT_ID
    PASSPORT = wire.IDENTITY_DOCUMENT_KIND_PASSPORT
    HONG_KONG_MACAO_PERMIT = wire.IDENTITY_DOCUMENT_KIND_HONG_KONG_MACAO_PERMIT
    TAIWAN_PERMIT = wire.IDENTITY_DOCUMENT_KIND_TAIWAN_PERMIT
    RESIDENCE_PERMIT = wire.IDENTITY_DOCUMENT_KIND_RESIDENCE_PERMIT
    PERMANENT_RESIDENT_ID = wire.IDENTITY_DOCUMENT_KIND_PERMANENT_RESIDENT_ID


@strawberry.type(description="That an identity document is on file; nothing that is printed on it.")
class IdentityDocumentOnFile:
    kind: IdentityDocumentKind
    set_at: datetime


def on_file(said: wire.IdentityDocumentOnFile) -> IdentityDocumentOnFile:
    """The view of a document on file."""
    return IdentityDocumentOnFile(kind=IdentityDocumentKind(said.kind), set_at=instant(said.set_at))


async def find_on_file(info: Info, member_id: str) -> IdentityDocumentOnFile | None:
    """The document that a member has on file, if any."""
    clients = info.context.clients
    answer = await clients.identity_documents.get_identity_document(
        wire.GetIdentityDocumentRequest(member_id=member_id),
        headers=info.context.named(MEMBERS),
    )
    return on_file(answer.on_file) if answer.HasField("on_file") else None
