"""Memberships: tiers that members pay for; what one costs whom and why, until when it is good, and its renewal."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import NamedTuple

import msgpack

from services.kit.refusal import Conflict, Declined, Invalid, NotFound, Unavailable
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.expiry import Period, local_day, midnight
from services.loyalty.rules.ledger.points import Member
from services.loyalty.rules.tiers import paid_time
from services.loyalty.rules.tiers.metrics import Measured
from services.loyalty.rules.tiers.tier_sales import TierSale
from services.loyalty.rules.tiers.tier_schemes import SCORE, TierRule

OFFER_GOOD_US = timedelta(hours=1) // timedelta(microseconds=1)
AHEAD_US = timedelta(minutes=5) // timedelta(microseconds=1)
"""By so much clocks of order systems may differ from ours."""


class TierNotForSale(Declined):
    """The programme sells no such tier."""


class RenewalTooEarly(Declined):
    """A membership is renewed within a window before its end."""


class OtherMembership(Declined):
    """The member has a membership of another tier, which ends first."""


class UnknownOffer(NotFound):
    """The member was made no such offer."""


class OfferExpired(Declined):
    """What was offered was not paid for in time."""


class OfferOvertaken(Conflict):
    """The member's membership changed since the offer was made, or the offer was taken."""


class PriceNotAsOffered(Invalid):
    """What was paid is not what was offered."""


class MembershipAlreadyRecorded(Conflict):
    """The same order bought a membership with another body."""


class UnknownMembership(NotFound):
    """No membership was recorded under this order."""


class RenewalStands(Conflict):
    """A membership that was renewed ends after its renewal."""


class MembershipUnsettled(Unavailable):
    """The tier has not followed the member's last purchase yet: try again."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What a membership costs a member, why, and from when until when it would be good.

    The price is that of the step that the score is on, or 0 where what was spent since ``spend_since`` waives it.
    Instants are microseconds since 1970; ``offer_id`` is empty for one that is only shown.
    """

    member_id: str
    tier: str
    version: int
    score: int
    score_from: int
    step_minor: int
    waived: bool
    spent_minor: int
    spend_since: int
    is_renewal: bool
    begins: int
    ends: int
    offered_at: int
    offer_id: str = ""

    @property
    def price_minor(self) -> int:
        return 0 if self.waived else self.step_minor

    @property
    def expires_at(self) -> int:
        """Until when it can be paid."""
        return self.offered_at + OFFER_GOOD_US


@dataclass(frozen=True, slots=True)
class Membership:
    """A membership that was bought; the tier has followed once it is ``settled``."""

    source: str
    order_id: str
    member_id: str
    tier: str
    offer_id: str
    price_minor: int
    begins: int
    ends: int
    recorded_at: int
    recorded_by: str
    fingerprint: bytes
    ended_at: int = 0
    ended_by: str = ""
    reason: str = ""
    settled: bool = False

    def key(self, programme_id: str) -> bytes:
        """Under which the tier follows it, and is placed."""
        return key_of("membership", programme_id, self.source, self.order_id)

    def ended(self, now: int, actor: str, reason: str) -> "Membership":
        return replace(self, ended_at=now, ended_by=actor, reason=reason, settled=False)


@dataclass(frozen=True, slots=True)
class Purchase:
    """What an order system says was bought."""

    member_id: str
    programme_id: str
    source: str
    order_id: str
    offer_id: str
    price_minor: int
    paid_at: int
    actor: str

    @property
    def fingerprint(self) -> bytes:
        return sha256(msgpack.packb((self.programme_id, self.offer_id, self.price_minor))).digest()[:16]


def sold(member: Member, tier_key: str) -> tuple[TierRule, TierSale]:
    """A tier that is for sale. Raises ``TierNotForSale``."""
    tier = member.current.tier(tier_key)
    if tier is None or tier.sale is None:
        selling = ", ".join(each.key for each in member.current.tiers if each.sale) or "none"
        raise TierNotForSale(f"{tier_key!r} is not for sale; {selling} is", field="tier")
    return tier, tier.sale


class Covered(NamedTuple):
    """A tier that is paid for until an instant."""

    until: int
    tier: str


def covered(member: Member, memberships: Sequence[Membership], at: int) -> Covered | None:
    """What is paid for last of what counts at an instant, renewals to come among it.

    A merge may have moved it, so that the standing knows until when it is good. What has yet to be followed, or ended
    since that instant, is in no standing.
    """
    counting = []
    for each in memberships:
        if not each.ended_at:
            key = each.key(member.current.programme_id).hex()
            placed = paid_time.bought_by(member.standing.placed, key)
            if placed:
                counting.append(Covered(placed.until, each.tier))
            elif not each.settled or each.ends <= member.recorded_at:
                counting.append(Covered(each.ends, each.tier))
    return max((each for each in counting if each.until > at), default=None)


def offer(member: Member, tier_key: str, memberships: Sequence[Membership]) -> Offer:
    """What a membership of a tier costs the member now.

    Raises ``TierNotForSale``, ``OtherMembership``, ``RenewalTooEarly``.
    """
    tier, sale = sold(member, tier_key)
    now, zone = member.recorded_at, member.current.time_zone
    last = covered(member, memberships, now)
    if last is not None:
        _be_renewable(last, tier, sale, now, zone)
    begins = now if last is None else last.until
    day = local_day(now, zone)
    measured = Measured(member.current, member.standing, member.balances(), day.toordinal())
    score = measured.value(SCORE) if member.current.tier_scheme.score else 0
    since = _before(sale.validity).after(day)
    spent = sum(each[1] for each in member.standing.days if since.toordinal() < each[0] <= day.toordinal())
    step = sale.step(score)
    return Offer(
        member.standing.member_id,
        tier.key,
        member.current.version,
        score,
        step.score_from,
        step.price_minor,
        bool(sale.waived_from_minor) and spent >= sale.waived_from_minor,
        spent,
        midnight(since + timedelta(days=1), zone),
        last is not None,
        begins,
        _ends(sale, tier.key, begins, memberships, zone),
        now,
    )


def _ends(sale: TierSale, tier: str, begins: int, memberships: Sequence[Membership], zone: str) -> int:
    """When a membership ends that begins at an instant: the local midnight on which its last good day is over."""
    before = {each.ends: each.begins for each in memberships if each.tier == tier and not each.ended_at}
    return paid_time.good_until(sale.validity, begins, before, zone)


def bought(
    purchase: Purchase,
    offered: Offer,
    member: Member,
    memberships: Sequence[Membership],
    zone: str,
    sale: TierSale,
) -> Membership:
    """The membership that a purchase makes of what was offered; a first one begins when it was paid.

    Raises ``PriceNotAsOffered``, ``OfferExpired``, ``OfferOvertaken``.
    """
    now = member.recorded_at
    if purchase.price_minor != offered.price_minor:
        message = f"{offered.price_minor} was offered, and {purchase.price_minor} paid, in minor units"
        raise PriceNotAsOffered(message, field="price", offered=offered.price_minor)
    if (
        not offered.offered_at - AHEAD_US <= purchase.paid_at < offered.expires_at
        or purchase.paid_at > now + AHEAD_US
    ):
        message = "what was offered was not paid while that was good: quote anew"
        raise OfferExpired(message, field="paid_at", expired_ms=offered.expires_at // 1_000)
    last = covered(member, memberships, purchase.paid_at)
    if (last.until if last else 0) != (offered.begins if offered.is_renewal else 0):
        message = "the membership changed since it was offered: quote anew"
        raise OfferOvertaken(message, field="offer_id")
    begins = offered.begins if offered.is_renewal else purchase.paid_at
    return Membership(
        purchase.source,
        purchase.order_id,
        offered.member_id,
        offered.tier,
        offered.offer_id,
        purchase.price_minor,
        begins,
        _ends(sale, offered.tier, begins, memberships, zone),
        now,
        purchase.actor,
        purchase.fingerprint,
    )


def be_last(ending: Membership, memberships: Sequence[Membership]) -> None:
    """Refuse to end what its buyer renewed, whomever that one was merged with. Raises ``RenewalStands``."""
    own = [each for each in memberships if not each.ended_at and each.member_id == ending.member_id]
    later = [each for each in own if each.begins >= ending.ends]
    if later:
        message = f"it was renewed by {later[-1].source}:{later[-1].order_id}: end that first"
        raise RenewalStands(message, field="order_id")


def _be_renewable(last: Covered, tier: TierRule, sale: TierSale, now: int, zone: str) -> None:
    if last.tier != tier.key:
        message = f"a membership of {last.tier} is in force: {tier.key} can be bought when that has ended"
        raise OtherMembership(message, field="tier", ends_ms=last.until // 1_000)
    if sale.renewal_window is None:
        return
    opens = midnight(_before(sale.renewal_window).after(local_day(last.until, zone)), zone)
    if now < opens:
        message = "the membership is renewed in the last part of its time: come back then"
        raise RenewalTooEarly(message, field="tier", opens_ms=opens // 1_000)


def _before(period: Period) -> Period:
    return Period(-period.months, -period.days)
