"""Searching: by what is exact alone, opened and compared, newest first, counted and logged without its value."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import identities_pb2, profiles_pb2, searches_pb2, tags_pb2

from services.kit import rpc
from services.kit.refusal import Refusal
from services.members.jobs import traits as indexing
from services.members.rules import traits
from services.members.storage import traits as indexes
from tests.members.rpc.test_addresses import HOME, save
from tests.members.service import (
    ADMIN,
    AUDITOR,
    LOYALTY,
    OFFICER,
    SUPPORT,
    Members,
    as_member,
    by,
    new_agent,
    registration,
)


async def page(members: Members, caller: rpc.Caller | None = None, **asked):
    request = searches_pb2.SearchMembersRequest(**{"first": 100, **asked})
    return await members.searches.search_members(request, headers=by(caller or new_agent()))


async def search(members: Members, **asked) -> list[str]:
    return [found.member_id for found in (await page(members, **asked)).members]


async def named(members: Members, name: str, **fields) -> str:
    member_id = await members.register(registration(members.phone(), full_name=name, **fields))
    await indexing.index(members.databases, members.ring)
    return member_id


async def tagged(members: Members, member_id: str, *tags: str, remove: tuple[str, ...] = ()) -> None:
    for tag in tags:
        await members.tags.define_tag(tags_pb2.DefineTagRequest(tag=tag, label=tag), headers=by(ADMIN))
    request = tags_pb2.TagMemberRequest(member_id=member_id, add=tags, remove=remove)
    await members.tags.tag_member(request, headers=by(SUPPORT))


async def test_a_name_is_found_in_any_case_width_and_spacing_and_only_whole(members):
    member_id = await named(members, "Zhāng Wěi")
    twin = await named(members, "ＺＨĀＮＧ  ｗěi")
    for spelling in ("zhāng wěi", "ZHĀNGWĚI", " Zhāng　Wěi"):
        assert await search(members, full_name=spelling) == [twin, member_id]
    for other in ("Zhāng", "Zhang Wei", "Zhāng Wěi 2"):
        assert await search(members, full_name=other) == []


async def test_a_change_of_name_is_found_at_once_and_the_old_name_no_more(members):
    member_id = await named(members, "司马相如")
    request = profiles_pb2.UpdateProfileRequest(member_id=member_id, full_name="司马迁")
    await members.profiles.update_profile(request, headers=by(as_member(member_id)))
    assert await search(members, full_name="司马迁") == [member_id]
    assert await search(members, full_name="司马相如") == []
    assert await kinds(members, member_id) == [traits.TraitKind.FULL_NAME]


async def kinds(members: Members, member_id: str) -> list[int]:
    rows = await members.peek(
        "SELECT kind FROM traits WHERE member_id = $1::uuid ORDER BY 1", member_id, keys=True
    )
    return [row["kind"] for row in rows]


async def test_city_tags_status_and_joining_are_all_to_hold(members):
    here, there = await named(members, "甲"), await named(members, "乙")
    for member_id, city in ((here, "宁波市"), (there, "宁波")):
        await save(members, member_id, **{**HOME, "city": city})
    await tagged(members, here, "likes_tea", "likes_go")
    await tagged(members, there, "likes_tea")
    assert await search(members, city="宁波") == [there, here]
    assert await search(members, city="宁波市", tags=["likes_tea", "likes_go"]) == [here]
    assert await search(members, city="宁波", full_name="乙") == [there]
    assert await search(members, city="杭州", tags=["likes_go"]) == []
    assert await search(members, tags=["likes_tea"], status=1) == [there, here]
    assert await search(members, tags=["likes_tea"], status=2) == []
    later = datetime(2100, 1, 1, tzinfo=UTC)
    assert await search(members, tags=["likes_tea"], joined_from=later) == []
    assert await search(members, tags=["likes_tea"], joined_until=later) == [there, here]
    await tagged(members, here, remove=("likes_tea",))
    assert await search(members, tags=["likes_tea"]) == [there]


async def test_an_exact_identity_finds_its_member_and_the_rest_must_hold_too(members):
    phone = members.phone()
    member_id = await members.register(
        registration(phone, email=f"{phone}@example.com", customer=f"c{phone}")
    )
    for kind, scope, value in (
        (1, "", phone[3:]),
        (2, "", f"{phone}@EXAMPLE.com"),
        (8, "demo-shop", f"c{phone}"),
    ):
        identity = kit_pb2.ExternalIdentity(kind=kind, scope=scope, value=value)
        assert await search(members, identity=identity) == [member_id]
        assert await search(members, identity=identity, status=4) == []
        assert await search(members, identity=identity, full_name="谁") == []
    nobody = kit_pb2.ExternalIdentity(kind=1, value=members.phone())
    assert await search(members, identity=nobody) == []


async def test_among_those_whom_another_service_named_the_rest_must_hold(members):
    one, two = await named(members, "赵"), await named(members, "钱")
    nobody = "00000000-0000-0000-0000-000000000000"
    assert await search(members, among=[two, nobody, one]) == [two, one]
    assert await search(members, among=[two, one], full_name="赵") == [one]
    assert await search(members, among=[two, one], status=3) == []
    assert await search(members, among=[nobody]) == []
    for among in (["nonsense"], [one] * 101):
        with pytest.raises(Refusal) as refused:
            await search(members, among=among)
        assert (refused.value.code, refused.value.field) == ("SEARCH_NOT_VALID", "among")


async def all_pages(members: Members, first: int, **asked) -> list[str]:
    found, after = [], ""
    while True:
        one = await page(members, first=first, after=after, **asked)
        assert len(one.members) <= first
        found += [member.member_id for member in one.members]
        if not one.has_next_page:
            return found
        after = one.end


async def test_pages_neither_repeat_nor_leave_out_while_members_are_added(members):
    known = [await named(members, "诸葛亮") for _ in range(5)]
    first = await page(members, full_name="诸葛亮", first=2)
    added = await named(members, "诸葛亮")
    rest = await page(members, full_name="诸葛亮", first=100, after=first.end)
    seen = [one.member_id for one in (*first.members, *rest.members)]
    assert seen == known[::-1]
    assert await all_pages(members, 1, full_name="诸葛亮") == [added, *known[::-1]]


async def test_by_joining_alone_the_latest_come_first_in_stable_pages(members):
    days = [datetime(1999, 5, day, tzinfo=UTC) for day in (3, 1, 2, 2)]
    ids = []
    for day in days:
        request = registration(members.phone())
        request.joined_at.FromDatetime(day)
        ids.append(await members.register(request))
    span = {"joined_from": days[1], "joined_until": datetime(1999, 5, 4, tzinfo=UTC)}
    twins = sorted((ids[2], ids[3]), reverse=True)
    assert await all_pages(members, 1, **span) == [ids[0], *twins, ids[1]]
    assert await search(members, **{**span, "joined_until": days[2]}) == [ids[1]]
    assert await search(members, **span, status=2) == []


async def test_an_index_that_lags_shows_nobody_who_is_not_meant(members):
    member_id = await named(members, "纳兰性德")
    other = ring_place(members, "曹雪芹")
    async with members.databases.keys.begin() as connection:
        # What a crash between the two databases may leave: a place of a profile that is no more.
        await indexes.replace(connection, {UUID(member_id): indexes.Indexed(1, {other})})
    assert await search(members, full_name="曹雪芹") == []


def ring_place(members: Members, name: str):
    return members.ring.find_trait(traits.full_name(name))


async def test_whoever_was_cut_off_between_the_databases_is_indexed_by_the_job(members):
    member_id = await members.register(registration(members.phone(), full_name="李清照"))
    assert await search(members, full_name="李清照") == []
    assert await indexing.index(members.databases, members.ring) >= 1
    assert await search(members, full_name="李清照") == [member_id]
    assert await indexing.index(members.databases, members.ring) == 0


async def test_a_revision_that_came_while_indexing_is_indexed_again(members, monkeypatch):
    member_id = await named(members, "白居易")
    mark = indexes.mark

    async def late(connection, indexed):
        # Between reading the profile and noting it, another change is committed.
        await members.peek("UPDATE members SET revision = revision + 1 WHERE member_id = $1::uuid", member_id)
        await mark(connection, indexed)

    await members.peek("UPDATE members SET revision = revision + 1 WHERE member_id = $1::uuid", member_id)
    with monkeypatch.context() as racing:
        racing.setattr(indexes, "mark", late)
        await indexing.index(members.databases, members.ring)
    assert await indexing.index(members.databases, members.ring) == 1


async def test_nothing_of_an_erased_member_is_found_or_left(members):
    member_id = await named(members, "王昭君")
    await members.peek("UPDATE members SET blob = NULL, status = 5 WHERE member_id = $1::uuid", member_id)
    assert await search(members, full_name="王昭君") == []
    await indexing.index(members.databases, members.ring)
    assert await kinds(members, member_id) == []
    assert await indexing.index(members.databases, members.ring) == 0


async def test_searches_are_logged_by_kind_and_never_by_value(members):
    caller = new_agent()
    await named(members, "谢道韫")
    await page(members, caller, full_name="谢道韫", tags=["likes_tea"], status=1)
    request = searches_pb2.ListSearchesRequest(first=10, actor=caller.actor)
    [logged] = (await members.searches.list_searches(request, headers=by(OFFICER))).searches
    assert (logged.actor, list(logged.criteria), logged.found, logged.allowed) == (
        caller.actor,
        [2, 4, 5],
        0,
        True,
    )
    rows = await members.peek("SELECT member_searches::text AS row FROM member_searches")
    assert "谢道韫" not in str([row["row"] for row in rows])
    unspoken = searches_pb2.ListSearchesRequest(first=10, actor="staff:\0")
    with pytest.raises(Refusal) as refused:
        await members.searches.list_searches(unspoken, headers=by(OFFICER))
    assert (refused.value.code, refused.value.field) == ("SEARCH_NOT_VALID", "actor")
    with pytest.raises(Refusal) as refused:
        await members.searches.list_searches(request, headers=by(SUPPORT))
    assert refused.value.code == "NOT_ALLOWED"


async def test_nobody_searches_more_than_their_quota_at_either_door(members):
    caller = new_agent()
    for _ in range(members.settings.search_quota - 1):
        await page(members, caller, full_name="谁")
    phone = members.phone()
    await members.register(registration(phone))
    find = identities_pb2.FindMemberRequest(
        identity=kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_PHONE, value=phone)
    )
    assert (await members.identities.find_member(find, headers=by(caller))).member_id
    request = searches_pb2.ListSearchesRequest(first=1, actor=caller.actor)
    [logged] = (await members.searches.list_searches(request, headers=by(AUDITOR))).searches
    assert (list(logged.criteria), logged.found, logged.allowed) == ([1], 1, True)
    for attempt in (
        page(members, caller, full_name="谁"),
        members.identities.find_member(find, headers=by(caller)),
    ):
        with pytest.raises(Refusal) as refused:
            await attempt
        assert refused.value.code == "SEARCH_QUOTA_EXHAUSTED"
    request = searches_pb2.ListSearchesRequest(first=1, actor=caller.actor)
    [logged] = (await members.searches.list_searches(request, headers=by(AUDITOR))).searches
    assert (logged.allowed, logged.found) == (False, 0)
    await page(members, new_agent(), full_name="谁")


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"first": 0}, "PAGE_NOT_VALID"),
        ({"first": 101}, "PAGE_NOT_VALID"),
        ({"after": "nonsense"}, "PAGE_NOT_VALID"),
        ({"after": "2026-01-01T00:00:00/0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1"}, "PAGE_NOT_VALID"),
        ({"after": "0001-01-01T00:00:00+14:00/0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1"}, "PAGE_NOT_VALID"),
        ({"after": "9999-12-31T23:59:59-12:00/0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1"}, "PAGE_NOT_VALID"),
        ({"full_name": "谁", "after": "nonsense"}, "PAGE_NOT_VALID"),
        ({"full_name": "x" * 1000}, "SEARCH_NOT_VALID"),
        ({"full_name": "  "}, "SEARCH_NOT_VALID"),
        ({"status": 77}, "SEARCH_NOT_VALID"),
        ({"tags": ["a", "b", "c", "d", "e", "f"]}, "SEARCH_NOT_VALID"),
        ({"tags": ["DROP"]}, "TAG_NOT_VALID"),
        ({"identity": kit_pb2.ExternalIdentity(kind=1, value="12")}, "IDENTITY_NOT_VALID"),
    ],
)
async def test_what_cannot_be_looked_for_is_refused(members, asked, code):
    with pytest.raises(Refusal) as refused:
        await page(members, **asked)
    assert refused.value.code == code


async def test_members_services_and_auditors_do_not_search(members):
    member_id = await members.register()
    for caller in (as_member(member_id), LOYALTY, AUDITOR):
        with pytest.raises(Refusal) as refused:
            await page(members, caller, full_name="谁")
        assert refused.value.code == "NOT_ALLOWED"
