"""Approvals: adjustments that want a second pair of eyes, from the request to the decision."""

from dataclasses import dataclass, replace
from enum import StrEnum

from services.kit.refusal import Conflict, Forbidden, NotFound


class UnknownAdjustmentRequest(NotFound):
    """No adjustment was requested under this id."""


class SecondPersonNeeded(Forbidden):
    """Who asked for something, or wrote it, does not decide about it."""


class AdjustmentDecided(Conflict):
    """The adjustment was decided the other way, or somebody is approving it."""


class RequestState(StrEnum):
    """How far a request got; APPROVING is approved while the ledger has not answered yet."""

    WAITING = "WAITING"
    APPROVING = "APPROVING"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class AdjustmentRequest:
    """An adjustment somebody asked for. Instants are microseconds since 1970, 0 for not yet."""

    request_id: str
    member_id: str
    programme: int
    currency: str
    points: int
    reason: str
    idempotency_key: str
    fingerprint: bytes
    requested_by: str
    requested_at: int
    state: RequestState = RequestState.WAITING
    decided_by: str = ""
    decided_at: int = 0
    note: str = ""

    def claimed(self, by: str, note: str, now: int) -> "AdjustmentRequest":
        """The request as somebody begins to approve it; one that was approved stays as it is.

        Whoever approves again takes over: ``decided_at`` tells one attempt from the other.
        """
        self._be_anothers(by)
        if self.state is RequestState.REJECTED:
            message = f"{self.decided_by} rejected it: ask for the adjustment anew"
            raise AdjustmentDecided(message, field="request_id", state=self.state)
        if self.state is RequestState.APPROVED:
            return self
        at = max(now, self.decided_at + 1)
        return replace(self, state=RequestState.APPROVING, decided_by=by, decided_at=at, note=note)

    def rejected(self, by: str, note: str, now: int) -> "AdjustmentRequest":
        """The request as somebody rejects it; one that was rejected stays as it is."""
        self._be_anothers(by)
        if self.state is RequestState.REJECTED:
            return self
        if self.state is not RequestState.WAITING:
            message = f"{self.decided_by} approved it: debit or credit the points back instead"
            raise AdjustmentDecided(message, field="request_id", state=self.state)
        return replace(self, state=RequestState.REJECTED, decided_by=by, decided_at=now, note=note)

    def _be_anothers(self, by: str) -> None:
        if by == self.requested_by:
            message = "you asked for this adjustment: another member of staff decides about it"
            raise SecondPersonNeeded(message, field="request_id")
