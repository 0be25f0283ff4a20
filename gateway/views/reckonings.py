"""Reckonings: how an order's points were counted, and how a refund's were, step by step."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import statements_pb2

from gateway.scalars import Long, Money, money
from gateway.views.earn_rules import AwardKind, EarnRounding


@strawberry.enum(description="Why a rule gave nothing of a currency. OTHER is newer than this gateway.")
class NotCountedReason(Enum):
    OTHER = statements_pb2.NOT_COUNTED_REASON_UNSPECIFIED
    OTHER_CURRENCY = statements_pb2.NOT_COUNTED_REASON_OTHER_CURRENCY
    NO_MONEY = statements_pb2.NOT_COUNTED_REASON_NO_MONEY
    BELOW_ONE_STEP = statements_pb2.NOT_COUNTED_REASON_BELOW_ONE_STEP
    MULTIPLIED_BY_ZERO = statements_pb2.NOT_COUNTED_REASON_MULTIPLIED_BY_ZERO
    NOT_THE_FIRST_ORDER = statements_pb2.NOT_COUNTED_REASON_NOT_THE_FIRST_ORDER
    NOT_SCHEDULED = statements_pb2.NOT_COUNTED_REASON_NOT_SCHEDULED
    CONDITION_NOT_MET = statements_pb2.NOT_COUNTED_REASON_CONDITION_NOT_MET
    CONDITION_FAILED = statements_pb2.NOT_COUNTED_REASON_CONDITION_FAILED
    NO_LINE_MATCHES = statements_pb2.NOT_COUNTED_REASON_NO_LINE_MATCHES
    OVERRULED = statements_pb2.NOT_COUNTED_REASON_OVERRULED
    CAP_REACHED = statements_pb2.NOT_COUNTED_REASON_CAP_REACHED
    BUDGET_SPENT = statements_pb2.NOT_COUNTED_REASON_BUDGET_SPENT
    NOTHING_TO_MULTIPLY = statements_pb2.NOT_COUNTED_REASON_NOTHING_TO_MULTIPLY
    NOT_BIRTHDAY_MONTH = statements_pb2.NOT_COUNTED_REASON_NOT_BIRTHDAY_MONTH


_REASONS = {reason.value: reason for reason in NotCountedReason}


@strawberry.type(description="What one rule said to an order.")
class RuleVerdict:
    key: str
    currency: str
    points: Long = strawberry.field(description="What it gives for each per of the order's money.")
    per: Money
    rounding: EarnRounding
    counted: bool = strawberry.field(description="True: it gave points of the entry's currency.")
    reason: NotCountedReason | None = strawberry.field(description="Why not.")
    steps: Long | None = strawberry.field(description="Whole steps of money; null for PROPORTIONAL.")
    multiplier: str = strawberry.field(description='What it was multiplied by, for instance "1.5".')
    exact: str = strawberry.field(
        description='What it gave, exactly: "12", "25/2"; a multiplier what it added.'
    )
    award: AwardKind
    given: Long = strawberry.field(description="What of the points posted it gave.")
    limited_by: str | None = strawberry.field(
        description='What cut it: "BUDGET", or the window of a cap such as "DAY".'
    )
    overruled_by: str | None = strawberry.field(description="The exclusive rule that stood alone instead.")
    line_ids: list[strawberry.ID] = strawberry.field(
        description="The lines that it looked at; empty for all."
    )


@strawberry.type(description="What a line of an order got of its points.")
class LineShare:
    line_id: strawberry.ID
    money: Money
    points: Long


@strawberry.type(description="Points that an order earned: every rule of the version that judged it.")
class EarningExplanation:
    source: str
    order_id: strawberry.ID
    programme_version: int = strawberry.field(description="The one in force when the order was paid.")
    tier: str | None = strawberry.field(description="The key of the tier held when it was paid.")
    total: Money
    verdicts: list[RuleVerdict]
    exact: str = strawberry.field(description="The exact sum of what the rules of this currency gave.")
    points: Long = strawberry.field(description="What was posted: the sum rounded down.")
    lines: list[LineShare]


@strawberry.type(description="What a refund took back of the points of one line.")
class LineTakenBack:
    line_id: strawberry.ID
    money: Money
    earned: Long
    refunded_before: Money
    refunded_after: Money
    taken_back_before: Long
    taken_back_after: Long


@strawberry.type(
    description="What a refund took back. Taken back so far is earned x refunded so far / money, rounded down; a "
    "complete refund takes all."
)
class RefundExplanation:
    source: str
    order_id: strawberry.ID
    refund_id: strawberry.ID
    refunded: Money
    total: Money
    earned: Long
    refunded_before: Money
    refunded_after: Money
    taken_back_before: Long
    taken_back_after: Long
    by_line: bool = strawberry.field(
        description="True: each line was rounded down. False: the sum over the lines was."
    )
    lines: list[LineTakenBack]
    became_debt: Long
    written_off: Long
    returned: Long = strawberry.field(description="Points redeemed on the order that came back.")


def earning(wire: statements_pb2.EarningExplained) -> EarningExplanation:
    return EarningExplanation(
        source=wire.source,
        order_id=strawberry.ID(wire.order_id),
        programme_version=wire.programme_version,
        tier=wire.tier or None,
        total=money(wire.total),
        verdicts=[verdict(one) for one in wire.verdicts],
        exact=wire.exact,
        points=Long(wire.points),
        lines=[
            LineShare(line_id=strawberry.ID(one.line_id), money=money(one.money), points=Long(one.points))
            for one in wire.lines
        ],
    )


def verdict(wire: statements_pb2.RuleVerdict) -> RuleVerdict:
    """What one rule said, as the service told it."""
    return RuleVerdict(
        key=wire.rule.key,
        currency=wire.rule.currency,
        points=Long(wire.rule.points),
        per=money(wire.rule.per),
        rounding=EarnRounding(wire.rule.rounding),
        counted=wire.counted,
        reason=None if wire.counted else _REASONS.get(wire.reason, NotCountedReason.OTHER),
        steps=Long(wire.steps) if wire.HasField("steps") else None,
        multiplier=wire.multiplier,
        exact=wire.exact,
        award=AwardKind(wire.rule.award or AwardKind.PER_AMOUNT.value),
        given=Long(wire.points),
        limited_by=wire.limited_by or None,
        overruled_by=wire.overruled_by or None,
        line_ids=[strawberry.ID(one) for one in wire.line_ids],
    )


def refund(wire: statements_pb2.RefundExplained) -> RefundExplanation:
    return RefundExplanation(
        source=wire.source,
        order_id=strawberry.ID(wire.order_id),
        refund_id=strawberry.ID(wire.refund_id),
        refunded=money(wire.refunded),
        total=money(wire.total),
        earned=Long(wire.earned),
        refunded_before=money(wire.refunded_before),
        refunded_after=money(wire.refunded_after),
        taken_back_before=Long(wire.taken_back_before),
        taken_back_after=Long(wire.taken_back_after),
        by_line=wire.by_line,
        lines=[_taken_back(one) for one in wire.lines],
        became_debt=Long(wire.became_debt),
        written_off=Long(wire.written_off),
        returned=Long(wire.returned),
    )


def _taken_back(wire: statements_pb2.LineTakenBack) -> LineTakenBack:
    return LineTakenBack(
        line_id=strawberry.ID(wire.line_id),
        money=money(wire.money),
        earned=Long(wire.earned),
        refunded_before=money(wire.refunded_before),
        refunded_after=money(wire.refunded_after),
        taken_back_before=Long(wire.taken_back_before),
        taken_back_after=Long(wire.taken_back_after),
    )
