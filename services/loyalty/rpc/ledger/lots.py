"""Lots at the door: what balances consist of, as wire messages."""

from collections.abc import Iterable

from huiyuan.loyalty.v1 import points_pb2 as wire

from services.loyalty.rpc.wire import timestamp
from services.loyalty.rules.ledger.entries import (
    SOURCE_ADJUSTED,
    SOURCE_AWARDED,
    SOURCE_EARNED,
    SOURCE_IMPORTED,
    LotKey,
)
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import CurrencyRules

_SOURCES = {
    SOURCE_EARNED: wire.LOT_SOURCE_EARNED,
    SOURCE_ADJUSTED: wire.LOT_SOURCE_ADJUSTED,
    SOURCE_AWARDED: wire.LOT_SOURCE_AWARDED,
    SOURCE_IMPORTED: wire.LOT_SOURCE_IMPORTED,
}


def lots(wallet: Wallet, rules: CurrencyRules) -> Iterable[wire.Lot]:
    """A settled wallet's lots: first what is available, then what is pending."""
    for *key, points in wallet.lots:
        yield available(rules.code, LotKey(*key), points)
    for *key, points in wallet.pending_lots:
        yield promised(rules.code, LotKey(*key), points)


def available(code: str, key: LotKey, points: int) -> wire.Lot:
    """Points of a currency in a lot, by the lot's key."""
    lot = wire.Lot(currency=code, points=points, month=month(key.month), source=source(key.source))
    if key.expires_at < NEVER:
        lot.expires_at.CopyFrom(timestamp(key.expires_at))
    return lot


def promised(code: str, key: LotKey, points: int) -> wire.Lot:
    """Points of a currency that are pending, whose key says when they mature."""
    lot = wire.Lot(
        currency=code, points=points, month=month(key.month), source=source(key.source), pending=True
    )
    if key.expires_at < NEVER:
        lot.matures_at.CopyFrom(timestamp(key.expires_at))
    return lot


def month(months: int) -> str:
    """A month as people write it; empty for what has none: points that are never spent, or that slide."""
    year, nth = divmod(months, 12)
    return f"{year:04d}-{nth + 1:02d}" if months > 0 else ""


def source(number: int) -> wire.LotSource:
    """Who funded points."""
    return _SOURCES.get(number, wire.LOT_SOURCE_UNSPECIFIED)
