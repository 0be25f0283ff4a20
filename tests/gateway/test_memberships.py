"""Memberships through both schemas: what reaches the service, in whose name, and what is shown of its answer."""

from typing import Any

import pytest
from huiyuan.loyalty.v1 import memberships_pb2 as wire
from huiyuan.loyalty.v1 import programmes_pb2

from tests.gateway import answers
from tests.gateway.gateway_client import Gateway
from tests.gateway.test_programmes import REVISE, revision

OFFER = "id tier price { formatted } score scoreFrom waived spentSince ends expiresAt"
SALE: dict[str, Any] = {
    "validity": "P12M",
    "prices": [
        {"scoreFrom": 0, "price": {"minorUnits": 88_800, "currency": "CNY"}},
        {"scoreFrom": 1_000, "price": {"minorUnits": 8_800, "currency": "CNY"}},
    ],
    "renewalWindow": "P30D",
    "waivedFrom": {"minorUnits": 29_900, "currency": "CNY"},
}


async def test_a_member_sees_what_a_membership_costs_and_why_and_has_it_offered(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    seen = await gateway.ask(
        f"{{ me {{ memberships {{ offers {{ {OFFER} }} bought {{ orderId ends endedAt }} }} }} }}", token
    )
    (shown,) = seen["data"]["me"]["memberships"]["offers"]
    assert (shown["id"], shown["expiresAt"], shown["price"]) == (None, None, {"formatted": "¥88.00"})
    assert (shown["score"], shown["scoreFrom"], shown["waived"]) == (1_200, 1_000, False)
    assert seen["data"]["me"]["memberships"]["bought"] == [
        {"orderId": "o-1", "ends": "2027-11-22T00:00:00Z", "endedAt": None}
    ]
    document = f"""mutation {{ offerMembership(input: {{ tier: "vip" }}) {{ offer {{ {OFFER} }} userErrors {{ code }} }} }}"""
    offered = (await gateway.ask(document, token))["data"]["offerMembership"]
    assert offered["userErrors"] == []
    assert offered["offer"] == shown | {
        "id": answers.MEMBERSHIP_OFFER.offer_id,
        "expiresAt": "2026-11-23T00:00:00Z",
    }
    caller, request = gateway.services.requests[-1]
    assert caller.actor == f"member:{member_id}"
    assert request == wire.OfferMembershipRequest(member_id=member_id, tier="vip")


async def test_a_member_takes_what_is_free_in_their_own_name(gateway: Gateway) -> None:
    member_id, token = gateway.join()
    document = """mutation($input: TakeMembershipInput!) {
      takeMembership(input: $input) { membership { tier ends } replayed userErrors { code } }
    }"""
    body = {"offerId": "free", "price": {"minorUnits": 0, "currency": "CNY"}}
    told = (await gateway.ask(document, token, variables={"input": body}))["data"]["takeMembership"]
    assert told == {
        "membership": {"tier": "vip", "ends": "2027-11-22T00:00:00Z"},
        "replayed": True,
        "userErrors": [],
    }
    _, request = gateway.services.requests[-1]
    assert (request.member_id, request.source, request.order_id, request.offer_id) == (
        member_id,
        "storefront",
        "free",
        "free",
    )


async def test_a_sale_that_staff_write_reaches_the_service_and_everybody_sees_it(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = {"zh": "贵宾", "en": "VIP"}
    tier = {"key": "vip", "name": name, "conditions": [], "sale": SALE}
    await gateway.admin(REVISE, variables={"input": revision(tiers=[tier])})
    _, request = gateway.services.requests[-1]
    told = programmes_pb2.Programme()
    told.CopyFrom(answers.PROGRAMME)
    told.tiers.append(request.tiers[0])
    monkeypatch.setattr(answers, "PROGRAMME", told)
    sale = """sale { validity prices { scoreFrom price { minorUnits currency } } renewalWindow
              waivedFrom { minorUnits currency } }"""
    shown = await gateway.admin(f"{{ programme {{ tiers {{ key {sale} }} }} }}")
    assert [each["sale"] for each in shown["data"]["programme"]["tiers"]] == [None, SALE]
    public = await gateway.ask(f"{{ programme(locale: EN) {{ tiers {{ {sale} }} }} }}")
    assert public["data"]["programme"]["tiers"][-1]["sale"] == SALE


async def test_staff_end_a_membership_with_a_reason(gateway: Gateway) -> None:
    document = """mutation($input: EndMembershipInput!) {
      endMembership(input: $input) { membership { orderId } replayed userErrors { code } }
    }"""
    body = {"source": "till", "orderId": "o-1", "reason": "REFUNDED"}
    answer = await gateway.admin(document, variables={"input": body})
    assert answer["data"]["endMembership"] == {
        "membership": {"orderId": "o-1"},
        "replayed": False,
        "userErrors": [],
    }
    _, request = gateway.services.requests[-1]
    assert request == wire.EndMembershipRequest(source="till", order_id="o-1", reason="REFUNDED")
