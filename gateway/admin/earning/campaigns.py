"""Campaigns: earn rules that are more than points per amount, watched and stopped."""

from enum import Enum

import strawberry
from huiyuan.loyalty.v1 import campaigns_pb2

from gateway.admin.audit import audited
from gateway.admin.earning.earn_rules import EarnRule, earn_rule
from gateway.admin.permissions import DRAFT_PUBLISHERS, RULE_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.errors import UserError
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long


@strawberry.enum(
    description="SCHEDULED: its version or its first day has not come. ENDED: its last day is over, or its budget "
    "spent. STOPPED: the version in force has it no more."
)
class CampaignState(Enum):
    SCHEDULED = campaigns_pb2.CAMPAIGN_STATE_SCHEDULED
    RUNNING = campaigns_pb2.CAMPAIGN_STATE_RUNNING
    ENDED = campaigns_pb2.CAMPAIGN_STATE_ENDED
    STOPPED = campaigns_pb2.CAMPAIGN_STATE_STOPPED


@strawberry.type(description="An earn rule that is more than points per amount.")
class Campaign:
    rule: EarnRule = strawberry.field(description="As the newest version says that has it.")
    state: CampaignState
    first_version: int
    last_version: int
    budget_spent: Long | None = strawberry.field(
        description="Points or coupons, less what refunds gave back; null without a budget."
    )
    budget_left: Long | None


@strawberry.input(description="An earn rule to stop.")
class StopEarnRuleInput:
    programme_id: str = DEFAULT_PROGRAMME
    key: str
    reason: str = strawberry.field(description="Why, in one line of 1 to 200 characters.")


@strawberry.type
class StopEarnRulePayload:
    version: int | None = strawberry.field(description="The version without it.")
    replayed: bool = strawberry.field(description="True when it was stopped before.")
    user_errors: list[UserError]


def _campaign(wire: campaigns_pb2.Campaign) -> Campaign:
    limited = wire.HasField("budget_spent")
    return Campaign(
        rule=earn_rule(wire.rule),
        state=CampaignState(wire.state),
        first_version=wire.first_version,
        last_version=wire.last_version,
        budget_spent=Long(wire.budget_spent) if limited else None,
        budget_left=Long(wire.rule.budget - wire.budget_spent) if limited else None,
    )


@strawberry.type
class CampaignQueries:
    @strawberry.field(
        metadata=to(RULE_READERS),
        description="Every campaign that a programme has or had, in the order in which they came.",
    )
    async def campaigns(
        self, info: Info, programme_id: str = DEFAULT_PROGRAMME, state: CampaignState | None = None
    ) -> list[Campaign] | None:
        clients = info.context.clients
        response = await clients.campaigns.list_campaigns(
            campaigns_pb2.ListCampaignsRequest(programme_id=programme_id),
            headers=info.context.named(LOYALTY),
        )
        every = [_campaign(one) for one in response.campaigns]
        return [one for one in every if state is None or one.state is state]


@strawberry.type
class CampaignMutations:
    @strawberry.mutation(
        metadata=to(DRAFT_PUBLISHERS),
        description="Publishes a version without an earn rule, from now on. One person is enough.",
    )
    async def stop_earn_rule(self, info: Info, input: StopEarnRuleInput) -> StopEarnRulePayload:
        context = info.context
        request = campaigns_pb2.StopEarnRuleRequest(
            programme_id=input.programme_id, key=input.key, reason=input.reason
        )
        stopped, refused = await audited(
            info,
            "stopEarnRule",
            {"programmeId": input.programme_id, "key": input.key},
            input.reason,
            lambda: context.clients.campaigns.stop_earn_rule(request, headers=context.named(LOYALTY)),
        )
        return StopEarnRulePayload(
            version=stopped.version if stopped else None,
            replayed=stopped is not None and stopped.replayed,
            user_errors=refused,
        )
