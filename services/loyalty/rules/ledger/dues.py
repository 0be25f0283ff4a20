"""Dues: what falls due in a wallet by itself, as time passes: points mature, holds time out, lots expire."""

from dataclasses import dataclass

from services.loyalty.rules.ledger.entries import Account, EntryType, Journal, LotKey, key_of
from services.loyalty.rules.ledger.holds import Hold, HoldState
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import ProgrammeHistory


@dataclass(frozen=True, slots=True)
class Due:
    """What fell due in a wallet: points that matured, came back from a hold, or expired at an instant."""

    type: EntryType
    at: int
    points: int
    balance_after: int
    hold: Hold | None = None


def apply_due(wallet: Wallet, history: ProgrammeHistory, journal: Journal, now: int) -> list[Due]:
    """Do what fell due by ``now`` in the order of the instants, each stamped with its own and by the version in force.

    At one instant points mature first, then holds time out, then lots expire.
    """
    happened: list[Due] = []
    while (due_at := wallet.next_due_at) <= now:
        journal.occurred_at = due_at
        journal.key = key_of("due", wallet.member_id, wallet.currency, wallet.version)
        journal.part = 0
        if wallet.pending_lots and wallet.pending_lots[0][0] == due_at:
            happened.append(_mature(wallet, history, journal, due_at))
        elif timed_out := next((hold for hold in wallet.holds if hold.expires_at == due_at), None):
            happened += _time_out(wallet, timed_out, journal, due_at)
        else:
            points = wallet.lots[0][3]
            wallet.take(journal, EntryType.EXPIRE, points, Account.EXPIRED)
            happened.append(Due(EntryType.EXPIRE, due_at, points, wallet.available))
    return happened


def _mature(wallet: Wallet, history: ProgrammeHistory, journal: Journal, due_at: int) -> Due:
    matures_at, month, source, points = wallet.pending_lots[0]
    good_until = history.good_until(wallet.currency, matures_at)
    wallet.activate_pending(journal, points, LotKey(matures_at, month, source), good_until)
    return Due(EntryType.PENDING_ACTIVATED, due_at, points, wallet.available)


def _time_out(wallet: Wallet, hold: Hold, journal: Journal, due_at: int) -> list[Due]:
    points, journal.order_ref = hold.left, hold.order_ref
    expired = wallet.release(journal, hold)
    journal.order_ref = journal.reason = ""
    hold.close(HoldState.TIMED_OUT, due_at)
    happened = [Due(EntryType.HOLD_RELEASE, due_at, points, wallet.available, hold)]
    if expired:
        happened.append(Due(EntryType.EXPIRE, due_at, expired, wallet.available))
    return happened
