"""Entitlements: claiming, using and giving back a benefit, each one transaction that the door opened."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid4

from services.kit import clock, database
from services.loyalty import events
from services.loyalty.actions import coupons
from services.loyalty.rules.benefits import entitlements
from services.loyalty.rules.benefits.benefits import Benefit, BenefitEffect
from services.loyalty.rules.benefits.entitlements import Asked, Claim, ClaimSpent, ClaimState, UnknownClaim
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused, be_free_to_earn, be_free_to_spend
from services.loyalty.rules.ledger.events import BenefitClaimed, BenefitReleased, BenefitUsed, Decided, Event
from services.loyalty.rules.ledger.grants import Grant
from services.loyalty.rules.ledger.points import SYSTEM, Book, Member
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.benefits import benefit_claims
from services.loyalty.storage.benefits import entitlements as storage
from services.loyalty.storage.benefits.entitlements import Held
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.programmes import programmes

_REASON = "BENEFIT"

Given = tuple[Claim, Member, bool]
"""A claim, its member with everything due applied, and whether this was answered before."""


async def claim(
    connection: database.RawConnection, known: Programmes, asked: Asked, now: Callable[[], int]
) -> Given:
    """Set one of a benefit's quota aside for the member; the same key again is a replay."""
    place = await _place(connection, known, asked, now)
    if found := await benefit_claims.by_claim_key(connection, place.held.names, asked.key):
        _be_the_same(found.claim_fingerprint, asked)
        return found, place.member, True
    be_free_to_spend(place.member)
    benefit = entitlements.wanted(place.member, asked.benefit)
    entitlements.be_limited(benefit)
    made = entitlements.claimed(place.member, benefit, asked, str(uuid4()))
    made = await _give(connection, place, benefit, made)
    await _tell(connection, place, BenefitClaimed(made.claim_id, made.benefit, made.tier))
    return made, place.member, False


async def use(
    connection: database.RawConnection, known: Programmes, asked: Asked, now: Callable[[], int]
) -> Given:
    """Use a claim, or one of those that are open, or the quota itself; the same key again is a replay."""
    place = await _place(connection, known, asked, now)
    if found := await benefit_claims.by_use_key(connection, place.held.names, asked.key):
        _be_the_same(found.use_fingerprint, asked)
        return found, place.member, True
    be_free_to_spend(place.member)
    for open_claim in await _open(connection, place, asked):
        used = replace(
            open_claim,
            state=ClaimState.USED,
            use_key=asked.key,
            use_fingerprint=asked.fingerprint,
            used_at=place.member.recorded_at,
            used_by=asked.actor,
            order_ref=asked.order_ref,
        )
        if await benefit_claims.use(connection, used):
            await _tell_used(connection, place, used)
            return used, place.member, False
    if asked.claim_id:
        raise ClaimSpent("the claim was used or released meanwhile: claim anew", field="claim_id")
    benefit = entitlements.wanted(place.member, asked.benefit)
    if asked.by_member:
        entitlements.be_limited(benefit)
    made = entitlements.claimed(place.member, benefit, asked, str(uuid4()))
    used = entitlements.used_at_once(made, asked)
    used = await _give(connection, place, benefit, used)
    await _tell_used(connection, place, used)
    return used, place.member, False


async def release(
    connection: database.RawConnection, known: Programmes, asked: Asked, now: Callable[[], int]
) -> Given:
    """Give a claim back to its quota; of what was used, only others than the member do. Again, it is a replay."""
    place = await _place(connection, known, asked, now)
    found = await _find(connection, place, asked.claim_id)
    if found.state is ClaimState.RELEASED:
        return found, place.member, True
    if found.coupon_id:
        raise ClaimSpent("a coupon was issued for it: revoke the coupon instead", field="claim_id")
    if found.state is ClaimState.USED and asked.by_member:
        raise ClaimSpent("it was used: only the shop takes that back", field="claim_id", state=found.state)
    released = replace(
        found,
        state=ClaimState.RELEASED,
        released_at=place.member.recorded_at,
        released_by=asked.actor,
        reason=asked.reason,
    )
    if not await benefit_claims.release(connection, released):
        raise ClaimSpent("the claim was released meanwhile", field="claim_id")
    await storage.give_back(connection, released, place.member.current.number)
    await _tell(connection, place, BenefitReleased(released.claim_id, released.benefit, released.tier))
    return released, place.member, False


async def give(connection: database.RawConnection, grant: Grant, now: datetime) -> str:
    """Give a benefit that was promised beside all quotas, once by the grant's key; the claim's id.

    The key begins with what no caller's own has, so that nobody takes it before. Raises ``UnknownBenefit``.
    """
    known, at = await programmes.load(connection), clock.micros(now)
    key = f"\x1f{grant.key}"
    asked = Asked(grant.member_id, grant.programme_id, grant.template, key, SYSTEM, reason=grant.reason)
    place = await _place(connection, known, asked, lambda: at)
    if found := await benefit_claims.by_claim_key(connection, place.held.names, key):
        return found.claim_id
    be_free_to_earn(place.member)
    made = entitlements.promised(place.member, asked, str(uuid4()))
    await benefit_claims.insert(connection, made, place.member.current.number)
    await _tell(connection, place, BenefitClaimed(made.claim_id, made.benefit, made.tier))
    return made.claim_id


@dataclass(frozen=True, slots=True)
class _Place:
    """A member held for this transaction, with everything that fell due applied."""

    held: Held
    member: Member


async def _place(
    connection: database.RawConnection, known: Programmes, asked: Asked, now: Callable[[], int]
) -> _Place:
    """The clock is read after the locks: what the tier is now, it was when the lanes last looked."""
    held = await storage.hold(connection, asked.member_id, known.history(asked.programme_id).newest)
    if await programmes.revision(connection) != known.revision:
        known = await programmes.load(connection)
    member = Book(held.state, known, now()).touch(held.member_id, known.history(asked.programme_id))
    return _Place(held, member)


async def _open(connection: database.RawConnection, place: _Place, asked: Asked) -> list[Claim]:
    """The claim that is asked for, which must be good, or all of the benefit that are."""
    if asked.claim_id:
        found = await _find(connection, place, asked.claim_id)
        entitlements.be_good(found, place.member)
        return [found]
    number = place.member.current.number
    unused = await benefit_claims.unused(connection, place.held.names, number, asked.benefit)
    good = ClaimState.CLAIMED
    return [one for one in unused if entitlements.state_of(one, place.member) is good]


async def _find(connection: database.RawConnection, place: _Place, claim_id: str) -> Claim:
    found = await benefit_claims.find(connection, place.held.names, claim_id)
    if found is None:
        raise UnknownClaim("the member claimed nothing under this id: claim first", field="claim_id")
    return found


async def _give(connection: database.RawConnection, place: _Place, benefit: Benefit, claim: Claim) -> Claim:
    """Take a claim from its quota and write it down, with the coupon that it is for.

    Raises ``QuotaUsedUp``, and why no coupon is issued.
    """
    number = place.member.current.number
    if not await storage.take(connection, place.held.names, claim, number, benefit.quota):
        raise entitlements.used_up(benefit, claim.window.ends)
    if benefit.effect is BenefitEffect.COUPON:
        issued = await coupons.issue(
            connection,
            claim.member_id,
            benefit.coupon_template,
            f"benefit:{claim.claim_id}",
            claim.claimed_at,
            claim.reason or _REASON,
            programme_id=place.member.current.programme_id,
            actor=claim.claimed_by,
        )
        claim = replace(claim, coupon_id=issued.coupon.coupon_id)
    await benefit_claims.insert(connection, claim, number)
    return claim


def _be_the_same(known: bytes, asked: Asked) -> None:
    if known != asked.fingerprint:
        message = "this idempotency key was used for another request: take a new one"
        raise IdempotencyKeyReused(message, field="idempotency_key")


async def _tell_used(connection: database.RawConnection, place: _Place, used: Claim) -> None:
    await _tell(connection, place, BenefitUsed(used.claim_id, used.benefit, used.tier, used.order_ref))


async def _tell(connection: database.RawConnection, place: _Place, what: Decided) -> None:
    member = place.member
    event = Event(place.held.member_id, member.current.programme_id, member.recorded_at, what)
    await tell(connection, [events.encode(event)])
