"""Touching: members whom nobody asks about are brought up to now; part of the fold."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.loyalty.rules.points import Answer, Book


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
