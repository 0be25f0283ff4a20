"""What a member was rewarded with: what was taken for points, and whom the member brought."""

import strawberry

from gateway.context import Info
from gateway.costs import PAGED
from gateway.paging import Connection
from gateway.storefront.programme_ids import ProgrammeId
from gateway.storefront.referrals import Invitation, invitations, invite_code
from gateway.storefront.rewards import RewardRedemption, reward_redemptions


@strawberry.type
class Rewarded:
    """The part of a member that is about rewards."""

    id: strawberry.ID

    @strawberry.field(
        description="Rewards that the member took, newest first; at most 100 a page.", directives=[PAGED]
    )
    async def reward_redemptions(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[RewardRedemption] | None:
        return await reward_redemptions(info, self.id, first, after)

    @strawberry.field(
        description="The code by which the member invites to a referral programme, always the same; null where that "
        "takes nobody."
    )
    async def invite_code(self, info: Info, referral: str, programme_id: ProgrammeId = None) -> str | None:
        return await invite_code(info, self.id, referral, programme_id)

    @strawberry.field(
        description="Invitations of the member's that were accepted, newest first; at most 100 a page.",
        directives=[PAGED],
    )
    async def invitations(
        self, info: Info, first: int, after: str | None = None
    ) -> Connection[Invitation] | None:
        return await invitations(info, self.id, first, after)
