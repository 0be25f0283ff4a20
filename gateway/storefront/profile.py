"""The profile: what members change about themselves, their addresses included."""

import strawberry
from huiyuan.members.v1 import addresses_pb2, profiles_pb2

from gateway.clients import MEMBERS
from gateway.context import Info
from gateway.errors import UserError, attempt
from gateway.storefront.addresses import Address, AddressInput, address, written
from gateway.storefront.member import Member
from gateway.views.profiles import Gender


@strawberry.input(description="A choice, for instance theme: dark; an empty value takes it back.")
class PreferenceInput:
    name: str
    value: str


@strawberry.input(description="What to change; a field that is not given, or null, stays as it is.")
class UpdateProfileInput:
    display_name: str | None = None
    full_name: str | None = None
    birth_date: str | None = strawberry.field(default=None, description="An ISO 8601 date.")
    language: str | None = strawberry.field(default=None, description='BCP 47, for instance "zh-CN".')
    time_zone: str | None = strawberry.field(default=None, description="An IANA zone.")
    gender: Gender | None = None
    preferences: list[PreferenceInput] | None = strawberry.field(
        default=None, description="Those that are given change, the others stay."
    )
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class UpdateProfilePayload:
    member: Member | None
    user_errors: list[UserError]


@strawberry.input(description="An address to add, or to replace by its id.")
class SaveAddressInput:
    address_id: strawberry.ID | None = strawberry.field(default=None, description="Not given: a new one.")
    address: AddressInput
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class SaveAddressPayload:
    address: Address | None
    member: Member | None
    user_errors: list[UserError]


@strawberry.input(description="Which address to remove.")
class RemoveAddressInput:
    address_id: strawberry.ID
    idempotency_key: str = strawberry.field(description="1 to 100 characters; a retry sends the same.")


@strawberry.type
class RemoveAddressPayload:
    member: Member | None
    user_errors: list[UserError]


@strawberry.type
class ProfileMutations:
    @strawberry.mutation(description="Changes the signed-in member's profile.")
    async def update_profile(self, info: Info, input: UpdateProfileInput) -> UpdateProfilePayload:
        context = info.context
        member_id = context.member_id()
        request = profiles_pb2.UpdateProfileRequest(
            member_id=member_id,
            display_name=input.display_name,
            full_name=input.full_name,
            birth_date=input.birth_date,
            language=input.language,
            time_zone=input.time_zone,
            idempotency_key=input.idempotency_key,
            gender=input.gender.value if input.gender else None,
            preferences=[
                profiles_pb2.Preference(name=one.name, value=one.value) for one in input.preferences or ()
            ],
        )
        call = context.clients.profiles.update_profile(request, headers=context.named(MEMBERS))
        updated, refused = await attempt(call, context.locale)
        member = Member(id=strawberry.ID(member_id)) if updated is not None else None
        return UpdateProfilePayload(member=member, user_errors=refused)

    @strawberry.mutation(description="Adds or replaces an address of the signed-in member.")
    async def save_address(self, info: Info, input: SaveAddressInput) -> SaveAddressPayload:
        context = info.context
        member_id = context.member_id()
        request = addresses_pb2.SaveAddressRequest(
            member_id=member_id,
            address=written(input.address_id, input.address),
            idempotency_key=input.idempotency_key,
        )
        call = context.clients.addresses.save_address(request, headers=context.named(MEMBERS))
        saved, refused = await attempt(call, context.locale)
        if saved is None:
            return SaveAddressPayload(address=None, member=None, user_errors=refused)
        kept = (one for one in saved.profile.own.addresses if one.address_id == saved.address_id)
        found = next((address(one) for one in kept), None)
        return SaveAddressPayload(
            address=found, member=Member(id=strawberry.ID(member_id)), user_errors=refused
        )

    @strawberry.mutation(description="Removes an address of the signed-in member.")
    async def remove_address(self, info: Info, input: RemoveAddressInput) -> RemoveAddressPayload:
        context = info.context
        member_id = context.member_id()
        request = addresses_pb2.RemoveAddressRequest(
            member_id=member_id, address_id=input.address_id, idempotency_key=input.idempotency_key
        )
        call = context.clients.addresses.remove_address(request, headers=context.named(MEMBERS))
        removed, refused = await attempt(call, context.locale)
        member = Member(id=strawberry.ID(member_id)) if removed is not None else None
        return RemoveAddressPayload(member=member, user_errors=refused)
