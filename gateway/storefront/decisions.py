"""Decisions: members see what is decided about them by machine, and what would be without a profile."""

import strawberry

from gateway.context import Info
from gateway.views.decisions import DecisionExplanation, decision


@strawberry.type
class DecisionQueries:
    @strawberry.field(
        description="What the programme's rules decide about the signed-in member: by which parts of the score, which "
        "tier and prices follow, and what they would be without a profile."
    )
    async def explain_decision(
        self, info: Info, programme_id: strawberry.ID | None = None
    ) -> DecisionExplanation | None:
        return await decision(info, info.context.member_id(), programme_id or "")
