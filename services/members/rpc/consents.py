"""Consents: what the consent service says before anything is shown in clear; without its answer, nothing is."""

from collections.abc import Sequence
from uuid import UUID

from huiyuan.consent.v1 import decisions_pb2 as wire
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient

from services.kit.refusal import Kind, Refusal
from services.members.rules.accesses import (
    ConsentMissing,
    ConsentUnavailable,
    PersonalField,
    PurposeNotSensitive,
)

_ANSWERS = (Kind.INVALID, Kind.NOT_FOUND, Kind.DECLINED)


class ConsentGate:
    """Asks anew every time: an answer for data in clear is never kept."""

    def __init__(self, decisions: DecisionsServiceClient) -> None:
        self._decisions = decisions

    async def sensitive_refusal(
        self, member_id: UUID, purpose: str, fields: Sequence[PersonalField]
    ) -> Refusal | None:
        """The same for sensitive fields, whose purpose must be sensitive or take separate consent (PIPL 28, 29)."""
        return await self._judged(member_id, purpose, fields, sensitive=True)

    async def refusal(self, member_id: UUID, purpose: str, fields: Sequence[PersonalField]) -> Refusal | None:
        """Why the fields may not be shown for the purpose; None when they may."""
        return await self._judged(member_id, purpose, fields, sensitive=False)

    async def _judged(
        self, member_id: UUID, purpose: str, fields: Sequence[PersonalField], *, sensitive: bool
    ) -> Refusal | None:
        categories = sorted({field.category for field in fields})
        question = wire.CheckRequest(member_id=str(member_id), purpose=purpose, categories=categories)
        try:
            answer = await self._decisions.check(question)
        except Refusal as refusal:
            if refusal.kind in _ANSWERS:
                return refusal
            return ConsentUnavailable("the consent service cannot be asked now: try again")
        if answer.allow and sensitive and answer.HasField("valid_until"):
            # The gate lets an answer be kept unless the purpose is sensitive or takes separate consent.
            return PurposeNotSensitive(
                f"{purpose} is neither sensitive nor takes separate consent: publish a purpose that does, and ask the "
                "member for it",
                field="purpose",
                purpose=purpose,
            )
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
