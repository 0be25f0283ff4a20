"""Referrals at the door: published and stopped, codes given and accepted, held ones decided about."""

import secrets
from typing import Any
from uuid import UUID

from huiyuan.loyalty.v1 import referrals_pb2 as wire
from huiyuan.loyalty.v1.programme_history_pb2 import DefinitionChange

from services.kit import database, rpc
from services.loyalty.actions import referral_programmes as programmes
from services.loyalty.actions import referrals as actions
from services.loyalty.actions.changed import Changed
from services.loyalty.rpc.members.members import Membership
from services.loyalty.rpc.names import reason_code
from services.loyalty.rpc.programmes.changes import of_catalogue
from services.loyalty.rpc.programmes.programmes import publisher
from services.loyalty.rpc.programmes.programmes import reason as reason_given
from services.loyalty.rpc.referrals import referral_terms
from services.loyalty.rpc.wire import MalformedId, choice, member_id, page_size
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.referrals.referrals import (
    RANDOM_BYTES,
    InvitesNotOffered,
    ReferralProgrammeState,
    ReferralState,
    make_code,
)
from services.loyalty.storage.members import families
from services.loyalty.storage.referrals import referral_drafts, referral_programmes, referrals
from services.loyalty.storage.referrals.referral_programmes import Offered

MOST_REFERRALS = 100
_drafters = rpc.staff("program_admin")
_publishers = rpc.staff("program_admin", "program_publisher")
_deciders = rpc.staff("operations", "program_admin")
_readers = rpc.staff("operations", "program_admin", "support", "auditor")


class Referrals:
    """``huiyuan.loyalty.v1.ReferralsService``."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, membership: Membership) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._membership = membership

    @rpc.allow(_drafters)
    async def draft_referral_programme(
        self, request: wire.DraftReferralProgrammeRequest, _: Any
    ) -> wire.DraftReferralProgrammeResponse:
        programme = await self._programme(request.programme_id)
        by, reason = rpc.caller().actor, reason_given(request.reason)
        terms, now = referral_terms.terms(request.terms, programme), self._rulebook.now()
        async with self._pool.acquire() as connection, connection.transaction():
            drafted = await programmes.draft(connection, programme, request.referral, terms, by, reason, now)
        return wire.DraftReferralProgrammeResponse(
            referral_programme=referral_terms.offered(drafted.after, programme),
            changes=_changes(drafted, programme),
        )

    @rpc.allow(_publishers)
    async def publish_referral_programme(
        self, request: wire.PublishReferralProgrammeRequest, _: Any
    ) -> wire.PublishReferralProgrammeResponse:
        programme = await self._programme(request.programme_id)
        who, reason = publisher(), reason_given(request.reason)
        what = (
            referral_terms.terms(request.terms, programme) if request.HasField("terms") else request.edition
        )
        async with self._pool.acquire() as connection, connection.transaction():
            published = await programmes.publish(
                connection,
                programme,
                request.referral,
                request.based_on_edition,
                what,
                who,
                reason,
                self._rulebook.now(),
            )
        return wire.PublishReferralProgrammeResponse(
            referral_programme=referral_terms.offered(published.after, programme),
            changes=_changes(published, programme),
        )

    @rpc.allow(_publishers)
    async def stop_referral_programme(
        self, request: wire.StopReferralProgrammeRequest, _: Any
    ) -> wire.StopReferralProgrammeResponse:
        programme = await self._programme(request.programme_id)
        reason_given(request.reason)
        async with self._pool.acquire() as connection, connection.transaction():
            stopped = await programmes.stop(connection, programme, request.referral)
        return wire.StopReferralProgrammeResponse(
            referral_programme=referral_terms.offered(stopped.after, programme),
            changes=_changes(stopped, programme),
        )

    @rpc.allow(_readers, _publishers)
    async def list_referral_programmes(
        self, request: wire.ListReferralProgrammesRequest, _: Any
    ) -> wire.ListReferralProgrammesResponse:
        programme = await self._programme(request.programme_id)
        every = [
            *await referral_programmes.every(self._pool, programme.number),
            *await referral_drafts.every(self._pool, programme.number),
        ]
        every.sort(key=lambda one: (one.referral, one.state is ReferralProgrammeState.DRAFT))
        return wire.ListReferralProgrammesResponse(
            referral_programmes=[referral_terms.offered(one, programme) for one in every]
        )

    @rpc.allow(rpc.members)
    async def get_invite_code(self, request: wire.GetInviteCodeRequest, _: Any) -> wire.GetInviteCodeResponse:
        member = await self._whose(request)
        programme = await self._programme(request.programme_id)
        offer = await programmes.offered(self._pool, programme, request.referral)
        if offer.stopped:
            raise InvitesNotOffered("this referral programme takes nobody now", field="referral")
        new = make_code(secrets.token_bytes(RANDOM_BYTES))
        code = await referrals.code_of(self._pool, member, programme.number, request.referral, new)
        return wire.GetInviteCodeResponse(code=code)

    @rpc.allow(rpc.members)
    async def accept_invite(self, request: wire.AcceptInviteRequest, _: Any) -> wire.AcceptInviteResponse:
        member = await self._whose(request)
        programme = await self._programme(request.programme_id)
        async with self._pool.acquire() as connection, connection.transaction():
            accepted, replayed = await actions.accept(
                connection, programme, member, request.code, self._rulebook.now()
            )
        return wire.AcceptInviteResponse(
            referral=referral_terms.referral(accepted, programme), replayed=replayed
        )

    @rpc.allow(_deciders)
    async def decide_referral(
        self, request: wire.DecideReferralRequest, _: Any
    ) -> wire.DecideReferralResponse:
        member, reason = member_id(request.member_id), reason_code(request.reason)
        programme = await self._programme(request.programme_id)
        async with self._pool.acquire() as connection, connection.transaction():
            decided, replayed = await actions.decide(
                connection,
                programme,
                member,
                rpc.caller().actor,
                reason,
                self._rulebook.now(),
                approve=request.approve,
            )
        return wire.DecideReferralResponse(
            referral=referral_terms.referral(decided, programme), replayed=replayed
        )

    @rpc.allow(rpc.members, _readers)
    async def list_referrals(self, request: wire.ListReferralsRequest, _: Any) -> wire.ListReferralsResponse:
        page_size(request.first, MOST_REFERRALS)
        inviter = member_id(request.inviter_id, "inviter_id") if request.inviter_id else ""
        rpc.be_member(inviter)
        programme = await self._programme(request.programme_id)
        states = {choice(wire.ReferralState, referral_terms.STATE, state): state for state in ReferralState}
        asked = referrals.Asked(
            programme.number,
            (await families.find(self._pool, inviter)).names if inviter else (),
            states.get(request.state),
            request.first,
            _after(request.after),
        )
        page, more = await referrals.page(self._pool, asked)
        shown = [referral_terms.referral(one, programme) for one in page]
        if rpc.members(rpc.caller()):
            for one in shown:  # who the invited are is theirs to say, and what staff think of it is staff's
                for field in ("member_id", "because", "decided_by", "reason"):
                    one.ClearField(field)
        return wire.ListReferralsResponse(
            referrals=shown,
            has_next_page=more,
            places=[f"{one.joined_at}.{one.member_id}" for one in page],
        )

    async def _programme(self, programme_id: str) -> Programme:
        return (await self._rulebook.current()).history(programme_id).newest

    async def _whose(self, request: Any) -> str:
        member = member_id(request.member_id)
        rpc.be_member(member)
        return await self._membership.one(member)


def _changes(of: Changed[Offered], programme: Programme) -> list[DefinitionChange]:
    return of_catalogue(of, lambda one: referral_terms.offered(one, programme))


def _after(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    at, _, member = text.partition(".")
    try:
        return int(at), str(UUID(member))
    except ValueError:
        raise MalformedId("after is a place that an earlier page gave", field="after") from None
