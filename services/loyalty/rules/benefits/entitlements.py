"""Entitlements: what a member has of each benefit now, and what may be claimed, used and given back of it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256

import msgpack

from services.kit.refusal import Conflict, Declined, NotFound
from services.loyalty.rules.benefits.benefits import Benefit, BenefitEffect
from services.loyalty.rules.benefits.quotas import Taken, Window, held_window, window
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.ledger.points import Member
from services.loyalty.rules.programmes.programmes import Programme

BESIDE_QUOTAS = -1
"""The begin of no period: what counts towards no quota."""


class UnknownBenefit(NotFound):
    """No tier of the programme gives such a benefit."""


class BenefitNotInTier(Declined):
    """The tier that the member holds does not give the benefit."""


class QuotaUsedUp(Declined):
    """The benefit was given as often as its period allows."""


class NothingToClaim(Declined):
    """The benefit has no quota: it is there whenever it is wanted."""


class UnknownClaim(NotFound):
    """The member claimed nothing under this id."""


class ClaimLapsed(Declined):
    """What was claimed was not used in time, or not before its tier was lost."""


class ClaimSpent(Conflict):
    """What was claimed was used or released already."""


class ClaimState(StrEnum):
    """What became of a claim. LAPSED is never written down: time or the loss of the tier makes it so."""

    CLAIMED = "CLAIMED"
    USED = "USED"
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"


@dataclass(frozen=True, slots=True)
class Claim:
    """A benefit that was given to a member once. Instants are microseconds since 1970, 0 for not yet."""

    claim_id: str
    member_id: str
    benefit: str
    tier: str
    window: Window
    survives: bool
    unit_cost_minor: int
    state: ClaimState
    claimed_at: int
    claimed_by: str
    claim_key: str = ""
    claim_fingerprint: bytes = b""
    use_key: str = ""
    use_fingerprint: bytes = b""
    used_at: int = 0
    used_by: str = ""
    order_ref: str = ""
    released_at: int = 0
    released_by: str = ""
    reason: str = ""
    coupon_id: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A benefit that somebody asks for: to claim, or to use at once. ``key`` is used once, for good."""

    member_id: str
    programme_id: str
    benefit: str
    key: str
    actor: str
    claim_id: str = ""
    order_ref: str = ""
    reason: str = ""
    by_member: bool = False

    @property
    def fingerprint(self) -> bytes:
        """A digest of what was asked; equal asks have equal ones."""
        body = (self.programme_id, self.benefit, self.claim_id, self.order_ref, self.reason)
        return sha256(msgpack.packb(body)).digest()[:16]


@dataclass(frozen=True, slots=True)
class Entitlement:
    """What a member has of a benefit now: used within the period, claimed and open, and still to be claimed.

    ``remaining`` is None where there is no quota.
    """

    benefit: Benefit
    tier: str
    window: Window
    used: int
    open: tuple[Claim, ...]
    remaining: int | None


def given(member: Member) -> dict[str, Benefit]:
    """What the tier held now gives, by the benefits' keys."""
    return benefits_of(member.current, member.standing.tier)


def benefits_of(programme: Programme, tier_key: str) -> dict[str, Benefit]:
    """What a tier gives; nothing where there is no such tier."""
    tier = programme.tier(tier_key)
    return {} if tier is None else {benefit.key: benefit for benefit in tier.benefits}


def defined(programme: Programme, tier_key: str, key: str) -> Benefit | None:
    """A benefit as a tier gives it, or else as the lowest tier does that gives it."""
    tiers_first = (tier_key, *(tier.key for tier in programme.tiers))
    return next((found for each in tiers_first if (found := benefits_of(programme, each).get(key))), None)


def wanted(member: Member, key: str) -> Benefit:
    """A benefit that the tier held now gives. Raises ``UnknownBenefit``, ``BenefitNotInTier``."""
    if found := given(member).get(key):
        return found
    giving = [tier.key for tier in member.current.tiers if key in {each.key for each in tier.benefits}]
    if not giving:
        raise UnknownBenefit(f"no tier gives {key!r}: look at the programme", field="benefit")
    held = member.standing.tier
    message = f"{held or 'no tier'} is held, and {key} comes with {', '.join(giving)}"
    raise BenefitNotInTier(message, field="benefit", tier=held, tiers=",".join(giving))


def window_of(member: Member, benefit: Benefit) -> Window:
    """The period of a benefit's quota that now lies in."""
    held = held_window(member.standing)
    return window(benefit.period, held, member.recorded_at, member.current.time_zone)


def used_up(benefit: Benefit, ends: int) -> QuotaUsedUp:
    """The refusal of what goes beyond a quota."""
    message = f"{benefit.key} is given {benefit.quota} times in its period, and that is used up"
    facts = {} if ends == NEVER else {"until_ms": ends // 1_000}
    return QuotaUsedUp(message, field="benefit", quota=benefit.quota, period=benefit.period, **facts)


def be_limited(benefit: Benefit) -> None:
    """Refuse a claim of what has no quota. Raises ``NothingToClaim``."""
    if benefit.quota is None:
        message = f"{benefit.key} has no quota: it is there whenever it is wanted, without a claim"
        raise NothingToClaim(message, field="benefit")


def claimed(member: Member, benefit: Benefit, asked: Asked, claim_id: str) -> Claim:
    """A new claim; one of a coupon is used by being made, since from then on the coupon is what is used."""
    now = member.recorded_at
    claim = Claim(
        claim_id,
        member.standing.member_id,
        benefit.key,
        member.standing.tier,
        window_of(member, benefit),
        benefit.survives,
        benefit.unit_cost_minor,
        ClaimState.CLAIMED,
        now,
        asked.actor,
        asked.key,
        asked.fingerprint,
        reason=asked.reason,
    )
    if benefit.effect is BenefitEffect.COUPON:
        return replace(claim, state=ClaimState.USED, used_at=now, used_by=asked.actor)
    return claim


def promised(member: Member, asked: Asked, claim_id: str) -> Claim:
    """A claim beside all quotas, of what some tier gives; it has no end and does not hang on a tier.

    Raises ``UnknownBenefit``.
    """
    benefit = defined(member.current, "", asked.benefit)
    if benefit is None:
        raise UnknownBenefit(f"no tier gives {asked.benefit!r}: look at the programme", field="benefit")
    return Claim(
        claim_id,
        member.standing.member_id,
        benefit.key,
        "",
        Window(BESIDE_QUOTAS, NEVER),
        True,
        benefit.unit_cost_minor,
        ClaimState.CLAIMED,
        member.recorded_at,
        asked.actor,
        asked.key,
        asked.fingerprint,
        reason=asked.reason,
    )


def used_at_once(claim: Claim, asked: Asked) -> Claim:
    """The same claim, made by its use: there was none before, and it has the key of the use alone."""
    return replace(
        claim,
        state=ClaimState.USED,
        claim_key="",
        claim_fingerprint=b"",
        use_key=asked.key,
        use_fingerprint=asked.fingerprint,
        used_at=claim.claimed_at,
        used_by=asked.actor,
        order_ref=asked.order_ref,
    )


def lapsed_at(claim: Claim, member: Member) -> int:
    """When a claim that was not used ceased to be good; ``NEVER`` while it is.

    A tier held in between that does not give the benefit ends it, also where the lost tier came back.
    """
    ended = claim.window.ends if claim.window.ends <= member.recorded_at else NEVER
    if claim.survives:
        return ended
    tiers = member.standing.tiers
    if claim.member_id != member.standing.member_id:
        tiers = tiers[-1:]  # of who was merged in, the tiers held before are not the survivor's
    for key, since in tiers:
        if since > claim.claimed_at and claim.benefit not in benefits_of(member.current, key):
            return min(ended, since)
    return ended


def be_good(claim: Claim, member: Member) -> None:
    """Refuse to use what is no longer there. Raises ``ClaimSpent``, ``ClaimLapsed``."""
    if claim.state is not ClaimState.CLAIMED:
        message = f"the claim is {claim.state} already: claim anew"
        raise ClaimSpent(message, field="claim_id", state=claim.state)
    if (since := lapsed_at(claim, member)) < NEVER:
        message = "the claim was not used in time, or its tier was lost before: claim anew"
        raise ClaimLapsed(message, field="claim_id", lapsed_ms=since // 1_000)


def state_of(claim: Claim, member: Member) -> ClaimState:
    """What became of a claim, by what is known now."""
    lapsed = claim.state is ClaimState.CLAIMED and lapsed_at(claim, member) < NEVER
    return ClaimState.LAPSED if lapsed else claim.state


def entitlements(member: Member, taken: Collection[Taken], claims: Iterable[Claim]) -> list[Entitlement]:
    """What a member has of each benefit.

    After what the tier held gives comes what is still open of benefits that outlived theirs.
    """
    good = [claim for claim in claims if state_of(claim, member) is ClaimState.CLAIMED]
    found = []
    for key, benefit in given(member).items():
        period = window_of(member, benefit)
        own = tuple(claim for claim in good if claim.benefit == key)
        counting = [
            one for one in taken if one.benefit == key and one.counts_in(member.standing.tier, period)
        ]
        times, used = sum(one.times for one in counting), sum(one.used for one in counting)
        remaining = None if benefit.quota is None else max(0, benefit.quota - times)
        found.append(Entitlement(benefit, member.standing.tier, period, used, own, remaining))
    return found + _outlived(member, good)


def _outlived(member: Member, good: Iterable[Claim]) -> list[Entitlement]:
    """Open claims of what the tier held does not give, each benefit as the tier gave it that it was claimed in."""
    now_given = given(member)
    found: dict[str, Entitlement] = {}
    for claim in good:
        lost = defined(member.current, claim.tier, claim.benefit)
        if claim.benefit not in now_given and lost is not None:
            before = found.get(claim.benefit)
            own = (*before.open, claim) if before else (claim,)
            found[claim.benefit] = Entitlement(lost, claim.tier, claim.window, 0, own, 0)
    return list(found.values())
