"""Holds: points set aside for a checkout, until they are captured, released, or their time is up."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from services.kit.refusal import Declined, Invalid, NotFound

_REASON = "hold:"
TRANSFERRING = "transfer:"
"""What begins the ids of the holds that transfers make for themselves."""


class UnknownHold(NotFound):
    """The member has no hold with this id."""


class HoldNotOpen(Declined):
    """The hold was captured or released, or its time is up."""


class CaptureExceedsHold(Declined):
    """More is to be captured than the hold still keeps."""


class HoldNotWellFormed(Invalid):
    """A hold is to last longer than its currency allows, or no time at all, or is named as transfers' are."""


class TooManyHolds(Declined):
    """The member has as many open holds as there may be."""


class HoldState(StrEnum):
    OPEN = "OPEN"
    CAPTURED = "CAPTURED"
    RELEASED = "RELEASED"
    TIMED_OUT = "TIMED_OUT"


@dataclass(slots=True)
class Hold:
    """``points`` were set aside at first; ``slices`` are what is left of them, first-expiring-first.

    Instants are microseconds since 1970, 0 for not yet.
    """

    member_id: str
    hold_id: str
    currency: int
    points: int
    order_ref: str
    actor: str
    fingerprint: bytes
    held_at: int
    expires_at: int
    slices: list[list[int]] = field(default_factory=list)
    captured: int = 0
    state: HoldState = HoldState.OPEN
    closed_at: int = 0
    is_new: bool = False
    changed: bool = False

    @property
    def left(self) -> int:
        """How many points it still keeps."""
        return sum(part[3] for part in self.slices)

    @property
    def reason(self) -> str:
        """What its entries give as their reason, so that each says which hold it belongs to."""
        return f"{_REASON}{self.hold_id}"

    def close(self, state: HoldState, at: int) -> None:
        self.state, self.closed_at, self.changed = state, at, True

    def copy(self) -> "Hold":
        return replace(self, slices=[list(part) for part in self.slices])

    def as_of(self, now: int) -> "Hold":
        """For reading: timed out from the instant on at which its time is up, whoever notices it when."""
        copy = self.copy()
        if copy.state is HoldState.OPEN and copy.expires_at <= now:
            copy.slices = []
            copy.close(HoldState.TIMED_OUT, copy.expires_at)
        return copy


def hold_named_by(reason: str) -> str:
    """The id of the hold that an entry's reason names; empty for none."""
    return reason.removeprefix(_REASON) if reason.startswith(_REASON) else ""
