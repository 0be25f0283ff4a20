"""Entries: what moved points, as the ledger names it."""

from enum import StrEnum

import strawberry
from huiyuan.loyalty.v1 import points_pb2

from gateway.scalars import Long


@strawberry.enum(description="What an entry means. OTHER is a type that is newer than this gateway.")
class EntryType(StrEnum):
    EARN = "EARN"
    PENDING_ADDED = "PENDING_ADDED"
    PENDING_ACTIVATED = "PENDING_ACTIVATED"
    PENDING_CANCELED = "PENDING_CANCELED"
    REDEEM = "REDEEM"
    REDEEM_REVERSAL = "REDEEM_REVERSAL"
    HOLD = "HOLD"
    HOLD_CAPTURE = "HOLD_CAPTURE"
    HOLD_RELEASE = "HOLD_RELEASE"
    EARN_REVERSAL = "EARN_REVERSAL"
    WRITE_OFF = "WRITE_OFF"
    EXPIRE = "EXPIRE"
    FORFEIT = "FORFEIT"
    ADJUST_CREDIT = "ADJUST_CREDIT"
    ADJUST_DEBIT = "ADJUST_DEBIT"
    TRANSFER_OUT = "TRANSFER_OUT"
    TRANSFER_IN = "TRANSFER_IN"
    MERGE = "MERGE"
    IMPORT = "IMPORT"
    OTHER = "OTHER"

    @classmethod
    def of(cls, name: str) -> "EntryType":
        return _BY_NAME.get(name, cls.OTHER)


_BY_NAME = dict(EntryType.__members__)
_SPENDABLE_ACCOUNT = "AVAILABLE"


def change(wire: points_pb2.Entry) -> Long:
    """What an entry did to the points that can be used: above 0 more, below 0 fewer, 0 when it did not touch them."""
    credited = wire.to_account == _SPENDABLE_ACCOUNT
    debited = wire.from_account == _SPENDABLE_ACCOUNT
    return Long(wire.points * (credited - debited))
