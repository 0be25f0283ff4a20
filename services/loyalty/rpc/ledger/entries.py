"""Entries at the door: as the rules know them, on the wire."""

from huiyuan.loyalty.v1 import points_pb2 as wire

from services.kit import rpc
from services.loyalty.rpc.wire import timestamp
from services.loyalty.rules.ledger.entries import Entry, is_promise
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.storage.ledger.points import place


def entry(of: Entry, ord: int | None, code: str) -> wire.Entry:
    """An entry with its place in its batch; None for what nobody recorded yet, which then has no id.

    Members are told what was done, and not by which of the staff.
    """
    message = wire.Entry(
        currency=code,
        type=of.type,
        points=of.points,
        from_account=of.from_account,
        to_account=of.to_account,
        balance_after=of.balance_after,
        occurred_at=timestamp(of.occurred_at),
        order_ref=of.order_ref,
        rule_version=of.rule_version,
        reason=of.reason,
        actor="" if rpc.caller().kind is rpc.CallerKind.MEMBER else of.actor,
    )
    if ord is not None:
        message.entry_id = place(of.recorded_at, ord)
        message.recorded_at.CopyFrom(timestamp(of.recorded_at))
    if of.lot is not None and of.lot.expires_at < NEVER and not is_promise(of.from_account, of.to_account):
        message.expires_at.CopyFrom(timestamp(of.lot.expires_at))
    return message
