"""Explanations at the door: why an entry is what it is, put together from what was recorded with it."""

from dataclasses import dataclass

from huiyuan.loyalty.v1 import statements_pb2 as wire

from services.kit import database, rpc
from services.kit.refusal import NotFound
from services.loyalty.rpc.ledger import lots
from services.loyalty.rpc.ledger.entries import entry
from services.loyalty.rpc.ledger.spending import hold
from services.loyalty.rpc.orders.accounting import earning, refund
from services.loyalty.rpc.programmes.currencies import published
from services.loyalty.rpc.wire import timestamp
from services.loyalty.rules.ledger.entries import Account, Entry, EntryType, is_promise, key_of
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.holds import hold_named_by
from services.loyalty.rules.ledger.redemptions import SPENDING
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeHistory, Programmes
from services.loyalty.storage.ledger import approvals, explanations
from services.loyalty.storage.ledger import history as stored
from services.loyalty.storage.ledger.history import Recorded
from services.loyalty.storage.ledger.points import place
from services.loyalty.storage.members import merges
from services.loyalty.storage.members.names import survivor
from services.loyalty.storage.orders import orders

MOST_ORIGINS = 100
_EARNING = frozenset({EntryType.EARN, EntryType.PENDING_ADDED})
_BY_HAND = frozenset(
    {EntryType.ADJUST_CREDIT, EntryType.ADJUST_DEBIT, EntryType.IMPORT, EntryType.FORFEIT, *_EARNING}
)
_TRANSFER = "transfer:"
_MATURING = frozenset({EntryType.PENDING_ADDED, EntryType.PENDING_ACTIVATED})


class UnknownEntry(NotFound):
    """The member has no entry with this id in the programme."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """An entry to explain, and what it is explained with."""

    connection: database.RawConnection
    known: Programmes
    history: ProgrammeHistory
    recorded: Recorded

    @property
    def entry(self) -> Entry:
        return self.recorded.entry

    @property
    def code(self) -> str:
        return self.history.newest.code(self.entry.currency)

    def version(self, number: int) -> Programme:
        return next(version for version in self.history.versions if version.version == number)


async def explain(
    connection: database.RawConnection,
    known: Programmes,
    history: ProgrammeHistory,
    member_id: str,
    at: tuple[int, int],
) -> wire.ExplainEntryResponse:
    """Everything that led to a member's entry. Raises ``UnknownEntry``."""
    recorded = await stored.entry(connection, member_id, *at)
    if recorded is None:  # whoever was merged into another is shown the survivor's entries
        member_id = await survivor(connection, member_id)
        recorded = await stored.entry(connection, member_id, *at)
    if recorded is None or not history.newest.code(recorded.entry.currency):
        raise UnknownEntry(
            "the member has no entry with this id: take one from the entries", field="entry_id"
        )
    asked = _Asked(connection, known, history, recorded)
    told = wire.ExplainEntryResponse(entry=entry(*recorded, asked.code))
    of = asked.entry
    if of.lot is not None:
        shown = lots.promised if is_promise(of.from_account, of.to_account) else lots.available
        told.lot.CopyFrom(shown(asked.code, of.lot, of.points))
    await _by_order(asked, told)
    if of.type in SPENDING:
        told.redemption.CopyFrom(await _redemption(asked))
    if of.type is EntryType.REDEEM_REVERSAL:
        await _reversal(asked, told)
    if hold_id := hold_named_by(of.reason):
        held = await explanations.hold(connection, member_id, hold_id)
        if held is not None:
            told.hold.CopyFrom(hold(held, history))
    if of.type is EntryType.EXPIRE:
        told.expiry.CopyFrom(await _expiry(asked))
    if of.type in _MATURING:
        told.maturation.CopyFrom(await _maturation(asked))
    name = hold_named_by(of.reason) or of.reason
    if name.startswith(_TRANSFER):
        told.transfer.transfer_id = name.removeprefix(_TRANSFER)
    if rpc.caller().kind is not rpc.CallerKind.MEMBER:
        await _told_to_staff(asked, told)
    return told


async def _told_to_staff(asked: _Asked, told: wire.ExplainEntryResponse) -> None:
    """Who of the staff or which system did it, and whose points became whose."""
    of = asked.entry
    if of.type in _BY_HAND and not told.HasField("earning"):
        told.adjustment.CopyFrom(await _adjustment(asked))
    if of.type is not EntryType.MERGE:
        return
    for each in await merges.of_member(asked.connection, of.member_id):
        of_merge = (each.programme, each.from_member, each.merge_id)
        if of.key in (key_of("merge", *of_merge), key_of("unmerge", *of_merge)):
            told.merge.merge_id = each.merge_id
            told.merge.from_member_id = each.from_member
            told.merge.into_member_id = each.into_member
            told.merge.undoing = of.key == key_of("unmerge", *of_merge)


async def _by_order(asked: _Asked, told: wire.ExplainEntryResponse) -> None:
    """What an order earned, or one of its refunds took back, when that is what posted the entry."""
    source, _, order_id = asked.entry.order_ref.partition(":")
    order = await orders.find(asked.connection, asked.known, source, order_id) if order_id else None
    if order is None:
        return
    if asked.entry.key == key_of("order", source, order_id):
        told.earning.CopyFrom(earning(order, asked.version(order.rule_version), asked.code))
        return
    refunds = await orders.refunds(asked.connection, order)
    for one in refunds:
        if asked.entry.key == key_of("refund", source, order_id, one.refund_id):
            told.refund.CopyFrom(refund(order, refunds, one, asked.code))


async def _redemption(asked: _Asked) -> wire.RedemptionExplained:
    posted = await stored.posted_by(asked.connection, asked.entry.member_id, asked.entry.key)
    spent = [each for each, _ in posted if each.type in SPENDING]
    return wire.RedemptionExplained(
        points=sum(each.points for each in spent),
        order_ref=asked.entry.order_ref,
        taken=[lots.available(asked.code, each.lot, each.points) for each in spent if each.lot is not None],
        returned=await explanations.returned_of(asked.connection, asked.entry),
    )


async def _reversal(asked: _Asked, told: wire.ExplainEntryResponse) -> None:
    """Which redemption points came back of; a refund may have given back several, told by their lots."""
    found = await explanations.reversals_by(asked.connection, asked.entry)
    for one in found:
        posted = await stored.posted_by(asked.connection, asked.entry.member_id, one.redemption)
        spent = [each for each in posted if each.entry.currency == asked.entry.currency]
        if spent and [*(asked.entry.lot or ()), asked.entry.points] in one.reversal.slices:
            told.reversal.CopyFrom(
                wire.ReversalExplained(
                    redemption_entry_id=place(spent[0].entry.recorded_at, spent[0].ord),
                    reversal_id=one.reversal_id,
                    points=one.reversal.points,
                    expired=one.reversal.expired,
                )
            )
            return


async def _expiry(asked: _Asked) -> wire.ExpiryExplained:
    origins, more = await _origins(asked, Account.AVAILABLE)
    return wire.ExpiryExplained(expired_at=timestamp(asked.entry.occurred_at), origins=origins, has_more=more)


async def _maturation(asked: _Asked) -> wire.MaturationExplained:
    of, version = asked.entry, asked.version(asked.entry.rule_version)
    rules = version.currency(asked.code)
    told = wire.MaturationExplained()
    if rules is not None:
        told.rule.CopyFrom(published(rules, version.money_currency).maturation)
    if of.type is EntryType.PENDING_ADDED:
        matures_at = of.lot.expires_at if of.lot is not None else NEVER
    else:
        matures_at = of.occurred_at
        for instant in (of.occurred_at, NEVER):
            origins, told.has_more = await _origins(asked, Account.PENDING, expires_at=instant)
            told.origins.extend(origins)
            if origins:
                break
    if matures_at < NEVER:
        told.matures_at.CopyFrom(timestamp(matures_at))
    return told


async def _origins(
    asked: _Asked, account: Account, expires_at: int | None = None
) -> tuple[list[wire.LotOrigin], bool]:
    """What had brought points into the entry's lot, each with the rule that gave it its expiry."""
    lot = asked.entry.lot
    if lot is None:
        return [], False
    if expires_at is not None:
        lot = lot._replace(expires_at=expires_at)
    found = await stored.brought_into(asked.connection, asked.recorded, account, lot, MOST_ORIGINS + 1)
    origins = []
    for each, ord in found[:MOST_ORIGINS]:
        origin = wire.LotOrigin(entry=entry(each, ord, asked.code))
        version = asked.version(each.rule_version)
        if rules := version.currency(asked.code):
            origin.expiry.CopyFrom(published(rules, version.money_currency).expiry)
        origins.append(origin)
    return origins, len(found) > MOST_ORIGINS


async def _adjustment(asked: _Asked) -> wire.AdjustmentExplained:
    of = asked.entry
    told = wire.AdjustmentExplained(actor=of.actor, reason=of.reason)
    for request in await approvals.approved(asked.connection, of.member_id):
        if key_of("adjust", request.idempotency_key) == of.key:
            told.request_id = request.request_id
            told.requested_by = request.requested_by
            told.approved_by = request.decided_by
            told.approved_at.CopyFrom(timestamp(request.decided_at))
            told.note = request.note
    return told
