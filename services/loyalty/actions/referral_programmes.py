"""Referral programmes: a draft, its publication and the end of its offer, each one transaction."""

from dataclasses import replace

from services.kit import database
from services.loyalty.actions.changed import Changed
from services.loyalty.actions.editions import as_drafted, next_edition
from services.loyalty.actions.promises import be_kept
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.programmes.drafts import Publisher, be_free_to_publish
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.referrals import referrals as rules
from services.loyalty.rules.referrals.referrals import ReferralTerms
from services.loyalty.storage.referrals import referral_drafts, referral_programmes
from services.loyalty.storage.referrals.referral_programmes import Offered


async def draft(
    connection: database.RawConnection,
    programme: Programme,
    referral: str,
    terms: ReferralTerms,
    by: str,
    reason: str,
    now: int,
) -> Changed[Offered]:
    """Write the draft of the next edition over the one that is there; nobody is offered it yet.

    Said again, it is a replay.
    """
    await _check(connection, programme, referral, terms)
    number = programme.number
    await referral_programmes.take_turns(connection, number, referral)
    known = await referral_programmes.find(connection, number, referral)
    before = await referral_drafts.find(connection, number, referral)
    made_from = known.edition if known else 0
    if before and before.terms == terms and before.edition > made_from:
        return Changed(before, before, replayed=True)
    edition = next_edition(max(made_from, before.edition if before else 0))
    of = Offered(number, referral, edition, False, 0, terms, reason=reason, drafted_by=by, drafted_at=now)
    await referral_drafts.put(connection, of)
    return Changed(before or known, of)


async def publish(
    connection: database.RawConnection,
    programme: Programme,
    referral: str,
    based_on: int,
    what: ReferralTerms | int,
    publisher: Publisher,
    reason: str,
    now: int,
) -> Changed[Offered]:
    """Put the next edition in force, which was made from the one before: terms, or the draft of this number.

    A draft that was made from an earlier edition stays until it is drafted anew. Terms that nobody drafted are
    written and published by one.
    """
    await referral_programmes.take_turns(connection, programme.number, referral)
    known = await referral_programmes.find(connection, programme.number, referral)
    newest = known.edition if known else 0
    if based_on != newest:
        message = f"this edition was made from {based_on} and {newest} is the newest: look at that one first"
        raise rules.ReferralRevisedMeanwhile(message, field="based_on_edition", newest=newest)
    two_persons = programme.two_persons
    if isinstance(what, ReferralTerms):
        be_free_to_publish(publisher, {publisher.actor}, "terms", two_persons=two_persons)
        drafted = await referral_drafts.find(connection, programme.number, referral)
        terms, edition = what, next_edition(max(newest, drafted.edition if drafted else 0))
        await _check(connection, programme, referral, terms, to_be_given=True)
    else:
        seen = await _looked_at(connection, programme, referral, newest, what)
        be_free_to_publish(publisher, {seen.drafted_by}, "edition", two_persons=two_persons)
        terms, edition = seen.terms, seen.edition
        with as_drafted("edition"):
            await _check(connection, programme, referral, terms, to_be_given=True)
        await referral_drafts.remove(connection, seen)
    rewarded = known.rewarded if known else 0
    by = publisher.actor
    of = Offered(programme.number, referral, edition, False, rewarded, terms, by, now, reason)
    await referral_programmes.publish(connection, of)
    return Changed(known, of)


async def _looked_at(
    connection: database.RawConnection, programme: Programme, referral: str, newest: int, edition: int
) -> Offered:
    """The draft that was looked at, made from the newest edition. Raises ``ReferralDraftGone``."""
    drafted = await referral_drafts.find(connection, programme.number, referral)
    if drafted is None or drafted.edition <= newest:
        message = f"there is no draft upon edition {newest}: draft it, or say its terms"
        raise rules.ReferralDraftGone(message, field="edition", draft=drafted.edition if drafted else 0)
    if drafted.edition != edition:
        message = (
            f"the draft is edition {drafted.edition}, and {edition} was looked at: look at it, and name it"
        )
        raise rules.ReferralDraftGone(message, field="edition", draft=drafted.edition, asked=edition)
    return drafted


async def _check(
    connection: database.RawConnection,
    programme: Programme,
    referral: str,
    terms: ReferralTerms,
    *,
    to_be_given: bool = False,
) -> None:
    """Refuse what contradicts itself, or a coupon that nobody can issue. Raises ``ProgrammeNotWellFormed``."""
    rules.check(referral, terms, programme)
    sides = (("inviter", terms.inviter), ("invited", terms.invited))
    promised = [
        (GrantKind.COUPON, one.template, f"terms.{side}.template") for side, one in sides if one.template
    ]
    await be_kept(connection, programme, promised, to_be_given=to_be_given)


async def stop(connection: database.RawConnection, programme: Programme, referral: str) -> Changed[Offered]:
    """Take no more invitations; done before, it stays so."""
    await referral_programmes.take_turns(connection, programme.number, referral)
    known = await offered(connection, programme, referral)
    await referral_programmes.stop(connection, programme.number, referral)
    return Changed(known, replace(known, stopped=True), known.stopped)


async def offered(
    reader: referral_programmes.Reader, programme: Programme, referral: str, edition: int = 0
) -> Offered:
    """A referral programme. Raises ``UnknownReferralProgramme``."""
    known = await referral_programmes.find(reader, programme.number, referral, edition)
    if known is None:
        message = "there is no referral programme with this key: publish it first"
        raise rules.UnknownReferralProgramme(message, field="referral")
    return known
