"""Points at the door: balances and their lots, entries, adjustments, awards."""

from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import Any

from huiyuan.loyalty.v1 import points_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import Refusal
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rpc.ledger.adjustments import Adjustments
from services.loyalty.rpc.ledger.lots import lots
from services.loyalty.rpc.ledger.pages import pages_of
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import order_ref, own_id, reason_code
from services.loyalty.rpc.wire import (
    be_at_most,
    meant,
    readable_member,
    timestamp,
)
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.entries import EntryType, key_of
from services.loyalty.rules.ledger.moves import Move
from services.loyalty.rules.ledger.reading import settled
from services.loyalty.rules.ledger.state import Part
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import CurrencyRules, Programme, ProgrammeHistory
from services.loyalty.storage.ledger import points
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.members import kin

MOST_MEMBERS = 500
NOTICE_US = 30 * 24 * 3600 * 1_000_000
"""How far ahead points count as expiring soon."""


class Points:
    """``huiyuan.loyalty.v1.PointsService``."""

    def __init__(
        self,
        pool: database.Pool,
        lanes: Lanes,
        rulebook: Rulebook,
        membership: Membership,
        adjustments: Adjustments,
    ) -> None:
        self._pool = pool
        self._lanes = lanes
        self._rulebook = rulebook
        self._membership = membership
        self._adjustments = adjustments

    @rpc.per_item
    async def batch_get_balances(
        self, request: wire.BatchGetBalancesRequest, _: Any
    ) -> wire.BatchGetBalancesResponse:
        be_at_most(len(request.members), MOST_MEMBERS, "members")
        now = self._rulebook.now()
        history = (await self._rulebook.current()).history(request.programme_id)
        asked = [readable_member(key) for key in request.members]
        members = [member for member in asked if isinstance(member, str)]
        numbers = [currency.number for currency in history.at(now).currencies]
        found = await points.sums(self._pool, members, numbers, due_by=now + NOTICE_US)
        return wire.BatchGetBalancesResponse(results=balances_of(asked, history, found, now))

    @rpc.per_item
    async def batch_list_lots(self, request: wire.BatchListLotsRequest, _: Any) -> wire.BatchListLotsResponse:
        be_at_most(len(request.members), MOST_MEMBERS, "members")
        now = self._rulebook.now()
        history = (await self._rulebook.current()).history(request.programme_id)
        asked = [readable_member(key) for key in request.members]
        found = await wallets_by_member(self._pool, asked, history.at(now))
        return wire.BatchListLotsResponse(
            results=[
                wire.LotsResult(refusal=rpc.wire_refusal(member))
                if isinstance(member, Refusal)
                else wire.LotsResult(lots=_lots(history, found.get(member, {}), now))
                for member in asked
            ]
        )

    @rpc.per_item
    async def batch_list_entries(self, request: wire.BatchListEntriesRequest, _: Any) -> rpc.Encoded:
        be_at_most(len(request.members), MOST_MEMBERS, "members")
        programme = (await self._rulebook.current()).history(request.programme_id).newest
        results = await pages_of(self._pool, request.members, programme)
        return rpc.repeated(wire.BatchListEntriesResponse, results=results)

    @rpc.allow(rpc.staff("operations", "program_admin"))
    async def adjust_points(self, request: wire.AdjustPointsRequest, _: Any) -> wire.AdjustPointsResponse:
        return await self._adjustments.adjust(request)

    @rpc.allow(rpc.systems("point_awarder"))
    async def award_points(self, request: wire.AwardPointsRequest, _: Any) -> wire.AwardPointsResponse:
        reason = reason_code(request.reason)
        key = key_of("award", own_id(request.idempotency_key, "idempotency_key"))
        order = order_ref(request.order if request.HasField("order") else None)
        history = (await self._rulebook.current()).history(request.programme_id)
        programme = history.newest
        member = await self._membership.one(meant(request), "member")
        if request.WhichOneof("member") == "identity":
            # It may have been another member's when the key was used.
            member = (await kin.used_before(self._pool, [(member, key)])).get((member, key), member)
        who = rpc.caller().actor
        ask = Ask(member, programme.programme_id, request.currency, request.points, key, who, reason, order)
        touches = Touches(((member, programme.number),), keys=(ask.place,))
        answer = await self._lanes.submit(Task(partial(award, ask=ask), touches, Move.of(history, ask)))
        posted: Part = answer.value
        return wire.AwardPointsResponse(
            member_id=member,
            currency=programme.code(posted.currency),
            points=posted.points,
            pending=posted.type is EntryType.PENDING_ADDED,
            balance_after=posted.balance_after,
            entry_id=points.place(posted.recorded_at, posted.ord),
            replayed=answer.replayed,
        )


async def wallets_by_member(
    reader: database.Pool | database.RawConnection,
    asked: Iterable[str | Refusal],
    programme: Programme,
    *,
    remaining: Collection[str] = (),
) -> dict[str, dict[int, Wallet]]:
    """The wallets that there are in a programme's currencies, by member and currency; a survivor's for the merged.

    ``remaining`` were just seen not to be merged.
    """
    members = {member for member in asked if isinstance(member, str)}
    numbers = [currency.number for currency in programme.currencies]
    return await points.wallets_by_member(reader, members, numbers, remaining=remaining)


def balances_of(
    asked: Iterable[str | Refusal],
    history: ProgrammeHistory,
    found: Mapping[tuple[str, int], points.Sums | Wallet],
    now: int,
) -> list[dict[str, Any]]:
    """The balances of each who may be read, and why not for the others; ``found`` is by member and currency."""
    currencies = history.at(now).currencies
    return [
        {"balances": _balances(history, currencies, member, found, now)}
        if isinstance(member, str)
        else {"refusal": rpc.wire_refusal(member)}
        for member in asked
    ]


def _lots(history: ProgrammeHistory, wallets: dict[int, Wallet], now: int) -> wire.MemberLots:
    return wire.MemberLots(
        lots=[
            lot
            for rules in history.at(now).currencies
            if (wallet := wallets.get(rules.number))
            for lot in lots(settled(wallet, history, now), rules)
        ]
    )


# Balances are read more often than anything else: as dictionaries protobuf makes them at a third of the cost.
def _balances(
    history: ProgrammeHistory,
    currencies: Iterable[CurrencyRules],
    member: str,
    found: Mapping[tuple[str, int], points.Sums | Wallet],
    now: int,
) -> dict[str, list[dict[str, Any]]]:
    said = []
    for rules in currencies:
        there = found.get((member, rules.number), _NOTHING)
        if isinstance(there, Wallet):
            said.append(_balance(rules, settled(there, history, now), now))
        else:
            said.append(_sums(rules, *there))
    return {"balances": said}


def balance(rules: CurrencyRules, wallet: Wallet, now: int) -> wire.Balance:
    """What a settled wallet holds as of an instant."""
    return wire.Balance(**_balance(rules, wallet, now))


def _balance(rules: CurrencyRules, wallet: Wallet, now: int) -> dict[str, Any]:
    soon: dict[int, int] = {}
    for expires_at, _, _, held in wallet.lots:
        if expires_at > now + NOTICE_US:
            break
        soon[expires_at] = soon.get(expires_at, 0) + held
    said = _sums(rules, wallet.available, wallet.pending, wallet.held)
    if soon:
        said["expiring_soon"] = [
            {"points": held, "expires_at": timestamp(expires_at)} for expires_at, held in soon.items()
        ]
    return said


def _sums(rules: CurrencyRules, available: int, pending: int, held: int) -> dict[str, Any]:
    said: dict[str, Any] = {"currency": rules.code, "spendable": rules.spendable}
    if available > 0:  # on the wire 0 is what is not said
        said["available"] = available
    elif available:
        said["debt"] = -available
    if pending:
        said["pending"] = pending
    if held:
        said["held"] = held
    return said


_NOTHING: points.Sums = (0, 0, 0)
