"""Placements as staff make and see them: tiers that members hold whatever the ladder says."""

from datetime import datetime
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import placements_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import ADJUSTERS, ORDER_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import page_size
from gateway.scalars import instant, timestamp
from gateway.views.tiers import PlacementKind


@strawberry.type(description="A member was placed on a tier, or the ladder was let decide again.")
class TierPlacement:
    id: strawberry.ID
    kind: PlacementKind
    tier: str | None = strawberry.field(description="Its key; null for no tier at all.")
    until: datetime = strawberry.field(description="Exclusive.")
    tier_before: str | None = strawberry.field(description="The key of the tier held right before.")
    tier_after: str | None
    placed_at: datetime
    placed_by: str
    reason: str
    ended: bool = strawberry.field(description="True where this ended what was in force.")


@strawberry.input(description="A tier that a member holds until an instant, whatever the ladder says.")
class OverrideTierInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    tier: str | None = strawberry.field(default=None, description="Its key; without one, no tier at all.")
    until: datetime = strawberry.field(description="Exclusive, and ahead of now.")
    idempotency_key: str = strawberry.field(
        description="1 to 100 printable characters; a retry sends the same."
    )
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.input(description="A member whose tier the ladder is to decide again.")
class EndTierOverrideInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    idempotency_key: str = strawberry.field(
        description="1 to 100 printable characters; a retry sends the same."
    )
    reason: str = strawberry.field(description="A reason code: 1 to 64 characters of A-Z, 0-9 and _.")


@strawberry.type
class TierPlacementPayload:
    placement: TierPlacement | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


def placement(wire: placements_pb2.Placement) -> TierPlacement:
    return TierPlacement(
        id=strawberry.ID(wire.placement_id),
        kind=PlacementKind(wire.kind),
        tier=wire.tier or None,
        until=instant(wire.until),
        tier_before=wire.tier_before or None,
        tier_after=wire.tier_after or None,
        placed_at=instant(wire.placed_at),
        placed_by=wire.placed_by,
        reason=wire.reason,
        ended=wire.ended,
    )


@strawberry.type
class PlacementQueries:
    @strawberry.field(
        metadata=to(ORDER_READERS),
        description="Who placed a member on which tier, and why, newest first; at most 100.",
        directives=[ListSize(slicing_arguments=["first"])],
    )
    async def tier_placements(
        self, info: Info, member_id: UUID, first: int, programme_id: str = DEFAULT_PROGRAMME
    ) -> list[TierPlacement] | None:
        clients = info.context.clients
        response = await clients.placements.list_placements(
            placements_pb2.ListPlacementsRequest(
                member_id=str(member_id), programme_id=programme_id, first=page_size(first)
            ),
            headers=info.context.named(LOYALTY),
        )
        return [placement(one) for one in response.placements]


@strawberry.type
class PlacementMutations:
    @strawberry.mutation(
        metadata=to(ADJUSTERS),
        description="Lets a member hold a tier until an instant; automatic moves leave it alone until then.",
    )
    async def override_tier(self, info: Info, input: OverrideTierInput) -> TierPlacementPayload:
        context = info.context
        request = placements_pb2.OverrideTierRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            tier=input.tier or "",
            until=timestamp(input.until),
            idempotency_key=input.idempotency_key,
            reason=input.reason,
        )
        answer, refused = await audited(
            info,
            "overrideTier",
            _subject(input) | {"tier": request.tier, "until": input.until.isoformat()},
            input.reason,
            lambda: context.clients.placements.override_tier(request, headers=context.named(LOYALTY)),
        )
        return TierPlacementPayload(
            placement=placement(answer.placement) if answer else None,
            replayed=answer is not None and answer.replayed,
            user_errors=refused,
        )

    @strawberry.mutation(
        metadata=to(ADJUSTERS),
        description="Ends an override: the member holds what the ladder gives by now, or what was paid for.",
    )
    async def end_tier_override(self, info: Info, input: EndTierOverrideInput) -> TierPlacementPayload:
        context = info.context
        request = placements_pb2.EndTierOverrideRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            idempotency_key=input.idempotency_key,
            reason=input.reason,
        )
        answer, refused = await audited(
            info,
            "endTierOverride",
            _subject(input),
            input.reason,
            lambda: context.clients.placements.end_tier_override(request, headers=context.named(LOYALTY)),
        )
        return TierPlacementPayload(
            placement=placement(answer.placement) if answer else None,
            replayed=answer is not None and answer.replayed,
            user_errors=refused,
        )


def _subject(input: OverrideTierInput | EndTierOverrideInput) -> dict[str, object]:
    return {
        "memberId": str(input.member_id),
        "programmeId": input.programme_id,
        "idempotencyKey": input.idempotency_key,
    }
