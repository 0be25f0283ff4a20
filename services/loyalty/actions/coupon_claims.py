"""Coupons that members take by themselves, and who of them may use any."""

from hashlib import sha256

from services.kit import database
from services.kit.refusal import Refusal
from services.loyalty.actions.coupon_templates import unknown
from services.loyalty.actions.coupons import Issue, Issued, issue_many
from services.loyalty.rules.coupons.coupon_templates import CouponsNotIssued, Within
from services.loyalty.rules.coupons.coupon_terms import Claim
from services.loyalty.rules.ledger.asks import MemberClosed, MemberFrozen
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.coupons import coupon_answers, coupon_templates, coupons


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
    holder = (await coupons.holders(connection, [member_id]))[member_id]
    if holder.restriction is Restriction.CLOSED:
        raise MemberClosed("the membership is over: nothing is earned or spent any more", field=field)
    if holder.restriction is Restriction.FROZEN:
        message = "the member is frozen or closing: unfreeze the membership, or cancel its closing, first"
        raise MemberFrozen(message, field=field)
    return holder.member_id
