"""Lots at the door: what balances consist of, as wire messages."""

from collections.abc import Iterable

from huiyuan.loyalty.v1 import points_pb2 as wire

from services.loyalty.rpc.wire import timestamp
from services.loyalty.rules.entries import SOURCE_ADJUSTED, SOURCE_AWARDED, SOURCE_EARNED, SOURCE_IMPORTED
from services.loyalty.rules.expiry import NEVER
from services.loyalty.rules.programmes import CurrencyRules
from services.loyalty.rules.wallets import Wallet

_SOURCES = {
    SOURCE_EARNED: wire.LOT_SOURCE_EARNED,
    SOURCE_ADJUSTED: wire.LOT_SOURCE_ADJUSTED,
    SOURCE_AWARDED: wire.LOT_SOURCE_AWARDED,
    SOURCE_IMPORTED: wire.LOT_SOURCE_IMPORTED,
}


def lots(wallet: Wallet, rules: CurrencyRules) -> Iterable[wire.Lot]:
    """A settled wallet's lots: first what is available, then what is pending."""
    for expires_at, month, source, points in wallet.lots:
        lot = _lot(rules, month, source, points)
        if expires_at < NEVER:
            lot.expires_at.CopyFrom(timestamp(expires_at))
        yield lot
    for matures_at, month, source, points in wallet.pending_lots:
        lot = _lot(rules, month, source, points)
        lot.pending = True
        if matures_at < NEVER:
            lot.matures_at.CopyFrom(timestamp(matures_at))
        yield lot


def _lot(rules: CurrencyRules, month: int, source: int, points: int) -> wire.Lot:
    year, nth = divmod(month, 12)
    return wire.Lot(
        currency=rules.code,
        points=points,
        month=f"{year:04d}-{nth + 1:02d}" if month else "",
        source=_SOURCES.get(source, wire.LOT_SOURCE_UNSPECIFIED),
    )
