"""Campaigns through the admin schema: what staff ask reaches the service, and is shown as it answers."""

from tests.gateway.gateway_client import Gateway
from tests.gateway.test_errors import ProgrammeNotWellFormed

TEST = """
query ($input: TestEarnRuleInput!) {
  testEarnRule(input: $input) {
    verdicts { key award given counted limitedBy overruledBy lineIds }
    earned { currency points } lines { lineId earned { points } } couponTemplates
    facts { tier orders daysSinceOrder birthdayMonth } userErrors { field code }
  }
}
"""
PREVIEW = """
query ($rules: EarnRulesInput!) {
  earnRulesPreview(rules: $rules, lastDays: 7) {
    preview {
      done continueFrom ordersSeen ordersInAll
      currencies { earned wouldHaveEarned changeBasisPoints } rules { key given budgetSpent }
    }
    userErrors { field code message }
  }
}
"""
LIST = """
{ campaigns(state: RUNNING) {
  state budgetSpent budgetLeft
  rule { key award budget schedule { firstOn lastOn daysOfMonth birthdayMonthPurpose hours { since until } } caps { window points } }
} }
"""
STOP = """
mutation { stopEarnRule(input: {programmeId: "demo", key: "festival", reason: "sold out"}) {
  version replayed userErrors { code }
} }
"""


async def test_a_sample_order_is_judged_by_the_rules_that_were_given(gateway: Gateway) -> None:
    gateway.services.requests.clear()
    rule = {
        "key": "festival",
        "currency": "POINTS",
        "award": "FIXED",
        "points": 60,
        "condition": "order.channel == 'fair'",
        "schedule": {"firstOn": "2026-11-01", "daysOfMonth": [8], "hours": [{"since": 20, "until": 22}]}
        | {"birthdayMonthPurpose": "birthday_care"},
        "caps": [{"window": "DAY", "points": 100}],
        "budget": 1000,
    }
    asked = {
        "rules": {"rules": [rule]},
        "total": {"minorUnits": 100, "currency": "CNY"},
        "lines": [{"lineId": "1", "sku": "tea", "money": {"minorUnits": 100, "currency": "CNY"}}],
        "facts": {"tier": "gold", "orders": 3, "birthdayMonth": True},
    }
    answer = await gateway.admin(TEST, variables={"input": asked})
    ((_, request),) = gateway.services.requests
    (sent,) = request.rules.rules.rules
    assert (sent.condition, sent.schedule.first_on, sent.caps[0].points) == (
        "order.channel == 'fair'",
        "2026-11-01",
        100,
    )
    assert sent.schedule.birthday_month_purpose == "birthday_care"
    assert (request.facts.tier, request.facts.orders, request.facts.birthday_month) == ("gold", 3, True)
    shown = answer["data"]["testEarnRule"]
    assert shown["verdicts"] == [
        {
            "key": "festival",
            "award": "FIXED",
            "given": 60,
            "counted": True,
            "limitedBy": "DAY",
            "overruledBy": None,
            "lineIds": [],
        }
    ]
    assert (shown["facts"]["daysSinceOrder"], shown["couponTemplates"]) == (2, ["thanks-10"])
    assert shown["facts"]["birthdayMonth"]


async def test_a_preview_says_how_much_more_it_would_have_been(gateway: Gateway) -> None:
    answer = await gateway.admin(PREVIEW, variables={"rules": {}})
    shown = answer["data"]["earnRulesPreview"]["preview"]
    assert shown["currencies"] == [{"earned": 100, "wouldHaveEarned": 118, "changeBasisPoints": 1800}]
    assert (shown["done"], shown["continueFrom"], shown["ordersInAll"]) == (False, "further", 40)
    both = {"version": 1, "rules": []}
    refused = await gateway.admin(PREVIEW, variables={"rules": both})
    (error,) = refused["data"]["earnRulesPreview"]["userErrors"]
    assert (error["field"], error["code"]) == (["input", "rules"], "EARN_RULES_AMBIGUOUS")


async def test_what_is_wrong_with_rules_is_told_where_they_are_in_the_input(gateway: Gateway) -> None:
    path, complaint = "earn_rules[0].condition", "column 6: undeclared reference to 'order.chanel'"
    gateway.services.refusal = ProgrammeNotWellFormed(f"{path}: {complaint}", field=path)
    refused = await gateway.admin(
        PREVIEW, variables={"rules": {"rules": []}}, headers={"accept-language": "en"}
    )
    (error,) = refused["data"]["earnRulesPreview"]["userErrors"]
    assert (error["field"], error["message"]) == (
        ["input", "rules", "rules", "0", "condition"],
        complaint,
    )


async def test_campaigns_are_listed_and_stopped_with_a_reason(gateway: Gateway) -> None:
    (shown,) = (await gateway.admin(LIST))["data"]["campaigns"]
    assert (shown["budgetSpent"], shown["budgetLeft"]) == (240, 760)
    assert shown["rule"]["schedule"] == {
        "firstOn": "2026-11-01",
        "lastOn": None,
        "daysOfMonth": [8],
        "birthdayMonthPurpose": "birthday_care",
        "hours": [{"since": 20, "until": 22}],
    }
    gateway.services.requests.clear()
    stopped = (await gateway.admin(STOP))["data"]["stopEarnRule"]
    assert stopped == {"version": 4, "replayed": False, "userErrors": []}
    ((_, request),) = gateway.services.requests
    assert (request.programme_id, request.key, request.reason) == ("demo", "festival", "sold out")
