"""Earn rules tried out: what they say to a sample order, and what they would have given for the orders of past days."""

from collections.abc import Awaitable, Iterable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import strawberry
from huiyuan.loyalty.v1 import campaigns_pb2
from huiyuan.loyalty.v1.orders_pb2 import EarnedPoints

from gateway.admin.earning.earn_rules import EarnRuleInput
from gateway.admin.permissions import RULE_READERS, to
from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import Cost
from gateway.errors import UserError, attempt, without_path
from gateway.loaders.members import DEFAULT_PROGRAMME
from gateway.scalars import Long, MoneyInput, timestamp
from gateway.views.reckonings import RuleVerdict, verdict
from services.kit.refusal import Invalid, Refusal

Answer = TypeVar("Answer")
_LOOKS_BACK = Cost(weight="50")


class EarnRulesAmbiguous(Invalid):
    """Rules are those of a version, of a draft, or given: one of these."""


@strawberry.input(description="Which rules are meant; with none of the three, the version in force now.")
class EarnRulesInput:
    programme_id: str = DEFAULT_PROGRAMME
    version: int | None = None
    draft_id: UUID | None = None
    rules: list[EarnRuleInput] | None = strawberry.field(
        default=None, description="As they would stand in the next version."
    )

    def wire(self) -> campaigns_pb2.EarnRules:
        """The same for the service. Raises ``EarnRulesAmbiguous``."""
        if sum(one is not None for one in (self.version, self.draft_id, self.rules)) > 1:
            raise EarnRulesAmbiguous("say one of version, draftId and rules", field="rules")
        if self.draft_id is not None:
            return campaigns_pb2.EarnRules(programme_id=self.programme_id, draft_id=str(self.draft_id))
        if self.rules is not None:
            given = campaigns_pb2.EarnRuleList(rules=[rule.wire() for rule in self.rules])
            return campaigns_pb2.EarnRules(programme_id=self.programme_id, rules=given)
        return campaigns_pb2.EarnRules(programme_id=self.programme_id, version=self.version or 0)


@strawberry.input
class SampleLineInput:
    line_id: str
    sku: str = ""
    quantity: Long = Long(1)
    money: MoneyInput


@strawberry.input(description="A member as conditions see one.")
class MemberFactsInput:
    tier: str | None = None
    orders: Long = strawberry.field(default=Long(0), description="0: the sample is the first order.")
    spend_minor: Long = Long(0)
    days_since_order: int | None = None
    birthday_month: bool = strawberry.field(
        default=False, description="It is the month of the birthday, and the purpose is allowed."
    )


@strawberry.input(
    description="A sample order, of a real member or of one made up; without either, of a new one."
)
class TestEarnRuleInput:
    rules: EarnRulesInput = strawberry.field(default_factory=EarnRulesInput)
    total: MoneyInput
    lines: list[SampleLineInput]
    source: str = "sample"
    channel: str = ""
    paid_at: datetime | None = strawberry.field(default=None, description="Without it, now.")
    member_id: UUID | None = None
    facts: MemberFactsInput | None = None


@strawberry.type(description="Points of one currency.")
class SamplePoints:
    currency: str
    points: Long


@strawberry.type(description="What a line of a sample order would earn.")
class SampleLine:
    line_id: strawberry.ID
    earned: list[SamplePoints]


@strawberry.type(description="A member as conditions saw one.")
class MemberFacts:
    tier: str | None
    orders: Long
    spend_minor: Long
    days_since_order: Long | None
    birthday_month: bool = strawberry.field(
        description="A rule asked whether it is the month of the birthday, and it is, as far as the member allows it."
    )


@strawberry.type
class TestEarnRulePayload:
    verdicts: list[RuleVerdict] | None = strawberry.field(description="Of every rule, in its order.")
    earned: list[SamplePoints]
    lines: list[SampleLine]
    coupon_templates: list[str]
    facts: MemberFacts | None
    user_errors: list[UserError]


@strawberry.type(description="What orders earned of a currency, and what they would have.")
class PreviewedCurrency:
    currency: str
    earned: Long
    would_have_earned: Long
    change_basis_points: int | None = strawberry.field(
        description="1800: 18 % more. Null when nothing was earned."
    )


@strawberry.type(description="What a rule would have given.")
class PreviewedRule:
    key: str
    currency: str
    orders: Long = strawberry.field(description="Orders that it gave something for.")
    given: Long = strawberry.field(description="Points, or coupons; no more than its budget.")
    budget_spent: bool = strawberry.field(description="True: the budget would have been spent.")


@strawberry.type(
    description="What rules would have given for the orders of past days, as far as it was looked at. Budgets and caps "
    "begin at 0, members come one after the other. Of birthdays it knows what a published rule or mission asked for, this "
    "month and the last."
)
class EarnRulesPreview:
    done: bool
    continue_from: str | None = strawberry.field(
        description="Ask again with it to look further; null once done."
    )
    orders_seen: Long
    orders_in_all: Long
    orders_changed: Long = strawberry.field(description="Would have earned otherwise than they did.")
    currencies: list[PreviewedCurrency]
    rules: list[PreviewedRule]


@strawberry.type
class PreviewEarnRulesPayload:
    preview: EarnRulesPreview | None
    user_errors: list[UserError]


def _facts(wire: campaigns_pb2.MemberFacts) -> MemberFacts:
    return MemberFacts(
        tier=wire.tier or None,
        orders=Long(wire.orders),
        spend_minor=Long(wire.spend_minor),
        days_since_order=Long(wire.days_since_order) if wire.HasField("days_since_order") else None,
        birthday_month=wire.birthday_month,
    )


def _asked(input: TestEarnRuleInput) -> campaigns_pb2.TryEarnRulesRequest:
    request = campaigns_pb2.TryEarnRulesRequest(
        rules=input.rules.wire(),
        source=input.source,
        channel=input.channel,
        total=input.total.wire(),
        paid_at=timestamp(input.paid_at),
    )
    for line in input.lines:
        request.lines.add(line_id=line.line_id, sku=line.sku, quantity=line.quantity, money=line.money.wire())
    if input.member_id is not None:
        request.member_id = str(input.member_id)
    elif input.facts is not None:
        facts = input.facts
        request.facts.CopyFrom(
            campaigns_pb2.MemberFacts(
                tier=facts.tier or "",
                orders=facts.orders,
                spend_minor=facts.spend_minor,
                days_since_order=facts.days_since_order,
                birthday_month=facts.birthday_month,
            )
        )
    return request


def _preview(wire: campaigns_pb2.PreviewEarnRulesResponse) -> EarnRulesPreview:
    return EarnRulesPreview(
        done=wire.done,
        continue_from=wire.continue_from or None,
        orders_seen=Long(wire.orders_seen),
        orders_in_all=Long(wire.orders_in_all),
        orders_changed=Long(wire.orders_changed),
        currencies=[
            PreviewedCurrency(
                currency=one.currency,
                earned=Long(one.earned),
                would_have_earned=Long(one.would_have_earned),
                change_basis_points=(one.would_have_earned - one.earned) * 10_000 // one.earned
                if one.earned
                else None,
            )
            for one in wire.currencies
        ],
        rules=[
            PreviewedRule(
                key=one.key,
                currency=one.currency,
                orders=Long(one.orders),
                given=Long(one.given),
                budget_spent=one.budget_spent,
            )
            for one in wire.rules
        ],
    )


async def _placed(call: Awaitable[Answer]) -> Answer:
    """An answer; of rules that were given, a refusal says where these are in the input."""
    try:
        return await call
    except Refusal as refusal:
        if refusal.field.startswith("earn_rules"):
            refusal.message = without_path(refusal.message, refusal.field)
            refusal.field = f"rules.rules{refusal.field.removeprefix('earn_rules')}"
        raise


@strawberry.type
class EarnTrialQueries:
    @strawberry.field(
        metadata=to(RULE_READERS),
        description="What every rule would say to a sample order; posts nothing.",
    )
    async def test_earn_rule(self, info: Info, input: TestEarnRuleInput) -> TestEarnRulePayload:
        clients, language = info.context.clients, info.context.locale

        async def ask() -> campaigns_pb2.TryEarnRulesResponse:
            headers = info.context.named(LOYALTY)
            return await clients.campaigns.try_earn_rules(_asked(input), headers=headers)

        told, refused = await attempt(_placed(ask()), language)
        tried = told or campaigns_pb2.TryEarnRulesResponse()
        return TestEarnRulePayload(
            verdicts=[verdict(one) for one in tried.verdicts] if told else None,
            earned=_points(tried.earned),
            lines=[
                SampleLine(line_id=strawberry.ID(one.line_id), earned=_points(one.earned))
                for one in tried.lines
            ],
            coupon_templates=list(tried.coupon_templates),
            facts=_facts(tried.facts) if told else None,
            user_errors=refused,
        )

    @strawberry.field(
        metadata=to(RULE_READERS),
        description="What rules would have given for the orders of the last days (1 to 366), a stretch at a time: ask "
        "again with continueFrom until it is done. Changes nothing.",
        directives=[_LOOKS_BACK],
    )
    async def earn_rules_preview(
        self, info: Info, rules: EarnRulesInput, last_days: int = 30, continue_from: str | None = None
    ) -> PreviewEarnRulesPayload:
        clients, language = info.context.clients, info.context.locale

        async def ask() -> campaigns_pb2.PreviewEarnRulesResponse:
            request = campaigns_pb2.PreviewEarnRulesRequest(
                rules=rules.wire(), days=last_days, continue_from=continue_from or ""
            )
            headers = info.context.named(LOYALTY)
            return await clients.campaigns.preview_earn_rules(request, headers=headers)

        told, refused = await attempt(_placed(ask()), language)
        return PreviewEarnRulesPayload(preview=_preview(told) if told else None, user_errors=refused)


def _points(messages: Iterable[EarnedPoints]) -> list[SamplePoints]:
    return [SamplePoints(currency=one.currency, points=Long(one.points)) for one in messages]
