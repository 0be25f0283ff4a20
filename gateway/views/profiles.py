"""Profiles: what of a member both schemas call by the same names."""

from collections.abc import Iterable
from enum import Enum

import strawberry
from huiyuan.members.v1 import profiles_pb2

from gateway.costs import FREE


@strawberry.enum(description="Where a membership is in its life.")
class MemberStatus(Enum):
    ACTIVE = profiles_pb2.MEMBER_STATUS_ACTIVE
    FROZEN = profiles_pb2.MEMBER_STATUS_FROZEN
    CLOSING = profiles_pb2.MEMBER_STATUS_CLOSING
    CLOSED = profiles_pb2.MEMBER_STATUS_CLOSED
    ERASED = profiles_pb2.MEMBER_STATUS_ERASED


@strawberry.enum(description="What a member says, if anything.")
class Gender(Enum):
    UNDISCLOSED = profiles_pb2.GENDER_UNSPECIFIED
    FEMALE = profiles_pb2.GENDER_FEMALE
    MALE = profiles_pb2.GENDER_MALE
    OTHER = profiles_pb2.GENDER_OTHER


@strawberry.enum(description="A field of the profile that is masked unless a purpose allows more.")
class PersonalField(Enum):
    DISPLAY_NAME = profiles_pb2.PERSONAL_FIELD_DISPLAY_NAME
    FULL_NAME = profiles_pb2.PERSONAL_FIELD_FULL_NAME
    PHONE = profiles_pb2.PERSONAL_FIELD_PHONE
    EMAIL = profiles_pb2.PERSONAL_FIELD_EMAIL
    BIRTH_DATE = profiles_pb2.PERSONAL_FIELD_BIRTH_DATE
    ADDRESSES = profiles_pb2.PERSONAL_FIELD_ADDRESSES
    GENDER = profiles_pb2.PERSONAL_FIELD_GENDER
    # In the access log alone: revealIdentityDocument shows it.
    IDENTITY_DOCUMENT = profiles_pb2.PERSONAL_FIELD_IDENTITY_DOCUMENT
    # The same: Member.notes shows them.
    NOTES = profiles_pb2.PERSONAL_FIELD_NOTES


@strawberry.type(description="A choice of the member's, for instance theme: dark.", directives=[FREE])
class Preference:
    name: str
    value: str


def preferences(wire: Iterable[profiles_pb2.Preference]) -> list[Preference]:
    """What the member chose."""
    return [Preference(name=one.name, value=one.value) for one in wire]
