"""Explanations: why an entry is what it is. Which parts are there depends on what the entry is."""

from collections.abc import Iterable
from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import currencies_pb2, statements_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.scalars import Long, instant, optional_instant
from gateway.views.currencies import ExpiryKind, ExpiryRounding, MaturationKind
from gateway.views.entries import EntryType
from gateway.views.lots import Lot, lots
from gateway.views.reckonings import EarningExplanation, RefundExplanation, earning, refund
from gateway.views.redemptions import Hold, hold


@strawberry.type(description="Points that were spent, and where they had come from.")
class RedemptionExplanation:
    points: Long
    order_ref: str | None
    taken: list[Lot] = strawberry.field(description="First-expiring-first.")
    returned: Long = strawberry.field(description="How many of them were given back until now.")


@strawberry.type(description="What a reversal gave back of a redemption.")
class ReversalExplanation:
    redemption_entry_id: strawberry.ID
    reversal_id: strawberry.ID
    points: Long
    expired: Long = strawberry.field(description="Of these, what had expired meanwhile.")


@strawberry.type(description="How long points stay good.")
class ExpiryRule:
    kind: ExpiryKind
    period: str | None
    rounding: ExpiryRounding | None
    dates: list[str]


@strawberry.type(description="An entry that brought points into the lot, and the rule it came under.")
class LotOrigin:
    entry_id: strawberry.ID
    type: EntryType
    points: Long
    order_ref: str | None
    occurred_at: datetime
    programme_version: int
    expiry: ExpiryRule | None


@strawberry.type(description="Points that expired, and where they had come from.")
class ExpiryExplanation:
    expired_at: datetime
    origins: list[LotOrigin] = strawberry.field(description="Oldest first, at most 100.")
    has_more: bool


@strawberry.type(description="Points that were promised or came true, and by which rule.")
class MaturationExplanation:
    matures_at: datetime | None = strawberry.field(description="Null: when the order is completed.")
    kind: MaturationKind | None
    period: str | None
    date: str | None
    origins: list[LotOrigin] = strawberry.field(description="What had promised them, oldest first.")
    has_more: bool


@strawberry.type(
    description="Why an entry is what it is; the parts that have nothing to do with it are null."
)
class Explanation:
    entry_id: strawberry.ID
    type: EntryType
    currency: str
    points: Long
    programme_version: int = strawberry.field(description="The version whose rules decided it.")
    occurred_at: datetime
    lot: Lot | None = strawberry.field(description="Where the points lay, or came to lie.")
    earning: EarningExplanation | None
    refund: RefundExplanation | None
    redemption: RedemptionExplanation | None
    reversal: ReversalExplanation | None
    hold: Hold | None
    expiry: ExpiryExplanation | None
    maturation: MaturationExplanation | None
    transfer_id: strawberry.ID | None = strawberry.field(description="Of a gift between members.")


async def explained(
    info: Info, member_id: str, programme_id: str, entry_id: str
) -> statements_pb2.ExplainEntryResponse:
    """Why, asked in the caller's name."""
    clients = info.context.clients
    request = statements_pb2.ExplainEntryRequest(
        member_id=member_id, programme_id=programme_id, entry_id=entry_id
    )
    return await clients.statements.explain_entry(request, headers=info.context.named(LOYALTY))


def explanation(wire: statements_pb2.ExplainEntryResponse) -> Explanation:
    entry = wire.entry
    return Explanation(
        entry_id=strawberry.ID(entry.entry_id),
        type=EntryType.of(entry.type),
        currency=entry.currency,
        points=Long(entry.points),
        programme_version=entry.rule_version,
        occurred_at=instant(entry.occurred_at),
        lot=lots([wire.lot], None)[0] if wire.HasField("lot") else None,
        earning=earning(wire.earning) if wire.HasField("earning") else None,
        refund=refund(wire.refund) if wire.HasField("refund") else None,
        redemption=_redemption(wire.redemption) if wire.HasField("redemption") else None,
        reversal=_reversal(wire.reversal) if wire.HasField("reversal") else None,
        hold=hold(wire.hold) if wire.HasField("hold") else None,
        expiry=_expiry(wire.expiry) if wire.HasField("expiry") else None,
        maturation=_maturation(wire.maturation) if wire.HasField("maturation") else None,
        transfer_id=strawberry.ID(wire.transfer.transfer_id) if wire.HasField("transfer") else None,
    )


def _redemption(wire: statements_pb2.RedemptionExplained) -> RedemptionExplanation:
    return RedemptionExplanation(
        points=Long(wire.points),
        order_ref=wire.order_ref or None,
        taken=lots(wire.taken, None),
        returned=Long(wire.returned),
    )


def _reversal(wire: statements_pb2.ReversalExplained) -> ReversalExplanation:
    return ReversalExplanation(
        redemption_entry_id=strawberry.ID(wire.redemption_entry_id),
        reversal_id=strawberry.ID(wire.reversal_id),
        points=Long(wire.points),
        expired=Long(wire.expired),
    )


def _expiry(wire: statements_pb2.ExpiryExplained) -> ExpiryExplanation:
    return ExpiryExplanation(
        expired_at=instant(wire.expired_at), origins=_origins(wire.origins), has_more=wire.has_more
    )


def _maturation(wire: statements_pb2.MaturationExplained) -> MaturationExplanation:
    rule = wire.rule
    return MaturationExplanation(
        matures_at=optional_instant(wire, "matures_at"),
        kind=MaturationKind(rule.kind) if rule.kind else None,
        period=rule.period or None,
        date=rule.date or None,
        origins=_origins(wire.origins),
        has_more=wire.has_more,
    )


def _origins(wire: Iterable[statements_pb2.LotOrigin]) -> list[LotOrigin]:
    return [
        LotOrigin(
            entry_id=strawberry.ID(one.entry.entry_id),
            type=EntryType.of(one.entry.type),
            points=Long(one.entry.points),
            order_ref=one.entry.order_ref or None,
            occurred_at=instant(one.entry.occurred_at),
            programme_version=one.entry.rule_version,
            expiry=_rule(one.expiry) if one.HasField("expiry") else None,
        )
        for one in wire
    ]


def _rule(wire: currencies_pb2.Expiry) -> ExpiryRule:
    return ExpiryRule(
        kind=ExpiryKind(wire.kind),
        period=wire.period or None,
        rounding=ExpiryRounding(wire.rounding) if wire.rounding else None,
        dates=list(wire.dates),
    )
