"""Addresses, asked: kept in the profile, so that each change is a rewrite of it."""

from typing import Any

import msgpack
from huiyuan.members.v1 import addresses_pb2 as wire
from huiyuan.members.v1 import profiles_pb2

from services.kit import clock, rpc
from services.members.rpc import views
from services.members.rpc.collecting import Collecting
from services.members.rpc.updates import Once, change, once_of
from services.members.rules import addresses as rules
from services.members.rules import collecting
from services.members.rules.accesses import PersonalField
from services.members.rules.keyrings import KeyRing
from services.members.rules.profiles import Profile
from services.members.rules.registrations import IdempotencyKeyNotValid
from services.members.storage.databases import Databases

_ID_BYTES = 6
_CHANGERS = (rpc.members, rpc.staff("support", "operations", "program_admin"))


class Addresses:
    """The handlers of ``AddressesService``."""

    def __init__(self, databases: Databases, ring: KeyRing, listed: Collecting) -> None:
        self._databases = databases
        self._ring = ring
        self._listed = listed

    @rpc.allow(*_CHANGERS)
    async def save_address(self, request: wire.SaveAddressRequest, _: Any) -> wire.SaveAddressResponse:
        rpc.be_member(request.member_id)
        await self._listed.admit(collecting.of_fields((PersonalField.ADDRESSES,)))
        asked = request.address
        once = self._once(request.idempotency_key, b"address\0" + asked.SerializeToString(deterministic=True))
        # Made of the idempotency key, so that a retry is told the same id.
        address_id = asked.address_id or once[0].digest[:_ID_BYTES].hex()
        new = rules.made(address_id, _fields(asked))

        def save(profile: Profile) -> Profile:
            saved = rules.saved(profile.addresses, new, replaces=bool(asked.address_id))
            return profile._replace(addresses=saved)

        profile = await self._change(request.member_id, save, once)
        return wire.SaveAddressResponse(profile=profile, address_id=address_id)

    @rpc.allow(*_CHANGERS)
    async def remove_address(self, request: wire.RemoveAddressRequest, _: Any) -> wire.RemoveAddressResponse:
        rpc.be_member(request.member_id)
        once = self._once(request.idempotency_key, b"no address\0" + msgpack.packb(request.address_id))

        def remove(profile: Profile) -> Profile:
            return profile._replace(addresses=rules.removed(profile.addresses, request.address_id))

        return wire.RemoveAddressResponse(profile=await self._change(request.member_id, remove, once))

    async def _change(self, member_id: str, changing: Any, once: Once) -> profiles_pb2.Profile:
        member = await change(self._databases, self._ring, member_id, changing, once, clock.now())
        return views.profile(member, own=rpc.caller().is_member(member_id))

    def _once(self, key: str, body: bytes) -> Once:
        once = once_of(self._ring, key, body)
        if once is None:
            raise IdempotencyKeyNotValid("send an idempotency key", field="idempotency_key")
        return once


def _fields(asked: profiles_pb2.Address) -> rules.AddressFields:
    return rules.AddressFields(
        recipient=asked.recipient,
        city=asked.city,
        lines=tuple(asked.lines),
        country=asked.country,
        label=asked.label,
        phone=asked.phone,
        province=asked.province,
        district=asked.district,
        postcode=asked.postcode,
        is_default=asked.is_default,
    )
