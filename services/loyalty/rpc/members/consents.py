"""Consents: what the consent service says before an activity is kept that the contract does not need."""

from huiyuan.consent.v1 import decisions_pb2
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient

from services.kit.refusal import Declined, Kind, Refusal, Unavailable

_ANSWERS = (Kind.INVALID, Kind.NOT_FOUND, Kind.DECLINED)


class ConsentMissing(Declined):
    """The member does not allow the purpose that this is kept for."""


class ConsentUnavailable(Unavailable):
    """The consent service cannot be asked now, and without its answer nothing is kept that rests on consent."""


class ConsentGate:
    """Asks each time; ``decisions`` is None where no key for the consent service is set up, and then denies."""

    def __init__(self, decisions: DecisionsServiceClient | None) -> None:
        self._decisions = decisions

    async def be_allowed(self, member_id: str, purpose: str) -> None:
        """Refuse what the member does not allow. Raises ``ConsentMissing`` or ``ConsentUnavailable``."""
        if self._decisions is None:
            raise ConsentUnavailable(
                "no key for the consent service is set up: set CALLER_KEY_LOYALTY_CONSENT"
            )
        try:
            answer = await self._decisions.check(
                decisions_pb2.CheckRequest(member_id=member_id, purpose=purpose)
            )
        except Refusal as refusal:
            if refusal.kind in _ANSWERS:
                raise
            raise ConsentUnavailable("the consent service cannot be asked now: try again") from None
        if not answer.allow:
            raise ConsentMissing(
                f"the member does not allow {purpose}: the consent service answers {answer.reason}",
                field="type",
                purpose=purpose,
                reason=answer.reason,
                article=answer.article,
            )
