"""Touching: members whom nobody asks about are brought up to now; part of the fold."""

from collections.abc import Sequence

from services.loyalty.rules.points import Answer, Book


def touch_members(book: Book, members: Sequence[tuple[str, str]]) -> Answer:
    """Do what fell due for each (member, programme), and note when something falls due next.

    The answer says how many entries that took.
    """
    first = len(book.entries)
    for member_id, programme_id in members:
        member = book.touch(member_id, book.programmes.history(programme_id))
        for name in book.names(member_id, member.current.number):
            for rules in member.current.currencies:
                wallet = book.state.wallets.get((name, rules.number))
                if wallet is not None and wallet.next_due_at != wallet.noted_due_at:
                    wallet.changed = True
    return Answer(len(book.entries) - first)
