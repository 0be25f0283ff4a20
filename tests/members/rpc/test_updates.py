"""Changing a profile: under a new key each time, once per request, and safe to be cut off anywhere."""

from datetime import timedelta

import pytest
from huiyuan.members.v1 import events_pb2, profiles_pb2

from services.kit import clock
from services.kit.refusal import Refusal
from services.members.actions import profiles as actions
from services.members.jobs import orphans
from services.members.rpc import updates
from services.members.storage import keys
from tests.members.service import (
    AUDITOR,
    IMPORTER,
    OPERATIONS,
    SUPPORT,
    Members,
    as_member,
    by,
    registration,
)


async def change(members: Members, member_id: str, reader=None, **fields: str) -> profiles_pb2.Profile:
    request = profiles_pb2.UpdateProfileRequest(member_id=member_id, **fields)
    answer = await members.profiles.update_profile(request, headers=by(reader or as_member(member_id)))
    return answer.profile


async def generations(members: Members, member_id: str) -> list[int]:
    rows = await members.peek(
        "SELECT dek_gen FROM keys WHERE member_id = $1::uuid ORDER BY 1", member_id, keys=True
    )
    return [row[0] for row in rows]


async def row(members: Members, member_id: str):
    [found] = await members.peek("SELECT * FROM members WHERE member_id = $1::uuid", member_id)
    return dict(found)


async def test_only_given_fields_change_and_an_event_tells_the_revision(members):
    member_id = await members.register(registration(members.phone(), full_name="王小明", language="en"))
    profile = await change(members, member_id, display_name="大明", time_zone="Asia/Shanghai")
    assert (profile.display_name, profile.full_name_masked) == ("大明", "王**")
    assert (profile.language, profile.time_zone, profile.revision) == ("en", "Asia/Shanghai", 2)
    assert (await members.profile(member_id, as_member(member_id))).profile == profile
    events = await members.peek(
        "SELECT type, event FROM outbox WHERE member_id = $1::uuid ORDER BY seq", member_id
    )
    assert [event["type"] for event in events] == ["MemberRegistered", "ProfileUpdated"]
    told = events_pb2.MembersEvent.FromString(events[1]["event"])
    assert told.profile_updated.revision == 2


async def test_empty_value_clears_an_optional_field(members):
    member_id = await members.register(registration(members.phone(), full_name="王小明"))
    assert (await change(members, member_id, full_name="")).full_name_masked == ""


async def test_every_rewrite_has_a_new_key_and_leaves_no_old_one(members):
    member_id = await members.register()
    sealed = {(await row(members, member_id))["blob"]}
    for number in range(2, 5):
        await change(members, member_id, display_name=f"名 {number}")
        assert await generations(members, member_id) == [number]
        now = await row(members, member_id)
        assert now["dek_gen"] == number
        sealed.add(now["blob"])
    assert len(sealed) == 4


async def test_change_that_changes_nothing_writes_nothing(members):
    member_id = await members.register()
    before = await row(members, member_id)
    assert (await change(members, member_id, display_name=" 小明 ")).revision == 1
    assert await row(members, member_id) == before


async def test_retry_does_not_undo_what_came_after(members):
    member_id = await members.register()
    await change(members, member_id, display_name="一", idempotency_key="u-1")
    await change(members, member_id, display_name="二", idempotency_key="u-2")
    again = await change(members, member_id, display_name="一", idempotency_key="u-1")
    assert (again.display_name, again.revision) == ("二", 3)
    with pytest.raises(Refusal) as refused:
        await change(members, member_id, display_name="三", idempotency_key="u-1")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"display_name": ""}, "NAME_NOT_VALID"),
        ({"birth_date": "2999-01-01"}, "BIRTH_DATE_NOT_VALID"),
        ({"language": "klingonese"}, "LANGUAGE_NOT_VALID"),
        ({"time_zone": "Moon/Base"}, "TIME_ZONE_NOT_VALID"),
    ],
)
async def test_wrong_fields_are_refused_and_change_nothing(members, fields, code):
    member_id = await members.register()
    before = await row(members, member_id)
    with pytest.raises(Refusal) as refused:
        await change(members, member_id, **fields)
    assert refused.value.code == code
    assert await row(members, member_id) == before
    assert await generations(members, member_id) == [1]


async def test_staff_may_change_and_see_a_mask_others_may_not(members):
    member_id = await members.register()
    assert (await change(members, member_id, SUPPORT, display_name="张三丰")).display_name == "张**"
    before = await row(members, member_id)
    stranger = as_member(await members.register())
    for caller in (stranger, AUDITOR, IMPORTER):
        with pytest.raises(Refusal) as refused:
            await change(members, member_id, caller, display_name="李四")
        assert refused.value.code == "NOT_ALLOWED"
    assert await row(members, member_id) == before


async def test_unknown_member_cannot_be_changed(members):
    for nobody in ("0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1", "nobody"):
        with pytest.raises(Refusal) as refused:
            await change(members, nobody, OPERATIONS, display_name="谁")
        assert refused.value.code == "UNKNOWN_MEMBER"


class Killed(Exception):
    """The process ended here."""


async def cut_off(members: Members, monkeypatch, where: object, what: str, member_id: str) -> None:
    """A rewrite that dies when it reaches a step."""

    async def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as deadly:
        deadly.setattr(where, what, die)
        request = profiles_pb2.UpdateProfileRequest(member_id=member_id, display_name="新名")
        with pytest.raises(Killed):
            await updates.update(members.databases, members.ring, request, clock.now())


async def test_rewrite_killed_before_the_blob_leaves_the_old_profile(members, monkeypatch):
    member_id = await members.register()
    await cut_off(members, monkeypatch, actions, "replace", member_id)
    assert await generations(members, member_id) == [1, 2]
    assert (await members.profile(member_id, as_member(member_id))).profile.display_name == "小明"
    await orphans.sweep(members.databases, clock.now() + timedelta(hours=1))
    assert (await members.profile(member_id, as_member(member_id))).profile.display_name == "小明"
    assert (await change(members, member_id, display_name="新名")).revision == 2
    assert await generations(members, member_id) == [3]


async def test_rewrite_killed_before_the_old_key_goes_is_finished_by_the_sweep(members, monkeypatch):
    member_id = await members.register()
    await cut_off(members, monkeypatch, keys, "drop_older", member_id)
    assert await generations(members, member_id) == [1, 2]
    assert (await members.profile(member_id, as_member(member_id))).profile.display_name == "新名"
    await orphans.sweep(members.databases)
    assert await generations(members, member_id) == [1, 2], "what is fresh may still be under way"
    await orphans.sweep(members.databases, clock.now() + timedelta(hours=1))
    assert await generations(members, member_id) == [2]
    assert (await members.profile(member_id, as_member(member_id))).profile.display_name == "新名"
