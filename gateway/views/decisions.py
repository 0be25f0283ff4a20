"""Decisions: what the rules decide about a member by machine, from what, and without a profile."""

import strawberry
from huiyuan.loyalty.v1 import decisions_pb2 as wire

from gateway.clients import LOYALTY
from gateway.context import Info
from gateway.costs import ListSize
from gateway.scalars import Locale, Long
from gateway.views.memberships import MembershipOffer, offer
from gateway.views.tiers import ScorePartProgress, Tier, score_part, tier


@strawberry.type(description="What the programme's rules make of a member.")
class Verdict:
    score: Long = strawberry.field(description="0 where the programme has no score.")
    parts: list[ScorePartProgress] = strawberry.field(
        description="What the score is made of.", directives=[ListSize(assumed_size=5)]
    )
    reached: Tier | None = strawberry.field(
        description="The highest tier whose conditions are met now, whatever is held; null for none."
    )
    offers: list[MembershipOffer] = strawberry.field(
        description="What a membership of each tier that is for sale would cost now.",
        directives=[ListSize(assumed_size=2)],
    )


@strawberry.type(
    description="What is decided about the member by machine (PIPL 24). A person looks at it when asked to by a rights "
    "request of the kind EXPLAIN_DECISION."
)
class DecisionExplanation:
    programme_version: int = strawberry.field(description="The version whose rules decide.")
    automated_decisions_refused: bool = strawberry.field(
        description="While true, no part that rests on a profile counts, and both verdicts are one."
    )
    decided: Verdict
    non_personalised: Verdict = strawberry.field(description="What would be decided without a profile.")


async def decision(info: Info, member_id: str, programme_id: str) -> DecisionExplanation:
    """What is decided about a member, asked in the caller's name."""
    request = wire.ExplainDecisionRequest(member_id=member_id, programme_id=programme_id)
    told = await info.context.clients.decided.explain_decision(request, headers=info.context.named(LOYALTY))
    locale = info.context.locale
    return DecisionExplanation(
        programme_version=told.programme_version,
        automated_decisions_refused=told.automated_refused,
        decided=_verdict(told.decided, locale),
        non_personalised=_verdict(told.non_personalised, locale),
    )


def _verdict(told: wire.Verdict, locale: Locale) -> Verdict:
    return Verdict(
        score=Long(told.score),
        parts=[score_part(part, locale) for part in told.parts],
        reached=tier(told.reached, locale) if told.HasField("reached") else None,
        offers=[offer(one) for one in told.offers],
    )
