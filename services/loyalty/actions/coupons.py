"""Coupons: issued within budget and limit, claimed by members, revoked; each is part of one transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import uuid4

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty import events
from services.loyalty.actions.coupon_templates import locked
from services.loyalty.rules.coupons import coupon_codes
from services.loyalty.rules.coupons.coupon_templates import CouponsNotIssued, CouponTemplate, Within
from services.loyalty.rules.coupons.coupon_terms import check_issuable
from services.loyalty.rules.coupons.coupons import Coupon, CouponBudgetSpent, CouponLimitReached, CouponState
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused, MemberClosed
from services.loyalty.rules.ledger.events import CouponIssued, Event
from services.loyalty.rules.ledger.grants import Grant
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.coupons import coupon_templates, coupons
from services.loyalty.storage.coupons.coupons import Holder, NewCoupon
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.programmes import programmes as stored_programmes

ACTOR = "service:loyalty"


class Issued(NamedTuple):
    """A coupon as it was issued; ``replayed`` when that was before."""

    coupon: Coupon
    replayed: bool


@dataclass(frozen=True, slots=True)
class Issue:
    """A coupon of a template for each of some members, under a key that is good once for each of them."""

    within: Within
    template: str
    key: str
    actor: str
    reason: str


async def issue(
    connection: database.RawConnection,
    member_id: str,
    template_key: str,
    key: str,
    now: int,
    reason: str,
    *,
    programme_id: str = "",
    actor: str = ACTOR,
) -> Issued:
    """Issue one coupon inside the caller's transaction, exactly once by (member, key). Raises why not.

    The template stays locked until that transaction ends, and its events are told last of all.
    """
    within = await stored_programmes.within(connection, programme_id)
    (result,) = await issue_many(
        connection, Issue(within, template_key, key, actor, reason), [member_id], now
    )
    if isinstance(result, Refusal):
        raise result
    return result


async def give(connection: database.RawConnection, grant: Grant, now: datetime) -> str:
    """Issue what a grant promises, once by its key; the coupon's id. Raises why not."""
    issued = await issue(
        connection,
        grant.member_id,
        grant.template,
        f"grant:{grant.key}",
        clock.micros(now),
        grant.reason,
        programme_id=grant.programme_id,
    )
    return issued.coupon.coupon_id


async def issue_many(
    connection: database.RawConnection, asked: Issue, members: Sequence[str], now: int
) -> list[Issued | Refusal]:
    """Issue in the members' order while the budget lasts; one that is refused holds up nobody else."""
    found = await coupons.holders(connection, members)
    template = await locked(connection, asked.within, asked.template, "template")
    before = await coupons.issued_before(connection, asked.within.number, members, asked.key)
    whose = [holder.member_id for holder in found.values()]
    had = await coupons.had(connection, asked.within.number, template.key, whose)
    issuing = _Issuing(asked, template, now, before, had)
    results = [issuing.one(member, found[member]) for member in members]
    await coupons.insert(connection, issuing.new)
    added = len(issuing.new), sum(each.coupon.committed_minor for each in issuing.new)
    await coupon_templates.count(connection, asked.within.number, {template.key: added})
    await tell(
        connection,
        [
            events.encode(
                Event(
                    new.coupon.member_id,
                    asked.within.programme_id,
                    now,
                    CouponIssued(new.coupon.coupon_id, template.key, new.coupon.expires_at),
                )
            )
            for new in issuing.new
        ],
    )
    return results


class _Issuing:
    """Issues one after the other, by what the ones before took."""

    def __init__(
        self, asked: Issue, template: CouponTemplate, now: int, before: dict[str, Coupon], had: dict[str, int]
    ) -> None:
        self._asked = asked
        self._template = template
        self._now = now
        self._before = before
        self._had = had
        self.new: list[NewCoupon] = []

    def one(self, member_id: str, holder: Holder) -> Issued | Refusal:
        if known := self._before.get(member_id):
            if known.template != self._template.key:
                message = "this key issued a coupon of another template: take a new one"
                return IdempotencyKeyReused(message, field="issue_id")
            return Issued(known.as_of(self._now), replayed=True)
        try:
            coupon = self._made(holder)
        except Refusal as refusal:
            return refusal
        self._had[holder.member_id] = self._had.get(holder.member_id, 0) + 1
        self._before[member_id] = coupon
        remind_at = coupon.terms.remind_at(coupon.expires_at, coupon.valid_from, self._asked.within.time_zone)
        asked = self._asked
        self.new.append(NewCoupon(coupon, member_id, asked.key, asked.actor, asked.reason, remind_at))
        return Issued(coupon, replayed=False)

    def _made(self, holder: Holder) -> Coupon:
        """A new coupon. Raises why there is none."""
        if holder.restriction is Restriction.CLOSED:
            raise MemberClosed("the membership is over: nothing is given any more", field="member_id")
        template, terms = self._template, self._template.issuing()
        zone = self._asked.within.time_zone
        try:
            check_issuable(terms, self._now, zone)
        except ProgrammeNotWellFormed:
            message = f"its coupons were good until {terms.valid_until}: publish another edition"
            raise CouponsNotIssued(message, field="template", state=template.state) from None
        if terms.most_per_member and self._had.get(holder.member_id, 0) >= terms.most_per_member:
            message = f"the member has had {terms.most_per_member}, and that is all one may"
            raise CouponLimitReached(message, field="member_id", most=terms.most_per_member)
        out = template.issued + len(self.new)
        committed = template.committed_minor + len(self.new) * terms.commitment_minor
        if (terms.most_coupons and out >= terms.most_coupons) or (
            terms.most_minor and committed + terms.commitment_minor > terms.most_minor
        ):
            message = "the template's budget is spent: publish an edition with a larger one"
            raise CouponBudgetSpent(message, field="template", issued=out, committed_minor=committed)
        valid_from, expires_at = terms.validity(self._now, zone)
        return Coupon(
            str(uuid4()),
            holder.member_id,
            template.programme,
            template.key,
            template.edition,
            terms,
            coupon_codes.code(secrets.randbits(75)),
            CouponState.ISSUED,
            self._now,
            valid_from,
            expires_at,
        )
