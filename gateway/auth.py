"""Authentication: the bearer token of each surface becomes the caller, or a typed refusal."""

from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Unauthenticated
from services.kit.rpc import Caller, CallerKind
from services.kit.tokens import Token, TokenRefused, TokenVerifier

STAFF_ROLES = frozenset(
    {"program_admin", "program_publisher", "operations", "support", "privacy_officer", "auditor"}
)

ANYONE = Caller(CallerKind.ANYONE, "")


class NotSignedIn(Unauthenticated):
    """The request needs a signed-in caller and has none."""

    code = "UNAUTHENTICATED"


class Identity(NamedTuple):
    """Who asks, until when that is proven, and when they last signed in, if their token says so (seconds since 1970)."""

    caller: Caller
    expires_at_s: float = float("inf")
    authenticated_at_s: float | None = None


UNKNOWN = Identity(ANYONE)


class Authenticator:
    """Turns the ``Authorization`` header of one surface into an identity.

    Without ``strangers``, whoever is not signed in is told nothing, not even what the schema lacks.
    """

    def __init__(self, verifier: TokenVerifier, kind: CallerKind, *, strangers: bool) -> None:
        self._verifier = verifier
        self._kind = kind
        self._strangers = strangers

    def known(self, authorization: str | None) -> Identity | None:
        """Who the header speaks for, where nothing has to be judged for it; None for any other."""
        if not authorization:
            return UNKNOWN if self._strangers else None
        token = self._verifier.known(authorization[7:]) if authorization[:7].lower() == "bearer " else None
        return None if token is None else self._identity(token)

    async def identify(self, authorization: str | None) -> Identity:
        """Who the header speaks for; anyone when there is none. Raises ``Unauthenticated`` or ``Unavailable``."""
        if not authorization:
            if not self._strangers:
                raise NotSignedIn(f"sign in: send a bearer token of {self._kind}")
            return UNKNOWN
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise NotSignedIn("the authorization header must read: Bearer <token>")
        return self._identity(await self._verifier.verify(token))

    def _identity(self, checked: Token) -> Identity:
        if self._kind is CallerKind.MEMBER:
            return Identity(_member(checked.subject), checked.expires_at_s, checked.authenticated_at_s)
        return Identity(
            Caller(self._kind, checked.subject, checked.roles & STAFF_ROLES), checked.expires_at_s
        )


@lru_cache(maxsize=20_000)
def _member(subject: str) -> Caller:
    try:
        return Caller(CallerKind.MEMBER, str(UUID(subject)))
    except ValueError:
        raise TokenRefused("the token's subject must be a member id") from None
