"""Grants: what a rule promised a member, to be given exactly once under the grant's own key."""

from dataclasses import dataclass
from enum import StrEnum

from services.kit.refusal import Conflict, NotFound


class UnknownGrant(NotFound):
    """Nothing was promised to the member under this key."""


class GrantNotRefused(Conflict):
    """Only a grant that was refused is tried again by hand."""


class GrantKind(StrEnum):
    """What is given."""

    POINTS = "POINTS"
    COUPON = "COUPON"
    BENEFIT = "BENEFIT"


class GrantState(StrEnum):
    """How far a grant got: open until it is given, or until what would give it says no for good."""

    OPEN = "OPEN"
    GIVEN = "GIVEN"
    REFUSED = "REFUSED"


WITHDRAWN = "WITHDRAWN"
"""The outcome of one that was refused and is not tried again: what earned it was taken back."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A promise to a member. ``key`` is made of what earned it, and unique for the member for good.

    ``points`` of ``currency`` (empty: the programme's first that can be spent) where the kind is POINTS, else the
    key of a coupon's ``template`` or of a benefit. ``reason`` is a reason code of A-Z, 0-9 and _, 1 to 64. What is
    given ``once_a_person`` is not promised where the key was under the name of somebody who was merged into the member.
    """

    key: str
    member_id: str
    programme_id: str
    kind: GrantKind
    currency: str = ""
    points: int = 0
    template: str = ""
    reason: str = "GRANT"
    once_a_person: bool = False


_FIRST_WAIT_S = 5
_LONGEST_WAIT_S = 3_600


def wait_s(tries: int) -> int:
    """For how many seconds a grant is left alone that could not be given, after so many tries."""
    return min(_LONGEST_WAIT_S, _FIRST_WAIT_S << min(tries, 16))
