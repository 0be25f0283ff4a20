"""Finance at the door: what the points of a programme add up to, each answer of one instant."""

from collections import Counter
from collections.abc import Iterable
from functools import reduce
from itertools import accumulate
from typing import Any

from huiyuan.loyalty.v1 import finance_pb2 as wire

from services.kit import database, rpc
from services.kit.money import decimals
from services.loyalty.rpc.ledger import lots
from services.loyalty.rpc.wire import money, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger import finance, periods
from services.loyalty.rules.ledger.entries import MEMBER_ACCOUNTS, Account
from services.loyalty.rules.ledger.expiry import NEVER, midnight, month_of
from services.loyalty.rules.ledger.finance import Cohort, Movements
from services.loyalty.rules.programmes.programmes import CurrencyRules, Programme
from services.loyalty.storage.ledger import finance as sums
from services.loyalty.storage.ledger.finance import Bucket, Holdings

MOST_DAYS = 400
READER = "finance_reader"
_readers = (rpc.staff("program_admin", "operations", "auditor"), rpc.systems(READER))


class Finance:
    """``huiyuan.loyalty.v1.FinanceService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(*_readers)
    async def get_outstanding(
        self, request: wire.GetOutstandingRequest, _: Any
    ) -> wire.GetOutstandingResponse:
        programme, now = await self._programme(request.programme_id), self._rulebook.now()
        numbers = [rules.number for rules in programme.currencies]
        async with sums.snapshot(self._pool) as connection:
            holdings = await sums.holdings(connection, numbers)
            buckets = await sums.open_lots(connection, numbers)
        return wire.GetOutstandingResponse(
            as_of=timestamp(now),
            currencies=[
                _outstanding(rules, holdings[rules.number], buckets[rules.number], programme.time_zone, now)
                for rules in programme.currencies
            ],
        )

    @rpc.allow(*_readers)
    async def get_liability(self, request: wire.GetLiabilityRequest, _: Any) -> wire.GetLiabilityResponse:
        programme, now = await self._programme(request.programme_id), self._rulebook.now()
        numbers = _spendable(programme)
        async with sums.snapshot(self._pool) as connection:
            holdings = await sums.holdings(connection, numbers)
            buckets = await sums.open_lots(connection, numbers)
            ended = await sums.ended(connection, numbers)
        return wire.GetLiabilityResponse(
            as_of=timestamp(now),
            currencies=[
                _liability(
                    rules,
                    _still_good(holdings[rules.number], buckets[rules.number], now),
                    *ended[rules.number],
                    programme.money_currency,
                )
                for rules in programme.currencies
                if rules.spendable
            ],
        )

    @rpc.allow(*_readers)
    async def get_breakage(self, request: wire.GetBreakageRequest, _: Any) -> wire.GetBreakageResponse:
        programme, now = await self._programme(request.programme_id), self._rulebook.now()
        numbers = _spendable(programme)
        async with sums.snapshot(self._pool) as connection:
            moved = await sums.moved_by_month(connection, numbers)
            left = await sums.left_by_month(connection, numbers)
        response = wire.GetBreakageResponse(as_of=timestamp(now))
        for rules in programme.currencies:
            if rules.spendable:
                months, total = finance.cohorts(moved[rules.number], left[rules.number])
                response.currencies.add(
                    currency=rules.code, months=map(_cohort, months), total=_cohort(total)
                )
        return response

    @rpc.allow(*_readers)
    async def list_daily_movements(
        self, request: wire.ListDailyMovementsRequest, _: Any
    ) -> wire.ListDailyMovementsResponse:
        programme, now = await self._programme(request.programme_id), self._rulebook.now()
        days = periods.days(request.days.first, request.days.last, MOST_DAYS)
        since, until = periods.between(request.days.first, request.days.last, programme.time_zone)
        periods.past(since, until, now)
        numbers = [rules.number for rules in programme.currencies]
        starts = [midnight(day, programme.time_zone) for day in days]
        async with sums.snapshot(self._pool) as connection:
            holdings = await sums.holdings(connection, numbers)
            changes = await sums.changes_since(connection, numbers, [*starts, until])
        response = wire.ListDailyMovementsResponse(as_of=timestamp(now))
        for rules in programme.currencies:
            *moved, later = map(Movements.of, changes[rules.number])
            total = reduce(Movements.plus, moved)
            closing = holdings[rules.number].total - later.gained
            opening = closing - total.gained
            after = accumulate((each.gained for each in moved), initial=opening)
            next(after)
            response.currencies.add(
                currency=rules.code,
                opening=opening,
                days=[
                    wire.DailyMovements(day=str(day), moved=_movements(each), outstanding=outstanding)
                    for day, each, outstanding in zip(days, moved, after, strict=True)
                ],
                total=_movements(total),
                closing=closing,
            )
        return response

    @rpc.allow(*_readers)
    async def get_trial_balance(
        self, request: wire.GetTrialBalanceRequest, _: Any
    ) -> wire.GetTrialBalanceResponse:
        programme, now = await self._programme(request.programme_id), self._rulebook.now()
        numbers = [rules.number for rules in programme.currencies]
        async with sums.snapshot(self._pool) as connection:
            holdings = await sums.holdings(connection, numbers)
            totals = await sums.account_totals(connection, numbers)
        response = wire.GetTrialBalanceResponse(as_of=timestamp(now))
        for rules in programme.currencies:
            members = holdings[rules.number]
            accounts = {
                Account.AVAILABLE: members.open - members.debt,
                Account.PENDING: members.pending,
                Account.HELD: members.held,
            } | {
                account: totals[rules.number].get(account, 0)
                for account in Account
                if account not in MEMBER_ACCOUNTS
            }
            response.currencies.add(
                currency=rules.code,
                accounts=[
                    wire.AccountTotal(account=name, points=points) for name, points in accounts.items()
                ],
                sum=sum(accounts.values()),
            )
        return response

    async def _programme(self, programme_id: str) -> Programme:
        return (await self._rulebook.current()).history(programme_id).newest


def _spendable(programme: Programme) -> list[int]:
    return [rules.number for rules in programme.currencies if rules.spendable]


def _still_good(holdings: Holdings, buckets: Iterable[Bucket], now: int) -> int:
    """What members hold less what is past its expiry and not recorded as expired yet."""
    return holdings.open - _overdue(buckets, now) + holdings.pending + holdings.held


def _overdue(buckets: Iterable[Bucket], now: int) -> int:
    return sum(bucket.points for bucket in buckets if bucket.lot.expires_at <= now)


def _outstanding(
    rules: CurrencyRules, holdings: Holdings, buckets: list[Bucket], zone: str, now: int
) -> wire.OutstandingPoints:
    earned: Counter[str] = Counter()
    expiring: Counter[str] = Counter()
    sources: Counter[int] = Counter()
    for (expires_at, month, source), points in buckets:
        earned[lots.month(month)] += points
        last_good = "" if expires_at == NEVER else lots.month(month_of(expires_at - 1, zone))
        expiring[last_good] += points
        sources[source] += points
    return wire.OutstandingPoints(
        currency=rules.code,
        spendable=rules.spendable,
        open=holdings.open,
        pending=holdings.pending,
        held=holdings.held,
        debt=holdings.debt,
        total=holdings.total,
        overdue=_overdue(buckets, now),
        members=holdings.members,
        by_month_earned=_monthly(earned),
        by_month_of_expiry=_monthly(expiring),
        by_source=[
            wire.SourcePoints(source=lots.source(source), points=points)
            for source, points in sorted(sources.items())
        ],
    )


def _monthly(points: Counter[str]) -> Iterable[wire.MonthlyPoints]:
    """Oldest first, and last what has no month."""
    for month in sorted(points, key=lambda month: (not month, month)):
        yield wire.MonthlyPoints(month=month, points=points[month])


def _liability(
    rules: CurrencyRules, points: int, expired: int, redeemed: int, money_currency: str
) -> wire.Liability:
    places = decimals(money_currency)
    breakage = finance.expected_breakage(points, expired, redeemed)
    gross = finance.worth_minor(points, rules.cost_micros, places)
    saved = finance.worth_minor(breakage, rules.cost_micros, places)
    return wire.Liability(
        currency=rules.code,
        points=points,
        cost_micros=rules.cost_micros,
        gross=money(gross, money_currency),
        expired=expired,
        redeemed=redeemed,
        breakage_rate=finance.rate(expired, redeemed),
        expected_breakage=breakage,
        expected_breakage_worth=money(saved, money_currency),
        net=money(gross - saved, money_currency),
    )


def _cohort(of: Cohort) -> wire.Cohort:
    return wire.Cohort(
        month=lots.month(of.month),
        issued=of.issued,
        redeemed=of.redeemed,
        expired=of.expired,
        forfeited=of.forfeited,
        taken_back=of.taken_back,
        open=of.open,
        rate=of.rate,
    )


def _movements(of: Movements) -> wire.Movements:
    return wire.Movements(**of._asdict())
