"""Statements as staff read them: a member's past, and why it is what it is."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import statements_pb2

from gateway.admin.permissions import HISTORY_READERS, to
from gateway.context import Info
from gateway.costs import PAGED_LINES
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import optional_instant
from gateway.views import explanations, statements
from gateway.views.explanations import Explanation
from gateway.views.statements import BalanceAsOf, LocalDaysInput, Statement


@strawberry.type(description="Who adjusted, awarded, imported or forfeited, and who else looked at it.")
class AdjustmentExplanation:
    actor: str
    reason: str
    request_id: strawberry.ID | None = strawberry.field(
        description="The request, where a second person had to approve."
    )
    requested_by: str | None
    approved_by: str | None
    approved_at: datetime | None
    note: str | None


@strawberry.type(description="Whose points became whose, or came back.")
class MergeExplanation:
    merge_id: strawberry.ID
    from_member_id: strawberry.ID
    into_member_id: strawberry.ID
    undoing: bool = strawberry.field(description="True: the entry undid the merge.")


@strawberry.type(description="Why an entry is what it is, with what is told to staff alone.")
class LedgerExplanation:
    explanation: Explanation
    actor: str
    reason: str | None
    adjustment: AdjustmentExplanation | None
    merge: MergeExplanation | None


@strawberry.type
class StatementQueries:
    @strawberry.field(
        metadata=to(HISTORY_READERS),
        description="What a member had at a past instant, as a read answered it.",
    )
    async def balance_as_of(
        self, info: Info, member_id: UUID, at: datetime, programme_id: str = DEFAULT_PROGRAMME
    ) -> BalanceAsOf | None:
        return await statements.balance_as_of(info, str(member_id), programme_id, at)

    @strawberry.field(
        metadata=to(HISTORY_READERS),
        description="What moved one currency of a member from an instant until before another, or on local "
        "days. Without a currency, the first that can be spent; at most 100 recorded entries a page.",
        directives=[PAGED_LINES],
    )
    async def ledger_statement(
        self,
        info: Info,
        member_id: UUID,
        first: int,
        since: Annotated[datetime | None, strawberry.argument(name="from")] = None,
        until: Annotated[datetime | None, strawberry.argument(name="to")] = None,
        days: LocalDaysInput | None = None,
        currency: str | None = None,
        after: str | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Statement | None:
        return await statements.statement(
            info, str(member_id), programme_id, currency, (since, until, days), (first, after)
        )

    @strawberry.field(metadata=to(HISTORY_READERS), description="Why an entry is what it is.")
    async def explain_entry(
        self, info: Info, member_id: UUID, entry_id: strawberry.ID, programme_id: str = DEFAULT_PROGRAMME
    ) -> LedgerExplanation | None:
        wire = await explanations.explained(info, str(member_id), programme_id, entry_id)
        return LedgerExplanation(
            explanation=explanations.explanation(wire),
            actor=wire.entry.actor,
            reason=wire.entry.reason or None,
            adjustment=_adjustment(wire.adjustment) if wire.HasField("adjustment") else None,
            merge=_merge(wire.merge) if wire.HasField("merge") else None,
        )


def _merge(wire: statements_pb2.MergeExplained) -> MergeExplanation:
    return MergeExplanation(
        merge_id=strawberry.ID(wire.merge_id),
        from_member_id=strawberry.ID(wire.from_member_id),
        into_member_id=strawberry.ID(wire.into_member_id),
        undoing=wire.undoing,
    )


def _adjustment(wire: statements_pb2.AdjustmentExplained) -> AdjustmentExplanation:
    return AdjustmentExplanation(
        actor=wire.actor,
        reason=wire.reason,
        request_id=strawberry.ID(wire.request_id) if wire.request_id else None,
        requested_by=wire.requested_by or None,
        approved_by=wire.approved_by or None,
        approved_at=optional_instant(wire, "approved_at"),
        note=wire.note or None,
    )
