"""Coupon templates: keep a draft, publish it as an edition, stop; each is one transaction."""

from services.kit import database
from services.loyalty.actions.changed import Changed
from services.loyalty.actions.editions import as_drafted
from services.loyalty.rules.coupons import coupon_terms
from services.loyalty.rules.coupons.coupon_templates import (
    CouponTemplate,
    CouponTemplateChanged,
    TemplateState,
    UnknownCouponTemplate,
    Within,
)
from services.loyalty.rules.coupons.coupon_terms import CouponTerms
from services.loyalty.rules.programmes.drafts import Publisher, be_free_to_publish
from services.loyalty.rules.programmes.wellformed import KEY, KEY_SAID, be_like
from services.loyalty.storage.coupons import coupon_templates


async def save(
    connection: database.RawConnection,
    within: Within,
    key: str,
    terms: CouponTerms,
    based_on_revision: int,
    by: str,
    now: int,
) -> Changed[CouponTemplate]:
    """Keep terms as a template's draft; a replay where the draft said the same already.

    Raises ``ProgrammeNotWellFormed``, ``CouponTemplateChanged``.
    """
    be_like(KEY, key, "key", KEY_SAID)
    coupon_terms.check(terms)
    known = await coupon_templates.lock(connection, within.number, key)
    if known is None:
        new = CouponTemplate(within.number, key, TemplateState.DRAFT, 0, 0, None, None, 0, 0, now)
        new = new.drafted(terms, by, now)
        if based_on_revision == 0 and await coupon_templates.insert(connection, new):
            return Changed(None, new)
        known = await locked(connection, within, key, "key")
    if known.draft == terms:
        return Changed(known, known, replayed=True)
    if based_on_revision == 0:
        message = f"{key} is there already: change its revision {known.revision}, or choose another key"
        raise CouponTemplateChanged(message, field="key", newest=known.revision)
    known.be_at(based_on_revision)
    drafted = known.drafted(terms, by, now)
    await coupon_templates.update(connection, drafted)
    return Changed(known, drafted)


async def publish(
    connection: database.RawConnection,
    within: Within,
    key: str,
    based_on_revision: int,
    publisher: Publisher,
    reason: str,
    now: int,
) -> Changed[CouponTemplate]:
    """Make the draft the next edition; coupons that are out keep theirs. Raises as the rules do."""
    known = await locked(connection, within, key, "key")
    known.be_at(based_on_revision)
    published = known.published(now)
    assert published.terms is not None, "what was published has terms"
    writers = {known.drafted_by}
    be_free_to_publish(publisher, writers, "based_on_revision", two_persons=within.two_persons)
    with as_drafted("based_on_revision"):
        coupon_terms.check(published.terms)
        coupon_terms.check_issuable(published.terms, now, within.time_zone)
        coupon_terms.check_budget_holds(published.terms, known.issued, known.committed_minor)
    await coupon_templates.update(connection, published)
    await coupon_templates.add_edition(connection, published, publisher.actor, reason)
    return Changed(known, published)


async def stop(
    connection: database.RawConnection, within: Within, key: str, now: int
) -> Changed[CouponTemplate]:
    """Issue no more coupons; a replay where that was so already. What was claimed by a code is free for another."""
    known = await locked(connection, within, key, "key")
    stopped = known.stopped(now)
    if stopped != known:
        await coupon_templates.update(connection, stopped)
    return Changed(known, stopped, stopped == known)


async def locked(connection: database.RawConnection, within: Within, key: str, field: str) -> CouponTemplate:
    """A template nobody else issues by until the transaction ends. Raises ``UnknownCouponTemplate``."""
    known = await coupon_templates.lock(connection, within.number, key)
    if known is None:
        raise unknown(field)
    return known


def unknown(field: str) -> UnknownCouponTemplate:
    return UnknownCouponTemplate("the programme has no such coupon template: check the key", field=field)
