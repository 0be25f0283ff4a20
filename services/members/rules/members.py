"""Members: what stands beside a profile in clear, and the ids that members are known by inside."""

import os
from datetime import datetime
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Declined, NotFound, Unavailable
from services.members.rules.profiles import Profile


class MemberStatus(IntEnum):
    """How a member stands. ABANDONED marks an id whose registration was given up; nobody sees it as a member."""

    ABANDONED = 0
    ACTIVE = 1
    FROZEN = 2
    CLOSING = 3
    CLOSED = 4
    ERASED = 5


class UnknownMember(NotFound):
    """There is no such member."""

    def __init__(self) -> None:
        super().__init__("there is no such member", field="member_id")


class MemberErased(Declined):
    """The member's personal data was erased."""

    def __init__(self) -> None:
        super().__init__("the member's personal data was erased", field="member_id")


class MemberNotActive(Declined):
    """The member is closing or closed, and is not changed any more."""

    def __init__(self) -> None:
        super().__init__("the member is closing or closed: the profile stays as it is", field="member_id")


class ProfileRaced(Unavailable):
    """Another change of the profile came first; try again."""

    def __init__(self) -> None:
        super().__init__("another change of the profile came first: try again")


_RANDOM_BITS = (1 << 80) - 1 & ~(0xF << 76 | 0x3 << 62)
"""Of a UUIDv7's last eighty bits those that say neither its version nor its variant."""


class Member(NamedTuple):
    """A member as read."""

    member_id: UUID
    status: MemberStatus
    joined_at: datetime
    revision: int
    merged_into: UUID | None
    """The survivor, when this member was merged into another; never one that was merged itself."""
    profile: Profile | None
    """None when it was erased."""


def new_member_id(now: datetime) -> UUID:
    """A UUIDv7: ids made later sort later, which keeps the indexes' new entries together."""
    [made] = new_member_ids(now, 1)
    return made


def new_member_ids(now: datetime, count: int) -> list[UUID]:
    """The same for many at once."""
    marked = int(now.timestamp() * 1000) << 80 | 0x7 << 76 | 0x2 << 62
    random = os.urandom(10 * count)
    return [
        UUID(int=marked | int.from_bytes(random[at : at + 10]) & _RANDOM_BITS)
        for at in range(0, 10 * count, 10)
    ]


def member_id_of(text: str) -> UUID | None:
    """The member id that a text spells, if it spells one."""
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None
