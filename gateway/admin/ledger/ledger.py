"""The ledger as staff see it, and adjustments by hand."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import points_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import ADJUSTERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import SPENDS
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection
from gateway.scalars import Long, instant, optional_instant
from gateway.views.entries import EntryType, change


@strawberry.type(description="One immutable entry of the ledger.")
class LedgerEntry:
    id: strawberry.ID
    type: EntryType
    currency: str
    points: Long = strawberry.field(description="Always above 0; the accounts say the direction.")
    change: Long = strawberry.field(description="What that did to the available points, with its sign.")
    from_account: str
    to_account: str
    balance_after: Long
    occurred_at: datetime
    recorded_at: datetime
    order_ref: str | None
    rule_version: int = strawberry.field(description="The programme version whose rules decided it.")
    reason: str | None
    actor: str
    expires_at: datetime | None


@strawberry.input(description="Points to credit (above 0) or debit (below 0) by hand.")
class AdjustPointsInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    currency: str
    points: Long
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.enum(description="What became of an adjustment.")
class AdjustmentStatus(Enum):
    POSTED = points_pb2.ADJUSTMENT_STATUS_POSTED
    # Above what one person may adjust: nothing moves until another member of staff approves it.
    WAITING_FOR_APPROVAL = points_pb2.ADJUSTMENT_STATUS_WAITING_FOR_APPROVAL


@strawberry.type
class AdjustPointsPayload:
    status: AdjustmentStatus | None
    request_id: strawberry.ID | None = strawberry.field(description="What to approve, while it waits.")
    entry_id: strawberry.ID | None
    balance_after: Long | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


@strawberry.type
class LedgerMutations:
    @strawberry.mutation(
        metadata=to(ADJUSTERS) | SPENDS,
        description="Credits or debits a member by hand, with a reason. Above what the currency lets one person "
        "adjust, it waits until another approves it.",
    )
    async def adjust_points(self, info: Info, input: AdjustPointsInput) -> AdjustPointsPayload:
        context = info.context
        request = points_pb2.AdjustPointsRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            currency=input.currency,
            points=input.points,
            reason=input.reason,
            idempotency_key=input.idempotency_key,
        )
        adjusted, refused = await audited(
            info,
            "adjustPoints",
            {
                "memberId": request.member_id,
                "programmeId": input.programme_id,
                "currency": input.currency,
                "points": input.points,
                "idempotencyKey": input.idempotency_key,
            },
            input.reason,
            lambda: context.clients.points.adjust_points(request, headers=context.named(LOYALTY)),
        )
        posted = adjusted if adjusted and adjusted.entry_id else None
        return AdjustPointsPayload(
            status=AdjustmentStatus(adjusted.status) if adjusted else None,
            request_id=strawberry.ID(adjusted.request_id) if adjusted and adjusted.request_id else None,
            entry_id=strawberry.ID(posted.entry_id) if posted else None,
            balance_after=Long(posted.balance_after) if posted else None,
            replayed=adjusted is not None and adjusted.replayed,
            user_errors=refused,
        )


def page(wire: points_pb2.EntryPage, after: str | None) -> Connection[LedgerEntry]:
    """A page of the ledger."""
    keys = [entry.entry_id for entry in wire.entries]
    return connection(
        [_entry(one) for one in wire.entries], keys, has_next_page=wire.has_next_page, after=after
    )


def _entry(wire: points_pb2.Entry) -> LedgerEntry:
    return LedgerEntry(
        id=strawberry.ID(wire.entry_id),
        type=EntryType.of(wire.type),
        currency=wire.currency,
        points=Long(wire.points),
        change=change(wire),
        from_account=wire.from_account,
        to_account=wire.to_account,
        balance_after=Long(wire.balance_after),
        occurred_at=instant(wire.occurred_at),
        recorded_at=instant(wire.recorded_at),
        order_ref=wire.order_ref or None,
        rule_version=wire.rule_version,
        reason=wire.reason or None,
        actor=wire.actor,
        expires_at=optional_instant(wire, "expires_at"),
    )
