"""Entitlements, memberships and decisions as the gateway meets them on the wire, with canned answers."""

from typing import Any

from huiyuan.loyalty.v1 import (
    decisions_connect,
    decisions_pb2,
    entitlements_connect,
    memberships_connect,
    memberships_pb2,
    tiers_pb2,
)
from huiyuan.loyalty.v1 import entitlements_pb2 as wire

from services.kit import rpc
from tests.gateway import answers
from tests.gateway.doors import Door

_DESK = rpc.staff("operations", "support")


class Entitlements(Door):
    @rpc.allow(rpc.members, _DESK)
    async def claim_benefit(self, request: wire.ClaimBenefitRequest, _: Any) -> wire.ClaimBenefitResponse:
        self.services.change(request)
        return wire.ClaimBenefitResponse(claim=answers.BENEFIT_CLAIM)

    @rpc.allow(rpc.members, _DESK)
    async def use_benefit(self, request: wire.UseBenefitRequest, _: Any) -> wire.UseBenefitResponse:
        self.services.change(request)
        return wire.UseBenefitResponse(claim=answers.BENEFIT_CLAIM, replayed=True)

    @rpc.allow(rpc.members, _DESK)
    async def release_benefit(
        self, request: wire.ReleaseBenefitRequest, _: Any
    ) -> wire.ReleaseBenefitResponse:
        self.services.change(request)
        return wire.ReleaseBenefitResponse(claim=answers.BENEFIT_CLAIM)

    @rpc.per_item
    async def batch_list_entitlements(
        self, request: wire.BatchListEntitlementsRequest, _: Any
    ) -> wire.BatchListEntitlementsResponse:
        self.services.turn("loyalty", "entitlements")
        answer = wire.BatchListEntitlementsResponse()
        self.services.each(request.members, answer.results, "entitlements", lambda *_: answers.ENTITLEMENTS)
        return answer

    @rpc.allow(rpc.staff("operations", "support", "program_admin", "auditor", "privacy_officer"))
    async def list_benefit_claims(
        self, request: wire.ListBenefitClaimsRequest, _: Any
    ) -> wire.ListBenefitClaimsResponse:
        return wire.ListBenefitClaimsResponse(claims=[answers.BENEFIT_CLAIM], has_next_page=not request.after)

    @rpc.allow(rpc.staff("operations", "program_admin", "auditor"))
    async def get_benefit_costs(
        self, request: wire.GetBenefitCostsRequest, _: Any
    ) -> wire.GetBenefitCostsResponse:
        return answers.BENEFIT_COSTS


class Memberships(Door):
    @rpc.allow(rpc.members, rpc.staff("operations", "support", "program_admin", "auditor", "privacy_officer"))
    async def get_memberships(
        self, request: memberships_pb2.GetMembershipsRequest, _: Any
    ) -> memberships_pb2.GetMembershipsResponse:
        shown = memberships_pb2.MembershipOffer()
        shown.CopyFrom(answers.MEMBERSHIP_OFFER)
        shown.offer_id = ""
        shown.ClearField("expires_at")
        return memberships_pb2.GetMembershipsResponse(offers=[shown], memberships=[answers.MEMBERSHIP])

    @rpc.allow(rpc.members)
    async def offer_membership(
        self, request: memberships_pb2.OfferMembershipRequest, _: Any
    ) -> memberships_pb2.OfferMembershipResponse:
        self.services.change(request)
        return memberships_pb2.OfferMembershipResponse(offer=answers.MEMBERSHIP_OFFER)

    @rpc.allow(rpc.members)
    async def record_membership(
        self, request: memberships_pb2.RecordMembershipRequest, _: Any
    ) -> memberships_pb2.RecordMembershipResponse:
        self.services.change(request)
        return memberships_pb2.RecordMembershipResponse(membership=answers.MEMBERSHIP, replayed=True)

    @rpc.allow(rpc.staff("operations"))
    async def end_membership(
        self, request: memberships_pb2.EndMembershipRequest, _: Any
    ) -> memberships_pb2.EndMembershipResponse:
        self.services.change(request)
        return memberships_pb2.EndMembershipResponse(membership=answers.MEMBERSHIP)


class Decisions(Door):
    @rpc.allow(rpc.members, rpc.staff("operations", "support", "program_admin", "auditor", "privacy_officer"))
    async def explain_decision(
        self, request: decisions_pb2.ExplainDecisionRequest, _: Any
    ) -> decisions_pb2.ExplainDecisionResponse:
        self.services.change(request)
        part = tiers_pb2.ScorePartProgress(key="habits", metric="ORDERS", actual=10, score=500, cap=500)
        part.profiling = True
        neutral = tiers_pb2.ScorePartProgress(key="habits", metric="ORDERS", actual=10, score=250, cap=500)
        neutral.profiling = neutral.neutral = True
        offer = [answers.MEMBERSHIP_OFFER]
        return decisions_pb2.ExplainDecisionResponse(
            programme_version=2,
            decided=decisions_pb2.Verdict(
                score=500, parts=[part], reached=answers.STANDING.tier, offers=offer
            ),
            non_personalised=decisions_pb2.Verdict(score=250, parts=[neutral], offers=offer),
        )


DOORS: list[tuple[type[Door], Any]] = [
    (Entitlements, entitlements_connect.EntitlementsServiceASGIApplication),
    (Memberships, memberships_connect.MembershipsServiceASGIApplication),
    (Decisions, decisions_connect.DecisionsServiceASGIApplication),
]
