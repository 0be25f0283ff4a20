"""Decisions: what the rules decide about a member by machine, and what they would decide without a profile (PIPL 24)."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from services.kit.refusal import Declined
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.ledger.points import Member
from services.loyalty.rules.tiers import memberships
from services.loyalty.rules.tiers.memberships import Membership, Offer
from services.loyalty.rules.tiers.metrics import Measured
from services.loyalty.rules.tiers.outlooks import Scored, scored


@dataclass(frozen=True, slots=True)
class Verdict:
    """The score with its parts, the tier that the ladder's conditions reach by it, and what memberships cost."""

    score: int
    parts: tuple[Scored, ...]
    reached: str
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What is decided now, and what would be without a profile: the same for whoever refused."""

    refused: bool
    decided: Verdict
    non_personalised: Verdict


def explained(member: Member, had: Sequence[Membership]) -> Explained:
    """What is decided about a member; ``had`` are the memberships that were bought."""
    refused = member.standing.automated_refused
    decided = _verdict(member, had)
    if refused:
        return Explained(refused, decided, decided)
    neutral = replace(member, standing=replace(member.standing.copy(), automated_refused=True))
    return Explained(refused, decided, _verdict(neutral, had))


def _verdict(member: Member, had: Sequence[Membership]) -> Verdict:
    programme = member.current
    day = local_day(member.recorded_at, programme.time_zone).toordinal()
    measured = Measured(programme, member.standing, member.balances(), day)
    parts = scored(measured)
    return Verdict(
        sum(part.score for part in parts),
        parts,
        measured.qualified(1, len(programme.tiers)),
        offers(member, had),
    )


def offers(member: Member, had: Sequence[Membership]) -> tuple[Offer, ...]:
    """What each tier would cost now; those left out that cannot be bought."""
    found = []
    for tier in member.current.tiers:
        with suppress(Declined):
            found.append(memberships.offer(member, tier.key, had))
    return tuple(found)
