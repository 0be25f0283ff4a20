"""Profiles as staff see them: masked."""

from datetime import datetime

import strawberry
from huiyuan.members.v1 import profiles_pb2

from gateway.costs import FREE, ListSize
from gateway.scalars import Long, instant
from gateway.views.profiles import MemberStatus, Preference, preferences


@strawberry.type(description="Where the member receives things, coarsely.", directives=[FREE])
class MaskedAddress:
    id: strawberry.ID
    recipient: str
    phone: str | None
    place: str = strawberry.field(description="Province and city; abroad the country and the city.")
    is_default: bool


@strawberry.type(description="A profile, masked.")
class MaskedProfile:
    display_name: str
    full_name: str | None
    phone: str | None
    email: str | None
    language: str
    time_zone: str | None
    status: MemberStatus
    joined_at: datetime
    revision: Long = strawberry.field(description="Grows with every change of the profile.")
    birth_date: str | None = strawberry.field(description="That there is one; no part of it.")
    addresses: list[MaskedAddress] = strawberry.field(directives=[ListSize(assumed_size=8)])
    preferences: list[Preference] = strawberry.field(directives=[ListSize(assumed_size=5)])
    tags: list[str]


def masked(wire: profiles_pb2.Profile) -> MaskedProfile:
    """The view of a profile."""
    return MaskedProfile(
        display_name=wire.display_name,
        full_name=wire.full_name_masked or None,
        phone=wire.phone_masked or None,
        email=wire.email_masked or None,
        language=wire.language,
        time_zone=wire.time_zone or None,
        status=MemberStatus(wire.status),
        joined_at=instant(wire.joined_at),
        revision=Long(wire.revision),
        birth_date=wire.birth_date_masked or None,
        addresses=[
            MaskedAddress(
                id=strawberry.ID(one.address_id),
                recipient=one.recipient_masked,
                phone=one.phone_masked or None,
                place=one.place_masked,
                is_default=one.is_default,
            )
            for one in wire.addresses
        ],
        preferences=preferences(wire.preferences),
        tags=list(wire.tags),
    )
