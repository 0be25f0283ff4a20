"""Followings: how a tier follows a membership that was bought or ended; part of the fold."""

from contextlib import suppress

from services.kit.refusal import Declined, Invalid
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.points import Answer, Book
from services.loyalty.rules.tiers.memberships import Membership
from services.loyalty.rules.tiers.placements import Ending, Placement, end_placement, place
from services.loyalty.rules.tiers.standings import PlacementKind

REASON = "MEMBERSHIP"


def following(made: Membership, programme_id: str) -> Placement | Ending:
    """How the tier follows a purchase or its end, under a key of its own, so that it does so once."""
    actor, paid, bought = made.ended_by or made.recorded_by, PlacementKind.PAID, made.key(programme_id)
    if not made.ended_at:
        ends, since = made.ends, made.begins
        return Placement(made.member_id, programme_id, made.tier, ends, paid, bought, actor, REASON, since)
    key = key_of("membership-end", programme_id, made.source, made.order_id)
    what = bought.hex(), made.begins, made.ends
    return Ending(made.member_id, programme_id, paid, key, actor, made.reason, *what)


def follow(book: Book, made: Membership, programme_id: str) -> Answer:
    """Let the tier follow; nothing is left to do where the time is over, or the membership of the programme."""
    asked = following(made, programme_id)
    with suppress(Declined, Invalid):
        return place(book, asked) if isinstance(asked, Placement) else end_placement(book, asked)
    return Answer(None)
