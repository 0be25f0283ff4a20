"""Callers: who calls, and the assertions by which our own processes prove it to each other."""

import hmac
import re
import time
from base64 import urlsafe_b64encode
from binascii import a2b_base64
from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from services.kit.refusal import Unauthenticated

CALLER_HEADER = "huiyuan-caller"
ASSERTION_LIFE_S = 60
_REMEMBERED = 50_000
_KEY_BYTES = 32
_ROLE = re.compile(r"[\w:-]{1,100}", re.ASCII)

SPEAKS_FOR_OTHERS = "gateway"
"""The one process that may say on whose behalf it calls; every other speaks for itself alone."""


class CallerNotProven(Unauthenticated):
    """The caller assertion is malformed, expired, or not signed by a process that may sign for us."""


class CallerKind(StrEnum):
    MEMBER = "member"
    STAFF = "staff"
    SERVICE = "service"
    SYSTEM = "system"
    ANYONE = "anyone"


_KINDS = {str(kind): kind for kind in CallerKind}
"""By their names. In a batch of reads each item has a caller to verify, and an enumeration is slow to look them up."""
_NO_ROLES: frozenset[str] = frozenset()


class Caller(NamedTuple):
    """Who asks: a member (``id`` is the member id), a member of staff, a system, or anyone."""

    kind: CallerKind
    id: str
    roles: frozenset[str] = frozenset()

    @property
    def actor(self) -> str:
        """How the caller is named in entries and audit, for instance ``staff:ops-1``."""
        return f"{self.kind}:{self.id}"

    def is_member(self, member_id: str) -> bool:
        return self.kind is CallerKind.MEMBER and self.id == member_id

    def has(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


class CallerSigner:
    """Signs caller assertions from this process for each service it calls; ``keys`` are by audience."""

    def __init__(self, issuer: str, keys: Mapping[str, bytes]) -> None:
        self._issuer = issuer
        self._macs = {audience: _begun(key, audience) for audience, key in _checked(keys).items()}
        self._signed: dict[tuple[str, Caller], tuple[float, str]] = {}

    def sign(self, audience: str, caller: Caller) -> str:
        """An assertion good for a minute; the same one is given again for half of that time."""
        known = self._signed.get((audience, caller))
        now = time.time()
        if known is not None and known[0] > now + ASSERTION_LIFE_S / 2:
            return known[1]
        if not all(_ROLE.fullmatch(role) for role in caller.roles):
            raise ValueError("a role has 1 to 100 letters, digits, _, : and -")
        expires_at_s = int(now + ASSERTION_LIFE_S)
        name = urlsafe_b64encode(caller.id.encode()).decode()
        body = f"{self._issuer}.{caller.kind}.{name}.{','.join(sorted(caller.roles))}.{expires_at_s}"
        assertion = f"{body}.{_mac(self._macs[audience], body)}"
        if len(self._signed) >= _REMEMBERED:
            self._signed.clear()
        self._signed[audience, caller] = (expires_at_s, assertion)
        return assertion


class CallerVerifier:
    """Checks caller assertions made for ``audience``; ``keys`` are by the issuer that signs with them."""

    def __init__(self, audience: str, keys: Mapping[str, bytes]) -> None:
        self._macs = {issuer: _begun(key, audience) for issuer, key in _checked(keys).items()}
        self._known: dict[str, tuple[float, Caller]] = {}

    def verify(self, assertion: str) -> Caller:
        """Who the assertion speaks for. Raises ``CallerNotProven``."""
        known = self._known.get(assertion)
        now = time.time()
        if known is not None:
            if known[0] > now:
                return known[1]
            del self._known[assertion]
        expires_at_s, caller = self._check(assertion)
        if not now < expires_at_s <= now + ASSERTION_LIFE_S + 5:
            raise CallerNotProven("the caller assertion has expired: sign a new one")
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[assertion] = (expires_at_s, caller)
        return caller

    def _check(self, assertion: str) -> tuple[float, Caller]:
        body, _, mac = assertion.rpartition(".")
        try:
            issuer, kind, name, roles, expires_at_s = body.split(".")
            if not hmac.compare_digest(mac.encode(), _mac(self._macs[issuer], body).encode()):
                raise ValueError
            held = frozenset(filter(None, roles.split(","))) if roles else _NO_ROLES
            named = a2b_base64(name.replace("-", "+").replace("_", "/"))  # twice as fast as by base64
            caller = Caller(_KINDS[kind], named.decode(), held)
            if issuer != SPEAKS_FOR_OTHERS and caller != Caller(CallerKind.SERVICE, issuer):
                raise ValueError
            return float(expires_at_s), caller
        except (KeyError, ValueError):
            raise CallerNotProven("the caller assertion is not one of ours") from None


def _checked(keys: Mapping[str, bytes]) -> dict[str, bytes]:
    """The keys, when none of them can be guessed. Raises ``ValueError``."""
    for name, key in keys.items():
        if len(key) != _KEY_BYTES:
            raise ValueError(f"the key shared with {name} must have {_KEY_BYTES} bytes, in base64")
    return dict(keys)


def _begun(key: bytes, audience: str) -> hmac.HMAC:
    """A MAC as far as it is the same for all assertions: to go on from a copy takes half the time."""
    return hmac.new(key, f"huiyuan caller 1\0{audience}\0".encode(), "sha256")


def _mac(begun: hmac.HMAC, body: str) -> str:
    mac = begun.copy()
    mac.update(body.encode())
    return mac.hexdigest()
