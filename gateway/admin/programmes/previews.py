"""Previews as staff ask for and read them: what a draft would do to all members, before it is published."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import previews_pb2 as wire

from gateway.admin.audit import audited
from gateway.admin.permissions import DRAFT_PUBLISHERS, PREVIEW_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED, ListSize
from gateway.errors import UserError
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, Money, instant, money, optional_instant
from services.kit.refusal import Kind, Refusal

_SAMPLED = ListSize(assumed_size=50)


@strawberry.enum(description="How far a preview got.")
class PreviewState(Enum):
    WAITING = wire.PREVIEW_STATE_WAITING
    RUNNING = wire.PREVIEW_STATE_RUNNING
    DONE = wire.PREVIEW_STATE_DONE
    CANCELLED = wire.PREVIEW_STATE_CANCELLED
    # Tried several times in vain.
    FAILED = wire.PREVIEW_STATE_FAILED


@strawberry.type(description="How many members would go from one tier to another, or stay.")
class TierMove:
    from_tier: str | None = strawberry.field(description="Null for none.")
    to_tier: str | None = strawberry.field(description="Null for none.")
    members: Long


@strawberry.type(description="A condition of a tier: what it asks and what is there.")
class MetCondition:
    metric: str
    required: Long
    actual: Long


@strawberry.type(description="Somebody who would move.")
class MovedMember:
    member_id: strawberry.ID
    from_tier: str | None
    to_tier: str | None
    conditions: list[MetCondition] = strawberry.field(
        description="What the tier moved to asks, or of one who is lowered what would have kept the tier."
    )


@strawberry.type(
    description="What a tier's benefits cost in a year if everyone on it uses all of them; those without a quota "
    "left out."
)
class TierCost:
    tier: str | None = strawberry.field(description="Null for none.")
    members_before: Long
    members_after: Long
    cost_before: Money
    cost_after: Money
    unlimited: list[str] = strawberry.field(
        description="Keys of benefits that cost something and have no quota: they are not in the sum."
    )


@strawberry.type(description="What a draft would do to all members.")
class PreviewFindings:
    as_of: datetime = strawberry.field(description="Everyone was seen as of this instant.")
    members: Long
    raised: Long
    lowered: Long
    moves: list[TierMove] = strawberry.field(
        description="The transition matrix, most members first; pairs without any are left out."
    )
    sample: list[MovedMember] = strawberry.field(
        description="Some of those who move, of each pair ten at the most; kept for 90 days.",
        directives=[_SAMPLED],
    )
    costs: list[TierCost] = strawberry.field(description="By tier, lowest first.")


@strawberry.type(description="A pass over all members that changes nothing.")
class DraftPreview:
    id: strawberry.ID
    draft_id: strawberry.ID
    edition: int = strawberry.field(description="The draft's, as it was previewed.")
    state: PreviewState
    asked_by: str
    asked_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    members_seen: Long
    members_about: Long = strawberry.field(description="About how many there are; 0 while nobody knows.")
    findings: PreviewFindings | None = strawberry.field(description="Null until it is done.")


@strawberry.input(description="Which edition of a draft to preview.")
class PreviewProgrammeDraftInput:
    draft_id: UUID
    edition: int = strawberry.field(description="Refused when another came between.")
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.input(description="A preview to call off.")
class CancelDraftPreviewInput:
    preview_id: UUID
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.type
class DraftPreviewPayload:
    preview: DraftPreview | None
    replayed: bool = strawberry.field(description="True when one of this edition waits or runs already.")
    user_errors: list[UserError]


@strawberry.type
class DraftPreviewQueries:
    @strawberry.field(metadata=to(PREVIEW_READERS), description="A preview, how far it is and what it found.")
    async def draft_preview(self, info: Info, id: UUID) -> DraftPreview | None:
        clients = info.context.clients
        try:
            found = await clients.previews.get_preview(
                wire.GetPreviewRequest(preview_id=str(id)),
                headers=info.context.named(LOYALTY),
            )
        except Refusal as refusal:
            if refusal.kind is Kind.NOT_FOUND:
                return None
            raise
        return _preview(found.preview)

    @strawberry.field(
        metadata=to(PREVIEW_READERS),
        description="A draft's previews, newest first and without their samples; at most 100 a page.",
        directives=[PAGED],
    )
    async def draft_previews(
        self, info: Info, draft_id: UUID, first: int, after: str | None = None
    ) -> Connection[DraftPreview] | None:
        clients = info.context.clients
        page = await clients.previews.list_previews(
            wire.ListPreviewsRequest(draft_id=str(draft_id), first=page_size(first), after=key_of(after)),
            headers=info.context.named(LOYALTY),
        )
        return connection(
            [_preview(one) for one in page.previews],
            [one.preview_id for one in page.previews],
            has_next_page=page.has_next_page,
            after=after,
        )


@strawberry.type
class DraftPreviewMutations:
    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS),
        description="Has a worker see what a draft would do to all members; nothing is changed.",
    )
    async def preview_programme_draft(
        self, info: Info, input: PreviewProgrammeDraftInput
    ) -> DraftPreviewPayload:
        context = info.context
        request = wire.StartPreviewRequest(draft_id=str(input.draft_id), edition=input.edition)
        started, refused = await audited(
            info,
            "previewProgrammeDraft",
            {"draftId": str(input.draft_id), "edition": input.edition},
            input.reason,
            lambda: context.clients.previews.start_preview(request, headers=context.named(LOYALTY)),
        )
        return DraftPreviewPayload(
            preview=_preview(started.preview) if started else None,
            replayed=started is not None and started.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(metadata=to(DRAFT_PUBLISHERS), description="Calls a preview off.")
    async def cancel_draft_preview(self, info: Info, input: CancelDraftPreviewInput) -> DraftPreviewPayload:
        context = info.context
        request = wire.CancelPreviewRequest(preview_id=str(input.preview_id))
        cancelled, refused = await audited(
            info,
            "cancelDraftPreview",
            {"previewId": str(input.preview_id)},
            input.reason,
            lambda: context.clients.previews.cancel_preview(request, headers=context.named(LOYALTY)),
        )
        return DraftPreviewPayload(
            preview=_preview(cancelled.preview) if cancelled else None, replayed=False, user_errors=refused
        )


def _preview(of: wire.Preview) -> DraftPreview:
    return DraftPreview(
        id=strawberry.ID(of.preview_id),
        draft_id=strawberry.ID(of.draft_id),
        edition=of.edition,
        state=PreviewState(of.state),
        asked_by=of.asked_by,
        asked_at=instant(of.asked_at),
        started_at=optional_instant(of, "started_at"),
        ended_at=optional_instant(of, "ended_at"),
        members_seen=Long(of.members_seen),
        members_about=Long(of.members_about),
        findings=_findings(of.findings) if of.HasField("findings") else None,
    )


def _findings(of: wire.PreviewFindings) -> PreviewFindings:
    return PreviewFindings(
        as_of=instant(of.as_of),
        members=Long(of.members),
        raised=Long(of.raised),
        lowered=Long(of.lowered),
        moves=[
            TierMove(
                from_tier=move.from_tier or None, to_tier=move.to_tier or None, members=Long(move.members)
            )
            for move in of.moves
        ],
        sample=[_moved(moved) for moved in of.sample],
        costs=[
            TierCost(
                tier=cost.tier or None,
                members_before=Long(cost.members_before),
                members_after=Long(cost.members_after),
                cost_before=money(cost.cost_before),
                cost_after=money(cost.cost_after),
                unlimited=list(cost.unlimited),
            )
            for cost in of.costs
        ],
    )


def _moved(of: wire.MovedMember) -> MovedMember:
    return MovedMember(
        member_id=strawberry.ID(of.member_id),
        from_tier=of.from_tier or None,
        to_tier=of.to_tier or None,
        conditions=[
            MetCondition(metric=met.metric, required=Long(met.required), actual=Long(met.actual))
            for met in of.conditions
        ],
    )
