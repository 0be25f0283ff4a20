"""Entitlements through both schemas: what reaches the service, in whose name, and what is shown of its answer."""

from typing import Any

import pytest
from huiyuan.loyalty.v1 import entitlements_pb2 as wire
from huiyuan.loyalty.v1 import redemptions_pb2

from tests.gateway import answers
from tests.gateway.gateway_client import Gateway

CLAIM = "claim { id benefit tier state goodUntil usedAt couponId } replayed userErrors { code }"
SHOWN: dict[str, Any] = {
    "id": answers.BENEFIT_CLAIM.claim_id,
    "benefit": "free_shipping",
    "tier": "silver",
    "state": "CLAIMED",
    "goodUntil": "2026-12-01T00:00:00Z",
    "usedAt": None,
    "couponId": None,
}


async def test_a_member_sees_what_is_left_of_each_benefit(gateway: Gateway) -> None:
    _, token = gateway.join()
    asked = "{ me { entitlements { benefit { key name } tier claimed used remaining periodUntil claims { id } } } }"
    answer = await gateway.ask(asked, token)
    assert answer["data"]["me"]["entitlements"] == [
        {
            "benefit": {"key": "free_shipping", "name": "包邮"},
            "tier": "silver",
            "claimed": 1,
            "used": 2,
            "remaining": 3,
            "periodUntil": "2026-12-01T00:00:00Z",
            "claims": [{"id": answers.BENEFIT_CLAIM.claim_id}],
        }
    ]


@pytest.mark.parametrize(
    ("mutation", "body", "request_type", "more"),
    [
        ("claimBenefit", {"benefit": "b", "idempotencyKey": "k"}, wire.ClaimBenefitRequest, {}),
        (
            "useBenefit",
            {"benefit": "b", "idempotencyKey": "k", "order": {"source": "shop", "orderId": "7"}},
            wire.UseBenefitRequest,
            {"order": redemptions_pb2.OrderReference(source="shop", order_id="7")},
        ),
        ("releaseBenefit", {"claimId": "c"}, wire.ReleaseBenefitRequest, {}),
    ],
)
async def test_a_member_claims_uses_and_releases_in_their_own_name(
    gateway: Gateway, mutation: str, body: dict[str, Any], request_type: Any, more: dict[str, Any]
) -> None:
    member_id, token = gateway.join()
    name = f"{mutation[0].upper()}{mutation[1:]}Input"
    document = f"mutation($input: {name}!) {{ {mutation}(input: $input) {{ {CLAIM} }} }}"
    answer = await gateway.ask(document, token, variables={"input": body})
    told = answer["data"][mutation]
    assert told == {"claim": SHOWN, "replayed": mutation == "useBenefit", "userErrors": []}
    caller, request = gateway.services.requests[-1]
    said = {"claimId": "claim_id", "idempotencyKey": "idempotency_key", "benefit": "benefit"}
    plain = {said[key]: value for key, value in body.items() if key in said}
    assert (caller.actor, request) == (
        f"member:{member_id}",
        request_type(member_id=member_id, **plain, **more),
    )


async def test_staff_see_who_claimed_and_what_it_cost(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    answer = await gateway.admin(
        """query($id: UUID!) {
          member(id: $id) {
            entitlements { remaining }
            benefitClaims(first: 1) {
              nodes { claimedBy reason unitCost { minorUnits } } pageInfo { hasNextPage endCursor }
            }
          }
          benefitCosts(from: "2026-11-01T00:00:00Z", until: "2026-12-01T00:00:00Z") {
            costs { month tier benefit claims used cost { formatted } } total { formatted }
          }
        }""",
        variables={"id": member_id},
    )
    page = answer["data"]["member"]["benefitClaims"]
    assert page["nodes"] == [
        {"claimedBy": "staff:ops-1", "reason": "GOODWILL", "unitCost": {"minorUnits": 800}}
    ]
    assert page["pageInfo"]["hasNextPage"]
    assert answer["data"]["member"]["entitlements"] == [{"remaining": 3}]
    assert answer["data"]["benefitCosts"] == {
        "costs": [
            {
                "month": "2026-11",
                "tier": "silver",
                "benefit": "free_shipping",
                "claims": 3,
                "used": 2,
                "cost": {"formatted": "¥24.00"},
            }
        ],
        "total": {"formatted": "¥24.00"},
    }


async def test_staff_claim_for_a_member_with_a_reason_that_is_audited(gateway: Gateway) -> None:
    member_id, _ = gateway.join()
    document = "mutation($input: ClaimBenefitInput!) { claimBenefit(input: $input) { claim { claimedBy } userErrors { code } } }"
    body = {"memberId": member_id, "benefit": "b", "idempotencyKey": "k", "reason": "GOODWILL"}
    answer = await gateway.admin(document, variables={"input": body})
    assert answer["data"]["claimBenefit"] == {"claim": {"claimedBy": "staff:ops-1"}, "userErrors": []}
    _, request = gateway.services.requests[-1]
    assert (request.member_id, request.reason) == (member_id, "GOODWILL")
    asked = len(gateway.services.requests)
    refused = await gateway.admin(document, variables={"input": body | {"reason": ""}})
    assert refused["data"]["claimBenefit"]["userErrors"] == [{"code": "REASON_MISSING"}]
    assert len(gateway.services.requests) == asked
