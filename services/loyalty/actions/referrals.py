"""Referrals: accepting an invitation, deciding about one that is held, and rewarding one are one transaction each."""

from dataclasses import replace

from services.kit import database
from services.kit.refusal import NotFound
from services.loyalty import events
from services.loyalty.actions.referral_programmes import offered
from services.loyalty.rules.ledger.asks import MemberClosed
from services.loyalty.rules.ledger.events import Event, ReferralChanged
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.referrals import referrals as rules
from services.loyalty.rules.referrals.referrals import Referral, ReferralState, ReferralTerms, Trigger
from services.loyalty.rules.tiers.standings import Restriction
from services.loyalty.storage.ledger import grants
from services.loyalty.storage.ledger.telling import tell
from services.loyalty.storage.members import families
from services.loyalty.storage.members.families import Family
from services.loyalty.storage.referrals import referral_programmes, referrals


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
    if family.restriction is Restriction.CLOSED:
        raise MemberClosed("the membership is over: nothing is earned any more", field="member_id")
    offer = await offered(connection, programme, key)
    if offer.stopped or not offer.terms.is_open(now):
        raise rules.InvitesNotOffered("this referral programme takes nobody now", field="code")
    inviter = await _inviter(connection, inviter_id, family)
    if because := await _why_not_new(connection, programme, offer.terms, family, now):
        raise rules.MemberNotNew(because, field="member_id")
    above = await referrals.invited_by(connection, programme.number, inviter_id)
    if not above.isdisjoint(family.names):
        raise rules.InviteCircle("the inviter was brought by the member", field="code")
    accepted = await referrals.accepted_of(connection, inviter.names, programme.number, key)
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


async def _inviter(connection: database.RawConnection, inviter_id: str, family: Family) -> Family:
    """Whoever has the code by now. Raises ``InviteOfOneself``, ``UnknownInvite`` of one who left."""
    inviter = await families.find(connection, inviter_id)
    if inviter.member_id == family.member_id:
        raise rules.InviteOfOneself("members do not invite themselves", field="code")
    if await referrals.is_closed(connection, inviter.member_id):
        raise rules.unknown_invite()
    return inviter


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
    of, family = await _locked(connection, programme, member_id)
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
    return await _look(connection, programme, of, offer.terms, family, now), False


async def look(
    connection: database.RawConnection, programme: Programme, member_id: str, now: int
) -> Referral:
    """Reward an invitation whose order came, or let it lapse once it is too late."""
    of, family = await _locked(connection, programme, member_id)
    if of.state is not ReferralState.JOINED:
        return of
    offer = await offered(connection, programme, of.referral, of.edition)
    return await _look(connection, programme, of, offer.terms, family, now)


async def _look(
    connection: database.RawConnection,
    programme: Programme,
    of: Referral,
    terms: ReferralTerms,
    family: Family,
    now: int,
) -> Referral:
    """Whom a merge made somebody who is not invited waits until it is too late: it may be undone before."""
    because = await _why_not(connection, programme, of, terms, family)
    if not because and await _did_what_is_asked(connection, of, terms, family):
        return await _reward(connection, programme, of, terms, now)
    if now >= of.qualifies_until:
        of = replace(of, state=ReferralState.LAPSED, because=because or rules.LATE, settled_at=now)
    await referrals.change(connection, of)
    if of.settled_at:
        await _tell(connection, programme, of, now)
    return of


async def _did_what_is_asked(
    connection: database.RawConnection, of: Referral, terms: ReferralTerms, family: Family
) -> bool:
    if terms.trigger is Trigger.SIGN_UP:
        return True
    return await referrals.has_bought(
        connection, family.names, of.joined_at, of.qualifies_until, terms.order_at_least
    )


async def _why_not(
    connection: database.RawConnection,
    programme: Programme,
    of: Referral,
    terms: ReferralTerms,
    family: Family,
) -> str:
    """Why nobody gets anything for an invitation as members are by now, whom merges may have made one; empty: they do."""
    if (await families.find(connection, of.inviter_id)).member_id == family.member_id:
        return rules.ONESELF
    if await referrals.counts_before(connection, of, family.names):
        return rules.ALREADY_INVITED
    return rules.NOT_NEW if await _why_not_new(connection, programme, terms, family, of.joined_at) else ""


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


async def _why_not_new(
    connection: database.RawConnection, programme: Programme, terms: ReferralTerms, family: Family, at: int
) -> str:
    """What keeps a member, under any name, from having been new at an instant; empty where nothing does."""
    joined_at = min([await referrals.joined_at(connection, name) for name in family.names], default=at)
    if joined_at <= at - terms.new_for_days * rules.DAY_US:
        return f"only who joined in the last {terms.new_for_days} days is invited"
    if await referrals.has_ordered(connection, family.names, at):
        return "only who did not order before is invited"
    return ""


async def _locked(
    connection: database.RawConnection, programme: Programme, member_id: str
) -> tuple[Referral, Family]:
    """An invitation and whose it is by now: the member first, as who accepts does."""
    family = await families.lock(connection, member_id)
    of = await referrals.of_any(connection, programme.number, [member_id])
    if of is None:
        raise unknown()
    return of, family


async def _tell(connection: database.RawConnection, programme: Programme, of: Referral, now: int) -> None:
    what = ReferralChanged(of.referral, of.inviter_id, of.state)
    await tell(connection, [events.encode(Event(of.member_id, programme.programme_id, now, what))])


def unknown() -> NotFound:
    return rules.UnknownReferral("the member accepted no invitation: check the id", field="member_id")
