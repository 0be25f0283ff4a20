"""Entries: what the catalogue says of one code, and how it looks on the wire."""

from enum import Enum
from typing import NamedTuple

from gateway.errors.chinese import IN_CHINESE
from gateway.errors.codes import UserErrorCode
from services.kit.refusal import Kind


class Place(Enum):
    """Where a code is met."""

    PAYLOAD = "userErrors"
    TOP_LEVEL = "errors"
    RPC = "RPC"


_RPC_STATUS = {
    Kind.INVALID: "invalid_argument 400",
    Kind.UNAUTHENTICATED: "unauthenticated 401",
    Kind.FORBIDDEN: "permission_denied 403",
    Kind.NOT_FOUND: "not_found 404",
    Kind.CONFLICT: "already_exists 409",
    Kind.DECLINED: "failed_precondition 400",
    Kind.UNAVAILABLE: "unavailable 503",
}
_TOP_LEVEL_STATUS = {Kind.UNAUTHENTICATED: "401", Kind.UNAVAILABLE: "200"}
_USUAL_STATUS = "200 / 400"


class Entry(NamedTuple):
    """One code. ``zh`` is empty where payloads tell it in Chinese already.

    ``gateway`` says that no service answers it, ``inside`` that nobody but callers of services meets it.
    """

    code: str
    kind: Kind
    means: str
    do: str
    do_zh: str
    zh: str = ""
    gateway: bool = False
    inside: bool = False
    status: str = ""

    @property
    def means_zh(self) -> str:
        return self.zh or IN_CHINESE[UserErrorCode[self.code]]

    @property
    def retryable(self) -> bool:
        """True when the same request may succeed later, unchanged."""
        return self.kind is Kind.UNAVAILABLE and self.code != "INTERNAL"

    @property
    def places(self) -> list[Place]:
        everyones = self.kind in _TOP_LEVEL_STATUS
        met = {
            Place.PAYLOAD: self.code in UserErrorCode.__members__,
            Place.TOP_LEVEL: not self.inside
            and (everyones or (self.gateway and self.code not in UserErrorCode.__members__)),
            Place.RPC: not self.gateway,
        }
        return [place for place, is_met in met.items() if is_met]

    @property
    def statuses(self) -> str:
        """By HTTP: the gateway's, then a service's."""
        shown = []
        if Place.TOP_LEVEL in self.places:
            shown.append(self.status or _TOP_LEVEL_STATUS.get(self.kind, _USUAL_STATUS))
        elif Place.PAYLOAD in self.places:
            shown.append("200")
        if Place.RPC in self.places:
            shown.append(_RPC_STATUS[self.kind])
        return "; ".join(shown)
