"""Finance as the operator's own reads it: what is outstanding, what it costs, what became of it."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import finance_pb2

from gateway.admin.permissions import FINANCE_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long, Money, instant, money
from gateway.views.lots import LotSource, source_of
from gateway.views.statements import LocalDaysInput


@strawberry.type(description="Points of a local month.")
class MonthlyPoints:
    month: str | None = strawberry.field(
        description='For instance "2026-11"; null where no month is kept, and for what never expires.'
    )
    points: Long


@strawberry.type(description="Points by who funded them.")
class SourcePoints:
    source: LotSource
    points: Long


@strawberry.type(description="What all members hold of a currency.")
class OutstandingPoints:
    currency: str
    spendable: bool
    open: Long = strawberry.field(description="What can be spent; the lists below divide it up.")
    pending: Long
    held: Long
    debt: Long
    total: Long = strawberry.field(description="Open, pending and held less debt: the members' accounts.")
    overdue: Long = strawberry.field(
        description="Of open: past its expiry, and not recorded as expired yet. Nobody can spend it."
    )
    members: Long = strawberry.field(description="Members with anything open, pending or held.")
    by_month_earned: list[MonthlyPoints]
    by_month_of_expiry: list[MonthlyPoints]
    by_source: list[SourcePoints]


@strawberry.type(description="What the points of a currency cost the operator.")
class PointsLiability:
    currency: str
    points: Long = strawberry.field(description="Open, pending and held, less what is past its expiry.")
    cost_micros: Long = strawberry.field(
        description="What a point costs, in millionths of the money's major unit."
    )
    gross: Money
    expired: Long
    redeemed: Long
    breakage_rate: str | None = strawberry.field(
        description="expired / (expired + redeemed), with four decimals; null before anything ended."
    )
    expected_breakage: Long
    expected_breakage_worth: Money
    net: Money = strawberry.field(description="Gross less the breakage to be expected.")


@strawberry.type(description="What became of the points that were earned in one month.")
class BreakageCohort:
    month: str | None = strawberry.field(description="Null where no month is kept.")
    issued: Long
    redeemed: Long
    expired: Long
    forfeited: Long
    taken_back: Long
    open: Long
    rate: str | None = strawberry.field(description="expired / (expired + redeemed), with four decimals.")


@strawberry.type(description="What became of the points of a currency.")
class Breakage:
    currency: str
    months: list[BreakageCohort] = strawberry.field(description="Oldest first.")
    total: BreakageCohort


@strawberry.type(description="What moved, net, by the programme's own accounts.")
class Movements:
    issued: Long = strawberry.field(description="Less what was taken back, also where that was written off.")
    redeemed: Long = strawberry.field(description="Less what came back.")
    expired: Long
    forfeited: Long
    written_off: Long
    adjusted: Long
    transferred: Long
    imported: Long


@strawberry.type(description="What moved on a local day.")
class DailyMovements:
    day: str
    moved: Movements
    outstanding: Long = strawberry.field(description="The members' accounts when it ended.")


@strawberry.type(description="What moved on each of some days, from opening to closing.")
class CurrencyMovements:
    currency: str
    opening: Long
    days: list[DailyMovements]
    total: Movements
    closing: Long


@strawberry.type(description="What an account sums to.")
class AccountTotal:
    account: str
    points: Long


@strawberry.type(description="Every account of a currency.")
class TrialBalance:
    currency: str
    as_of: datetime
    accounts: list[AccountTotal]
    sum: Long = strawberry.field(description="0, or the ledger is not what was posted.")


@strawberry.type
class FinanceQueries:
    @strawberry.field(
        metadata=to(FINANCE_READERS),
        description="What members hold: by month earned, month of expiry and source.",
    )
    async def outstanding_points(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[OutstandingPoints] | None:
        request = finance_pb2.GetOutstandingRequest(programme_id=programme_id)
        wire = await info.context.clients.finance.get_outstanding(request, headers=_headers(info))
        return [_outstanding(one) for one in wire.currencies]

    @strawberry.field(
        metadata=to(FINANCE_READERS),
        description="What the points cost the operator, before and after the breakage to be expected.",
    )
    async def points_liability(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[PointsLiability] | None:
        request = finance_pb2.GetLiabilityRequest(programme_id=programme_id)
        wire = await info.context.clients.finance.get_liability(request, headers=_headers(info))
        return [_liability(one) for one in wire.currencies]

    @strawberry.field(metadata=to(FINANCE_READERS), description="What became of the points of each month.")
    async def breakage(self, info: Info, programme_id: str = DEFAULT_PROGRAMME) -> list[Breakage] | None:
        request = finance_pb2.GetBreakageRequest(programme_id=programme_id)
        wire = await info.context.clients.finance.get_breakage(request, headers=_headers(info))
        return [
            Breakage(
                currency=one.currency,
                months=[_cohort(month) for month in one.months],
                total=_cohort(one.total),
            )
            for one in wire.currencies
        ]

    @strawberry.field(
        metadata=to(FINANCE_READERS),
        description="What moved on each local day, summed from what was committed on it; at most 400 days.",
    )
    async def daily_movements(
        self, info: Info, days: LocalDaysInput, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[CurrencyMovements] | None:
        request = finance_pb2.ListDailyMovementsRequest(programme_id=programme_id, days=days.wire())
        wire = await info.context.clients.finance.list_daily_movements(request, headers=_headers(info))
        return [_currency_movements(one) for one in wire.currencies]

    @strawberry.field(
        metadata=to(FINANCE_READERS), description="The total of every account; those of a currency sum to 0."
    )
    async def trial_balance(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[TrialBalance] | None:
        request = finance_pb2.GetTrialBalanceRequest(programme_id=programme_id)
        wire = await info.context.clients.finance.get_trial_balance(request, headers=_headers(info))
        return [
            TrialBalance(
                currency=one.currency,
                as_of=instant(wire.as_of),
                accounts=[
                    AccountTotal(account=each.account, points=Long(each.points)) for each in one.accounts
                ],
                sum=Long(one.sum),
            )
            for one in wire.currencies
        ]


def _headers(info: Info) -> dict[str, str]:
    return info.context.named(LOYALTY)


def _outstanding(wire: finance_pb2.OutstandingPoints) -> OutstandingPoints:
    return OutstandingPoints(
        currency=wire.currency,
        spendable=wire.spendable,
        open=Long(wire.open),
        pending=Long(wire.pending),
        held=Long(wire.held),
        debt=Long(wire.debt),
        total=Long(wire.total),
        overdue=Long(wire.overdue),
        members=Long(wire.members),
        by_month_earned=[_monthly(one) for one in wire.by_month_earned],
        by_month_of_expiry=[_monthly(one) for one in wire.by_month_of_expiry],
        by_source=[
            SourcePoints(source=source_of(one.source), points=Long(one.points)) for one in wire.by_source
        ],
    )


def _monthly(wire: finance_pb2.MonthlyPoints) -> MonthlyPoints:
    return MonthlyPoints(month=wire.month or None, points=Long(wire.points))


def _liability(wire: finance_pb2.Liability) -> PointsLiability:
    return PointsLiability(
        currency=wire.currency,
        points=Long(wire.points),
        cost_micros=Long(wire.cost_micros),
        gross=money(wire.gross),
        expired=Long(wire.expired),
        redeemed=Long(wire.redeemed),
        breakage_rate=wire.breakage_rate or None,
        expected_breakage=Long(wire.expected_breakage),
        expected_breakage_worth=money(wire.expected_breakage_worth),
        net=money(wire.net),
    )


def _cohort(wire: finance_pb2.Cohort) -> BreakageCohort:
    return BreakageCohort(
        month=wire.month or None,
        issued=Long(wire.issued),
        redeemed=Long(wire.redeemed),
        expired=Long(wire.expired),
        forfeited=Long(wire.forfeited),
        taken_back=Long(wire.taken_back),
        open=Long(wire.open),
        rate=wire.rate or None,
    )


def _currency_movements(wire: finance_pb2.CurrencyMovements) -> CurrencyMovements:
    return CurrencyMovements(
        currency=wire.currency,
        opening=Long(wire.opening),
        days=[
            DailyMovements(day=one.day, moved=_movements(one.moved), outstanding=Long(one.outstanding))
            for one in wire.days
        ],
        total=_movements(wire.total),
        closing=Long(wire.closing),
    )


def _movements(wire: finance_pb2.Movements) -> Movements:
    return Movements(
        issued=Long(wire.issued),
        redeemed=Long(wire.redeemed),
        expired=Long(wire.expired),
        forfeited=Long(wire.forfeited),
        written_off=Long(wire.written_off),
        adjusted=Long(wire.adjusted),
        transferred=Long(wire.transferred),
        imported=Long(wire.imported),
    )
