"""Guardians: a child under fourteen consents by a parent or guardian whom staff verified (PIPL 31)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.kit.refusal import Declined, Forbidden, Invalid


class GuardianNeeded(Declined):
    """The member is under fourteen: only a verified guardian consents (PIPL 31)."""


class NotTheGuardian(Forbidden):
    """The caller is not the verified guardian of this member; told alike of children and of everybody else."""

    code = "NOT_ALLOWED"


class GuardianNotEligible(Declined):
    """Nobody is their own guardian, and no child is anybody's."""


class GuardianNotVerified(Invalid):
    """A guardian is linked by what was seen: a reference to a file."""


class GuardianChange(StrEnum):
    """What was learned of who consents for a member."""

    CHILD = "CHILD"
    LINKED = "LINKED"
    UNLINKED = "UNLINKED"
    # On the fourteenth birthday, or when the birth date turned out to be another.
    GROWN = "GROWN"


@dataclass(frozen=True, slots=True)
class Ward:
    """A member who is, or was, under fourteen; ``guardian_id`` is None while nobody was verified."""

    child_id: UUID
    guardian_id: UUID | None
    linked_at: datetime | None
    grown_at: datetime | None

    @property
    def is_child(self) -> bool:
        return self.grown_at is None


def may_read(ward: Ward | None, by: UUID) -> bool:
    """Whether somebody may see what was decided about a member, as its guardian."""
    return ward is not None and ward.is_child and ward.guardian_id == by


def admit(ward: Ward | None, member_id: UUID, by: UUID) -> bool:
    """Whether an act about a member is a guardian's; ``by`` is who acts.

    Raises ``GuardianNeeded`` where a child acts, and ``NotTheGuardian`` where anybody else does.
    """
    if may_read(ward, by):
        return True
    if by != member_id:
        raise NotTheGuardian(
            "only the verified guardian of a child acts for it (PIPL 31)",
            field="member_id",
            article="PIPL 31",
        )
    if ward is not None and ward.is_child:
        raise GuardianNeeded(
            "under fourteen, only a verified guardian consents (PIPL 31)",
            field="member_id",
            article="PIPL 31",
        )
    return False
