"""Finding members by what they are known by outside."""

from uuid import uuid4

import asyncpg
import pytest
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import identities_pb2 as wire

from services.kit import rpc
from services.kit.refusal import Refusal
from tests.members.service import (
    ANYONE,
    AUDITOR,
    IMPORTER,
    LOYALTY,
    OFFICER,
    OPERATIONS,
    SUPPORT,
    Members,
    as_member,
    by,
    new_agent,
    registration,
)


def identity(kind: int, value: str, scope: str = "") -> kit_pb2.ExternalIdentity:
    return kit_pb2.ExternalIdentity(kind=kind, scope=scope, value=value)


async def find(members: Members, asked: kit_pb2.ExternalIdentity, caller=None) -> str:
    caller = caller or new_agent()
    answer = await members.identities.find_member(wire.FindMemberRequest(identity=asked), headers=by(caller))
    return answer.member_id


async def resolve(members: Members, *references: wire.MemberReference, caller=LOYALTY):
    request = wire.ResolveMembersRequest(references=references)
    return list((await members.identities.resolve_members(request, headers=by(caller))).members)


async def test_support_finds_a_member_by_any_spelling(members):
    phone = members.phone()
    member_id = await members.register(registration(phone, email="Find.Me@example.com", customer="find-1"))
    assert await find(members, identity(1, f"{phone[3:6]} {phone[6:10]} {phone[10:]}")) == member_id
    assert await find(members, identity(2, "find.me@EXAMPLE.com")) == member_id
    assert await find(members, identity(8, "find-1", "demo-shop")) == member_id
    assert await find(members, identity(8, "find-1", "other-shop")) == ""
    assert await find(members, identity(1, members.phone())) == ""


@pytest.mark.parametrize("caller", [AUDITOR, LOYALTY, IMPORTER, ANYONE, as_member("someone")])
async def test_only_staff_who_serve_members_may_find(members, caller):
    with pytest.raises(Refusal) as refused:
        await find(members, identity(1, "13900001234"), caller)
    assert refused.value.code in ("NOT_ALLOWED", "NOT_SIGNED_IN")
    officer = rpc.Caller(rpc.CallerKind.STAFF, uuid4().hex, OFFICER.roles)
    assert await find(members, identity(1, members.phone()), officer) == ""


async def test_malformed_identity_is_refused_by_field(members):
    with pytest.raises(Refusal) as refused:
        await find(members, identity(1, "call me"))
    assert (refused.value.code, refused.value.field) == ("IDENTITY_NOT_VALID", "identity.value")


async def test_services_resolve_ids_and_identities_in_order(members):
    phone = members.phone()
    first = await members.register(registration(phone))
    second = await members.register(registration(customer="resolve-2"))
    found = await resolve(
        members,
        wire.MemberReference(identity=identity(8, "resolve-2", "demo-shop")),
        wire.MemberReference(member_id=str(uuid4())),
        wire.MemberReference(member_id=first),
        wire.MemberReference(identity=identity(1, "nonsense")),
        wire.MemberReference(identity=identity(1, phone[3:])),
        wire.MemberReference(),
        wire.MemberReference(member_id="nonsense"),
        wire.MemberReference(identity=identity(8, "nobody", "demo-shop")),
    )
    assert [member.member_id for member in found] == [second, "", first, "", first, "", "", ""]
    assert [bool(member.joined_at) for member in found] == [bool(member.member_id) for member in found]
    assert found[2].joined_at.endswith("+00:00")


async def test_identity_moved_in_the_index_is_not_believed(members):
    phone = members.phone()
    await members.register(registration(phone))
    thief = await members.register()
    keys = await asyncpg.connect(members.keys.owner)
    try:
        await keys.execute(
            "UPDATE identities SET member_id = $1::uuid WHERE linked_at = (SELECT linked_at FROM identities "
            "WHERE member_id <> $1::uuid ORDER BY linked_at DESC LIMIT 1)",
            thief,
        )
    finally:
        await keys.close()
    assert await find(members, identity(1, phone)) == ""
    [found] = await resolve(members, wire.MemberReference(identity=identity(1, phone)))
    assert found.member_id == ""


async def test_merged_members_resolve_to_the_survivor(members):
    phone = members.phone()
    survivor, merged = await members.register(), await members.register(registration(phone))
    owner = await asyncpg.connect(members.members.owner)
    try:
        await owner.execute(
            "UPDATE members SET merged_into = $1::uuid WHERE member_id = $2::uuid", survivor, merged
        )
    finally:
        await owner.close()
    assert await find(members, identity(1, phone)) == survivor
    found = await resolve(
        members,
        wire.MemberReference(member_id=merged),
        wire.MemberReference(identity=identity(1, phone)),
    )
    assert [member.member_id for member in found] == [survivor, survivor]


async def test_members_and_staff_may_not_resolve(members):
    for caller in (as_member("someone"), OPERATIONS, SUPPORT, ANYONE):
        with pytest.raises(Refusal):
            await resolve(members, wire.MemberReference(member_id=str(uuid4())), caller=caller)


async def test_more_than_a_thousand_references_are_refused(members):
    one = wire.MemberReference(member_id=str(uuid4()))
    with pytest.raises(Refusal) as refused:
        await resolve(members, *[one] * 1001)
    assert refused.value.code == "TOO_MANY_REFERENCES"
