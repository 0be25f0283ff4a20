"""Memberships: an offer, its purchase and its end, each one transaction; the tier follows through the lanes."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from uuid import uuid4

from services.kit import database
from services.loyalty import events
from services.loyalty.queues import Task
from services.loyalty.rules.ledger.asks import be_free_to_earn
from services.loyalty.rules.ledger.events import Event, MembershipEnded, MembershipRecorded
from services.loyalty.rules.ledger.points import Book, Member
from services.loyalty.rules.programmes.programmes import ProgrammeHistory, Programmes
from services.loyalty.rules.tiers import followings
from services.loyalty.rules.tiers import memberships as rules
from services.loyalty.rules.tiers.memberships import (
    Membership,
    MembershipAlreadyRecorded,
    MembershipUnsettled,
    Offer,
    OfferOvertaken,
    Purchase,
    UnknownMembership,
    UnknownOffer,
)
from services.loyalty.storage.benefits import entitlements as storage
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.programmes import programmes
from services.loyalty.storage.tiers import memberships

Clock = Callable[[], int]


async def offer(
    connection: database.RawConnection,
    known: Programmes,
    member_id: str,
    programme_id: str,
    tier: str,
    now: Clock,
) -> Offer:
    """Offer a membership of a tier at what it costs the member now; it can be paid for an hour."""
    place = await _place(connection, known, member_id, programme_id, now)
    be_free_to_earn(place.member)
    offered = replace(rules.offer(place.member, tier, place.memberships), offer_id=str(uuid4()))
    await memberships.keep_offer(connection, offered, place.number)
    return offered


async def record(
    connection: database.RawConnection, known: Programmes, purchase: Purchase, now: Clock
) -> tuple[Membership, bool]:
    """Keep what an order bought; the same again is a replay (True)."""
    place = await _place(connection, known, purchase.member_id, purchase.programme_id, now)
    if found := await memberships.find(connection, purchase.source, purchase.order_id):
        return _be_the_same(found[0], purchase, place), True
    offered = await memberships.offered(connection, place.names, place.number, purchase.offer_id)
    if offered is None:
        raise UnknownOffer("the member was made no such offer: quote first", field="offer_id")
    if await memberships.taken(connection, purchase.offer_id):
        raise OfferOvertaken("another order took this offer: quote anew", field="offer_id")
    be_free_to_earn(place.member)
    version = place.history.versions[offered.version - 1]
    tier = version.tier(offered.tier)
    assert tier is not None, "versions never change"
    assert tier.sale is not None, "versions never change"
    made = rules.bought(purchase, offered, place.member, place.memberships, version.time_zone, tier.sale)
    made = replace(made, member_id=place.names[0])
    if not await memberships.insert(connection, made, place.number):
        raise MembershipUnsettled("the tier has yet to follow the last purchase: send it again")
    what = MembershipRecorded(made.source, made.order_id, made.tier, made.ends)
    await _tell(connection, place, what)
    return made, False


async def end(
    connection: database.RawConnection,
    known: Programmes,
    order: tuple[str, str],
    by: tuple[str, str],
    now: Clock,
) -> tuple[Membership, int, bool]:
    """End what an order (source, id) bought, by whom and why, and its programme by number; again, it is a replay (True)."""
    found = await memberships.find(connection, *order)
    if found is None:
        raise UnknownMembership("no membership was recorded under this order", field="order_id")
    history = next(each for each in known.by_id.values() if each.newest.number == found[1])
    place = await _place(connection, known, found[0].member_id, history.newest.programme_id, now)
    (made,) = [each for each in place.memberships if (each.source, each.order_id) == order]
    if made.ended_at:
        return made, place.number, True
    rules.be_last(made, place.memberships)
    if any(not each.settled for each in place.memberships):
        raise MembershipUnsettled("the tier has yet to follow the last purchase: send it again")
    ended = made.ended(place.member.recorded_at, *by)
    await memberships.end(connection, ended)
    await _tell(connection, place, MembershipEnded(made.source, made.order_id, made.tier))
    return ended, place.number, False


def following(made: Membership, history: ProgrammeHistory) -> Task:
    """What a lane does so that the tier follows; done again, it changes nothing."""
    programme = history.newest
    operation = partial(followings.follow, made=made, programme_id=programme.programme_id)
    key = followings.following(made, programme.programme_id).key
    touches = Touches(((made.member_id, programme.number),), placements=((made.member_id, key),))
    return Task(operation, touches)


@dataclass(frozen=True, slots=True)
class _Place:
    """A member held for this transaction, and what the member bought."""

    names: tuple[str, ...]
    number: int
    history: ProgrammeHistory
    member: Member
    memberships: list[Membership]


async def _place(
    connection: database.RawConnection, known: Programmes, member_id: str, programme_id: str, now: Clock
) -> _Place:
    number = known.history(programme_id).newest.number
    held = await storage.hold(connection, member_id, known.history(programme_id).newest)
    if await programmes.revision(connection) != known.revision:
        known = await programmes.load(connection)
    history = known.history(programme_id)
    member = Book(held.state, known, now()).touch(held.member_id, history)
    had = await memberships.of_member(connection, held.names, number)
    return _Place(held.names, number, history, member, had)


def _be_the_same(found: Membership, purchase: Purchase, place: _Place) -> Membership:
    if found.fingerprint != purchase.fingerprint or found.member_id not in place.names:
        message = "this order bought a membership with another body: orders are recorded once"
        raise MembershipAlreadyRecorded(message, field="order_id")
    return found


async def _tell(
    connection: database.RawConnection, place: _Place, what: MembershipRecorded | MembershipEnded
) -> None:
    member = place.member
    event = Event(place.names[0], member.current.programme_id, member.recorded_at, what)
    await tell(connection, [events.encode(event)])
