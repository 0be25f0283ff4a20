"""Drafts as the gateway meets them on the wire: a draft that stands still while it is worked on."""

from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import drafts_connect, previews_connect, programme_history_connect
from huiyuan.loyalty.v1 import drafts_pb2 as wire
from huiyuan.loyalty.v1 import previews_pb2 as seen
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
PREVIEW = seen.Preview(
    preview_id=str(UUID(int=8)),
    programme_id="demo",
    draft_id=DRAFT_ID,
    edition=3,
    state=seen.PREVIEW_STATE_DONE,
    asked_by="staff:ada",
    asked_at=answers.at(2026, 11, 22),
    started_at=answers.at(2026, 11, 22),
    ended_at=answers.at(2026, 11, 22),
    members_seen=2**40,
    members_about=2**40,
    findings=seen.PreviewFindings(
        as_of=answers.at(2026, 11, 22),
        members=2**40,
        raised=2,
        lowered=1,
        moves=[seen.TierMove(from_tier="", to_tier="silver", members=2)],
        sample=[
            seen.MovedMember(
                member_id=str(UUID(int=9)),
                to_tier="silver",
                conditions=[seen.MetCondition(metric="GROWTH", required=300, actual=350)],
            )
        ],
        costs=[
            seen.TierCost(
                tier="silver",
                members_before=1,
                members_after=3,
                cost_before={"minor_units": 6000, "currency": "CNY"},
                cost_after={"minor_units": 18000, "currency": "CNY"},
                unlimited=["freight"],
            )
        ],
    ),
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
            path="tiers[1].coupon_template",
            code="PROGRAMME_NOT_WELL_FORMED",
            message="tiers[1].coupon_template: no",
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


class Previews(Door):
    @rpc.allow(_publishers)
    async def start_preview(self, request: seen.StartPreviewRequest, _: Any) -> seen.StartPreviewResponse:
        self.services.change(request)
        return seen.StartPreviewResponse(preview=PREVIEW, replayed=True)

    @rpc.allow(_publishers)
    async def cancel_preview(self, request: seen.CancelPreviewRequest, _: Any) -> seen.CancelPreviewResponse:
        self.services.change(request)
        return seen.CancelPreviewResponse(preview=PREVIEW)

    @rpc.allow(rpc.staff("program_admin", "program_publisher", "auditor"))
    async def get_preview(self, request: seen.GetPreviewRequest, _: Any) -> seen.GetPreviewResponse:
        return seen.GetPreviewResponse(preview=PREVIEW)

    @rpc.allow(rpc.staff("program_admin", "program_publisher", "auditor"))
    async def list_previews(self, request: seen.ListPreviewsRequest, _: Any) -> seen.ListPreviewsResponse:
        return seen.ListPreviewsResponse(previews=[PREVIEW], has_next_page=not request.after)


DOORS: list[tuple[type[Door], Any]] = [
    (Drafts, drafts_connect.DraftsServiceASGIApplication),
    (Previews, previews_connect.PreviewsServiceASGIApplication),
    (ProgrammeHistory, programme_history_connect.ProgrammeHistoryServiceASGIApplication),
]
