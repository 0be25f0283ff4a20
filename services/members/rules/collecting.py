"""Collecting: no personal data is taken in that no purpose in force lists (PIPL 6)."""

from collections.abc import Set

from services.kit.refusal import Declined
from services.members.rules.accesses import PersonalField
from services.members.rules.identities import IdentityKind

_OF_IDENTITIES = {IdentityKind.PHONE: PersonalField.PHONE, IdentityKind.EMAIL: PersonalField.EMAIL}


class FieldWithoutPurpose(Declined):
    """No purpose in force lists this kind of data, so that it may not be collected (PIPL 6)."""


def of_identity(kind: int) -> Set[PersonalField]:
    """What an identity says about a person; ids that accounts have elsewhere are no category of their own."""
    field = next((field for known, field in _OF_IDENTITIES.items() if known == kind), None)
    return frozenset() if field is None else frozenset({field})


def refusal_of(brought: Set[PersonalField], listed: Set[str]) -> FieldWithoutPurpose | None:
    """Why these fields may not be collected while purposes list these categories; None when they may."""
    unlisted = sorted({field.category for field in brought} - listed)
    if not unlisted:
        return None
    categories = ", ".join(unlisted)
    return FieldWithoutPurpose(
        f"no purpose in force lists {categories} (PIPL 6): leave it out, or publish a purpose that needs it first",
        categories=",".join(unlisted),
        article="PIPL 6",
    )
