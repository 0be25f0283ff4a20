"""What of a member the profile says: each field shows a part of the one profile that all of them load."""

import asyncio
from datetime import datetime

import strawberry
from huiyuan.members.v1 import profiles_pb2

from gateway.context import Info
from gateway.costs import ListSize
from gateway.documents.compiled.loads import loaded
from gateway.scalars import instant
from gateway.storefront.addresses import Address, address
from gateway.views.profiles import Gender, MemberStatus, Preference, preferences


def profile(member: "Profiled", info: Info) -> asyncio.Future[profiles_pb2.Profile]:
    """The member's profile, as the caller may see it."""
    return info.context.load.profiles_by_member.load(info.context.caller, member.id)


@strawberry.type
class Profiled:
    """The part of a member that the profile says."""

    id: strawberry.ID

    display_name: str | None = strawberry.field(
        resolver=loaded(profile, lambda wire: wire.display_name),
        description="What the member wants to be called.",
    )
    phone_masked: str | None = strawberry.field(
        resolver=loaded(profile, lambda wire: wire.phone_masked or None),
        description="The phone number with its middle hidden; null when there is none.",
    )
    email_masked: str | None = strawberry.field(
        resolver=loaded(profile, lambda wire: wire.email_masked or None),
        description="The address with most of it hidden; null when there is none.",
    )
    language: str | None = strawberry.field(
        resolver=loaded(profile, lambda wire: wire.language), description='BCP 47, for instance "zh-CN".'
    )
    time_zone: str | None = strawberry.field(
        resolver=loaded(profile, lambda wire: wire.time_zone or None),
        description='An IANA zone, for instance "Asia/Shanghai".',
    )
    full_name: str | None = strawberry.field(
        resolver=loaded(profile, lambda wire: wire.own.full_name or None),
        description="The member's full name in clear; null when there is none.",
    )
    birth_date: str | None = strawberry.field(
        resolver=loaded(profile, lambda wire: wire.own.birth_date or None),
        description="An ISO 8601 date; null when there is none.",
    )
    gender: Gender | None = strawberry.field(
        resolver=loaded(profile, lambda wire: Gender(wire.own.gender)), description="What the member said."
    )
    addresses: list[Address] | None = strawberry.field(
        resolver=loaded(profile, lambda wire: [address(one) for one in wire.own.addresses]),
        description="Where the member receives things.",
        directives=[ListSize(assumed_size=8)],
    )
    preferences: list[Preference] | None = strawberry.field(
        resolver=loaded(profile, lambda wire: preferences(wire.preferences)),
        description="What the member chose.",
        directives=[ListSize(assumed_size=5)],
    )
    status: MemberStatus | None = strawberry.field(
        resolver=loaded(profile, lambda wire: MemberStatus(wire.status))
    )
    joined_at: datetime | None = strawberry.field(
        resolver=loaded(profile, lambda wire: instant(wire.joined_at))
    )
