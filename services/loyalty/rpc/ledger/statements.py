"""Statements at the door: what members had at past instants, what moved it, and why."""

from contextlib import aclosing
from typing import Any

from huiyuan.loyalty.v1 import statements_pb2 as wire

from services.kit import database, rpc
from services.loyalty.rpc.ledger.entries import entry
from services.loyalty.rpc.ledger.explanations import explain
from services.loyalty.rpc.ledger.lots import lots
from services.loyalty.rpc.ledger.pages import place_of
from services.loyalty.rpc.ledger.points import balance
from services.loyalty.rpc.wire import member_id, micros, timestamp
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger import periods
from services.loyalty.rules.ledger.asks import UnknownCurrency
from services.loyalty.rules.ledger.periods import InstantAhead, PeriodNotUnderstood
from services.loyalty.rules.ledger.reading import settled
from services.loyalty.rules.ledger.replay import Replay
from services.loyalty.rules.ledger.statements import Balances, Line, Statement
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import CurrencyRules, Programme, ProgrammeHistory
from services.loyalty.storage.ledger import history as stored

MOST_LINES = 500
_readers = rpc.staff("operations", "support", "program_admin", "auditor")


class Statements:
    """``huiyuan.loyalty.v1.StatementsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook) -> None:
        self._pool = pool
        self._rulebook = rulebook

    @rpc.allow(rpc.members, _readers)
    async def get_balance_as_of(
        self, request: wire.GetBalanceAsOfRequest, _: Any
    ) -> wire.GetBalanceAsOfResponse:
        member = _readable(request.member_id)
        at, now = micros(request.at, "at"), self._rulebook.now()
        if at > now:
            raise InstantAhead("at must not lie in the future: ask for the balance instead", field="at")
        history = (await self._rulebook.current()).history(request.programme_id)
        programme = history.begun(at)
        wallets = await self._wallets_as_of(member, history, at)
        response = wire.GetBalanceAsOfResponse(at=timestamp(at), programme_version=programme.version)
        for rules in programme.currencies:
            wallet = wallets[rules.number]
            response.balances.append(balance(rules, wallet, at))
            response.lots.extend(lots(wallet, rules))
            response.holds.extend(
                wire.HeldPoints(
                    hold_id=hold.hold_id,
                    currency=rules.code,
                    points=hold.left,
                    expires_at=timestamp(hold.expires_at),
                )
                for hold in wallet.holds
            )
        return response

    async def _wallets_as_of(self, member: str, history: ProgrammeHistory, at: int) -> dict[int, Wallet]:
        """What was recorded by an instant, replayed, with what had fallen due by then."""
        replays = {rules.number: Replay() for rules in history.begun(at).currencies}
        async with database.snapshot(self._pool) as connection:
            async for portion in stored.entries(connection, member, list(replays), until=at):
                for posted, _ in portion:
                    replays[posted.currency].apply(posted)
            holds = await stored.holds(connection, member, list(replays))
        return {
            number: settled(replay.wallet(member, number, holds.get(number, ())), history, at)
            for number, replay in replays.items()
        }

    @rpc.allow(rpc.members, _readers)
    async def get_statement(self, request: wire.GetStatementRequest, _: Any) -> wire.GetStatementResponse:
        member = _readable(request.member_id)
        history = (await self._rulebook.current()).history(request.programme_id)
        rules = _currency(history.newest, request.currency)
        since, until = _period(request, history.newest.time_zone, self._rulebook.now())
        if not 1 <= request.first <= MOST_LINES:
            message = f"first must be 1 to {MOST_LINES}"
            raise PeriodNotUnderstood(message, field="first", asked=request.first)
        after = place_of(request.after, "after") if request.after else None
        statement = Statement(since, until, request.first, after)
        async with database.snapshot(self._pool) as connection:
            goes_on = True
            async with aclosing(stored.entries(connection, member, [rules.number])) as portions:
                async for portion in portions:
                    if not (goes_on := statement.follow(portion)):
                        break
            if goes_on:
                holds = await stored.holds(connection, member, [rules.number])
                statement.finish(member, rules.number, history, holds.get(rules.number, ()))
        return _statement(statement, rules.code)

    @rpc.allow(rpc.members, _readers)
    async def explain_entry(self, request: wire.ExplainEntryRequest, _: Any) -> wire.ExplainEntryResponse:
        member = _readable(request.member_id)
        known = await self._rulebook.refresh()  # the entry may be younger than the rules this process knows
        history = known.history(request.programme_id)
        place = place_of(request.entry_id, "entry_id")
        async with database.snapshot(self._pool) as connection:
            return await explain(connection, known, history, member, place)


def _readable(text: str) -> str:
    member = member_id(text)
    rpc.be_member(member)
    return member


def _currency(programme: Programme, code: str) -> CurrencyRules:
    for rules in programme.currencies:
        if rules.code == code or (not code and rules.spendable):
            return rules
    raise UnknownCurrency(f"the programme has no currency {code!r}", field="currency")


def _period(request: wire.GetStatementRequest, zone: str, now: int) -> tuple[int, int]:
    """From when until when. Raises ``PeriodNotUnderstood`` or ``InstantAhead``."""
    match request.WhichOneof("period"):
        case "days":
            since, until = periods.between(request.days.first, request.days.last, zone)
        case "instants":
            since = micros(request.instants.since, "instants.since")
            until = micros(request.instants.until, "instants.until")
        case _:
            raise PeriodNotUnderstood("say which period: instants or days", field="period")
    return periods.past(since, until, now)


def _statement(statement: Statement, code: str) -> wire.GetStatementResponse:
    return wire.GetStatementResponse(
        currency=code,
        since=timestamp(statement.since),
        until=timestamp(statement.until),
        opening=_balances(statement.opening),
        closing=_balances(statement.closing),
        lines=[_line(line, code) for line in statement.lines],
        has_next_page=statement.has_next_page,
        sums=[
            wire.StatementSum(type=type, entries=sum.entries, points=sum.points, change=_balances(sum.change))
            for type, sum in statement.sums.items()
        ],
    )


def _line(line: Line, code: str) -> wire.StatementLine:
    return wire.StatementLine(
        entry=entry(line.entry, line.ord, code),
        posted_at=timestamp(line.posted_at),
        change=_balances(line.change),
        after=_balances(line.after),
    )


def _balances(of: Balances) -> wire.AccountBalances:
    return wire.AccountBalances(available=of.available, pending=of.pending, held=of.held)
