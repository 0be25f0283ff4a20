"""Campaigns as a fake service answers."""

from typing import Any

from huiyuan.loyalty.v1 import campaigns_connect, earn_rules_pb2, orders_pb2, statements_pb2
from huiyuan.loyalty.v1 import campaigns_pb2 as wire

from services.kit import rpc
from tests.gateway.doors import Door

FESTIVAL = earn_rules_pb2.EarnRule(
    key="festival",
    currency="POINTS",
    points=60,
    rounding=earn_rules_pb2.EARN_ROUNDING_WHOLE_STEPS,
    award=earn_rules_pb2.AWARD_KIND_FIXED,
    multiplier="1",
    budget=1000,
    schedule=earn_rules_pb2.EarnSchedule(
        first_on="2026-11-01",
        days_of_month=[8],
        hours=[earn_rules_pb2.Hours(since=20, until=22)],
        birthday_month_purpose="birthday_care",
    ),
    caps=[earn_rules_pb2.EarnCap(window=earn_rules_pb2.CAP_WINDOW_DAY, points=100)],
)


class Campaigns(Door):
    @rpc.allow(rpc.anyone)
    async def try_earn_rules(self, request: wire.TryEarnRulesRequest, _: Any) -> wire.TryEarnRulesResponse:
        self.services.change(request)
        earned = [orders_pb2.EarnedPoints(currency="POINTS", points=60)]
        said = statements_pb2.RuleVerdict(
            rule=FESTIVAL, counted=True, multiplier="1", exact="60", points=60, limited_by="DAY"
        )
        return wire.TryEarnRulesResponse(
            verdicts=[said],
            earned=earned,
            lines=[wire.TestedLine(line_id="1", earned=earned)],
            coupon_templates=["thanks-10"],
            facts=wire.MemberFacts(
                tier="gold", orders=3, spend_minor=9, days_since_order=2, birthday_month=True
            ),
        )

    @rpc.allow(rpc.anyone)
    async def preview_earn_rules(
        self, request: wire.PreviewEarnRulesRequest, _: Any
    ) -> wire.PreviewEarnRulesResponse:
        self.services.change(request)
        return wire.PreviewEarnRulesResponse(
            continue_from="further",
            orders_seen=10,
            orders_in_all=40,
            orders_changed=4,
            currencies=[wire.PreviewedCurrency(currency="POINTS", earned=100, would_have_earned=118)],
            rules=[wire.PreviewedRule(key="festival", currency="POINTS", orders=4, given=18)],
        )

    @rpc.allow(rpc.anyone)
    async def list_campaigns(self, request: wire.ListCampaignsRequest, _: Any) -> wire.ListCampaignsResponse:
        running = wire.Campaign(
            rule=FESTIVAL,
            state=wire.CAMPAIGN_STATE_RUNNING,
            first_version=2,
            last_version=3,
            budget_spent=240,
        )
        return wire.ListCampaignsResponse(campaigns=[running])

    @rpc.allow(rpc.staff("program_admin"))
    async def stop_earn_rule(self, request: wire.StopEarnRuleRequest, _: Any) -> wire.StopEarnRuleResponse:
        self.services.change(request)
        return wire.StopEarnRuleResponse(version=4, rule=FESTIVAL)


DOORS: list[tuple[type[Door], Any]] = [(Campaigns, campaigns_connect.CampaignsServiceASGIApplication)]
