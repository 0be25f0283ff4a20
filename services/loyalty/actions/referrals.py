"""Referrals: each step from a programme's publication to what both sides are promised is one transaction."""

from dataclasses import replace

from services.kit import database
from services.kit.refusal import NotFound
from services.loyalty import events
from services.loyalty.actions.changed import Changed
from services.loyalty.actions.editions import as_drafted, next_edition
from services.loyalty.actions.promises import be_kept
from services.loyalty.rules.ledger.events import Event, ReferralChanged
from services.loyalty.rules.ledger.grants import GrantKind
from services.loyalty.rules.programmes.drafts import Publisher, be_free_to_publish
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.referrals import referrals as rules
from services.loyalty.rules.referrals.referrals import Referral, ReferralState, ReferralTerms, Trigger
from services.loyalty.storage.ledger import grants
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.members import families
from services.loyalty.storage.referrals import referral_drafts, referral_programmes, referrals
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


async def accept(
    connection: database.RawConnection, programme: Programme, member_id: str, text: str, now: int
) -> tuple[Referral, bool]:
    """A new member says by whose code they came; the same again is a replay (True)."""
    code = rules.read_code(text)
    whose = await referrals.who_invites(connection, programme.number, code)
    if whose is None:
        raise rules.unknown_invite()
    inviter_id, key = whose
    await referral_programmes.take_turns(connection, programme.number, key)
    family = await families.lock(connection, member_id)
    if known := await referrals.of_any(connection, programme.number, family.names):
        if known.code != code:
            message = "another invitation was accepted before: one counts, for good"
            raise rules.AlreadyInvited(message, field="code")
        return known, True
    offer = await offered(connection, programme, key)
    if offer.stopped or not offer.terms.is_open(now):
        raise rules.InvitesNotOffered("this referral programme takes nobody now", field="code")
    inviter = await families.find(connection, inviter_id)
    if inviter.member_id in family.names or inviter_id in family.names:
        raise rules.InviteOfOneself("members do not invite themselves", field="code")
    await _be_new(connection, offer, family.names, member_id, now)
    above = await referrals.invited_by(connection, programme.number, inviter_id)
    if not above.isdisjoint(family.names):
        raise rules.InviteCircle("the inviter was brought by the member", field="code")
    accepted = await referrals.accepted_of(connection, inviter_id, programme.number, key)
    if offer.terms.limit_reached(accepted, now, programme.time_zone):
        raise rules.InviterLimitReached("the inviter brought as many as count for now", field="code")
    held = offer.terms.is_hasty(accepted, now)
    of = Referral(
        programme.number,
        key,
        offer.edition,
        member_id,
        inviter_id,
        code,
        ReferralState.HELD if held else ReferralState.JOINED,
        now,
        offer.terms.qualifies_until(now, programme.time_zone),
        because=rules.VELOCITY if held else "",
    )
    await referrals.insert(connection, of)
    if not held and offer.terms.trigger is Trigger.SIGN_UP:
        return await _reward(connection, programme, of, offer.terms, now), False
    await _tell(connection, programme, of, now)
    return of, False


async def decide(
    connection: database.RawConnection,
    programme: Programme,
    member_id: str,
    by: str,
    reason: str,
    now: int,
    *,
    approve: bool,
) -> tuple[Referral, bool]:
    """Let a held invitation go on, or refuse it for good; decided so before, it is a replay (True)."""
    of = await _locked(connection, programme, member_id)
    if of.decided_by and (of.state is not ReferralState.REFUSED) is approve:
        return of, True
    if of.state is not ReferralState.HELD:
        message = "only an invitation that is held is decided about"
        raise rules.ReferralDecided(message, field="member_id", state=of.state)
    of = replace(of, decided_by=by, reason=reason)
    if not approve:
        of = replace(of, state=ReferralState.REFUSED, settled_at=now)
        await referrals.change(connection, of)
        await _tell(connection, programme, of, now)
        return of, False
    offer = await offered(connection, programme, of.referral, of.edition)
    of = replace(of, state=ReferralState.JOINED)
    await referrals.change(connection, of)
    return await _look(connection, programme, of, offer.terms, now), False


async def look(
    connection: database.RawConnection, programme: Programme, member_id: str, now: int
) -> Referral:
    """Reward an invitation whose order came, or let it lapse once it is too late."""
    of = await _locked(connection, programme, member_id)
    if of.state is not ReferralState.JOINED:
        return of
    offer = await offered(connection, programme, of.referral, of.edition)
    return await _look(connection, programme, of, offer.terms, now)


async def _look(
    connection: database.RawConnection, programme: Programme, of: Referral, terms: ReferralTerms, now: int
) -> Referral:
    if terms.trigger is Trigger.SIGN_UP:
        return await _reward(connection, programme, of, terms, now)
    family = await families.find(connection, of.member_id)
    if await referrals.has_ordered(
        connection, family.names, of.joined_at, of.qualifies_until, terms.order_at_least
    ):
        return await _reward(connection, programme, of, terms, now)
    if now >= of.qualifies_until:
        of = replace(of, state=ReferralState.LAPSED, because=rules.LATE, settled_at=now)
    await referrals.change(connection, of)
    if of.settled_at:
        await _tell(connection, programme, of, now)
    return of


async def _reward(
    connection: database.RawConnection, programme: Programme, of: Referral, terms: ReferralTerms, now: int
) -> Referral:
    """Promise both sides theirs, unless nothing is left to give."""
    if await referral_programmes.count_rewarded(connection, of, terms.most_rewarded):
        of = replace(of, state=ReferralState.REWARDED, because="", settled_at=now)
        await grants.promise(connection, rules.promises(of, terms, programme.programme_id))
    else:
        of = replace(of, state=ReferralState.LAPSED, because=rules.BUDGET, settled_at=now)
    await referrals.change(connection, of)
    await _tell(connection, programme, of, now)
    return of


async def _be_new(
    connection: database.RawConnection, offer: Offered, names: tuple[str, ...], member_id: str, now: int
) -> None:
    """Refuse who was a member before, under any name. Raises ``MemberNotNew``."""
    joined_at = min([await referrals.joined_at(connection, name) for name in names], default=now)
    if joined_at <= now - offer.terms.new_for_days * rules.DAY_US:
        message = f"only who joined in the last {offer.terms.new_for_days} days is invited"
        raise rules.MemberNotNew(message, field="member_id")
    if await referrals.has_ordered(connection, names, 0, now, 0):
        raise rules.MemberNotNew("only who did not order before is invited", field="member_id")


async def _locked(connection: database.RawConnection, programme: Programme, member_id: str) -> Referral:
    of = await referrals.of_any(connection, programme.number, [member_id])
    if of is None:
        raise unknown()
    return of


async def _tell(connection: database.RawConnection, programme: Programme, of: Referral, now: int) -> None:
    what = ReferralChanged(of.referral, of.inviter_id, of.state)
    await tell(connection, [events.encode(Event(of.member_id, programme.programme_id, now, what))])


def unknown() -> NotFound:
    return rules.UnknownReferral("the member accepted no invitation: check the id", field="member_id")
