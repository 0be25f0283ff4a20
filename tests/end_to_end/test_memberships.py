"""A paid tier as its people walk it: set up by staff through GraphQL alone, offered, paid, used, renewed for nothing."""

from datetime import UTC, datetime

from tests.end_to_end.callers import Json, OrderSystem, Staff, cny, order, text, written
from tests.end_to_end.house import House

FOUND = """mutation($input: CreateProgrammeInput!) {
  createProgramme(input: $input) { programme { id } userErrors { field code message } }
}"""
OFFERED = """mutation { offerMembership(input: { tier: "vip" }) {
  offer { id price { minorUnits currency } score scoreFrom waived } userErrors { code } } }"""
CLAIM = """mutation($input: ClaimBenefitInput!) {
  claimBenefit(input: $input) { claim { id state } userErrors { code } }
}"""
COSTS = """query($from: DateTime!, $until: DateTime!, $id: String!) {
  benefitCosts(from: $from, until: $until, programmeId: $id) { costs { tier benefit claims } total { formatted } }
}"""


def test_a_score_buys_the_paid_tier_cheaper_and_its_benefits_are_used_as_often_as_they_say(
    lodger: House,
) -> None:
    """88VIP: who spent enough pays 88.00 and not 888.00; the tier gives a line and one sale a week."""
    shop, staff = OrderSystem(lodger), Staff(lodger)
    yuan = {"currency": "CNY"}
    vip: Json = {
        "key": "vip",
        "name": text("VIP", "贵宾"),
        "conditions": [],
        "sale": {
            "validity": "P1Y",
            "prices": [
                {"price": {"minorUnits": 88_800, **yuan}},
                {"scoreFrom": 1_000, "price": {"minorUnits": 8_800, **yuan}},
            ],
        },
        "benefits": [
            {"key": "line", "kind": "STATUS", "effect": "SUPPORT", "name": text("Own line", "专属客服")},
            {
                "key": "sale",
                "kind": "ACCESS",
                "effect": "LIMITED_SALE",
                "name": text("Flash sale", "限时抢购"),
                "quota": 1,
                "quotaPeriod": "WEEK",
                "unitCost": {"minorUnits": 300, **yuan},
            },
        ],
    }
    spend = {
        "key": "spend",
        "name": text("Spend", "消费"),
        "metric": "SPEND",
        "window": {"kind": "ROLLING_DAYS", "days": 365},
        "knots": [{"at": 500_000, "score": 1_000}],
    }
    founded = {
        "programmeId": "market",
        "name": text("Market", "集市"),
        "timeZone": "Asia/Shanghai",
        "moneyCurrency": "CNY",
        "currencies": [{"code": "POINTS", "name": text("Points", "积分"), "spendable": True}],
        "earnRules": [],
        "tiers": [vip],
        "tierScheme": {"score": [spend]},
        "makeDefault": True,
        "reason": "opening",
    }
    assert staff.data(FOUND, input=founded)["createProgramme"]["userErrors"] == []
    rich, poor = shop.register(), shop.register()
    shop.record(order(rich.member_id, 500_000, programmeId="market"))
    offers = [each.data(OFFERED)["offerMembership"]["offer"] for each in (rich, poor)]
    assert [(one["score"], one["scoreFrom"], one["price"]["minorUnits"]) for one in offers] == [
        (1_000, 1_000, 8_800),
        (0, 0, 88_800),
    ]
    paid = {
        "memberId": rich.member_id,
        "programmeId": "market",
        "source": "tea-shop",
        "orderId": "vip-1",
        "offerId": offers[0]["id"],
        "price": cny(8_800),
        "paidAt": written(datetime.now(UTC)),
    }
    bought = shop.done("MembershipsService/RecordMembership", paid)["membership"]
    assert shop.done("MembershipsService/RecordMembership", paid)["replayed"]
    me = rich.me(
        "tier { key validUntil } memberships { bought { tier ends } } entitlements { benefit { key } remaining }"
    )
    assert (me["tier"]["key"], me["tier"]["validUntil"]) == ("vip", bought["ends"])
    assert me["entitlements"] == [
        {"benefit": {"key": "line"}, "remaining": None},
        {"benefit": {"key": "sale"}, "remaining": 1},
    ]
    claims = [
        rich.data(CLAIM, input={"benefit": "sale", "idempotencyKey": key})["claimBenefit"]
        for key in ("a", "b")
    ]
    assert [claims[0]["claim"]["state"], claims[1]["userErrors"]] == ["CLAIMED", [{"code": "QUOTA_USED_UP"}]]
    used = {"memberId": rich.member_id, "benefit": "sale", "idempotencyKey": "order-9"}
    assert shop.done("EntitlementsService/UseBenefit", used)["claim"]["claimId"] == claims[0]["claim"]["id"]
    refused = poor.data(CLAIM, input={"benefit": "sale", "idempotencyKey": "a"})["claimBenefit"]
    assert refused["userErrors"] == [{"code": "BENEFIT_NOT_IN_TIER"}]
    year = datetime.now(UTC).year
    costs = staff.data(
        COSTS, id="market", **{"from": f"{year - 1}-12-01T00:00:00Z", "until": f"{year + 1}-02-01T00:00:00Z"}
    )["benefitCosts"]
    assert costs == {
        "costs": [{"tier": "vip", "benefit": "sale", "claims": 1}],
        "total": {"formatted": "¥3.00"},
    }
