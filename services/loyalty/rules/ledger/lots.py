"""Lots: the bucket that points belong to, by when they expire, the month they were earned in and where they came from."""

from functools import lru_cache

from services.loyalty.rules.ledger.entries import NO_MONTH, SLIDING, SOURCE_EARNED, LotKey
from services.loyalty.rules.ledger.expiry import Expiry, expires_at, month_of
from services.loyalty.rules.programmes.programmes import CurrencyRules


def lot_of(rules: CurrencyRules, active_at: int, zone: str, source: int) -> LotKey:
    """The bucket that points active from an instant belong to; what slides is not told apart by its source."""
    return _lot(active_at // 60_000_000, rules.expiry, rules.spendable, zone, source)


@lru_cache(maxsize=4_096)
def _lot(minute: int, expiry: Expiry, spendable: bool, zone: str, source: int) -> LotKey:
    active_at, source = minute * 60_000_000, SOURCE_EARNED if expiry.sliding else source
    return LotKey(expires_at(active_at, expiry, zone), _month(expiry, spendable, active_at, zone), source)


def month_for(rules: CurrencyRules, earned_at: int, zone: str) -> int:
    """The month that a bucket keeps."""
    return _month(rules.expiry, rules.spendable, earned_at, zone)


def _month(expiry: Expiry, spendable: bool, earned_at: int, zone: str) -> int:
    if expiry.sliding:
        return SLIDING
    return month_of(earned_at, zone) if spendable else NO_MONTH
