"""Addresses: where the signed-in member receives things, in clear, since they are the member's own."""

import strawberry
from huiyuan.members.v1 import profiles_pb2


@strawberry.type(description="An address.")
class Address:
    id: strawberry.ID
    label: str | None = strawberry.field(description="What the member calls it.")
    recipient: str
    phone: str | None
    country: str = strawberry.field(description="ISO 3166, two letters.")
    province: str | None
    city: str
    district: str | None
    lines: list[str] = strawberry.field(
        description="Street and house; one line in China, up to three abroad."
    )
    postcode: str | None
    is_default: bool = strawberry.field(description="Which of several is meant when none is named.")


@strawberry.input(description="An address as the member writes it.")
class AddressInput:
    recipient: str = strawberry.field(description="1 to 32 characters.")
    city: str
    lines: list[str] = strawberry.field(
        description="One line in China, up to three abroad; 100 characters each."
    )
    country: str | None = strawberry.field(default=None, description="ISO 3166; CN when not given.")
    province: str | None = strawberry.field(default=None, description="Needed in China.")
    district: str | None = None
    postcode: str | None = strawberry.field(default=None, description="Six digits in China.")
    phone: str | None = None
    label: str | None = strawberry.field(default=None, description="Up to 16 characters.")
    is_default: bool = False


def address(wire: profiles_pb2.Address) -> Address:
    """An address as it is shown."""
    return Address(
        id=strawberry.ID(wire.address_id),
        label=wire.label or None,
        recipient=wire.recipient,
        phone=wire.phone or None,
        country=wire.country,
        province=wire.province or None,
        city=wire.city,
        district=wire.district or None,
        lines=list(wire.lines),
        postcode=wire.postcode or None,
        is_default=wire.is_default,
    )


def written(address_id: str | None, given: AddressInput) -> profiles_pb2.Address:
    """An address as it is sent."""
    return profiles_pb2.Address(
        address_id=address_id,
        label=given.label,
        recipient=given.recipient,
        phone=given.phone,
        country=given.country,
        province=given.province,
        city=given.city,
        district=given.district,
        lines=given.lines,
        postcode=given.postcode,
        is_default=given.is_default,
    )
