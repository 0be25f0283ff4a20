"""Departures: a membership ended, so what is left goes; and where it was erased, that is proved; part of the fold."""

from contextlib import suppress
from dataclasses import dataclass

from services.loyalty.rules.ledger.events import Event, MemberErasureDone
from services.loyalty.rules.ledger.points import Answer, Book
from services.loyalty.rules.members.forfeits import MEMBER_CLOSED, Forfeiture, NothingToForfeit, forfeit

ACTOR = "service:members"


@dataclass(frozen=True, slots=True)
class Departure:
    """A member who left one programme. ``erasure_id`` is empty where the membership was only closed.

    ``kept`` says of each table how many rows stay under an id that leads to nobody any more, and ``deleted`` how many
    went; both are told in the member's last programme alone, hence None in the others.
    """

    member_id: str
    programme_id: str
    erasure_id: str
    kept: tuple[tuple[str, int], ...] | None = None
    deleted: tuple[tuple[str, int], ...] = ()

    @property
    def forfeit_id(self) -> str:
        """Closed and erased once each: what came in between goes too."""
        return f"erased-{self.erasure_id}" if self.erasure_id else "closed"


def depart(book: Book, departure: Departure) -> Answer:
    """Forfeit what is left and tell the proof. Done again, it takes nothing more and tells the same."""
    asked = Forfeiture(
        departure.member_id, departure.programme_id, departure.forfeit_id, ACTOR, MEMBER_CLOSED
    )
    forfeited = []
    with suppress(NothingToForfeit):
        forfeited = forfeit(book, asked).value
    if departure.kept is not None:
        # Under the member's own id, also where the member was merged into another: each is awaited by itself.
        what = MemberErasureDone(departure.erasure_id, departure.kept, departure.deleted)
        book.events.append(Event(departure.member_id, departure.programme_id, book.now, what))
    return Answer(forfeited)
