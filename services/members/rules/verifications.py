"""Verifications: one-time codes, how often they may be asked for, and when one proves anything."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
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
A_DAY_PER_MEMBER = 20
A_DAY_PER_ADDRESS = 100
"""Whole offices and mobile carriers share one address, so it is the widest."""

KEPT_FOR = timedelta(days=1)

_CODE = re.compile(rf"[0-9]{{{DIGITS}}}")
_LONGEST_ADDRESS = 64


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


class Limit(NamedTuple):
    """Something that may be asked for so often a day; ``subject`` is digested before it rests anywhere."""

    name: str
    subject: bytes
    a_day: int


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


def limits(place: Place, member_id: UUID | None, client_address: str) -> list[Limit]:
    """What a request for a code counts against."""
    found = [Limit("identity", bytes((place.kind,)) + place.digest, A_DAY_PER_IDENTITY)]
    if member_id is not None:
        found.append(Limit("member", member_id.bytes, A_DAY_PER_MEMBER))
    if client_address:
        found.append(Limit("address", client_address[:_LONGEST_ADDRESS].encode(), A_DAY_PER_ADDRESS))
    return found
