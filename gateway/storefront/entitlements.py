"""Entitlements: members claim benefits, use them, and give back what they will not use."""

import strawberry
from huiyuan.loyalty.v1 import entitlements_pb2 as wire

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.storefront.programme_ids import THE_PROGRAMME
from gateway.storefront.redemptions import OrderReferenceInput
from gateway.views.entitlements import BenefitClaim, claim


@strawberry.input(description="A benefit to set aside for the signed-in member.")
class ClaimBenefitInput:
    benefit: str = strawberry.field(description="The benefit's key.")
    idempotency_key: str = strawberry.field(
        description="1 to 100 printable characters; a retry sends the same."
    )
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.input(description="A benefit to use, or one claim of it: one of the two.")
class UseBenefitInput:
    benefit: str | None = strawberry.field(
        default=None, description="The benefit's key: a claim that is open is used first, then the quota."
    )
    claim_id: strawberry.ID | None = None
    idempotency_key: str = strawberry.field(
        description="1 to 100 printable characters; a retry sends the same."
    )
    order: OrderReferenceInput | None = None
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.input(description="A claim that was not used, to go back to its quota.")
class ReleaseBenefitInput:
    claim_id: strawberry.ID
    programme_id: strawberry.ID | None = strawberry.field(default=None, description=THE_PROGRAMME)


@strawberry.type
class BenefitClaimPayload:
    claim: BenefitClaim | None
    replayed: bool = strawberry.field(description="True when this answer was given before.")
    user_errors: list[UserError]


_Told = wire.ClaimBenefitResponse | wire.UseBenefitResponse | wire.ReleaseBenefitResponse


@strawberry.type
class EntitlementMutations:
    @strawberry.mutation(
        description="Sets one of a benefit's quota aside for the signed-in member; where it is a coupon, issues it."
    )
    async def claim_benefit(self, info: Info, input: ClaimBenefitInput) -> BenefitClaimPayload:
        context = info.context
        request = wire.ClaimBenefitRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            benefit=input.benefit,
            idempotency_key=input.idempotency_key,
        )
        call = context.clients.entitlements.claim_benefit(request, headers=context.named(LOYALTY))
        return _payload(*await attempt(call, context.locale))

    @strawberry.mutation(description="Uses a benefit of the signed-in member.")
    async def use_benefit(self, info: Info, input: UseBenefitInput) -> BenefitClaimPayload:
        context = info.context
        request = wire.UseBenefitRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            benefit=input.benefit or "",
            claim_id=input.claim_id or "",
            idempotency_key=input.idempotency_key,
            order=input.order.wire() if input.order else None,
        )
        call = context.clients.entitlements.use_benefit(request, headers=context.named(LOYALTY))
        return _payload(*await attempt(call, context.locale))

    @strawberry.mutation(description="Gives a claim of the signed-in member back to its quota.")
    async def release_benefit(self, info: Info, input: ReleaseBenefitInput) -> BenefitClaimPayload:
        context = info.context
        request = wire.ReleaseBenefitRequest(
            programme_id=input.programme_id or DEFAULT_PROGRAMME,
            member_id=context.member_id(),
            claim_id=input.claim_id,
        )
        call = context.clients.entitlements.release_benefit(request, headers=context.named(LOYALTY))
        return _payload(*await attempt(call, context.locale))


def _payload(told: _Told | None, refused: list[UserError]) -> BenefitClaimPayload:
    return BenefitClaimPayload(
        claim=claim(told.claim) if told else None,
        replayed=told is not None and told.replayed,
        user_errors=refused,
    )
