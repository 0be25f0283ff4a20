"""Referrals: a member's own code, whom it brought, and a new member's word on who brought them."""

from datetime import datetime

import strawberry
from huiyuan.loyalty.v1 import referrals_pb2

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import instant, optional_instant
from gateway.storefront.programme_ids import THE_PROGRAMME
from gateway.views.referrals import ReferralState
from services.kit.refusal import Kind, Refusal


@strawberry.type(description="An invitation that somebody accepted; who that is they tell themselves.")
class Invitation:
    referral: str
    state: ReferralState
    joined_at: datetime
    qualifies_until: datetime | None = strawberry.field(description="Until when the order is waited for.")
    settled_at: datetime | None


@strawberry.input(description="The code of whoever brought the signed-in member.")
class AcceptInviteInput:
    code: str
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class AcceptInvitePayload:
    invitation: Invitation | None
    replayed: bool = strawberry.field(description="True when it was accepted before.")
    user_errors: list[UserError]


@strawberry.type
class ReferralMutations:
    @strawberry.mutation(description="Says who brought the signed-in member; once, soon after joining.")
    async def accept_invite(self, info: Info, input: AcceptInviteInput) -> AcceptInvitePayload:
        context = info.context
        request = referrals_pb2.AcceptInviteRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            code=input.code,
        )
        call = context.clients.referrals.accept_invite(request, headers=context.named(LOYALTY))
        accepted, refused = await attempt(call, context.locale)
        return AcceptInvitePayload(
            invitation=_invitation(accepted.referral) if accepted else None,
            replayed=accepted is not None and accepted.replayed,
            user_errors=refused,
        )


async def invite_code(info: Info, member_id: str, referral: str, programme_id: str | None) -> str | None:
    """The member's code in a referral programme; None where there is none to invite to."""
    clients = info.context.clients
    request = referrals_pb2.GetInviteCodeRequest(
        programme_id=programme_id or DEFAULT_PROGRAMME, member_id=member_id, referral=referral
    )
    try:
        found = await clients.referrals.get_invite_code(request, headers=info.context.named(LOYALTY))
    except Refusal as refusal:
        if refusal.kind in (Kind.NOT_FOUND, Kind.DECLINED):
            return None
        raise
    return found.code


async def invitations(info: Info, member_id: str, first: int, after: str | None) -> Connection[Invitation]:
    """Whom the member brought, newest first."""
    clients = info.context.clients
    request = referrals_pb2.ListReferralsRequest(
        inviter_id=member_id, first=page_size(first), after=key_of(after)
    )
    page = await clients.referrals.list_referrals(request, headers=info.context.named(LOYALTY))
    return connection(
        [_invitation(one) for one in page.referrals],
        list(page.places),
        has_next_page=page.has_next_page,
        after=after,
    )


def _invitation(wire: referrals_pb2.Referral) -> Invitation:
    return Invitation(
        referral=wire.referral,
        state=ReferralState(wire.state),
        joined_at=instant(wire.joined_at),
        qualifies_until=optional_instant(wire, "qualifies_until"),
        settled_at=optional_instant(wire, "settled_at"),
    )
