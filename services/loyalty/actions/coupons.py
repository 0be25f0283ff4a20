"""Coupons: issued within budget and limit, claimed by members, revoked; each is part of one transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import NamedTuple
from uuid import uuid4

from services.kit import database
from services.kit.refusal import Refusal
from services.loyalty import events
from services.loyalty.actions.coupon_templates import locked, unknown
from services.loyalty.rules import coupon_codes
from services.loyalty.rules.asks import IdempotencyKeyReused, MemberClosed, MemberFrozen
from services.loyalty.rules.coupon_templates import CouponsNotIssued, CouponTemplate, Within
from services.loyalty.rules.coupon_terms import Claim, check_issuable
from services.loyalty.rules.coupons import (
    Coupon,
    CouponBudgetSpent,
    CouponLimitReached,
    CouponState,
    UnknownCoupon,
)
from services.loyalty.rules.events import CouponIssued, CouponRevoked, Event
from services.loyalty.rules.tiers import Restriction
from services.loyalty.rules.wellformed import ProgrammeNotWellFormed
from services.loyalty.storage import coupon_answers, coupon_templates, coupons
from services.loyalty.storage import programmes as stored_programmes
from services.loyalty.storage.coupons import Holder, NewCoupon
from services.loyalty.storage.telling import tell

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


async def issue_many(
    connection: database.RawConnection, asked: Issue, members: Sequence[str], now: int
) -> list[Issued | Refusal]:
    """Issue in the members' order while the budget lasts; one that is refused holds up nobody else."""
    found = await coupons.holders(connection, asked.within.number, members)
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
        remind_at = coupon.terms.remind_at(coupon.expires_at, coupon.valid_from)
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


async def claim(
    connection: database.RawConnection,
    within: Within,
    member_id: str,
    template_key: str,
    claim_code: str,
    key: str,
    now: int,
) -> Issued:
    """A member takes a coupon by the template's key or by its code. Raises as issuing does, and for a frozen one."""
    claim_code = claim_code.strip().upper()
    fingerprint = sha256(f"{within.number}:{template_key}:{claim_code}".encode()).digest()[:16]
    answer_key = f"claim:{key}"
    await be_free(connection, within, member_id, "member_id")
    known = await coupon_answers.claim(connection, member_id, answer_key, fingerprint, now)
    if known is not None:
        (coupon,) = (await coupons.lock_by_id(connection, [known["coupon_id"]])).values()
        return Issued(coupon.as_of(now), replayed=True)
    if claim_code:
        template = await coupon_templates.claimed_by(connection, within.number, claim_code)
        if template is None:
            raise unknown("claim_code")
    else:
        template = await coupon_templates.find(connection, within.number, template_key)
        if template is None:
            raise unknown("template")
    wanted = Claim.BY_CODE if claim_code else Claim.OPEN
    terms = template.issuing("claim_code" if claim_code else "template")
    if terms.claim is not wanted:
        message = "members do not take its coupons so: ask the shop for one"
        raise CouponsNotIssued(message, field="template", state=template.state)
    asked = Issue(within, template.key, answer_key, f"member:{member_id}", "CLAIMED")
    (result,) = await issue_many(connection, asked, [member_id], now)
    if isinstance(result, Refusal):
        raise result
    await coupon_answers.keep(connection, member_id, answer_key, {"coupon_id": result.coupon.coupon_id})
    return result


async def be_free(connection: database.RawConnection, within: Within, member_id: str, field: str) -> str:
    """Who has the member's coupons now. Raises ``MemberFrozen``, ``MemberClosed`` for who may not spend."""
    holder = (await coupons.holders(connection, within.number, [member_id]))[member_id]
    if holder.restriction is Restriction.CLOSED:
        raise MemberClosed("the membership is over: nothing is earned or spent any more", field=field)
    if holder.restriction is Restriction.FROZEN:
        message = "the member is frozen or closing: unfreeze the membership, or cancel its closing, first"
        raise MemberFrozen(message, field=field)
    return holder.member_id


async def revoke(
    connection: database.RawConnection,
    coupon_ids: Sequence[str],
    by: str,
    reason: str,
    now: int,
    programme_ids: dict[int, str],
) -> list[Issued | Refusal]:
    """Take open coupons from their members for good; what is held or used is refused, whatever is around it."""
    stored = await coupons.lock_by_id(connection, coupon_ids)
    results: list[Issued | Refusal] = []
    gone: dict[str, Coupon] = {}
    for nth, coupon_id in enumerate(coupon_ids):
        field = f"coupon_ids[{nth}]"
        found = stored.get(coupon_id)
        if found is None:
            results.append(UnknownCoupon("there is no coupon with this id", field=field))
        elif found.state is CouponState.REVOKED or coupon_id in gone:
            results.append(Issued(gone.get(coupon_id, found), replayed=True))
        else:
            try:
                found.as_of(now).be_free_for("", field)
            except Refusal as refusal:
                results.append(refusal)
                continue
            gone[coupon_id] = replace(found.as_of(now).let_go(), state=CouponState.REVOKED)
            results.append(Issued(gone[coupon_id], replayed=False))
    await settle(connection, stored, list(gone.values()), by=by, reason=reason)
    await tell(
        connection,
        [
            events.encode(
                Event(
                    coupon.member_id,
                    programme_ids[coupon.programme],
                    now,
                    CouponRevoked(coupon.coupon_id, coupon.template, reason),
                )
            )
            for coupon in gone.values()
        ],
    )
    return results


async def settle(
    connection: database.RawConnection,
    stored: dict[str, Coupon],
    after: Sequence[Coupon],
    *,
    by: str = "",
    reason: str = "",
) -> None:
    """Write what became of locked coupons, and what that does to their templates' budgets."""
    changed = [coupon for coupon in after if coupon != stored[coupon.coupon_id]]
    await coupons.write(connection, changed, by, reason)
    deltas: dict[int, dict[str, tuple[int, int]]] = {}
    for coupon in changed:
        of_programme = deltas.setdefault(coupon.programme, {})
        issued, committed = of_programme.get(coupon.template, (0, 0))
        of_programme[coupon.template] = (
            issued - (coupon.state is CouponState.REVOKED),
            committed + coupon.committed_minor - stored[coupon.coupon_id].committed_minor,
        )
    for programme in sorted(deltas):
        await coupon_templates.count(connection, programme, deltas[programme])
