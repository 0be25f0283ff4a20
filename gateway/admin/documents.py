"""Trusted documents as staff keep them: uploaded before a release needs them, watched in use, retired."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

import strawberry

from gateway.admin.audit import audited
from gateway.admin.permissions import DOCUMENT_READERS, PUBLISHERS, to
from gateway.context import Info
from gateway.costs import PAGED
from gateway.documents import manifest
from gateway.documents.trusted import MOST_AT_ONCE, Trusted
from gateway.errors import UserError
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long
from gateway.storage.documents import Uploaded, Used


@strawberry.enum(description="Where a trusted document comes from.")
class DocumentSource(StrEnum):
    # It comes with the installation, or with the operator's manifest file.
    BUILT_IN = "BUILT_IN"
    UPLOADED = "UPLOADED"


@strawberry.type(description="How often one client used a document.")
class DocumentClient:
    client: str | None = strawberry.field(
        description="Its graphql-client-name header; null when it sent none."
    )
    uses: Long
    last_used_at: datetime


@strawberry.type(description="A document that the storefront runs by its id, or ran.")
class TrustedDocument:
    document_id: strawberry.ID = strawberry.field(description="The SHA-256 of its text, in hex.")
    text: str
    source: DocumentSource
    running: bool = strawberry.field(
        description="Whether the process that answers runs it; others follow within seconds."
    )
    uploaded_at: datetime | None
    uploaded_by: str | None
    retired_at: datetime | None
    retired_by: str | None
    uses: Long = strawberry.field(description="By all clients, as of the last half minute.")
    last_used_at: datetime | None = strawberry.field(description="Null when it was never used.")
    clients: list[DocumentClient] = strawberry.field(description="Who uses it, the most frequent first.")


@strawberry.type(description="What keeps a document from running.")
class DocumentProblem:
    place: int = strawberry.field(description="Which of the documents sent, from 0.")
    message: str
    line: int | None
    column: int | None


@strawberry.input(description="Documents to trust, all of them or none.")
class UploadDocumentsInput:
    documents: list[str] = strawberry.field(
        description=f"1 to {MOST_AT_ONCE} texts; each is asked for by the SHA-256 of exactly these bytes."
    )
    reason: str


@strawberry.type
class UploadDocumentsPayload:
    documents: list[TrustedDocument]
    problems: list[DocumentProblem] = strawberry.field(description="All that is wrong, when anything is.")
    user_errors: list[UserError]


@strawberry.input(description="A document that shall run no more.")
class RetireDocumentInput:
    document_id: strawberry.ID
    reason: str


@strawberry.type
class RetireDocumentPayload:
    document: TrustedDocument | None
    user_errors: list[UserError]


@strawberry.type
class DocumentQueries:
    @strawberry.field(
        metadata=to(DOCUMENT_READERS),
        description="The storefront's trusted documents by their ids, retired ones too, with their use; at most "
        "100 a page.",
        directives=[PAGED],
    )
    async def trusted_documents(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[TrustedDocument] | None:
        trusted = info.context.services.trusted
        asked, last = page_size(first), key_of(after)
        ids = sorted(one for one in trusted.built_in if one > last)
        ids = sorted({*ids, *(one.document_id for one in await trusted.uploads.page(asked + 1, last))})
        shown = ids[:asked]
        return connection(await _shown(trusted, shown), shown, has_next_page=len(ids) > asked, after=after)


@strawberry.type
class DocumentMutations:
    @strawberry.mutation(
        metadata=to(PUBLISHERS),
        description="Trusts documents from now on, in every process within seconds, once all of them fit the schema.",
    )
    async def upload_documents(self, info: Info, input: UploadDocumentsInput) -> UploadDocumentsPayload:
        trusted = info.context.services.trusted
        ids = sorted({manifest.key(text) for text in input.documents})
        actor = info.context.caller.actor
        _, refused = await audited(
            info,
            "uploadDocuments",
            {"documentIds": ids[:MOST_AT_ONCE]},
            input.reason,
            lambda: trusted.upload(input.documents, actor),
        )
        return UploadDocumentsPayload(
            documents=[] if refused else await _shown(trusted, ids),
            problems=[DocumentProblem(**one._asdict()) for one in trusted.problems(input.documents)],
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(PUBLISHERS),
        description="Runs an uploaded document no more, in any process within seconds. Uploading it again undoes it.",
    )
    async def retire_document(self, info: Info, input: RetireDocumentInput) -> RetireDocumentPayload:
        trusted = info.context.services.trusted
        actor = info.context.caller.actor
        _, refused = await audited(
            info,
            "retireDocument",
            {"documentId": input.document_id},
            input.reason,
            lambda: trusted.retire(input.document_id, actor),
        )
        shown = [] if refused else await _shown(trusted, [input.document_id])
        return RetireDocumentPayload(document=next(iter(shown), None), user_errors=refused)


async def _shown(trusted: Trusted, document_ids: list[str]) -> list[TrustedDocument]:
    """Documents as they stand, with their use."""
    uploaded = {one.document_id: one for one in await trusted.uploads.of(document_ids)}
    used: dict[str, list[Used]] = {}
    for one in await trusted.uploads.uses(document_ids):
        used.setdefault(one.document_id, []).append(one)
    return [_document(trusted, one, uploaded.get(one), used.get(one, ())) for one in document_ids]


def _document(
    trusted: Trusted, document_id: str, uploaded: Uploaded | None, used: Iterable[Used]
) -> TrustedDocument:
    built_in = trusted.built_in.get(document_id)
    uses = list(used)
    return TrustedDocument(
        document_id=strawberry.ID(document_id),
        text=built_in if built_in is not None else uploaded.body if uploaded else "",
        source=DocumentSource.UPLOADED if built_in is None else DocumentSource.BUILT_IN,
        running=trusted.documents.runs(document_id),
        uploaded_at=uploaded.uploaded_at if uploaded else None,
        uploaded_by=uploaded.uploaded_by if uploaded else None,
        retired_at=uploaded.retired_at if uploaded else None,
        retired_by=uploaded.retired_by if uploaded else None,
        uses=Long(sum(one.uses for one in uses)),
        last_used_at=max((one.last_used_at for one in uses), default=None),
        clients=[
            DocumentClient(client=one.client or None, uses=Long(one.uses), last_used_at=one.last_used_at)
            for one in uses
        ],
    )
