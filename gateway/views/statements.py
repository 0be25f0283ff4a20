"""Statements: what a member had at a past instant, and what moved it in a period."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import statements_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.paging import cursor, key_of, page_size
from gateway.scalars import Long, instant, optional_instant, timestamp
from gateway.views.entries import EntryType
from gateway.views.lots import Lot, lots
from gateway.views.points import Balance, balance
from services.kit.refusal import Invalid


class PeriodAmbiguous(Invalid):
    """A period is named by instants and by days at once."""

    code = "BAD_USER_INPUT"


@strawberry.type(description="Points that an open checkout had set aside.")
class HeldPoints:
    hold_id: strawberry.ID
    currency: str
    points: Long
    expires_at: datetime


@strawberry.type(description="What a member had at a past instant, as a read at that instant answered it.")
class BalanceAsOf:
    at: datetime
    programme_version: int = strawberry.field(description="The version of the rules in force then.")
    balances: list[Balance]
    lots: list[Lot]
    holds: list[HeldPoints]


@strawberry.type(description="A member's three accounts of one currency.")
class AccountBalances:
    available: Long = strawberry.field(description="Below 0: debt.")
    pending: Long
    held: Long


@strawberry.type(
    description="An entry and what it did. What fell due by itself counts from the instant it fell due, whenever "
    "that was recorded."
)
class StatementLine:
    entry_id: strawberry.ID | None = strawberry.field(description="Null where nobody recorded it yet.")
    type: EntryType
    points: Long = strawberry.field(description="Always above 0.")
    change: AccountBalances
    after: AccountBalances
    posted_at: datetime
    order_ref: str | None
    reason: str | None
    expires_at: datetime | None = strawberry.field(description="When these points expire; null for never.")


@strawberry.type(description="What the entries of one type did together.")
class StatementSum:
    type: EntryType
    entries: int
    points: Long
    change: AccountBalances


@strawberry.type(description="What moved one currency: opening and the changes make closing, exactly.")
class Statement:
    currency: str
    since: datetime
    until: datetime = strawberry.field(description="Not in it; never later than when it was asked.")
    opening: AccountBalances
    closing: AccountBalances
    lines: list[StatementLine] = strawberry.field(description="Oldest first.")
    sums: list[StatementSum] = strawberry.field(description="Over the whole period, whatever the page.")
    has_next_page: bool
    end_cursor: str | None = strawberry.field(description="Where the next page goes on: statement(after:).")


@strawberry.input(
    description='Local days of the programme\'s zone, "2026-11-01" to "2026-11-30", both in it.'
)
class LocalDaysInput:
    first: str
    last: str

    def wire(self) -> statements_pb2.LocalDays:
        return statements_pb2.LocalDays(first=self.first, last=self.last)


async def balance_as_of(info: Info, member_id: str, programme_id: str, at: datetime) -> BalanceAsOf:
    """What the member had, asked in the caller's name."""
    clients = info.context.clients
    request = statements_pb2.GetBalanceAsOfRequest(
        member_id=member_id, at=timestamp(at), programme_id=programme_id
    )
    wire = await clients.statements.get_balance_as_of(request, headers=info.context.named(LOYALTY))
    return BalanceAsOf(
        at=instant(wire.at),
        programme_version=wire.programme_version,
        balances=[balance(one) for one in wire.balances],
        lots=lots(wire.lots, None),
        holds=[
            HeldPoints(
                hold_id=strawberry.ID(one.hold_id),
                currency=one.currency,
                points=Long(one.points),
                expires_at=instant(one.expires_at),
            )
            for one in wire.holds
        ],
    )


async def statement(
    info: Info,
    member_id: str,
    programme_id: str,
    currency: str | None,
    period: tuple[datetime | None, datetime | None, LocalDaysInput | None],
    page: tuple[int, str | None],
) -> Statement:
    """What moved, asked in the caller's name; the period is from, to, or local days instead."""
    since, until, days = period
    if days is not None and (since is not None or until is not None):
        raise PeriodAmbiguous("name a period by from and to, or by days, and not by both", field="days")
    first, after = page
    clients = info.context.clients
    request = statements_pb2.GetStatementRequest(
        member_id=member_id,
        programme_id=programme_id,
        currency=currency or "",
        first=page_size(first),
        after=key_of(after),
    )
    if days is not None:
        request.days.CopyFrom(days.wire())
    elif since is not None or until is not None:
        instants = statements_pb2.Instants(since=timestamp(since), until=timestamp(until))
        request.instants.CopyFrom(instants)
    wire = await clients.statements.get_statement(request, headers=info.context.named(LOYALTY))
    recorded = [line.entry.entry_id for line in wire.lines if line.entry.entry_id]
    return Statement(
        currency=wire.currency,
        since=instant(wire.since),
        until=instant(wire.until),
        opening=_accounts(wire.opening),
        closing=_accounts(wire.closing),
        lines=[_line(one) for one in wire.lines],
        sums=[
            StatementSum(
                type=EntryType.of(one.type),
                entries=one.entries,
                points=Long(one.points),
                change=_accounts(one.change),
            )
            for one in wire.sums
        ],
        has_next_page=wire.has_next_page,
        end_cursor=cursor(recorded[-1]) if recorded else None,
    )


def _line(wire: statements_pb2.StatementLine) -> StatementLine:
    entry = wire.entry
    return StatementLine(
        entry_id=strawberry.ID(entry.entry_id) if entry.entry_id else None,
        type=EntryType.of(entry.type),
        points=Long(entry.points),
        change=_accounts(wire.change),
        after=_accounts(wire.after),
        posted_at=instant(wire.posted_at),
        order_ref=entry.order_ref or None,
        reason=entry.reason or None,
        expires_at=optional_instant(entry, "expires_at"),
    )


def _accounts(wire: statements_pb2.AccountBalances) -> AccountBalances:
    return AccountBalances(available=Long(wire.available), pending=Long(wire.pending), held=Long(wire.held))
