"""Consents: what the consent service says before anything is shown in clear; without its answer, nothing is."""

from collections.abc import Sequence
from uuid import UUID

from huiyuan.consent.v1 import decisions_pb2 as wire
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient

from services.kit.refusal import Kind, Refusal
from services.members.rules.accesses import ConsentMissing, ConsentUnavailable, PersonalField

_ANSWERS = (Kind.INVALID, Kind.NOT_FOUND, Kind.DECLINED)


class ConsentGate:
    """Asks anew every time: an answer for data in clear is never kept."""

    def __init__(self, decisions: DecisionsServiceClient) -> None:
        self._decisions = decisions

    async def refusal(self, member_id: UUID, purpose: str, fields: Sequence[PersonalField]) -> Refusal | None:
        """Why the fields may not be shown for the purpose; None when they may."""
        categories = sorted({field.category for field in fields})
        question = wire.CheckRequest(member_id=str(member_id), purpose=purpose, categories=categories)
        try:
            answer = await self._decisions.check(question)
        except Refusal as refusal:
            if refusal.kind in _ANSWERS:
                return refusal
            return ConsentUnavailable("the consent service cannot be asked now: try again")
        if answer.allow:
            return None
        return ConsentMissing(
            f"the member has not consented to {purpose} for {', '.join(categories)}: "
            f"the consent service answers {answer.reason}",
            field="purpose",
            purpose=purpose,
            categories=",".join(categories),
            reason=answer.reason,
            article=answer.article,
        )
