"""Consents: what the consent service says before anything is shown in clear; without its answer, nothing is."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from huiyuan.consent.v1 import decisions_pb2 as wire
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient

from services.kit import rpc
from services.kit.refusal import Kind, Refusal
from services.members.rules.accesses import (
    ConsentMissing,
    ConsentUnavailable,
    PersonalField,
    PurposeNotSensitive,
)

_ANSWERS = (Kind.INVALID, Kind.NOT_FOUND, Kind.DECLINED)


class _Asked(NamedTuple):
    member_id: str
    purpose: str
    categories: tuple[str, ...]


class ConsentGate:
    """Asks anew every time: an answer for data in clear is never kept. Who asks at once asks together."""

    def __init__(self, decisions: DecisionsServiceClient) -> None:
        self._decisions = decisions
        self._answers = rpc.Lane(
            rpc.one_or_many(self._one, self._many), group=lambda asked: (asked.purpose, asked.categories)
        )

    async def be_published(self, purpose: str) -> None:
        """Refuse a purpose that nobody ever published, before anything is begun for it. Raises the gate's refusal."""
        try:
            await self._decisions.check_many(wire.CheckManyRequest(purpose=purpose))
        except Refusal as refusal:
            if refusal.kind in _ANSWERS:
                raise
            raise _unavailable() from None

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
        categories = tuple(sorted({field.category for field in fields}))
        try:
            answer = await self._answers.ask(_Asked(str(member_id), purpose, categories))
        except Refusal as refusal:
            if refusal.kind in _ANSWERS:
                return refusal
            return _unavailable()
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

    async def _one(self, asked: _Asked) -> wire.CheckResponse:
        return await self._decisions.check(
            wire.CheckRequest(member_id=asked.member_id, purpose=asked.purpose, categories=asked.categories)
        )

    async def _many(self, asked: Sequence[_Asked]) -> Sequence[wire.CheckResponse]:
        """About one purpose and the same categories."""
        first = asked[0]
        question = wire.CheckManyRequest(
            member_ids=[one.member_id for one in asked], purpose=first.purpose, categories=first.categories
        )
        return (await self._decisions.check_many(question)).answers


def _unavailable() -> ConsentUnavailable:
    return ConsentUnavailable("the consent service cannot be asked now: try again")
