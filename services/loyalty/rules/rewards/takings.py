"""Takings: rewards that members took, and how far each has got to its member."""

from dataclasses import dataclass
from enum import StrEnum

from services.kit.refusal import Conflict
from services.loyalty.rules.rewards.rewards import RewardKind


class RewardRedemptionDecided(Conflict):
    """The redemption was cancelled, or fulfilled by another code."""


class TakingState(StrEnum):
    PENDING = "PENDING"
    FULFILLED = "FULFILLED"
    CANCELLED = "CANCELLED"


@dataclass(slots=True)
class Taking:
    """One of a reward that a member took. Instants are microseconds since 1970, 0 for not yet.

    ``gives`` is the key of the coupon template or benefit; ``code`` is what a partner honours.
    """

    member_id: str
    key: bytes
    redemption_id: str
    programme: int
    reward: str
    edition: int
    kind: RewardKind
    gives: str
    currency: int
    points: int
    redeemed_at: int
    state: TakingState = TakingState.PENDING
    changed_at: int = 0
    changed_by: str = ""
    reason: str = ""
    code: str = ""
    is_new: bool = False
    changed: bool = False

    def cancel(self, by: str, reason: str, now: int) -> None:
        self.state, self.reason = TakingState.CANCELLED, reason
        self._change(by, now)

    def fulfil(self, by: str, code: str, now: int) -> bool:
        """The member has it; False where that was so already. Raises ``RewardRedemptionDecided``."""
        if self.state is TakingState.CANCELLED:
            message = "it was cancelled: nothing is due to the member any more"
            raise RewardRedemptionDecided(message, field="redemption_id", state=self.state)
        if self.state is TakingState.FULFILLED:
            if code not in ("", self.code):
                message = "it was fulfilled by another code: codes are given once"
                raise RewardRedemptionDecided(message, field="code", state=self.state)
            return False
        self.state, self.code = TakingState.FULFILLED, code
        self._change(by, now)
        return True

    def _change(self, by: str, now: int) -> None:
        self.changed_by, self.changed_at = by, now
        self.changed = True
