"""Collecting: no personal data is taken in that no purpose in force lists (PIPL 6)."""

from collections.abc import Set
from functools import lru_cache

from services.kit.refusal import Declined
from services.members.rules.accesses import PersonalField
from services.members.rules.identities import IdentityKind

TAGS = frozenset({"tags"})
NOTES = frozenset({"service_notes"})
"""What staff write about a member is personal data too, and no field of the profile."""

_OF_IDENTITIES: dict[int, str] = {
    IdentityKind.PHONE: PersonalField.PHONE.category,
    IdentityKind.EMAIL: PersonalField.EMAIL.category,
    IdentityKind.DEVICE: "device_id",
}
_ACCOUNT = "account_id"
"""An id that the person has elsewhere: at WeChat, a marketplace or a shop."""


class FieldWithoutPurpose(Declined):
    """No purpose in force lists this kind of data, so that it may not be collected (PIPL 6)."""


@lru_cache(64)
def of_fields(fields: tuple[PersonalField, ...]) -> frozenset[str]:
    """The categories that fields are of."""
    return frozenset(field.category for field in fields)


@lru_cache(64)
def of_identity(kind: int) -> frozenset[str]:
    """The category of what an identity says about a person; of an unknown kind too, which is refused later."""
    return frozenset({_OF_IDENTITIES.get(kind, _ACCOUNT)})


def refusal_of(brought: Set[str], listed: Set[str]) -> FieldWithoutPurpose | None:
    """Why these categories may not be collected while purposes list others; None when they may."""
    unlisted = sorted(brought - listed)
    if not unlisted:
        return None
    categories = ", ".join(unlisted)
    return FieldWithoutPurpose(
        f"no purpose in force lists {categories} (PIPL 6): leave it out, or publish a purpose that needs it first",
        categories=",".join(unlisted),
        article="PIPL 6",
    )
