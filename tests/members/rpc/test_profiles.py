"""Reading profiles: one's own name in clear, all else masked, and nobody else's at all."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import profiles_pb2
from sqlalchemy import text

from services.kit import clock, rpc
from services.kit.refusal import Refusal
from services.members.actions import profiles as actions
from services.members.rules.members import Member
from services.members.rules.personal import Personal
from services.members.storage import keys as stored_keys
from services.members.storage import profiles
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
    registration,
    signer,
)


def key(member_id: str, reader: rpc.Caller) -> kit_pb2.MemberKey:
    return kit_pb2.MemberKey(member_id=member_id, caller=signer.sign("members", reader))


async def read(members: Members, *keys: kit_pb2.MemberKey) -> list[profiles_pb2.ProfileResult]:
    request = profiles_pb2.BatchGetProfilesRequest(members=keys)
    return list((await members.profiles.batch_get_profiles(request, headers=by(ANYONE))).results)


async def test_member_sees_the_own_name_and_staff_a_mask(members):
    phone = members.phone()
    member_id = await members.register(registration(phone, display_name="欧阳娜娜", language="en"))
    own, staff = await read(members, key(member_id, as_member(member_id)), key(member_id, SUPPORT))
    assert own.profile.display_name == "欧阳娜娜"
    assert staff.profile.display_name == "欧阳**"
    for result in (own, staff):
        assert result.profile.phone_masked == f"139****{phone[-4:]}"
        assert result.profile.language == "en"


@pytest.mark.parametrize("reader", [SUPPORT, OPERATIONS, OFFICER])
async def test_staff_who_serve_members_may_read_masked(members, reader):
    member_id = await members.register()
    [result] = await read(members, key(member_id, reader))
    assert result.profile.member_id == member_id


@pytest.mark.parametrize("reader", [AUDITOR, LOYALTY, IMPORTER, ANYONE, as_member(str(uuid4()))])
async def test_others_are_refused_for_that_item_alone(members, reader):
    member_id = await members.register()
    refused, granted = await read(members, key(member_id, reader), key(member_id, as_member(member_id)))
    assert refused.refusal.code == "NOT_ALLOWED"
    assert not refused.HasField("profile")
    assert granted.profile.display_name == "小明"


async def test_items_without_proof_or_member_are_refused_alone(members):
    member_id = await members.register()
    nobody = str(uuid4())
    results = await read(
        members,
        kit_pb2.MemberKey(member_id=member_id, caller="forged"),
        kit_pb2.MemberKey(member_id=member_id),
        key(nobody, OPERATIONS),
        key("not-an-id", OPERATIONS),
        key(nobody, as_member(nobody)),
        key(member_id, OPERATIONS),
        key(member_id, OPERATIONS),
    )
    assert [result.refusal.code for result in results] == [
        "CALLER_NOT_PROVEN",
        "CALLER_NOT_PROVEN",
        "UNKNOWN_MEMBER",
        "UNKNOWN_MEMBER",
        "UNKNOWN_MEMBER",
        "",
        "",
    ]


async def test_more_than_five_hundred_are_refused(members):
    one = key(str(uuid4()), OPERATIONS)
    with pytest.raises(Refusal) as refused:
        await read(members, *[one] * 501)
    assert refused.value.code == "BATCH_TOO_LARGE"


async def test_records_moved_between_members_do_not_open(members):
    victim, thief = await members.register(), await members.register()
    owner = await asyncpg.connect(members.members.owner)
    keys = await asyncpg.connect(members.keys.owner)
    swap_blob = "UPDATE members SET blob = (SELECT blob FROM members WHERE member_id = $1::uuid) WHERE member_id = $2::uuid"
    swap_key = "UPDATE keys SET wrapped = (SELECT wrapped FROM keys WHERE member_id = $1::uuid) WHERE member_id = $2::uuid"
    try:
        await owner.execute(swap_blob, victim, thief)
        assert (await members.profile(thief, as_member(thief))).refusal.code == "UNREADABLE"
        await keys.execute(swap_key, victim, thief)
        assert (await members.profile(thief, as_member(thief))).refusal.code == "UNREADABLE"
        assert (await members.profile(victim, as_member(victim))).profile.display_name == "小明"
        await keys.execute("DELETE FROM keys WHERE member_id = $1::uuid", victim)
        assert (await members.profile(victim, as_member(victim))).refusal.code == "UNREADABLE"
    finally:
        await owner.close()
        await keys.close()


async def test_merged_member_is_answered_with_the_survivor(members):
    survivor = await members.register(registration(members.phone(), display_name="张三"))
    merged = await members.register(registration(members.phone(), display_name="李四"))
    owner = await asyncpg.connect(members.members.owner)
    try:
        await owner.execute(
            "UPDATE members SET merged_into = $1::uuid WHERE member_id = $2::uuid", survivor, merged
        )
    finally:
        await owner.close()
    found = await members.profile(merged, as_member(merged))
    assert (found.profile.member_id, found.profile.display_name) == (survivor, "张三")


async def test_profile_whose_key_was_replaced_between_the_two_reads_is_read_again(members):
    member_id = await members.register()
    [before] = (await profiles.read(members.databases, members.ring, [UUID(member_id)])).values()
    assert isinstance(before, Member)
    assert before.profile is not None
    renamed = before.profile._replace(display_name=Personal("大明"))
    now = clock.now()
    async with members.databases.keys.begin() as keys:
        await keys.execute(text("LOCK TABLE keys IN ACCESS EXCLUSIVE MODE"))
        reading = asyncio.create_task(members.profile(member_id, as_member(member_id)))
        while not await members.peek("SELECT 1 FROM pg_locks WHERE NOT granted", keys=True):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        dek_gen, blob = await actions.renew_key(keys, members.ring, before, renamed, now)
        async with members.databases.members.begin() as connection:
            await actions.replace(connection, before, blob, dek_gen, None, now)
        await stored_keys.drop_older(keys, [before.member_id], [dek_gen])
    assert (await reading).profile.display_name == "大明"


async def test_profiles_can_be_read_at_any_moment_of_many_rewrites(members):
    member_id = await members.register()
    stop = asyncio.Event()

    async def rewrite(writer: int) -> None:
        for number in range(15):
            request = profiles_pb2.UpdateProfileRequest(
                member_id=member_id, display_name=f"小明 {writer}-{number}"
            )
            while True:
                try:
                    await members.profiles.update_profile(request, headers=by(as_member(member_id)))
                    break
                except Refusal as refused:
                    if not refused.retryable:
                        raise

    async def look() -> int:
        looks = 0
        while not stop.is_set():
            found = await members.profile(member_id, as_member(member_id))
            assert found.profile.display_name.startswith("小明"), found.refusal.code
            looks += 1
        return looks

    looking = [asyncio.create_task(look()) for _ in range(2)]
    await asyncio.gather(rewrite(1), rewrite(2))
    stop.set()
    assert sum(await asyncio.gather(*looking)) > 10
    assert (await members.profile(member_id, OPERATIONS)).profile.revision == 31
    left = await members.peek("SELECT dek_gen FROM keys WHERE member_id = $1::uuid", member_id, keys=True)
    assert len(left) == 1
