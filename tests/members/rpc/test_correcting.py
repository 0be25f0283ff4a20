"""PIPL 46: a correction reaches whatever shows or finds a member, at once, and nothing of before is left."""

import io
import json
import zipfile

from huiyuan.members.v1 import birthdays_pb2, events_pb2, profiles_pb2, searches_pb2

from services.members.jobs import traits as indexing
from tests.members.rpc.test_addresses import HOME, save
from tests.members.rpc.test_packages import Elsewhere, fetched, ready, token
from tests.members.service import LOYALTY, OPERATIONS, Members, as_member, by, new_agent, registration

WRONG = {"full_name": "王晓名", "birth_date": "1998-03-04"}
RIGHT = {"full_name": "王小明", "birth_date": "1989-04-03"}


async def found(members: Members, **asked: str) -> set[str]:
    request = searches_pb2.SearchMembersRequest(first=100, **asked)
    answer = await members.searches.search_members(request, headers=by(new_agent()))
    return {one.member_id for one in answer.members}


async def born_on(members: Members, day: str) -> set[str]:
    request = birthdays_pb2.ListBirthdaysRequest(on=day, first=500)
    return set((await members.birthdays.list_birthdays(request, headers=by(LOYALTY))).member_ids)


async def in_clear(members: Members, member_id: str) -> dict[int, str]:
    request = profiles_pb2.UnmaskProfileRequest(
        member_id=member_id, fields=[2, 5, 6], purpose="care", reason="asked to correct it"
    )
    answer = await members.profiles.unmask_profile(request, headers=by(OPERATIONS))
    return {field.field: field.value for field in answer.fields}


async def packed(members: Members, member_id: str) -> str:
    package = await ready(members, Elsewhere(), member_id)
    content = await fetched(
        members, member_id, package.package_id, await token(members, member_id, package.package_id)
    )
    return zipfile.ZipFile(io.BytesIO(content)).read("member.json").decode()


async def test_art_46_a_correction_reaches_every_projection_and_leaves_nothing_of_before(
    members: Members,
) -> None:
    member_id = await members.register(registration(members.phone(), **WRONG))
    await indexing.index(members.databases, members.ring)
    assert member_id in await found(members, full_name=WRONG["full_name"])
    assert member_id in await born_on(members, "2027-03-04")
    change = profiles_pb2.UpdateProfileRequest(member_id=member_id, **RIGHT)
    await members.profiles.update_profile(change, headers=by(as_member(member_id)))
    assert member_id in await found(members, full_name=RIGHT["full_name"])
    assert member_id not in await found(members, full_name=WRONG["full_name"])
    assert member_id in await born_on(members, "2027-04-03")
    assert member_id not in await born_on(members, "2027-03-04")
    shown = (await members.profile(member_id, as_member(member_id))).profile
    assert shown.full_name_masked == "王**"
    clear = await in_clear(members, member_id)
    assert (clear[2], clear[5]) == (RIGHT["full_name"], RIGHT["birth_date"])
    content = await packed(members, member_id)
    [profile] = json.loads(content)["tables"]["profile"]
    assert {name: profile[name] for name in RIGHT} == RIGHT
    assert not any(wrong in content for wrong in WRONG.values())


async def test_art_46_other_services_are_told_which_fields_changed_and_never_what_they_hold(
    members: Members,
) -> None:
    child = WRONG | {"birth_date": "2019-03-04"}
    member_id = await members.register(registration(members.phone(), **child))
    change = profiles_pb2.UpdateProfileRequest(member_id=member_id, **RIGHT)
    await members.profiles.update_profile(change, headers=by(OPERATIONS))
    [row] = await members.peek(
        "SELECT event FROM outbox WHERE member_id = $1::uuid AND type = 'ProfileUpdated'", member_id
    )
    told = events_pb2.MembersEvent.FromString(row["event"]).profile_updated
    assert list(told.fields) == ["full_name", "birth_date"]
    assert told.HasField("under14")
    assert not told.under14, "who was no child is none to the consent service either"
    assert not any(value.encode() in row["event"] for value in (*child.values(), *RIGHT.values()))


async def test_art_46_a_corrected_address_is_the_one_that_is_found_and_shown(members: Members) -> None:
    member_id = await members.register()
    saved = await save(members, member_id, **HOME)
    moved = HOME | {"province": "江苏省", "city": "苏州市"}
    await save(members, member_id, key="moved", address_id=saved.address_id, **moved)
    assert member_id in await found(members, city="苏州")
    assert member_id not in await found(members, city="杭州")
    assert "苏州市" in (await in_clear(members, member_id))[6]
    assert "杭州市" not in await packed(members, member_id)
