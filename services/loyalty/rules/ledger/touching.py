"""Touching: members and wallets that nobody asks about are brought up to now; part of the fold."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.loyalty.rules.ledger.points import Answer, Book

WalletName = tuple[str, int, str]
"""A member, a currency's number and its programme's id."""


@dataclass(frozen=True, slots=True)
class Touched:
    """How many entries it took to bring members up to now, and who still has something due after that."""

    entries: int
    stuck: frozenset[str]


def touch_members(book: Book, members: Sequence[tuple[str, str]]) -> Answer:
    """Do what fell due for each (member, programme), and note when something falls due next."""
    first = len(book.entries)
    stuck = set()
    for member_id, programme_id in members:
        history = book.programmes.history(programme_id)
        book.touch(member_id, history)
        for name in book.state.names(member_id, history.newest.number):
            standing = book.state.standings.get((name, history.newest.number))
            if standing is not None and standing.next_due_at <= book.now:
                stuck.add(name)
            for rules in history.newest.currencies:
                wallet = book.state.wallets.get((name, rules.number))
                if wallet is None:
                    continue
                due_at = wallet.next_due_at
                if due_at != wallet.noted_due_at:
                    wallet.changed = True
                if due_at <= book.now:
                    stuck.add(name)
    return Answer(Touched(len(book.entries) - first, frozenset(stuck)))


@dataclass(frozen=True, slots=True)
class Settled:
    """How many entries it took to bring wallets up to now, and which of them were left to a touch of their member."""

    entries: int
    left: tuple[WalletName, ...]


def settle_wallets(book: Book, wallets: Sequence[WalletName]) -> Answer:
    """Do what fell due in wallets by themselves: as ``touch_members``, where a wallet hangs on nothing else.

    That is as storage found it there, and where no tier was ever measured by what is in it.
    """
    first = len(book.entries)
    left = []
    # Of whom there is a standing, all wallets were read, whatever they hang on.
    members = {member_id for member_id, _ in book.state.standings}
    for name in wallets:
        member_id, number, programme_id = name
        wallet = book.state.wallets.get((member_id, number))
        history = book.programmes.history(programme_id)
        rules = history.at(book.now).numbered(number)
        if wallet is None or member_id in members or rules is None or rules.code in history.metrics:
            left.append(name)
            continue
        book.touch_alone(member_id, history, (rules,))
        wallet.changed |= wallet.next_due_at != wallet.noted_due_at
    return Answer(Settled(len(book.entries) - first, tuple(left)))
