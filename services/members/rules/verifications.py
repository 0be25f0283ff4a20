"""Verifications: one-time codes, how often they may be asked for, and when one proves anything."""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Declined, Invalid, Unavailable
from services.members.rules.identities import Identity, IdentityKind
from services.members.rules.keyrings import Place

DIGITS = 6
MOST_ATTEMPTS = 5
GOOD_FOR = timedelta(minutes=5)
RESEND_AFTER = timedelta(seconds=60)
CLAIM_WITHIN = timedelta(minutes=10)
"""For how long a proof that met another member's link may be claimed."""

ONE_LOGIN = timedelta(minutes=15)
"""What a member verified within this time counts as verified in one login."""

A_DAY_PER_IDENTITY = 10
"""So many codes a day go out at the asking of strangers before they are cooled down; who proved the identity before is
none, and asks in turns of their own, so that nobody else uses those up."""

COOL_DOWN = timedelta(hours=1)
"""How long strangers then wait for each further code, all of them together: late, and never shut out for a day."""

A_DAY_PER_STRANGER = 5
"""Of one identity by one stranger, so that the turns of all take several to use up."""

A_DAY_PER_KNOWN = 10
KNOWN_FOR = timedelta(days=90)
MOST_KNOWN = 10
"""Of one identity: those who proved it last."""

A_DAY_PER_MEMBER = 20
A_DAY_PER_ADDRESS = 100
"""Whole offices and mobile carriers share one address, so it is the widest."""

KEPT_FOR = timedelta(days=1)

_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")
_LONGEST_ADDRESS = 64
_OF_ONE_LINE = 64
"""How many bits of an IPv6 address are the provider's to give: whoever has one has all that begin alike."""

_LONGEST_DEVICE = 128


class CodesNotSent(Unavailable):
    """This installation has no way to send codes, or it failed just now."""


class NotVerifiableByCode(Invalid):
    """A code can only be sent to a phone number or a mail address."""


class TooManyCodes(Declined):
    """Another code was asked for too soon, or too many were today."""


class CodeWrong(Declined):
    """It is not the code that was sent."""


class VerificationNotOpen(Declined):
    """No code waits under this id: it expired, was used or tried too often, or is somebody else's."""

    def __init__(self) -> None:
        super().__init__(
            "no code waits under this id for this identity: it expired, was used or tried too often, or is "
            "not yours; ask for a new one",
            field="verification_id",
        )


class VerificationState(IntEnum):
    """How far a code got. PROVEN is confirmed and not yet taken effect; a crash between leaves it so."""

    OPEN = 1
    PROVEN = 2
    SETTLED = 3
    EXHAUSTED = 4
    # It never went out.
    FAILED = 5


class Requester(NamedTuple):
    """Who asks for a code, as far as that is known."""

    member_id: UUID | None
    client_address: str
    device: str

    def names(self) -> list[bytes]:
        """By what the same one is known again, what nobody else shares first; digested before it rests anywhere."""
        found = []
        if self.device:
            found.append(b"device\0" + self.device[:_LONGEST_DEVICE].encode())
        if self.member_id is not None:
            found.append(b"member\0" + self.member_id.bytes)
        if self.client_address:
            found.append(b"address\0" + self.place().encode())
        return found

    def place(self) -> str:
        """The address as far as it tells one client from another, however it is written; any other text as it is."""
        try:
            address: IPv4Address | IPv6Address | None = ip_address(self.client_address)
        except ValueError:
            return self.client_address[:_LONGEST_ADDRESS]
        if isinstance(address, IPv6Address) and (address := address.ipv4_mapped or address).version == 6:
            return str(IPv6Network((int(address), _OF_ONE_LINE), strict=False))
        return str(address)


class Limit(NamedTuple):
    """Something that may be asked for so often a day; ``subject`` is digested before it rests anywhere."""

    name: str
    subject: bytes
    a_day: int | None
    """None: counted, and slowed down instead of refused."""


@dataclass(frozen=True, slots=True)
class Verification:
    """One code on its way, without the code and without where it went."""

    verification_id: UUID
    place: Place
    member_id: UUID | None
    asked_by: str
    code_digest: bytes
    state: VerificationState
    attempts: int
    requested_at: datetime
    expires_at: datetime
    proven_at: datetime | None = None
    requesters: tuple[bytes, ...] = ()
    """Keyed digests of who asked, for this identity alone."""
    known: bool = False
    """Whether one of them had proved the identity before."""

    def may_be_tried(self, place: Place, member_id: UUID | None, asked_by: str, now: datetime) -> bool:
        """True when a code for this identity may still be tried by this member or system."""
        return (
            self.state in (VerificationState.OPEN, VerificationState.PROVEN)
            and self.place == place
            and self.member_id == member_id
            and self.asked_by == asked_by
            and now < self.expires_at
            and self.attempts < MOST_ATTEMPTS
        )

    def may_be_claimed(self, place: Place, member_id: UUID, now: datetime) -> bool:
        """True while a proof that met another member's link waits for the member's choice."""
        return (
            self.state is VerificationState.PROVEN
            and self.place == place
            and self.member_id == member_id
            and self.proven_at is not None
            and now < self.proven_at + CLAIM_WITHIN
        )


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def code_content(verification_id: UUID, place: Place, code: str) -> bytes:
    """The bytes that the keyed digest of a code is made of: a digest is good for one verification alone."""
    return b"code\0" + verification_id.bytes + bytes((place.kind,)) + place.digest + code.encode()


def code_of(text: str) -> str:
    """A code as someone typed it. Raises ``CodeWrong`` for what no code looks like, before anything is counted."""
    code = text.strip()
    if not _CODE.fullmatch(code):
        raise CodeWrong(f"a code has {DIGITS} digits", field="code")
    return code


def be_verifiable(identity: Identity) -> None:
    """Refuse what no code can be sent to. Raises ``NotVerifiableByCode``."""
    if identity.kind not in (IdentityKind.PHONE, IdentityKind.EMAIL):
        raise NotVerifiableByCode(
            "a code can be sent to a phone number or a mail address; the operator's login vouches for the rest",
            field="identity.kind",
        )


def requester_content(place: Place, name: bytes) -> bytes:
    """The bytes that the keyed digest of a requester is made of: it tells nobody who asks for two identities."""
    return b"requester\0" + bytes((place.kind,)) + place.digest + name


def strangers(place: Place) -> Limit:
    """What all count against who never proved an identity and ask for its codes."""
    return Limit("identity", bytes((place.kind,)) + place.digest, None)


def stranger(requester: bytes) -> Limit:
    """What counts against one of them."""
    return Limit("requester", requester, A_DAY_PER_STRANGER)


def limits(
    place: Place, requester: Requester, requesters: Sequence[bytes], known: bytes | None
) -> list[Limit]:
    """What a request for a code counts against; ``known`` is the one of its requesters that proved the identity."""
    if known is not None:
        found = [Limit("known", known, A_DAY_PER_KNOWN)]
    else:
        found = [strangers(place), *map(stranger, requesters)]
    if requester.member_id is not None:
        found.append(Limit("member", requester.member_id.bytes, A_DAY_PER_MEMBER))
    if requester.client_address:
        found.append(Limit("address", requester.place().encode(), A_DAY_PER_ADDRESS))
    return found


def wait_after(strangers_today: int) -> timedelta:
    """How long after a code the next one may be asked for, when strangers had so many today; 0 of who is known."""
    return COOL_DOWN if strangers_today >= A_DAY_PER_IDENTITY else RESEND_AFTER
