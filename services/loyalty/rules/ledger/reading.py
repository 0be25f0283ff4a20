"""Reading: members and wallets as of now, with what fell due applied to copies and nothing posted."""

from collections.abc import Iterable, Sequence

from services.loyalty.rules.ledger.dues import apply_due
from services.loyalty.rules.ledger.entries import Journal
from services.loyalty.rules.ledger.points import SYSTEM, Book, Member
from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.ledger.wallets import Wallet
from services.loyalty.rules.programmes.programmes import ProgrammeHistory, Programmes
from services.loyalty.rules.tiers.standings import Standing
from services.loyalty.rules.tiers.tiers import next_change


def snapshot(
    programmes: Programmes, programme_id: str, standing: Standing, wallets: Sequence[Wallet], now: int
) -> Member:
    """A member as of now, for reading: due things are applied to copies and nothing is posted."""
    state = State(
        {(standing.member_id, standing.programme): standing.copy()},
        {(wallet.member_id, wallet.currency): wallet.copy() for wallet in wallets},
    )
    return Book(state, programmes, now).touch(standing.member_id, programmes.history(programme_id))


def seen(
    programmes: Programmes, programme_id: str, standing: Standing, wallets: Sequence[Wallet], now: int
) -> Member:
    """The same for who only looks: of what is given itself where nothing fell due, which copying takes longest of."""
    history = programmes.history(programme_id)
    current = history.at(now)
    by_number = {wallet.currency: wallet for wallet in wallets}
    held = {
        rules.code: by_number.get(rules.number) or Wallet(standing.member_id, rules.number)
        for rules in current.currencies
    }
    last = max([standing.touched_at, *[wallet.touched_at for wallet in held.values()]])
    at = max(now, last + 1)
    is_other = standing.merged_into or standing.programme != current.number
    if is_other or next_change(history, standing, now) is not None or _is_due(held.values(), at):
        return snapshot(programmes, programme_id, standing, wallets, now)
    return Member(standing, history, current, held, at)


def _is_due(wallets: Iterable[Wallet], at: int) -> bool:
    return any(wallet.next_due_at <= at for wallet in wallets)


def settled(wallet: Wallet, history: ProgrammeHistory, now: int) -> Wallet:
    """A wallet as of now, for reading: itself when nothing is due, else a copy with due things applied."""
    if wallet.next_due_at > now:
        return wallet
    copy = wallet.copy()
    journal = Journal([], wallet.member_id, b"", history.newest.version, SYSTEM, b"", now, now)
    apply_due(copy, history, journal, now)
    return copy
