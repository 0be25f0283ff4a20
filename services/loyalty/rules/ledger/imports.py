"""Imports: opening balances that members bring along from another system; part of the fold."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, timedelta
from hashlib import sha256

import msgpack

from services.kit.refusal import Declined, Invalid
from services.loyalty.rules.ledger.asks import (
    Ask,
    be_countable,
    be_free_to_earn,
    be_in_range,
    currency_of,
    posted_before,
)
from services.loyalty.rules.ledger.entries import SOURCE_IMPORTED, Account, EntryType, LotKey, key_of
from services.loyalty.rules.ledger.events import Moved, PointsImported
from services.loyalty.rules.ledger.expiry import NEVER, expires_at, local_day, midnight
from services.loyalty.rules.ledger.lots import month_for
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.state import Part
from services.loyalty.rules.programmes.programmes import CurrencyRules

MOST_LOTS = 200


class OpeningBalanceNotWellFormed(Invalid):
    """An opening balance contradicts itself; the field says where."""


class PointsExpiredAlready(Declined):
    """Points of an opening balance are past: they are left out."""


@dataclass(frozen=True, slots=True)
class OpeningLot:
    """Points with at most one of: the instant they are gone, the last good day, the day they were earned, or the
    instant before which they are only promised. Instants are microseconds since 1970.
    """

    points: int
    expires_at: int | None = None
    expires_on: date | None = None
    earned_on: date | None = None
    matures_at: int | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """What an opening balance came to, whose it is now, and the balance right after."""

    member_id: str
    points: int
    balance_after: int
    recorded_at: int
    ord: int


def import_key(import_id: str) -> bytes:
    """The key of an opening balance by the id its caller gave it."""
    return key_of("import", import_id)


def import_balance(book: Book, ask: Ask, lots: Sequence[OpeningLot]) -> Answer:
    """Credit an opening balance lot by lot, all of it or nothing; ``ask.points`` is their sum."""
    for lot in lots:
        be_in_range(lot.points)
    body = [(lot.points, *map(str, astuple(lot)[1:])) for lot in lots]
    fingerprint = sha256(ask.fingerprint + msgpack.packb(body)).digest()[:16]
    if known := posted_before(book, ask, fingerprint, "import_id"):
        return Answer(_imported(_holder(book, ask), known), replayed=True)
    if not 1 <= len(lots) <= MOST_LOTS:
        message = f"an opening balance has 1 to {MOST_LOTS} lots"
        raise OpeningBalanceNotWellFormed(message, field="lots", lots=len(lots))
    member = book.touch(ask.member_id, book.programmes.history(ask.programme_id))
    be_free_to_earn(member, "member")
    rules = currency_of(member, ask.currency)
    wallet = member.wallets[rules.code]
    buckets = [_bucket(member, rules, lot, f"lots[{nth}]") for nth, lot in enumerate(lots)]
    be_in_range(ask.points)
    be_countable(wallet, ask.points)
    first, now = len(book.entries), member.recorded_at
    journal = book.journal(member, ask.key, ask.actor, fingerprint, now, reason=ask.reason)
    for lot, bucket in zip(lots, buckets, strict=True):
        if lot.matures_at is not None:
            wallet.add_pending(journal, lot.points, bucket, EntryType.IMPORT, Account.IMPORTED)
        else:
            wallet.credit(journal, EntryType.IMPORT, lot.points, bucket, Account.IMPORTED)
    book.tell(member, PointsImported(Moved(rules.code, ask.points, wallet.available)), now)
    book.judge(member, member.current, now)
    return Answer(_imported(member.standing.member_id, book.post(ask.key, member, first)))


def _bucket(member: Member, rules: CurrencyRules, lot: OpeningLot, path: str) -> LotKey:
    """Where a lot belongs. Raises ``OpeningBalanceNotWellFormed`` or ``PointsExpiredAlready``."""
    now, zone = member.recorded_at, member.current.time_zone
    if lot.matures_at is not None:
        if lot.matures_at <= now:
            message = "what has matured is no promise: say when it expires or was earned instead"
            raise OpeningBalanceNotWellFormed(message, field=f"{path}.matures_at")
        return LotKey(lot.matures_at, month_for(rules, now, zone), SOURCE_IMPORTED)
    since = now
    if lot.earned_on is not None:
        if lot.earned_on > local_day(now, zone):
            message = "points are earned today or earlier"
            raise OpeningBalanceNotWellFormed(message, field=f"{path}.earned_on")
        since = midnight(lot.earned_on, zone)
    good_until = _good_until(lot, rules, since, zone, path)
    if good_until <= now:
        gone_on = local_day(good_until, zone)
        message = f"{lot.points} points are gone since {gone_on}: leave them out"
        raise PointsExpiredAlready(message, field=path, points=lot.points)
    return LotKey(good_until, month_for(rules, since, zone), SOURCE_IMPORTED)


def _good_until(lot: OpeningLot, rules: CurrencyRules, since: int, zone: str, path: str) -> int:
    if lot.expires_at is not None:
        return lot.expires_at
    if lot.expires_on is not None:
        return midnight(lot.expires_on + timedelta(days=1), zone)
    good_until = expires_at(since, rules.expiry, zone)
    if lot.earned_on is None and good_until < NEVER:
        message = f"{rules.code} expire: say when these do, or when they were earned"
        raise OpeningBalanceNotWellFormed(message, field=path)
    return good_until


def _holder(book: Book, ask: Ask) -> str:
    """Who was credited, be it under another name."""
    number = book.programmes.history(ask.programme_id).newest.number
    return book.state.place(*ask.place, number)[0]


def _imported(member_id: str, parts: Sequence[Part]) -> Imported:
    last = parts[-1]
    points = sum(part.points for part in parts)
    return Imported(member_id, points, last.balance_after, last.recorded_at, parts[0].ord)
