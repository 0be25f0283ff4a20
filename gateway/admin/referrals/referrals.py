"""Referrals: how program admins reward who brings others, and how staff look at what was held."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import referrals_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import (
    ADJUSTERS,
    CATALOGUE_READERS,
    DRAFT_PUBLISHERS,
    DRAFTERS,
    ORDER_READERS,
    to,
)
from gateway.admin.referrals.referral_terms import ReferralProgramme, ReferralTermsInput, referral_programme
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import PAGED, ListSize
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant, optional_instant
from gateway.views.referrals import ReferralState


@strawberry.type(description="An invitation that a member accepted.")
class Referral:
    member_id: strawberry.ID = strawberry.field(description="Who was invited.")
    inviter_id: strawberry.ID
    programme_id: str
    referral: str
    edition: int
    state: ReferralState
    joined_at: datetime
    qualifies_until: datetime | None
    settled_at: datetime | None
    because: str | None = strawberry.field(
        description="Why it was held (VELOCITY) or lapsed (LATE, BUDGET; ONESELF, ALREADY_INVITED, NOT_NEW of whom a "
        "merge made one with the inviter, with somebody invited before, with an older member)."
    )
    decided_by: str | None
    reason: str | None


@strawberry.input(description="What a referral programme's next edition is to say.")
class DraftReferralProgrammeInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str = strawberry.field(description="1 to 40 characters of a-z, 0-9, _ and -.")
    terms: ReferralTermsInput
    reason: str


@strawberry.input(description="The next edition of a referral programme, in force at once.")
class PublishReferralProgrammeInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str = strawberry.field(description="1 to 40 characters of a-z, 0-9, _ and -.")
    based_on_edition: int = strawberry.field(
        default=0, description="The edition that it was made from; 0 for the first."
    )
    terms: ReferralTermsInput | None = strawberry.field(
        default=None, description="Without them, as the draft says that edition names."
    )
    edition: int = strawberry.field(
        default=0, description="The draft that was looked at, where terms are left out."
    )
    reason: str


@strawberry.input(description="A referral programme that takes no more.")
class StopReferralProgrammeInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str
    reason: str


@strawberry.input(description="A held invitation, by who was invited, and what becomes of it.")
class DecideReferralInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    approve: bool
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class ReferralProgrammePayload:
    referral_programme: ReferralProgramme | None
    user_errors: list[UserError]


@strawberry.type
class DecideReferralPayload:
    referral: Referral | None
    replayed: bool = strawberry.field(description="True when it was decided so before.")
    user_errors: list[UserError]


@strawberry.type
class ReferralQueries:
    @strawberry.field(
        metadata=to(CATALOGUE_READERS),
        description="Every referral programme, in its newest edition, and the drafts.",
        directives=[ListSize(assumed_size=10)],
    )
    async def referral_programmes(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[ReferralProgramme] | None:
        clients = info.context.clients
        found = await clients.referrals.list_referral_programmes(
            referrals_pb2.ListReferralProgrammesRequest(programme_id=programme_id),
            headers=info.context.named(LOYALTY),
        )
        return [referral_programme(one) for one in found.referral_programmes]

    @strawberry.field(
        metadata=to(ORDER_READERS),
        description="Invitations that were accepted, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def referrals(
        self,
        info: Info,
        first: int,
        after: str | None = None,
        inviter_id: UUID | None = None,
        state: ReferralState | None = None,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> Connection[Referral] | None:
        clients = info.context.clients
        request = referrals_pb2.ListReferralsRequest(
            programme_id=programme_id,
            inviter_id=str(inviter_id) if inviter_id else "",
            state=state.value if state else referrals_pb2.REFERRAL_STATE_UNSPECIFIED,
            first=page_size(first),
            after=key_of(after),
        )
        page = await clients.referrals.list_referrals(request, headers=info.context.named(LOYALTY))
        return connection(
            [_referral(one) for one in page.referrals],
            list(page.places),
            has_next_page=page.has_next_page,
            after=after,
        )


@strawberry.type
class ReferralMutations:
    @strawberry.mutation(
        metadata=to(DRAFTERS),
        description="Writes the draft of a referral programme's next edition. Nobody sees it yet.",
    )
    async def draft_referral_programme(
        self, info: Info, input: DraftReferralProgrammeInput
    ) -> ReferralProgrammePayload:
        context = info.context
        request = referrals_pb2.DraftReferralProgrammeRequest(
            programme_id=input.programme_id,
            referral=input.key,
            terms=input.terms.wire(),
            reason=input.reason,
        )
        drafted, refused = await audited(
            info,
            "draftReferralProgramme",
            {"programmeId": input.programme_id, "referral": input.key},
            input.reason,
            lambda: context.clients.referrals.draft_referral_programme(
                request, headers=context.named(LOYALTY)
            ),
        )
        return ReferralProgrammePayload(
            referral_programme=referral_programme(drafted.referral_programme) if drafted else None,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS), description="Puts the next edition of a referral programme in force."
    )
    async def publish_referral_programme(
        self, info: Info, input: PublishReferralProgrammeInput
    ) -> ReferralProgrammePayload:
        context = info.context
        request = referrals_pb2.PublishReferralProgrammeRequest(
            programme_id=input.programme_id,
            referral=input.key,
            based_on_edition=input.based_on_edition,
            terms=input.terms.wire() if input.terms else None,
            edition=input.edition,
            reason=input.reason,
        )
        published, refused = await audited(
            info,
            "publishReferralProgramme",
            {
                "programmeId": input.programme_id,
                "referral": input.key,
                "basedOnEdition": input.based_on_edition,
            },
            input.reason,
            lambda: context.clients.referrals.publish_referral_programme(
                request, headers=context.named(LOYALTY)
            ),
        )
        return ReferralProgrammePayload(
            referral_programme=referral_programme(published.referral_programme) if published else None,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS), description="Takes no more invitations; what was accepted goes on."
    )
    async def stop_referral_programme(
        self, info: Info, input: StopReferralProgrammeInput
    ) -> ReferralProgrammePayload:
        context = info.context
        request = referrals_pb2.StopReferralProgrammeRequest(
            programme_id=input.programme_id, referral=input.key, reason=input.reason
        )
        stopped, refused = await audited(
            info,
            "stopReferralProgramme",
            {"programmeId": input.programme_id, "referral": input.key},
            input.reason,
            lambda: context.clients.referrals.stop_referral_programme(
                request, headers=context.named(LOYALTY)
            ),
        )
        return ReferralProgrammePayload(
            referral_programme=referral_programme(stopped.referral_programme) if stopped else None,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(ADJUSTERS), description="Lets a held invitation go on, or refuses it for good."
    )
    async def decide_referral(self, info: Info, input: DecideReferralInput) -> DecideReferralPayload:
        context = info.context
        request = referrals_pb2.DecideReferralRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            approve=input.approve,
            reason=input.reason,
        )
        decided, refused = await audited(
            info,
            "decideReferral",
            {
                "memberId": request.member_id,
                "programmeId": input.programme_id,
                "approve": input.approve,
            },
            input.reason,
            lambda: context.clients.referrals.decide_referral(request, headers=context.named(LOYALTY)),
        )
        return DecideReferralPayload(
            referral=_referral(decided.referral) if decided else None,
            replayed=decided is not None and decided.replayed,
            user_errors=refused,
        )


def _referral(wire: referrals_pb2.Referral) -> Referral:
    return Referral(
        member_id=strawberry.ID(wire.member_id),
        inviter_id=strawberry.ID(wire.inviter_id),
        programme_id=wire.programme_id,
        referral=wire.referral,
        edition=wire.edition,
        state=ReferralState(wire.state),
        joined_at=instant(wire.joined_at),
        qualifies_until=optional_instant(wire, "qualifies_until"),
        settled_at=optional_instant(wire, "settled_at"),
        because=wire.because or None,
        decided_by=wire.decided_by or None,
        reason=wire.reason or None,
    )
