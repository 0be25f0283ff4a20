"""Previews at the door: asked for, watched, called off and looked up; a worker makes them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

from huiyuan.loyalty.v1 import previews_pb2 as wire

from services.kit import database, rpc
from services.loyalty.actions import previews as actions
from services.loyalty.rpc.programmes.drafts import draft_id, find
from services.loyalty.rpc.wire import MalformedId, choice, money, page_size, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.programmes.previews import MovedMember, PreviewState, TierCost, UnknownPreview
from services.loyalty.storage.programmes import previews
from services.loyalty.storage.programmes.previews import Findings, Preview

_drafters = rpc.staff("program_admin", "program_publisher")
_readers = rpc.staff("program_admin", "program_publisher", "auditor")


class Previews:
    """``huiyuan.loyalty.v1.PreviewsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(_drafters)
    async def start_preview(self, request: wire.StartPreviewRequest, _: Any) -> wire.StartPreviewResponse:
        known = await find(self._pool, request.draft_id)
        if request.edition:
            known.be_at(request.edition)
        known.be_open()
        preview = Preview(
            preview_id=str(uuid4()),
            draft_id=known.draft_id,
            programme_id=known.programme.programme_id,
            edition=known.edition,
            state=PreviewState.WAITING,
            asked_by=rpc.caller().actor,
            asked_at=self._rulebook.now(),
        )
        async with self._pool.acquire() as connection, connection.transaction():
            started, replayed = await actions.start(connection, preview)
        return wire.StartPreviewResponse(preview=_told(started), replayed=replayed)

    @rpc.allow(_drafters)
    async def cancel_preview(self, request: wire.CancelPreviewRequest, _: Any) -> wire.CancelPreviewResponse:
        known = await self._find(request.preview_id)
        if known.state is not PreviewState.CANCELLED:
            async with self._pool.acquire() as connection, connection.transaction():
                await actions.cancel(connection, known, self._rulebook.now())
        return wire.CancelPreviewResponse(preview=_told(await self._find(request.preview_id)))

    @rpc.allow(_readers)
    async def get_preview(self, request: wire.GetPreviewRequest, _: Any) -> wire.GetPreviewResponse:
        return wire.GetPreviewResponse(preview=_told(await self._find(request.preview_id)))

    @rpc.allow(_readers)
    async def list_previews(self, request: wire.ListPreviewsRequest, _: Any) -> wire.ListPreviewsResponse:
        first, after = page_size(request.first), _id(request.after, "after") if request.after else None
        page, more = await previews.page(self._pool, draft_id(request.draft_id), first, after)
        return wire.ListPreviewsResponse(previews=map(_told, page), has_next_page=more)

    async def _find(self, preview_id: str) -> Preview:
        found = await previews.find(self._pool, _id(preview_id, "preview_id"))
        if found is None:
            raise UnknownPreview("there is no preview with this id: check the id", field="preview_id")
        return found


def _id(text: str, field: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        raise MalformedId("the id of a preview is a UUID", field=field) from None


def _told(preview: Preview) -> wire.Preview:
    return wire.Preview(
        preview_id=preview.preview_id,
        programme_id=preview.programme_id,
        draft_id=preview.draft_id,
        edition=preview.edition,
        state=choice(wire.PreviewState, "PREVIEW_STATE_", preview.state),
        asked_by=preview.asked_by,
        asked_at=timestamp(preview.asked_at),
        started_at=timestamp(preview.started_at) if preview.started_at else None,
        ended_at=timestamp(preview.ended_at) if preview.ended_at else None,
        members_seen=preview.members_seen,
        members_about=preview.members_about,
        findings=None if preview.findings is None else _findings(preview.findings, preview.sample),
    )


def _findings(found: Findings, sample: Sequence[MovedMember]) -> wire.PreviewFindings:
    return wire.PreviewFindings(
        as_of=timestamp(found.as_of),
        members=found.members,
        raised=found.raised,
        lowered=found.lowered,
        moves=[
            wire.TierMove(from_tier=held, to_tier=then, members=members)
            for held, then, members in found.moves
        ],
        sample=map(_moved, sample),
        costs=[_cost(cost, found.money_currency) for cost in found.costs],
    )


def _moved(moved: MovedMember) -> wire.MovedMember:
    return wire.MovedMember(
        member_id=moved.member_id,
        from_tier=moved.from_tier,
        to_tier=moved.to_tier,
        conditions=[
            wire.MetCondition(metric=met.metric, required=met.required, actual=met.actual)
            for met in moved.conditions
        ],
    )


def _cost(cost: TierCost, currency: str) -> wire.TierCost:
    return wire.TierCost(
        tier=cost.tier,
        members_before=cost.members_before,
        members_after=cost.members_after,
        cost_before=money(cost.minor_before, currency),
        cost_after=money(cost.minor_after, currency),
        unlimited=cost.unlimited,
    )
