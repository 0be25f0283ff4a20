"""Drafts as the gateway meets them on the wire: a draft that stands still while it is worked on."""

from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import drafts_connect, programme_history_connect
from huiyuan.loyalty.v1 import drafts_pb2 as wire
from huiyuan.loyalty.v1 import programme_history_pb2 as history

from services.kit import rpc
from tests.gateway import answers
from tests.gateway.doors import Door, UnknownProgramme

_drafters = rpc.staff("program_admin")
_publishers = rpc.staff("program_admin", "program_publisher")
_readers = rpc.staff("program_admin", "program_publisher", "operations", "support", "auditor")

DRAFT_ID = str(UUID(int=7))
DRAFT = wire.Draft(
    draft_id=DRAFT_ID,
    programme=answers.PROGRAMME,
    based_on_version=2,
    state=wire.DRAFT_STATE_DRAFT,
    edition=3,
    created_by="staff:ada",
    created_at=answers.at(2026, 11, 20),
    changed_by="staff:bob",
    changed_at=answers.at(2026, 11, 21),
    reason="June",
)
CHANGES = [
    history.DefinitionChange(
        path="tiers[gold].multiplier", kind=history.CHANGE_KIND_CHANGED, before='"1.2"', after='"1.5"'
    ),
    history.DefinitionChange(
        path="tiers[jade]", kind=history.CHANGE_KIND_ADDED, after='{"key":"jade","conditions":[]}'
    ),
]


class Drafts(Door):
    @rpc.allow(_drafters)
    async def create_draft(self, request: wire.CreateDraftRequest, _: Any) -> wire.CreateDraftResponse:
        self.services.change(request)
        return wire.CreateDraftResponse(draft=DRAFT, replayed=True)

    @rpc.allow(_drafters)
    async def change_draft(self, request: wire.ChangeDraftRequest, _: Any) -> wire.ChangeDraftResponse:
        self.services.change(request)
        return wire.ChangeDraftResponse(draft=DRAFT)

    @rpc.allow(_drafters)
    async def rebase_draft(self, request: wire.RebaseDraftRequest, _: Any) -> wire.RebaseDraftResponse:
        self.services.change(request)
        return wire.RebaseDraftResponse(draft=DRAFT)

    @rpc.allow(_readers)
    async def check_draft(self, request: wire.CheckDraftRequest, _: Any) -> wire.CheckDraftResponse:
        fault = wire.DraftFault(
            path="tiers[1].key", code="PROGRAMME_NOT_WELL_FORMED", message="tiers[1].key: no"
        )
        return wire.CheckDraftResponse(faults=[fault], edition=3)

    @rpc.allow(_drafters)
    async def discard_draft(self, request: wire.DiscardDraftRequest, _: Any) -> wire.DiscardDraftResponse:
        self.services.change(request)
        return wire.DiscardDraftResponse(draft=DRAFT)

    @rpc.allow(_publishers)
    async def publish_draft(self, request: wire.PublishDraftRequest, _: Any) -> wire.PublishDraftResponse:
        self.services.change(request)
        return wire.PublishDraftResponse(draft=DRAFT, programme=answers.PROGRAMME)

    @rpc.allow(_readers)
    async def get_draft(self, request: wire.GetDraftRequest, _: Any) -> wire.GetDraftResponse:
        if request.draft_id != DRAFT_ID:
            raise UnknownProgramme("there is no such draft")
        return wire.GetDraftResponse(draft=DRAFT)

    @rpc.allow(_readers)
    async def list_drafts(self, request: wire.ListDraftsRequest, _: Any) -> wire.ListDraftsResponse:
        return wire.ListDraftsResponse(drafts=[DRAFT], has_next_page=not request.after)


class ProgrammeHistory(Door):
    @rpc.allow(_readers)
    async def compare_programmes(
        self, request: history.CompareProgrammesRequest, _: Any
    ) -> history.CompareProgrammesResponse:
        return history.CompareProgrammesResponse(changes=CHANGES, from_version=1)

    @rpc.allow(_readers)
    async def list_programme_changes(
        self, request: history.ListProgrammeChangesRequest, _: Any
    ) -> history.ListProgrammeChangesResponse:
        published = history.ProgrammeChange(
            kind=history.PROGRAMME_CHANGE_KIND_PUBLISHED,
            by="staff:cid",
            at=answers.at(2026, 11, 22),
            reason="June",
            draft_id=DRAFT_ID,
            edition=3,
            version=2,
            changes=CHANGES,
            place="1.2.3.4",
        )
        return history.ListProgrammeChangesResponse(changes=[published], has_next_page=not request.after)


DOORS: list[tuple[type[Door], Any]] = [
    (Drafts, drafts_connect.DraftsServiceASGIApplication),
    (ProgrammeHistory, programme_history_connect.ProgrammeHistoryServiceASGIApplication),
]
