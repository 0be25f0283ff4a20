"""Registrations: what a new member must bring, and which of many get what they ask for."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from msgspec import msgpack

from services.kit.refusal import Conflict, Invalid, Refusal, Unavailable
from services.members.rules.identities import Identity
from services.members.rules.keyrings import BlindIndex, Place
from services.members.rules.personal import reveal
from services.members.rules.profiles import Profile

MOST_IDENTITIES = 10
LONGEST_KEY = 100
_EARLIEST_JOIN = datetime(1970, 1, 1, tzinfo=UTC)


class IdempotencyKeyNotValid(Invalid):
    """The idempotency key is empty or too long."""


class IdempotencyKeyReused(Conflict):
    """The idempotency key was used for another request."""

    def __init__(self) -> None:
        super().__init__(
            "this idempotency key was used for another request: take a new one", field="idempotency_key"
        )


class IdentityAlreadyTaken(Conflict):
    """An identity belongs to another member."""


class TooManyIdentities(Invalid):
    """More identities than one member may bring."""


class JoinedAtNotValid(Invalid):
    """The day of joining lies ahead or before 1970."""


class RegistrationRaced(Unavailable):
    """Another registration took the same key or identity in the same moment; try again."""


class RegistrationGivenUp(Unavailable):
    """An earlier attempt under this key was cut off and is being cleared away; try again."""


class NewIdentity(NamedTuple):
    """An identity that a new member brings, and where it will be found: in two places while its key is rotated."""

    identity: Identity
    verified: bool
    places: tuple[Place, ...]


class Draft(NamedTuple):
    """A valid request to register a member."""

    key: BlindIndex
    body: BlindIndex
    profile: Profile
    identities: tuple[NewIdentity, ...]
    joined_at: datetime


class Claim(NamedTuple):
    """What an idempotency key stands for: a member id, and its first key while that is in use."""

    member_id: UUID
    body_digest: bytes
    wrapped: bytes | None
    dek: bytes | None = None
    """The same key in clear, for whoever made it just now; nobody else has it."""

    def __repr__(self) -> str:
        return f"<claim of {self.member_id}>"


class Registered(NamedTuple):
    """The answer to a registration."""

    member_id: UUID
    replayed: bool


def idempotency_key_of(text: str) -> bytes:
    """The bytes of an idempotency key. Raises ``IdempotencyKeyNotValid``."""
    if not 1 <= len(text) <= LONGEST_KEY:
        raise IdempotencyKeyNotValid(
            f"the idempotency key must have 1 to {LONGEST_KEY} characters", field="idempotency_key"
        )
    return b"key\0" + text.encode()


def joined_at_of(given: datetime | None, now: datetime) -> datetime:
    """When a member joined. Raises ``JoinedAtNotValid``."""
    if given is not None and not _EARLIEST_JOIN <= given <= now:
        raise JoinedAtNotValid("joined_at must lie between 1970 and now", field="joined_at")
    return given or now


def body(profile: Profile, verified: Sequence[bool], joined_at: datetime | None) -> bytes:
    """The bytes by which two requests are the same. The layout is kept for good, whatever a blob's may become."""
    packed = _encode(
        (
            profile.display_name.reveal(),
            reveal(profile.full_name),
            reveal(profile.birth_date),
            profile.language,
            profile.time_zone,
            [(identity.kind, identity.scope, identity.value.reveal()) for identity in profile.identities],
            list(verified),
            joined_at and joined_at.isoformat(),
        )
    )
    return b"register\0" + packed


_encode = msgpack.Encoder().encode


def verdicts(
    drafts: Sequence[Draft], claims: Mapping[BlindIndex, Claim], holders: Mapping[Place, UUID]
) -> list[Claim | Refusal | None]:
    """For each draft its earlier claim, its refusal, or None when it may claim what it asks for.

    Of several drafts that want the same identity the first gets it.
    """
    taken = set(holders)
    outcomes: list[Claim | Refusal | None] = []
    for draft in drafts:
        claim = claims.get(draft.key)
        wanted = [new.places for new in draft.identities]
        if claim is not None:
            outcomes.append(claim if claim.body_digest == draft.body.digest else IdempotencyKeyReused())
        elif (
            number := next((n for n, places in enumerate(wanted) if not taken.isdisjoint(places)), None)
        ) is not None:
            outcomes.append(
                IdentityAlreadyTaken(
                    "this identity belongs to another member", field=f"identities[{number}].identity"
                )
            )
        else:
            taken.update(*wanted)
            outcomes.append(None)
    return outcomes
