"""Awards: points granted under a key, for a check-in, a mission or a campaign; part of the fold."""

from services.loyalty.rules.ledger.asks import (
    Ask,
    be_countable,
    be_free_to_earn,
    be_in_range,
    currency_of,
    posted_before,
    spendable_of,
)
from services.loyalty.rules.ledger.entries import SOURCE_AWARDED, Account, EntryType, LotKey
from services.loyalty.rules.ledger.events import Moved, PointsAwarded
from services.loyalty.rules.ledger.expiry import NEVER, matures_at
from services.loyalty.rules.ledger.lots import lot_of
from services.loyalty.rules.ledger.points import Answer, Book


def award(book: Book, ask: Ask) -> Answer:
    """Grant points by the currency's own maturation and expiry; no tier multiplies them, no order keeps them waiting."""
    fingerprint = ask.fingerprint
    if known := posted_before(book, ask, fingerprint):
        return Answer(known[-1], replayed=True)
    be_in_range(ask.points)
    member = book.touch(ask.member_id, book.programmes.history(ask.programme_id))
    be_free_to_earn(member)
    rules = currency_of(member, ask.currency) if ask.currency else spendable_of(member, ask.currency)
    wallet = member.wallets[rules.code]
    be_countable(wallet, ask.points)
    first = len(book.entries)
    now, zone = member.recorded_at, member.current.time_zone
    journal = book.journal(
        member, ask.key, ask.actor, fingerprint, now, order_ref=ask.order_ref, reason=ask.reason
    )
    matures = matures_at(now, rules.maturation, zone)
    if now < matures < NEVER:
        _, month, source = lot_of(rules, now, zone, SOURCE_AWARDED)
        wallet.add_pending(journal, ask.points, LotKey(matures, month, source))
    else:
        lot = lot_of(rules, now, zone, SOURCE_AWARDED)
        wallet.credit(journal, EntryType.EARN, ask.points, lot, Account.ISSUED)
    book.tell(member, PointsAwarded(Moved(rules.code, ask.points, wallet.available), ask.reason), now)
    book.count_earned(member, rules.code, now, ask.points)
    if rules.code in member.current.metrics:
        book.judge(member, member.current, now)
    return Answer(book.post(ask.key, member, first)[-1])
