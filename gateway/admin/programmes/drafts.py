"""Drafts as staff see them: a programme's next version before it is one."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import drafts_pb2

from gateway.admin.permissions import RULE_READERS, to
from gateway.admin.programmes.programmes import Programme, programme
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import camel, told_of_draft
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant
from services.kit.refusal import Kind, Refusal


@strawberry.enum(description="How far a draft got.")
class DraftState(Enum):
    DRAFT = drafts_pb2.DRAFT_STATE_DRAFT
    PUBLISHED = drafts_pb2.DRAFT_STATE_PUBLISHED
    DISCARDED = drafts_pb2.DRAFT_STATE_DISCARDED


@strawberry.type(description="One thing that keeps a draft from being published.")
class DraftFault:
    path: str = strawberry.field(description='Where, for instance "tiers[1].conditions[0].atLeast".')
    code: str
    message: str = strawberry.field(description="What is wrong and what would be right.")


@strawberry.type(description="A programme's next version while it is written.")
class ProgrammeDraft:
    id: strawberry.ID
    programme: Programme = strawberry.field(description="As it would be published.")
    based_on_version: int
    state: DraftState
    edition: int = strawberry.field(
        description="Grows with each change; a change names the one it was made from."
    )
    created_by: str
    created_at: datetime
    changed_by: str
    changed_at: datetime
    reason: str = strawberry.field(description="Of the last change.")
    published_version: int | None

    @strawberry.field(
        description="Everything that would keep it from being published; of each currency, rule and tier the first."
    )
    async def faults(self, info: Info) -> list[DraftFault] | None:
        clients = info.context.clients
        checked = await clients.drafts.check_draft(
            drafts_pb2.CheckDraftRequest(draft_id=self.id),
            headers=info.context.named(LOYALTY),
        )
        return [
            DraftFault(
                path=camel(fault.path),
                code=fault.code,
                message=told_of_draft(fault.code, fault.message, fault.path, info.context.locale),
            )
            for fault in checked.faults
        ]


def draft(wire: drafts_pb2.Draft) -> ProgrammeDraft:
    return ProgrammeDraft(
        id=strawberry.ID(wire.draft_id),
        programme=programme(wire.programme),
        based_on_version=wire.based_on_version,
        state=DraftState(wire.state),
        edition=wire.edition,
        created_by=wire.created_by,
        created_at=instant(wire.created_at),
        changed_by=wire.changed_by,
        changed_at=instant(wire.changed_at),
        reason=wire.reason,
        published_version=wire.published_version or None,
    )


@strawberry.type
class ProgrammeDraftQueries:
    @strawberry.field(metadata=to(RULE_READERS), description="A draft by its id.")
    async def programme_draft(self, info: Info, id: UUID) -> ProgrammeDraft | None:
        clients = info.context.clients
        try:
            found = await clients.drafts.get_draft(
                drafts_pb2.GetDraftRequest(draft_id=str(id)),
                headers=info.context.named(LOYALTY),
            )
        except Refusal as refusal:
            if refusal.kind is Kind.NOT_FOUND:
                return None
            raise
        return draft(found.draft)

    @strawberry.field(
        metadata=to(RULE_READERS),
        description="Drafts of a programme, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def programme_drafts(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        state: DraftState | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[ProgrammeDraft] | None:
        clients = info.context.clients
        page = await clients.drafts.list_drafts(
            drafts_pb2.ListDraftsRequest(
                programme_id=programme_id,
                state=state.value if state else drafts_pb2.DRAFT_STATE_UNSPECIFIED,
                first=page_size(first),
                after=key_of(after),
            ),
            headers=info.context.named(LOYALTY),
        )
        return connection(
            [draft(one) for one in page.drafts],
            [one.draft_id for one in page.drafts],
            has_next_page=page.has_next_page,
            after=after,
        )
