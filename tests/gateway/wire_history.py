"""The loyalty service's past and its figures as the gateway meets them on the wire, with canned answers."""

from typing import Any

from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import (
    currencies_pb2,
    earn_rules_pb2,
    finance_connect,
    finance_pb2,
    points_pb2,
    redemptions_pb2,
    statements_connect,
    statements_pb2,
)

from services.kit import rpc
from tests.gateway.answers import at
from tests.gateway.doors import Door

_READERS = rpc.staff("operations", "support", "program_admin", "auditor")
_FINANCE = rpc.staff("operations", "program_admin", "auditor")


def _cny(minor_units: int) -> kit_pb2.Money:
    return kit_pb2.Money(minor_units=minor_units, currency="CNY")


def _entry(number: int, type: str, points: int, **more: Any) -> points_pb2.Entry:
    return points_pb2.Entry(
        entry_id=f"entry-{number}",
        currency="POINTS",
        type=type,
        points=points,
        occurred_at=at(2026, number),
        recorded_at=at(2026, number),
        rule_version=2,
        actor="staff:ada",
        **more,
    )


_LOT = points_pb2.Lot(
    currency="POINTS",
    points=40,
    month="2026-01",
    source=points_pb2.LOT_SOURCE_EARNED,
    expires_at=at(2027, 2),
)
AS_OF = statements_pb2.GetBalanceAsOfResponse(
    at=at(2026, 3),
    programme_version=2,
    balances=[points_pb2.Balance(currency="POINTS", spendable=True, available=40, held=5)],
    lots=[_LOT],
    holds=[statements_pb2.HeldPoints(hold_id="cart", currency="POINTS", points=5, expires_at=at(2026, 4))],
)


def _balances(available: int) -> statements_pb2.AccountBalances:
    return statements_pb2.AccountBalances(available=available)


_EXPIRED = _entry(3, "EXPIRE", 30)
_EXPIRED.ClearField("entry_id")
_EXPIRED.ClearField("recorded_at")
STATEMENT = statements_pb2.GetStatementResponse(
    currency="POINTS",
    since=at(2026, 1),
    until=at(2026, 4),
    opening=_balances(-10),
    closing=_balances(0),
    lines=[
        statements_pb2.StatementLine(
            entry=_entry(2, "EARN", 40, order_ref="shop:order-1"),
            posted_at=at(2026, 2),
            change=_balances(40),
            after=_balances(30),
        ),
        statements_pb2.StatementLine(
            entry=_EXPIRED, posted_at=at(2026, 3), change=_balances(-30), after=_balances(0)
        ),
    ],
    sums=[
        statements_pb2.StatementSum(type="EARN", entries=1, points=40, change=_balances(40)),
        statements_pb2.StatementSum(type="EXPIRE", entries=1, points=30, change=_balances(-30)),
    ],
)
_EXPIRY = currencies_pb2.Expiry(
    kind=currencies_pb2.EXPIRY_KIND_AFTER_PERIOD,
    period="P12M",
    rounding=currencies_pb2.EXPIRY_ROUNDING_MONTH,
)
_ORIGIN = statements_pb2.LotOrigin(entry=_entry(1, "EARN", 40, order_ref="shop:order-1"), expiry=_EXPIRY)
EXPLAINED = statements_pb2.ExplainEntryResponse(
    entry=_entry(2, "EARN", 6, order_ref="shop:order-1", reason="GOODWILL"),
    lot=_LOT,
    earning=statements_pb2.EarningExplained(
        source="shop",
        order_id="order-1",
        programme_version=2,
        tier="silver",
        total=_cny(450),
        verdicts=[
            statements_pb2.RuleVerdict(
                rule=earn_rules_pb2.EarnRule(
                    key="base",
                    currency="POINTS",
                    points=1,
                    per=_cny(100),
                    rounding=earn_rules_pb2.EARN_ROUNDING_WHOLE_STEPS,
                ),
                counted=True,
                steps=4,
                multiplier="1.5",
                exact="6",
            ),
            statements_pb2.RuleVerdict(
                rule=earn_rules_pb2.EarnRule(
                    key="big",
                    currency="POINTS",
                    points=1,
                    per=_cny(100_000),
                    rounding=earn_rules_pb2.EARN_ROUNDING_PROPORTIONAL,
                ),
                reason=99,  # type: ignore[arg-type]  # a reason that no gateway knows yet
                multiplier="1",
                exact="0",
            ),
        ],
        exact="6",
        points=6,
        lines=[statements_pb2.LineShare(line_id="1", money=_cny(450), points=6)],
    ),
    refund=statements_pb2.RefundExplained(
        source="shop",
        order_id="order-1",
        refund_id="refund-1",
        refunded=_cny(225),
        total=_cny(450),
        earned=6,
        refunded_before=_cny(0),
        refunded_after=_cny(225),
        taken_back_after=3,
        by_line=True,
        lines=[
            statements_pb2.LineTakenBack(
                line_id="1",
                money=_cny(450),
                earned=6,
                refunded_before=_cny(0),
                refunded_after=_cny(225),
                taken_back_after=3,
            )
        ],
        became_debt=1,
    ),
    redemption=statements_pb2.RedemptionExplained(points=40, taken=[_LOT], returned=5),
    reversal=statements_pb2.ReversalExplained(
        redemption_entry_id="entry-1", reversal_id="reversal-1", points=5, expired=2
    ),
    hold=redemptions_pb2.Hold(
        hold_id="cart",
        currency="POINTS",
        points=5,
        state=redemptions_pb2.HOLD_STATE_TIMED_OUT,
        held_at=at(2026, 1),
        expires_at=at(2026, 2),
    ),
    expiry=statements_pb2.ExpiryExplained(expired_at=at(2027, 2), origins=[_ORIGIN]),
    maturation=statements_pb2.MaturationExplained(
        matures_at=at(2026, 2),
        rule=currencies_pb2.Maturation(kind=currencies_pb2.MATURATION_KIND_AFTER_PERIOD, period="P7D"),
        origins=[_ORIGIN],
        has_more=True,
    ),
    transfer=statements_pb2.TransferExplained(transfer_id="birthday"),
    merge=statements_pb2.MergeExplained(
        merge_id="merge-1", from_member_id="member-1", into_member_id="member-2", undoing=True
    ),
    adjustment=statements_pb2.AdjustmentExplained(
        actor="staff:ada",
        reason="GOODWILL",
        request_id="request-1",
        requested_by="staff:ada",
        approved_by="staff:bob",
        approved_at=at(2026, 2),
        note="CHECKED",
    ),
)


class Statements(Door):
    @rpc.allow(rpc.members, _READERS)
    async def get_balance_as_of(
        self, request: statements_pb2.GetBalanceAsOfRequest, _: Any
    ) -> statements_pb2.GetBalanceAsOfResponse:
        self.services.turn("loyalty", "as of")
        self.services.change(request)
        rpc.be_member(request.member_id)
        return AS_OF

    @rpc.allow(rpc.members, _READERS)
    async def get_statement(
        self, request: statements_pb2.GetStatementRequest, _: Any
    ) -> statements_pb2.GetStatementResponse:
        self.services.change(request)
        rpc.be_member(request.member_id)
        return STATEMENT

    @rpc.allow(rpc.members, _READERS)
    async def explain_entry(
        self, request: statements_pb2.ExplainEntryRequest, _: Any
    ) -> statements_pb2.ExplainEntryResponse:
        self.services.change(request)
        rpc.be_member(request.member_id)
        return EXPLAINED


class Finance(Door):
    @rpc.allow(_FINANCE)
    async def get_outstanding(
        self, request: finance_pb2.GetOutstandingRequest, _: Any
    ) -> finance_pb2.GetOutstandingResponse:
        months = [
            finance_pb2.MonthlyPoints(month="2026-01", points=2**40),
            finance_pb2.MonthlyPoints(points=3),
        ]
        points = finance_pb2.OutstandingPoints(
            currency="POINTS",
            spendable=True,
            open=2**40 + 3,
            debt=3,
            total=2**40,
            members=7,
            by_month_earned=months,
            by_month_of_expiry=months,
            by_source=[finance_pb2.SourcePoints(source=points_pb2.LOT_SOURCE_IMPORTED, points=2**40 + 3)],
        )
        return finance_pb2.GetOutstandingResponse(as_of=at(2026), currencies=[points])

    @rpc.allow(_FINANCE)
    async def get_liability(
        self, request: finance_pb2.GetLiabilityRequest, _: Any
    ) -> finance_pb2.GetLiabilityResponse:
        liability = finance_pb2.Liability(
            currency="POINTS",
            points=200,
            cost_micros=12_500,
            gross=_cny(250),
            expired=75,
            redeemed=25,
            breakage_rate="0.7500",
            expected_breakage=150,
            expected_breakage_worth=_cny(188),
            net=_cny(62),
        )
        return finance_pb2.GetLiabilityResponse(as_of=at(2026), currencies=[liability])

    @rpc.allow(_FINANCE)
    async def get_breakage(
        self, request: finance_pb2.GetBreakageRequest, _: Any
    ) -> finance_pb2.GetBreakageResponse:
        cohort = finance_pb2.Cohort(month="2026-01", issued=100, redeemed=25, expired=75, rate="0.7500")
        breakage = finance_pb2.CurrencyBreakage(currency="POINTS", months=[cohort], total=cohort)
        breakage.total.month = ""
        return finance_pb2.GetBreakageResponse(as_of=at(2026), currencies=[breakage])

    @rpc.allow(_FINANCE)
    async def list_daily_movements(
        self, request: finance_pb2.ListDailyMovementsRequest, _: Any
    ) -> finance_pb2.ListDailyMovementsResponse:
        self.services.change(request)
        moved = finance_pb2.Movements(issued=100, redeemed=30, written_off=2)
        movements = finance_pb2.CurrencyMovements(
            currency="POINTS",
            opening=10,
            days=[finance_pb2.DailyMovements(day=request.days.first, moved=moved, outstanding=82)],
            total=moved,
            closing=82,
        )
        return finance_pb2.ListDailyMovementsResponse(as_of=at(2026), currencies=[movements])

    @rpc.allow(_FINANCE)
    async def get_trial_balance(
        self, request: finance_pb2.GetTrialBalanceRequest, _: Any
    ) -> finance_pb2.GetTrialBalanceResponse:
        accounts = [
            finance_pb2.AccountTotal(account="AVAILABLE", points=82),
            finance_pb2.AccountTotal(account="ISSUED", points=-82),
        ]
        balance = finance_pb2.CurrencyTrialBalance(currency="POINTS", accounts=accounts)
        return finance_pb2.GetTrialBalanceResponse(as_of=at(2026), currencies=[balance])


DOORS: list[tuple[type[Door], Any]] = [
    (Statements, statements_connect.StatementsServiceASGIApplication),
    (Finance, finance_connect.FinanceServiceASGIApplication),
]
