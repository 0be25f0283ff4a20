"""Placements: a member holds a tier whatever the ladder says, since staff said so or it was paid for; part of the fold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import msgpack

from services.kit.refusal import Conflict, Declined, Invalid
from services.loyalty.rules.ledger.asks import be_free_to_earn
from services.loyalty.rules.ledger.events import TierPlaced, TierPlacementEnded
from services.loyalty.rules.ledger.points import Answer, Book, Member
from services.loyalty.rules.ledger.state import Place, PlacementRecorded
from services.loyalty.rules.tiers import paid_time, tiers
from services.loyalty.rules.tiers.standings import Placed, PlacementKind


class PlacementNotValid(Invalid):
    """A placement names a tier of the programme and ends ahead of now."""


class PlacementAlreadyRecorded(Conflict):
    """The same key placed the member with another body."""


class TierNotOverridden(Declined):
    """No placement of this kind is in force."""


@dataclass(frozen=True, slots=True)
class Placement:
    """A tier (empty for none) to be held until an instant, in microseconds since 1970.

    Staff's stands in place of the one before. What was paid for is in no other's place: it has all its days from
    ``since`` on.
    """

    member_id: str
    programme_id: str
    tier: str
    until: int
    kind: PlacementKind
    key: bytes
    actor: str
    reason: str
    since: int = 0

    @property
    def place(self) -> Place:
        return self.member_id, self.key

    @property
    def fingerprint(self) -> bytes:
        return sha256(msgpack.packb((self.tier, self.until, self.kind, self.reason))).digest()[:16]


@dataclass(frozen=True, slots=True)
class Ending:
    """The end of what is in force of a kind; of what was paid for, of ``placement_id`` alone, which was to run from
    ``since`` to ``until``."""

    member_id: str
    programme_id: str
    kind: PlacementKind
    key: bytes
    actor: str
    reason: str
    placement_id: str = ""
    since: int = 0
    until: int = 0

    @property
    def place(self) -> Place:
        return self.member_id, self.key

    @property
    def fingerprint(self) -> bytes:
        return sha256(msgpack.packb(("", self.kind, self.reason))).digest()[:16]


def place(book: Book, asked: Placement) -> Answer:
    """Let the member hold a tier until an instant; automatic moves leave it alone until then."""
    if known := _known(book, asked):
        return Answer(known, replayed=True)
    member = book.touch(asked.member_id, book.programmes.history(asked.programme_id))
    be_free_to_earn(member)
    keys = [tier.key for tier in member.current.tiers]
    if asked.tier not in keys and (asked.tier or asked.kind is PlacementKind.PAID):
        raise PlacementNotValid(f"{asked.tier!r} is none of {', '.join(keys)}", field="tier")
    if asked.until <= member.recorded_at:
        raise PlacementNotValid("a placement ends in the future", field="until")
    made = Placed(asked.kind, asked.tier, asked.until, asked.key.hex())
    if asked.kind is PlacementKind.PAID:
        placed, at = member.standing.placed, member.recorded_at
        replace_paid(book, member, paid_time.added(member.current, placed, made, asked.since, at))
        _be_theirs(book, asked, member.current.number, made)
    else:
        others = [each for each in member.standing.placed if each.kind is not asked.kind]
        member.standing.placed = [*others, made]
        book.tell(member, TierPlaced(asked.kind, asked.tier, asked.until), member.recorded_at)
    return _moved(book, member, asked, asked.tier, asked.until, ended=False)


def end_placement(book: Book, asked: Ending) -> Answer:
    """Let the ladder, and what else is in force, decide again. Raises ``TierNotOverridden``."""
    if known := _known(book, asked):
        return Answer(known, replayed=True)
    member = book.touch(asked.member_id, book.programmes.history(asked.programme_id))
    ending = _ended(book, member, asked)
    if ending is None:
        raise TierNotOverridden(f"no {asked.kind} of the tier is in force", field="member_id")
    book.tell(member, TierPlacementEnded(asked.kind, ending.tier), member.recorded_at)
    placed = member.standing.placed
    if asked.kind is PlacementKind.PAID:
        replace_paid(book, member, _without(placed, asked, member))
        _be_gone(book, asked, member)
    else:
        member.standing.placed = [each for each in placed if each is not ending]
    return _moved(book, member, asked, ending.tier, member.recorded_at, ended=True)


def replace_paid(book: Book, member: Member, placed: list[Placed]) -> None:
    """Let other placements be in force, and tell of what was paid for until when it is good now."""
    before, member.standing.placed = member.standing.placed, placed
    member.standing.changed = True
    for each in paid_time.paid(placed):
        if each not in before:
            book.tell(member, TierPlaced(each.kind, each.tier, each.until), member.recorded_at)


def _ended(book: Book, member: Member, asked: Ending) -> Placed | None:
    """What ends: of what was paid for its own alone, be it that a merge which can be undone keeps it."""
    placed = member.standing.placed
    if asked.kind is not PlacementKind.PAID:
        return next((each for each in placed if each.kind is asked.kind), None)
    kept = [merge.term.placed for merge in book.state.merges_of(asked.member_id, member.current.number)]
    found = (paid_time.bought_by(each, asked.placement_id) for each in (placed, *kept))
    return next((each for each in found if each), None)


def _without(placed: Sequence[Placed], asked: Ending, member: Member) -> list[Placed]:
    """Placements but for what ended; ``since`` is when it was to begin unless it was moved meanwhile."""
    ended = paid_time.bought_by(placed, asked.placement_id)
    if ended is None:
        return list(placed)
    since = asked.since if ended.until == asked.until else 0
    return paid_time.without(placed, ended, since, member.recorded_at, member.current.time_zone)


def _be_theirs(book: Book, asked: Placement, programme: int, made: Placed) -> None:
    """What is followed only after a merge goes back to its buyer when that is undone, like what was placed before."""
    for merge in book.state.merges_of(asked.member_id, programme):
        merge.term, merge.changed = replace(merge.term, placed=(*merge.term.placed, made)), True


def _be_gone(book: Book, asked: Ending, member: Member) -> None:
    """What ended does not come back when a merge is undone."""
    for merge in book.state.merges_of(asked.member_id, member.current.number):
        if paid_time.bought_by(merge.term.placed, asked.placement_id):
            kept = tuple(_without(merge.term.placed, asked, member))
            merge.term, merge.changed = replace(merge.term, placed=kept), True


def _known(book: Book, asked: Placement | Ending) -> PlacementRecorded | None:
    """What the key was used for before. Raises ``PlacementAlreadyRecorded``."""
    programme = book.programmes.history(asked.programme_id).newest.number
    for name in book.state.names(asked.member_id, programme):
        if known := book.state.placements.get((name, asked.key)):
            if known.fingerprint != asked.fingerprint:
                message = "this key placed the member with another body: keys are used once"
                raise PlacementAlreadyRecorded(message, field="idempotency_key")
            return known
    return None


def _moved(
    book: Book, member: Member, asked: Placement | Ending, tier: str, until: int, *, ended: bool
) -> Answer:
    standing = member.standing
    before = standing.tier
    standing.changed = True
    book.tell_moves(member, tiers.show(member.current, standing, member.recorded_at))
    recorded = PlacementRecorded(
        member.current.number,
        asked.kind,
        tier,
        until,
        before,
        standing.tier,
        asked.actor,
        asked.reason,
        asked.fingerprint,
        member.recorded_at,
        ended,
        is_new=True,
    )
    book.state.placements[standing.member_id, asked.key] = recorded
    return Answer(recorded)
