"""The codes of expected refusals, one enum for all payloads."""

from enum import StrEnum

import strawberry

from services.kit.refusal import Kind, Refusal


@strawberry.enum(description="Why a request was turned down. Later versions may add codes.")
class UserErrorCode(StrEnum):
    # What a refusal without a code of its own below is told as: its family.
    INVALID = "INVALID"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    CONFLICT = "CONFLICT"
    DECLINED = "DECLINED"

    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    NOT_ALLOWED = "NOT_ALLOWED"
    NOT_ENOUGH_POINTS = "NOT_ENOUGH_POINTS"
    UNKNOWN_MEMBER = "UNKNOWN_MEMBER"

    @classmethod
    def of(cls, refusal: Refusal) -> "UserErrorCode":
        """The refusal's own code, or its family's where the code is newer than this gateway."""
        return _BY_NAME.get(refusal.code) or _FAMILIES[refusal.kind]


_BY_NAME = dict(UserErrorCode.__members__)

_FAMILIES = {
    Kind.INVALID: UserErrorCode.INVALID,
    Kind.FORBIDDEN: UserErrorCode.FORBIDDEN,
    Kind.NOT_FOUND: UserErrorCode.NOT_FOUND,
    Kind.CONFLICT: UserErrorCode.CONFLICT,
    Kind.DECLINED: UserErrorCode.DECLINED,
}
