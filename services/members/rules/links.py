"""Links: that a member is known by an identity, how well that is proven, and when it ends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from services.kit.refusal import Conflict, Declined, NotFound, Unavailable
from services.members.rules import masking
from services.members.rules.identities import Identity, IdentityKind
from services.members.rules.keyrings import Place
from services.members.rules.members import Member, MemberErased, MemberNotActive, MemberStatus
from services.members.rules.personal import Personal

MOST_LINKS = 20
"""By how many identities one member is known at the most; a record stays well below 2 KiB."""

REISSUED_AFTER = timedelta(days=90)
"""Carriers in China keep a number back for at least 90 days before they give it to somebody else (二次放号)."""

_SHOWN = 4


class IdentitySource(IntEnum):
    """How a member came to be known by something; numbered as the contract's."""

    REGISTRATION = 1
    CODE = 2
    LOGIN = 3
    STAFF = 4


class UnlinkCause(IntEnum):
    """Why a member is not known by something any more. The numbers are in the history."""

    UNLINKED = 1
    # It was given to somebody else, or was never proven and somebody else proved it.
    DETACHED = 2


class IdentityTaken(Conflict):
    """The identity belongs to another member."""

    code = "IDENTITY_ALREADY_TAKEN"

    def __init__(self) -> None:
        super().__init__("this identity belongs to another member", field="identity")


class TooManyLinks(Declined):
    """The member is known by as many identities as anyone may be."""

    def __init__(self) -> None:
        super().__init__(
            f"a member is known by {MOST_LINKS} identities at the most: unlink one first",
            field="identity",
            most=MOST_LINKS,
        )


class UnknownIdentity(NotFound):
    """The member is not known by this."""

    def __init__(self) -> None:
        super().__init__("the member has no such identity: list them anew", field="identity_id")


class LastVerifiedIdentity(Declined):
    """It is the last verified identity, without which an active member could not sign in."""

    def __init__(self) -> None:
        super().__init__(
            "this is the member's last verified identity: link another one first, or close the membership",
            field="identity_id",
        )


class VouchingNotAllowed(Declined):
    """Support says that an identity is proven, which would let whoever has it sign in as the member."""

    def __init__(self) -> None:
        super().__init__(
            "support links an identity unverified: let the member prove it by a code, or operations vouch for it",
            field="verified",
        )


class LinkRaced(Unavailable):
    """Another change of the same identity or profile is under way; try again."""

    def __init__(self) -> None:
        super().__init__("another change of this identity is under way: try again")


@dataclass(frozen=True, slots=True)
class Link:
    """One identity that a member is known by, and how well that is proven."""

    member_id: UUID
    identity: Identity
    place: Place
    verified: bool
    verified_at: datetime | None
    linked_at: datetime
    source: IdentitySource

    @property
    def proven(self) -> bool:
        """Whether a code or a login proved it: what staff alone vouch for is verified, and proves nothing more."""
        return self.verified and self.source is not IdentitySource.STAFF


@dataclass(frozen=True, slots=True)
class NewLink:
    """What is to be linked to a member, and on whose word."""

    identity: Identity
    place: Place
    verified: bool
    source: IdentitySource
    also: tuple[Place, ...] = ()
    """Where it is written besides, while an index key is rotated."""

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.place, *self.also)


def be_linkable(member: Member, links: Sequence[Link]) -> None:
    """Refuse to link anything more to a member who is closing or erased, or has too many links."""
    if member.profile is None:
        raise MemberErased
    if member.status not in (MemberStatus.ACTIVE, MemberStatus.FROZEN):
        raise MemberNotActive
    if len(links) >= MOST_LINKS:
        raise TooManyLinks


def be_unlinkable(link: Link, all_links: Sequence[Link], status: MemberStatus) -> None:
    """Refuse to take the last verified identity from a member who is active. Raises ``LastVerifiedIdentity``.

    A device counts for nothing here: nobody signs in by one alone.
    """
    counts = [
        other for other in all_links if other.verified and other.identity.kind is not IdentityKind.DEVICE
    ]
    if link in counts and len(counts) == 1 and status in (MemberStatus.ACTIVE, MemberStatus.FROZEN):
        raise LastVerifiedIdentity


def may_have_been_reissued(link: Link, now: datetime) -> bool:
    """True of a number that was proven so long ago that somebody else may have it by now."""
    proven_at = link.verified_at or link.linked_at
    return link.identity.kind is IdentityKind.PHONE and now - proven_at >= REISSUED_AFTER


def masked(identity: Identity) -> str:
    """What anyone may see of an identity: phones and mail as everywhere, of the rest the last characters."""
    if identity.kind is IdentityKind.PHONE:
        return masking.phone(identity.value)
    if identity.kind is IdentityKind.EMAIL:
        return masking.email(identity.value)
    return _end(identity.value)


def _end(value: Personal) -> str:
    text = value.reveal()
    return "****" + text[-_SHOWN:] if len(text) >= 3 * _SHOWN else "****"
