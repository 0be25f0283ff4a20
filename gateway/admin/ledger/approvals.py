"""Approvals: adjustments above what one person may make, and the second person who decides about them."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import adjustments_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import ADJUSTERS, APPROVAL_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, instant, optional_instant


@strawberry.enum(description="How far a requested adjustment got.")
class AdjustmentRequestState(Enum):
    WAITING = adjustments_pb2.ADJUSTMENT_REQUEST_STATE_WAITING
    # Approved, and the ledger has not answered yet: approve it again.
    APPROVING = adjustments_pb2.ADJUSTMENT_REQUEST_STATE_APPROVING
    APPROVED = adjustments_pb2.ADJUSTMENT_REQUEST_STATE_APPROVED
    REJECTED = adjustments_pb2.ADJUSTMENT_REQUEST_STATE_REJECTED


@strawberry.type(description="An adjustment that wants a second pair of eyes.")
class AdjustmentRequest:
    id: strawberry.ID
    member_id: strawberry.ID
    programme_id: str
    currency: str
    points: Long = strawberry.field(description="Above 0 credits, below 0 debits.")
    reason: str
    requested_by: str
    requested_at: datetime
    state: AdjustmentRequestState
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


@strawberry.input(description="A requested adjustment, and why it is decided so.")
class DecideAdjustmentInput:
    request_id: UUID
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class ApproveAdjustmentPayload:
    request: AdjustmentRequest | None
    entry_id: strawberry.ID | None
    balance_after: Long | None
    replayed: bool = strawberry.field(description="True when it was approved before.")
    user_errors: list[UserError]


@strawberry.type
class RejectAdjustmentPayload:
    request: AdjustmentRequest | None
    replayed: bool = strawberry.field(description="True when it was rejected before.")
    user_errors: list[UserError]


@strawberry.type
class ApprovalQueries:
    @strawberry.field(
        metadata=to(APPROVAL_READERS),
        description="Adjustments that staff asked for, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def adjustment_requests(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        state: AdjustmentRequestState | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[AdjustmentRequest] | None:
        clients = info.context.clients
        asked = adjustments_pb2.ListAdjustmentRequestsRequest(
            programme_id=programme_id,
            state=state.value if state else adjustments_pb2.ADJUSTMENT_REQUEST_STATE_UNSPECIFIED,
            first=page_size(first),
            after=key_of(after),
        )
        page = await clients.adjustments.list_adjustment_requests(asked, headers=info.context.named(LOYALTY))
        return connection(
            [_request(one) for one in page.requests],
            [one.request_id for one in page.requests],
            has_next_page=page.has_next_page,
            after=after,
        )


@strawberry.type
class ApprovalMutations:
    @strawberry.mutation(
        metadata=to(ADJUSTERS),
        description="Posts an adjustment that another member of staff asked for.",
    )
    async def approve_adjustment(self, info: Info, input: DecideAdjustmentInput) -> ApproveAdjustmentPayload:
        context = info.context
        request = adjustments_pb2.ApproveAdjustmentRequest(
            request_id=str(input.request_id), reason=input.reason
        )
        approved, refused = await audited(
            info,
            "approveAdjustment",
            {"requestId": request.request_id},
            input.reason,
            lambda: context.clients.adjustments.approve_adjustment(request, headers=context.named(LOYALTY)),
        )
        return ApproveAdjustmentPayload(
            request=_request(approved.request) if approved else None,
            entry_id=strawberry.ID(approved.entry_id) if approved else None,
            balance_after=Long(approved.balance_after) if approved else None,
            replayed=approved is not None and approved.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(ADJUSTERS),
        description="Turns an adjustment down for good that another member of staff asked for.",
    )
    async def reject_adjustment(self, info: Info, input: DecideAdjustmentInput) -> RejectAdjustmentPayload:
        context = info.context
        request = adjustments_pb2.RejectAdjustmentRequest(
            request_id=str(input.request_id), reason=input.reason
        )
        rejected, refused = await audited(
            info,
            "rejectAdjustment",
            {"requestId": request.request_id},
            input.reason,
            lambda: context.clients.adjustments.reject_adjustment(request, headers=context.named(LOYALTY)),
        )
        return RejectAdjustmentPayload(
            request=_request(rejected.request) if rejected else None,
            replayed=rejected is not None and rejected.replayed,
            user_errors=refused,
        )


def _request(wire: adjustments_pb2.AdjustmentRequest) -> AdjustmentRequest:
    return AdjustmentRequest(
        id=strawberry.ID(wire.request_id),
        member_id=strawberry.ID(wire.member_id),
        programme_id=wire.programme_id,
        currency=wire.currency,
        points=Long(wire.points),
        reason=wire.reason,
        requested_by=wire.requested_by,
        requested_at=instant(wire.requested_at),
        state=AdjustmentRequestState(wire.state),
        decided_by=wire.decided_by or None,
        decided_at=optional_instant(wire, "decided_at"),
        decision_reason=wire.decision_reason or None,
    )
