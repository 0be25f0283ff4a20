"""Imports at the door: opening balances, many at once, each judged for itself."""

import asyncio
from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import imports_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import Refusal
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import own_id
from services.loyalty.rpc.wire import be_at_most, meant, micros
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.expiry import DateNotUnderstood
from services.loyalty.rules.ledger.imports import (
    Imported,
    OpeningBalanceNotWellFormed,
    OpeningLot,
    import_balance,
    import_key,
)
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.rules.orders.orders import UnknownMember
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.ledger.points import place
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import kin

MOST_BALANCES = 1000
REASON = "OPENING_BALANCE"
_YEARS = range(1970, 9999)


class Imports:
    """``huiyuan.loyalty.v1.ImportsService``."""

    def __init__(self, pool: database.Pool, lanes: Lanes, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(rpc.systems("order_importer"))
    async def import_balances(
        self, request: wire.ImportBalancesRequest, _: Any
    ) -> wire.ImportBalancesResponse:
        be_at_most(len(request.balances), MOST_BALANCES, "balances")
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        results: list[Any] = [_lots(balance) for balance in request.balances]
        good = [nth for nth, lots in enumerate(results) if not isinstance(lots, Refusal)]
        members = await self._membership.resolve([meant(request.balances[nth]) for nth in good])
        members = await self._as_before([request.balances[nth] for nth in good], members)
        for nth, member in zip(good, members, strict=True):
            results[nth] = self._submit(request.balances[nth], programme, member, results[nth])
        return wire.ImportBalancesResponse(
            results=[
                await _result(balance, result)
                for balance, result in zip(request.balances, results, strict=True)
            ]
        )

    async def _as_before(
        self, balances: Sequence[wire.OpeningBalance], members: Sequence[str | None]
    ) -> list[str | None]:
        """The members, but under the name that had a balance imported before its identity passed to a survivor."""
        keys = [import_key(balance.import_id) for balance in balances]
        asked = [
            (member, key)
            for balance, member, key in zip(balances, members, keys, strict=True)
            if member is not None and balance.WhichOneof("member") == "identity"
        ]
        earlier = await kin.used_before(self._pool, asked)
        return [
            member and earlier.get((member, key), member) for member, key in zip(members, keys, strict=True)
        ]

    def _submit(
        self,
        balance: wire.OpeningBalance,
        programme: Programme,
        member: str | None,
        lots: Sequence[OpeningLot],
    ) -> asyncio.Future[Answer] | Refusal:
        if member is None:
            message = "no member has this id or identity: register the member first"
            return UnknownMember(message, field="member")
        points = sum(lot.points for lot in lots)
        key, who = import_key(balance.import_id), rpc.caller().actor
        ask = Ask(member, programme.programme_id, balance.currency, points, key, who, REASON)
        touches = Touches(((member, programme.number),), keys=(ask.place,))
        return self._lanes.submit(Task(partial(import_balance, ask=ask, lots=lots), touches))


async def _result(
    balance: wire.OpeningBalance, result: asyncio.Future[Answer] | Refusal
) -> wire.ImportBalanceResult:
    try:
        if isinstance(result, Refusal):
            raise result
        answer = await result
    except Refusal as refusal:
        return wire.ImportBalanceResult(refusal=rpc.wire_refusal(refusal))
    imported: Imported = answer.value
    return wire.ImportBalanceResult(
        imported=wire.ImportedBalance(
            member_id=imported.member_id,
            currency=balance.currency,
            points=imported.points,
            balance_after=imported.balance_after,
            entry_id=place(imported.recorded_at, imported.ord),
            replayed=answer.replayed,
        )
    )


def _lots(balance: wire.OpeningBalance) -> list[OpeningLot] | Refusal:
    """A balance's lots, or why it is not understood."""
    try:
        if balance.WhichOneof("member") is None:
            message = "say whose it is: member_id or identity"
            raise OpeningBalanceNotWellFormed(message, field="member")
        meant(balance)
        own_id(balance.import_id, "import_id")
        return [_lot(lot, f"lots[{nth}]") for nth, lot in enumerate(balance.lots)]
    except Refusal as refusal:
        return refusal


def _lot(lot: wire.OpeningLot, path: str) -> OpeningLot:
    match lot.WhichOneof("when"):
        case "expires_at":
            return OpeningLot(lot.points, expires_at=micros(lot.expires_at, f"{path}.expires_at"))
        case "expires_on":
            return OpeningLot(lot.points, expires_on=_day(lot.expires_on, f"{path}.expires_on"))
        case "earned_on":
            return OpeningLot(lot.points, earned_on=_day(lot.earned_on, f"{path}.earned_on"))
        case "matures_at":
            return OpeningLot(lot.points, matures_at=micros(lot.matures_at, f"{path}.matures_at"))
    return OpeningLot(lot.points)


def _day(text: str, field: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        message = f"a day is written such as 2027-03-31, in the years {_YEARS[0]} to {_YEARS[-1]}"
        raise DateNotUnderstood(message, field=field)
    return day
