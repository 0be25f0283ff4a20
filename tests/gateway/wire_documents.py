"""Identity documents as the gateway meets them on the wire, with canned answers."""

from typing import Any

from huiyuan.members.v1 import identity_documents_connect
from huiyuan.members.v1 import identity_documents_pb2 as wire

from services.kit import rpc
from tests.gateway.doors import Door

NUMBER = "11010519491231002X"
_ON_FILE = wire.IdentityDocumentOnFile(kind=wire.IDENTITY_DOCUMENT_KIND_RESIDENT_ID)
_ON_FILE.set_at.FromJsonString("2026-11-22T08:00:00Z")


class IdentityDocuments(Door):
    @rpc.allow(rpc.staff("operations", "privacy_officer"))
    async def set_identity_document(
        self, request: wire.SetIdentityDocumentRequest, _: Any
    ) -> wire.SetIdentityDocumentResponse:
        self.services.change(request)
        return wire.SetIdentityDocumentResponse(on_file=_ON_FILE)

    @rpc.allow(rpc.members, rpc.staff("operations", "privacy_officer"))
    async def remove_identity_document(
        self, request: wire.RemoveIdentityDocumentRequest, _: Any
    ) -> wire.RemoveIdentityDocumentResponse:
        self.services.change(request)
        return wire.RemoveIdentityDocumentResponse(removed=True)

    @rpc.allow(rpc.members, rpc.staff("support", "operations", "privacy_officer"))
    async def get_identity_document(
        self, request: wire.GetIdentityDocumentRequest, _: Any
    ) -> wire.GetIdentityDocumentResponse:
        rpc.be_member(request.member_id)
        return wire.GetIdentityDocumentResponse(on_file=_ON_FILE)

    @rpc.allow(rpc.staff("support", "operations", "privacy_officer"))
    async def reveal_identity_document(
        self, request: wire.RevealIdentityDocumentRequest, _: Any
    ) -> wire.RevealIdentityDocumentResponse:
        self.services.change(request)
        document = wire.IdentityDocument(kind=1, number=NUMBER, issuing_country="CN", name="王小明")  # type: ignore[arg-type]
        return wire.RevealIdentityDocumentResponse(document=document, access_id="access-1")


DOORS = [(IdentityDocuments, identity_documents_connect.IdentityDocumentsServiceASGIApplication)]
