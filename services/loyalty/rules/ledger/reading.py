"""Reading: members and wallets as of now, with what fell due applied to copies and nothing posted."""

from collections.abc import Sequence

from services.loyalty.rules.ledger.dues import apply_due
from services.loyalty.rules.ledger.entries import Journal
from services.loyalty.rules.ledger.points import SYSTEM, Book, Member
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import ProgrammeHistory, Programmes
from services.loyalty.rules.tiers.standings import Standing


def snapshot(
    programmes: Programmes, programme_id: str, standing: Standing, wallets: Sequence[Wallet], now: int
) -> Member:
    """A member as of now, for reading: due things are applied to copies and nothing is posted."""
    state = State(
        {(standing.member_id, standing.programme): standing.copy()},
        {(wallet.member_id, wallet.currency): wallet.copy() for wallet in wallets},
    )
    return Book(state, programmes, now).touch(standing.member_id, programmes.history(programme_id))


def settled(wallet: Wallet, history: ProgrammeHistory, now: int) -> Wallet:
    """A wallet as of now, for reading: itself when nothing is due, else a copy with due things applied."""
    if wallet.next_due_at > now:
        return wallet
    copy = wallet.copy()
    journal = Journal([], wallet.member_id, b"", history.newest.version, SYSTEM, b"", now, now)
    apply_due(copy, history, journal, now)
    return copy
