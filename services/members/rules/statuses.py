"""Statuses: a membership's life from active to erased, as one table of what may follow what."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from services.kit.refusal import Declined, Invalid, Refusal
from services.members.rules import accesses
from services.members.rules.members import MemberErased, MemberStatus

ACTIVE, FROZEN, CLOSING, CLOSED, ERASED = (
    MemberStatus.ACTIVE,
    MemberStatus.FROZEN,
    MemberStatus.CLOSING,
    MemberStatus.CLOSED,
    MemberStatus.ERASED,
)


class MemberClosed(Declined):
    """The membership is closed for good."""

    def __init__(self) -> None:
        super().__init__("the membership is closed for good: register anew", field="member_id")


class StatusNotChangeable(Declined):
    """The member's status does not allow this step."""


class ReasonNotValid(Invalid):
    """A change of a member's life says why, in one line of 1 to 500 characters."""


class Step(Enum):
    """What changes a status."""

    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    CLOSE = "close"
    CANCEL_CLOSING = "cancel the closing"
    FINISH_CLOSING = "finish the closing"


_NEXT = {
    (Step.FREEZE, ACTIVE): FROZEN,
    (Step.UNFREEZE, FROZEN): ACTIVE,
    (Step.CLOSE, ACTIVE): CLOSING,
    (Step.CLOSE, FROZEN): CLOSING,
    (Step.CANCEL_CLOSING, CLOSING): ACTIVE,
    (Step.FINISH_CLOSING, CLOSING): CLOSED,
}
_THERE = {
    Step.FREEZE: (FROZEN,),
    Step.UNFREEZE: (ACTIVE,),
    Step.CLOSE: (CLOSING,),
    Step.CANCEL_CLOSING: (ACTIVE, FROZEN),
    Step.FINISH_CLOSING: (CLOSED,),
}
"""Where a step leads: whoever is there already has nothing to change, so that every step may be sent again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a member stands. ``since`` is None while nothing ever changed; ``closes_at`` is set while closing."""

    member_id: UUID
    status: MemberStatus
    since: datetime | None = None
    closes_at: datetime | None = None
    was_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a status, as it is kept."""

    status: MemberStatus
    changed_at: datetime
    actor: str
    reason: str


def after(standing: Standing, step: Step, now: datetime, closes_at: datetime | None = None) -> Standing:
    """The standing after a step; the very same one when it is there already.

    Raises ``MemberErased``, ``MemberClosed`` or ``StatusNotChangeable``.
    """
    status = standing.status
    if status is ERASED:
        raise MemberErased
    if status in _THERE[step]:
        return standing
    if status is CLOSED:
        raise MemberClosed
    following = _NEXT.get((step, status))
    if following is None:
        raise StatusNotChangeable(
            f"a member who is {status.name.lower()} is not one to {step.value}", status=status.name
        )
    if step is Step.CLOSE:
        return Standing(standing.member_id, following, now, closes_at, was_frozen=status is FROZEN)
    if step is Step.CANCEL_CLOSING and standing.was_frozen:
        following = FROZEN
    return Standing(standing.member_id, following, now)


def over_for(status: MemberStatus) -> Refusal | None:
    """Why doors that show or change a member are shut, once the membership is over."""
    if status is ERASED:
        return MemberErased()
    return MemberClosed() if status is CLOSED else None


def be_open(status: MemberStatus) -> None:
    """Refuse members whose membership is over. Raises ``MemberErased`` or ``MemberClosed``."""
    if refusal := over_for(status):
        raise refusal


def reason_of(text: str) -> str:
    """The reason that is kept for good. Raises ``ReasonNotValid`` or ``ReasonHoldsPersonalData``."""
    try:
        return accesses.reason_of(text)
    except accesses.UnmaskNotValid as refusal:
        raise ReasonNotValid(refusal.message, field="reason") from None
