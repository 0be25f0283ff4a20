"""Changes: what happens to the signed-in member, told as it happens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum

import strawberry

from gateway.context import Info
from gateway.storefront.member import Member


@strawberry.enum(description="What happened. OTHER is something that is newer than this gateway.")
class MemberChangeKind(StrEnum):
    # From here on, changes are told as they happen: sent first, and after a reconnect once all that was
    # missed has been told.
    CAUGHT_UP = "CAUGHT_UP"
    # More happened than is told one by one.
    RESYNCED = "RESYNCED"
    ORDER_RECORDED = "ORDER_RECORDED"
    ORDER_COMPLETED = "ORDER_COMPLETED"
    ORDER_REFUNDED = "ORDER_REFUNDED"
    POINTS_ADJUSTED = "POINTS_ADJUSTED"
    POINTS_EXPIRED = "POINTS_EXPIRED"
    POINTS_MATURED = "POINTS_MATURED"
    POINTS_AWARDED = "POINTS_AWARDED"
    POINTS_REDEEMED = "POINTS_REDEEMED"
    REDEMPTION_REVERSED = "REDEMPTION_REVERSED"
    POINTS_HELD = "POINTS_HELD"
    HOLD_CAPTURED = "HOLD_CAPTURED"
    HOLD_RELEASED = "HOLD_RELEASED"
    POINTS_TRANSFERRED = "POINTS_TRANSFERRED"
    POINTS_IMPORTED = "POINTS_IMPORTED"
    POINTS_FORFEITED = "POINTS_FORFEITED"
    MEMBER_MERGED = "MEMBER_MERGED"
    REWARD_REDEEMED = "REWARD_REDEEMED"
    REWARD_FULFILLED = "REWARD_FULFILLED"
    REWARD_CANCELLED = "REWARD_CANCELLED"
    REFERRAL_CHANGED = "REFERRAL_CHANGED"
    TIER_RAISED = "TIER_RAISED"
    TIER_LOWERED = "TIER_LOWERED"
    TIER_KEPT = "TIER_KEPT"
    TIER_PLACED = "TIER_PLACED"
    TIER_PLACEMENT_ENDED = "TIER_PLACEMENT_ENDED"
    BENEFIT_CLAIMED = "BENEFIT_CLAIMED"
    BENEFIT_USED = "BENEFIT_USED"
    BENEFIT_RELEASED = "BENEFIT_RELEASED"
    COUPON_ISSUED = "COUPON_ISSUED"
    COUPON_USED = "COUPON_USED"
    COUPON_EXPIRING = "COUPON_EXPIRING"
    COUPON_REINSTATED = "COUPON_REINSTATED"
    COUPON_REVOKED = "COUPON_REVOKED"
    MEMBERSHIP_RECORDED = "MEMBERSHIP_RECORDED"
    MEMBERSHIP_ENDED = "MEMBERSHIP_ENDED"
    MISSION_PROGRESSED = "MISSION_PROGRESSED"
    MISSION_COMPLETED = "MISSION_COMPLETED"
    MEMBER_REGISTERED = "MEMBER_REGISTERED"
    PROFILE_UPDATED = "PROFILE_UPDATED"
    PROFILE_UNMASKED = "PROFILE_UNMASKED"
    MEMBER_FROZEN = "MEMBER_FROZEN"
    MEMBER_UNFROZEN = "MEMBER_UNFROZEN"
    MEMBER_CLOSING = "MEMBER_CLOSING"
    MEMBER_CLOSING_CANCELED = "MEMBER_CLOSING_CANCELED"
    MEMBER_CLOSED = "MEMBER_CLOSED"
    MEMBER_ERASED = "MEMBER_ERASED"
    IDENTITY_LINKED = "IDENTITY_LINKED"
    IDENTITY_VERIFIED = "IDENTITY_VERIFIED"
    IDENTITY_UNLINKED = "IDENTITY_UNLINKED"
    IDENTITY_DETACHED = "IDENTITY_DETACHED"
    PACKAGE_READY = "PACKAGE_READY"
    MEMBER_ERASURE_DONE = "MEMBER_ERASURE_DONE"
    CONSENT_GIVEN = "CONSENT_GIVEN"
    CONSENT_WITHDRAWN = "CONSENT_WITHDRAWN"
    OTHER = "OTHER"


_BY_NAME = dict(MemberChangeKind.__members__)


@strawberry.type(description="Something happened to the member.")
class MemberChange:
    cursor: str = strawberry.field(description="Where to go on after this change: memberChanged(after:).")
    kind: MemberChangeKind
    occurred_at: datetime
    member: Member = strawberry.field(description="The member as of now.")


@strawberry.type
class ChangeSubscription:
    @strawberry.subscription(
        description="What happens to the signed-in member. after is the cursor of the last change seen: "
        "what was missed since then is told first, and nothing is left out. Who was merged into another member "
        "hears of that one."
    )
    async def member_changed(
        self, info: Info, after: str | None = None
    ) -> AsyncGenerator[MemberChange, None]:
        context, member_id = info.context, info.context.member_id()

        async def survivor() -> str:
            return (await context.load.profiles_by_member.load(context.caller, member_id)).member_id

        async with aclosing(context.services.live.watch(member_id, after, survivor)) as changes:
            async for change in changes:
                yield MemberChange(
                    cursor=change.cursor,
                    kind=_BY_NAME.get(change.kind, MemberChangeKind.OTHER),
                    occurred_at=change.occurred_at,
                    member=Member(id=strawberry.ID(member_id)),
                )
