"""Entitlements as staff see and handle them: claimed and used for a member, given back, and what they cost."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import entitlements_pb2 as wire
from huiyuan.loyalty.v1 import redemptions_pb2

from gateway.admin.audit import audited
from gateway.admin.permissions import BENEFIT_KEEPERS, FINANCE_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.paging import Connection, connection, key_of, page_size
from gateway.scalars import Long, Money, instant, money, optional_instant, timestamp
from gateway.views.entitlements import BenefitClaimState

_REASON = "A reason code: 1 to 64 characters of A-Z, 0-9 and _."
_KEY = "1 to 100 printable characters; a retry sends the same."


@strawberry.type(description="A benefit that was given to a member once, and by whom.")
class BenefitClaimRecord:
    id: strawberry.ID
    member_id: strawberry.ID = strawberry.field(
        description="Who claimed it: the member, or one who was merged into the member."
    )
    benefit: str = strawberry.field(description="The benefit's key.")
    tier: str = strawberry.field(
        description="The key of the tier that gave it; empty where it was promised beside all tiers."
    )
    state: BenefitClaimState
    claimed_at: datetime
    claimed_by: str
    good_until: datetime | None = strawberry.field(description="Exclusive; null for no end.")
    used_at: datetime | None
    used_by: str | None
    order_ref: str | None
    released_at: datetime | None
    released_by: str | None
    reason: str | None
    coupon_id: strawberry.ID | None
    unit_cost: Money | None = strawberry.field(description="What it cost when it was claimed.")


def record(told: wire.BenefitClaim) -> BenefitClaimRecord:
    return BenefitClaimRecord(
        id=strawberry.ID(told.claim_id),
        member_id=strawberry.ID(told.member_id),
        benefit=told.benefit,
        tier=told.tier,
        state=BenefitClaimState(told.state),
        claimed_at=instant(told.claimed_at),
        claimed_by=told.claimed_by,
        good_until=optional_instant(told, "good_until"),
        used_at=optional_instant(told, "used_at"),
        used_by=told.used_by or None,
        order_ref=told.order_ref or None,
        released_at=optional_instant(told, "released_at"),
        released_by=told.released_by or None,
        reason=told.reason or None,
        coupon_id=strawberry.ID(told.coupon_id) if told.coupon_id else None,
        unit_cost=money(told.unit_cost) if told.HasField("unit_cost") else None,
    )


async def claims(
    info: Info,
    member_id: str,
    programme_id: str,
    benefit: str | None,
    page: tuple[int, str | None],
) -> Connection[BenefitClaimRecord]:
    """What a member claimed and used, newest first; the page is (first, after)."""
    first, after = page
    clients = info.context.clients
    request = wire.ListBenefitClaimsRequest(
        member_id=member_id,
        programme_id=programme_id,
        benefit=benefit or "",
        first=page_size(first),
        after=key_of(after),
    )
    told = await clients.entitlements.list_benefit_claims(request, headers=info.context.named(LOYALTY))
    return connection(
        [record(one) for one in told.claims],
        [one.claim_id for one in told.claims],
        has_next_page=told.has_next_page,
        after=after,
    )


@strawberry.type(
    description="What one benefit cost in one tier in one local month: each claim at what it cost when it was made."
)
class BenefitCost:
    month: str = strawberry.field(description='For instance "2026-11", in the programme\'s zone.')
    tier: str
    benefit: str
    claims: Long = strawberry.field(description="Claimed and not released, used or not.")
    used: Long
    cost: Money


@strawberry.type(description="What benefits cost.")
class BenefitCosts:
    costs: list[BenefitCost] = strawberry.field(
        description="By month, tier and benefit.", directives=[ListSize(assumed_size=100)]
    )
    total: Money


@strawberry.type
class EntitlementQueries:
    @strawberry.field(
        metadata=to(FINANCE_READERS),
        description="What benefits claimed from an instant until before another cost, by local month and tier.",
    )
    async def benefit_costs(
        self,
        info: Info,
        since: Annotated[datetime, strawberry.argument(name="from")],
        until: datetime,
        programme_id: str = DEFAULT_PROGRAMME,
    ) -> BenefitCosts | None:
        clients = info.context.clients
        request = wire.GetBenefitCostsRequest(
            programme_id=programme_id, since=timestamp(since), until=timestamp(until)
        )
        told = await clients.entitlements.get_benefit_costs(request, headers=info.context.named(LOYALTY))
        return BenefitCosts(
            costs=[
                BenefitCost(
                    month=one.month,
                    tier=one.tier,
                    benefit=one.benefit,
                    claims=Long(one.claims),
                    used=Long(one.used),
                    cost=money(one.cost),
                )
                for one in told.costs
            ],
            total=money(told.total),
        )


@strawberry.input(description="A benefit to set aside for a member.")
class ClaimBenefitInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    benefit: str = strawberry.field(description="The benefit's key.")
    idempotency_key: str = strawberry.field(description=_KEY)
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="A benefit to use for a member, or one claim of it: one of the two.")
class UseBenefitInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    benefit: str | None = None
    claim_id: UUID | None = None
    source: str | None = strawberry.field(default=None, description="With orderId: the order it is used on.")
    order_id: str | None = None
    idempotency_key: str = strawberry.field(description=_KEY)
    reason: str = strawberry.field(description=_REASON)


@strawberry.input(description="A claim, used or not, to go back to its quota.")
class ReleaseBenefitInput:
    member_id: UUID
    programme_id: str = DEFAULT_PROGRAMME
    claim_id: UUID
    reason: str = strawberry.field(description=_REASON)


@strawberry.type
class BenefitClaimPayload:
    claim: BenefitClaimRecord | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


_Told = wire.ClaimBenefitResponse | wire.UseBenefitResponse | wire.ReleaseBenefitResponse
_Input = ClaimBenefitInput | UseBenefitInput | ReleaseBenefitInput


@strawberry.type
class EntitlementMutations:
    @strawberry.mutation(metadata=to(BENEFIT_KEEPERS), description="Sets one of a benefit's quota aside.")
    async def claim_benefit(self, info: Info, input: ClaimBenefitInput) -> BenefitClaimPayload:
        context = info.context
        request = wire.ClaimBenefitRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            benefit=input.benefit,
            idempotency_key=input.idempotency_key,
            reason=input.reason,
        )
        return await _done(
            info,
            "claimBenefit",
            input,
            {"benefit": input.benefit, "idempotencyKey": input.idempotency_key},
            lambda: context.clients.entitlements.claim_benefit(request, headers=context.named(LOYALTY)),
        )

    @strawberry.mutation(metadata=to(BENEFIT_KEEPERS), description="Uses a benefit for a member.")
    async def use_benefit(self, info: Info, input: UseBenefitInput) -> BenefitClaimPayload:
        context = info.context
        order = redemptions_pb2.OrderReference(source=input.source or "", order_id=input.order_id or "")
        request = wire.UseBenefitRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            benefit=input.benefit or "",
            claim_id=str(input.claim_id or ""),
            idempotency_key=input.idempotency_key,
            order=order if input.source or input.order_id else None,
            reason=input.reason,
        )
        return await _done(
            info,
            "useBenefit",
            input,
            {
                "benefit": input.benefit,
                "claimId": request.claim_id,
                "source": input.source,
                "orderId": input.order_id,
                "idempotencyKey": input.idempotency_key,
            },
            lambda: context.clients.entitlements.use_benefit(request, headers=context.named(LOYALTY)),
        )

    @strawberry.mutation(
        metadata=to(BENEFIT_KEEPERS), description="Gives a claim back to its quota, also one that was used."
    )
    async def release_benefit(self, info: Info, input: ReleaseBenefitInput) -> BenefitClaimPayload:
        context = info.context
        request = wire.ReleaseBenefitRequest(
            member_id=str(input.member_id),
            programme_id=input.programme_id,
            claim_id=str(input.claim_id),
            reason=input.reason,
        )
        return await _done(
            info,
            "releaseBenefit",
            input,
            {"claimId": request.claim_id},
            lambda: context.clients.entitlements.release_benefit(request, headers=context.named(LOYALTY)),
        )


async def _done(
    info: Info,
    operation: str,
    input: _Input,
    subject: dict[str, object],
    call: Callable[[], Awaitable[_Told]],
) -> BenefitClaimPayload:
    """Do it between two rows of the audit."""
    whose = {"memberId": str(input.member_id), "programmeId": input.programme_id}
    told, refused = await audited(info, operation, whose | subject, input.reason, call)
    return BenefitClaimPayload(
        claim=record(told.claim) if told else None,
        replayed=told is not None and told.replayed,
        user_errors=refused,
    )
