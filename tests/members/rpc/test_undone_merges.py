"""What a merge and its undoing leave to see: of two who were one by mistake neither keeps what is the other's."""

import asyncio
import io
import zipfile
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from huiyuan.members.v1 import erasures_pb2, packages_pb2, profiles_pb2, searches_pb2, statuses_pb2

from services.kit import clock, rpc
from services.members.actions import merges as merging
from services.members.jobs import birthdays, erasures, links, packages, traits
from services.members.rpc import linking as doors
from services.members.rpc import updates
from services.members.rules.blobs import BlobKind
from services.members.rules.erasures import Terms
from services.members.rules.packages import Table
from services.members.storage.tombstone_files import TombstoneFile
from tests.members import linking
from tests.members.linking import EMAIL, code_of, identity, merge, undo
from tests.members.rpc.test_accesses import accesses, agent, unmask
from tests.members.rpc.test_packages import asked, fetched, token
from tests.members.rpc.test_packages import listed as packages_of
from tests.members.service import OFFICER, Members, as_member, by, registration


async def nothing_elsewhere(_: UUID) -> list[Table]:
    return []


async def found(members: Members, name: str) -> list[str]:
    who = rpc.Caller(rpc.CallerKind.STAFF, uuid4().hex, frozenset({"support"}))
    request = searches_pb2.SearchMembersRequest(full_name=name, first=10)
    answer = await members.searches.search_members(request, headers=by(who))
    return [one.member_id for one in answer.members]


async def two(members: Members, name: str, **fields: str) -> tuple[str, str]:
    """Two strangers, the first of this name; both are indexed."""
    first = await members.register(registration(members.phone(), full_name=name, **fields))
    second = await members.register(registration(members.phone()))
    await traits.index(members.databases, members.ring)
    return first, second


async def test_who_was_merged_by_mistake_is_found_by_name_and_greeted_again(members: Members):
    a, b = await two(members, "并而复分", birth_date="1990-06-05")
    await merge(members, a, b, "found")
    await traits.index(members.databases, members.ring)
    assert await found(members, "并而复分") == []
    held = "SELECT count(*) FROM traits WHERE member_id = $1"
    assert (await members.peek(held, UUID(a), keys=True))[0][0] == 0, "the index tells of the survivor alone"
    await undo(members, a, "found")
    await traits.index(members.databases, members.ring)
    assert await found(members, "并而复分") == [a]
    job = birthdays.Birthdays(members.databases, members.ring, "Asia/Shanghai", "02-28")
    await job.tell(datetime(2031, 6, 5, tzinfo=UTC))
    told = await members.peek("SELECT member_id FROM birthdays_told WHERE year = 2031")
    assert UUID(a) in {row["member_id"] for row in told}


@pytest.mark.parametrize("step", ["merged", "parted"])
async def test_a_change_under_way_reaches_whom_the_id_means_when_it_is_made(
    members: Members, monkeypatch, step: str
):
    a, b = await two(members, f"正在修改-{step}")
    if step == "parted":
        await merge(members, a, b, "under-way")
    through = updates.profiles.replace

    async def other_first(*arguments, **named):
        monkeypatch.setattr(updates.profiles, "replace", through)
        await (merge if step == "merged" else undo)(
            members, a, *([b] if step == "merged" else []), "under-way"
        )
        return await through(*arguments, **named)

    monkeypatch.setattr(updates.profiles, "replace", other_first)
    request = profiles_pb2.UpdateProfileRequest(member_id=a, display_name="改好了")
    answer = await members.profiles.update_profile(request, headers=by(as_member(a)))
    meant, other = (b, "改好了") if step == "merged" else (a, "小明")
    assert (answer.profile.member_id, answer.profile.display_name) == (meant, "改好了")
    assert (await members.profile(b, as_member(b))).profile.display_name == other


async def test_what_was_proven_under_way_does_not_come_to_rest_with_the_other(members: Members, monkeypatch):
    a, b = await two(members, "正在证明")
    await merge(members, a, b, "proving")
    mail = identity(EMAIL, f"{uuid4().hex}@example.com")
    code = await linking.ask(members, mail, a)
    through = doors.actions.rewrite

    async def parted_first(*arguments):
        monkeypatch.setattr(doors.actions, "rewrite", through)
        await undo(members, a, "proving")
        return await through(*arguments)

    monkeypatch.setattr(doors.actions, "rewrite", parted_first)
    confirmed = linking.confirm(members, code.verification_id, mail, linking.newest_code(members), a)
    assert await code_of(confirmed) == "LINK_RACED"
    assert [one.kind for one in await linking.listed(members, b)] == [linking.PHONE]
    await links.sweep(members.databases, members.ring, clock.now() + 2 * links.LEFT_ALONE)
    assert (await linking.link(members, a, mail)).identity.member_id == a


async def test_a_package_gathered_while_two_were_one_is_nobodys_once_they_are_two(members: Members):
    a, b = await two(members, "别人的名字")
    await merge(members, a, b, "packed")
    await asked(members, b)
    assert await packages.make(members.databases, members.ring, nothing_elsewhere) >= 1
    [ready] = await packages_of(members, b)
    one_time = await token(members, b, ready.package_id)
    await undo(members, a, "packed")
    assert await code_of(fetched(members, b, ready.package_id, one_time)) == "DOWNLOAD_TOKEN_NOT_VALID"
    assert await code_of(token(members, b, ready.package_id)) == "PACKAGE_NOT_READY"
    await packages.expire(members.databases)
    gone = "SELECT count(*) FROM keys WHERE kind = $2 AND member_id = $1"
    assert (await members.peek(gone, UUID(b), BlobKind.PACKAGE, keys=True))[0][0] == 0
    assert [one.state for one in await packages_of(members, b)] == [packages_pb2.PACKAGE_STATE_GONE]


async def test_a_package_being_gathered_while_they_part_is_gathered_anew_of_one_alone(members: Members):
    a, b = await two(members, "还在收集")
    await merge(members, a, b, "gathering")
    first = await asked(members, b)

    async def parted(_: UUID) -> list[Table]:
        if await packages_of(members, b) == [first]:
            await undo(members, a, "gathering")
        return []

    await packages.make(members.databases, members.ring, parted)
    newest, oldest = await packages_of(members, b)
    assert (oldest.package_id, oldest.state) == (first.package_id, packages_pb2.PACKAGE_STATE_GONE)
    assert newest.state == packages_pb2.PACKAGE_STATE_READY
    content = await fetched(members, b, newest.package_id, await token(members, b, newest.package_id))
    whole = zipfile.ZipFile(io.BytesIO(content)).read("member.json").decode()
    assert (b in whole, a in whole, "还在收集" in whole) == (True, False, False)


async def test_who_looked_before_two_were_merged_is_told_under_either_id_and_to_one_alone_after(
    members: Members,
):
    a, b = await two(members, "看过的人")
    await unmask(members, a, agent("before-merge"))
    await merge(members, a, b, "looked")
    await unmask(members, a, agent("while-merged"))
    await unmask(members, b, agent("while-merged"))
    for one in (a, b):
        shown = (await accesses(members, one, as_member(one))).accesses
        assert len(shown) == 3
        assert [each.access_id for each in shown] == sorted((each.access_id for each in shown), reverse=True)
    pages = [(await accesses(members, b, OFFICER, first=2)).accesses]
    pages.append((await accesses(members, b, OFFICER, first=2, after=pages[0][-1].access_id)).accesses)
    assert [each.actor for page in pages for each in page] == [
        *["staff:while-merged"] * 2,
        "staff:before-merge",
    ]
    await undo(members, a, "looked")
    assert len((await accesses(members, a, as_member(a))).accesses) == 1
    assert len((await accesses(members, b, as_member(b))).accesses) == 2


async def erase(members: Members, member_id: str) -> str:
    request = erasures_pb2.RequestErasureRequest(
        member_id=member_id, trigger=erasures_pb2.ERASURE_TRIGGER_STAFF, reason="request by letter"
    )
    answer = await members.erasures.request_erasure(request, headers=by(OFFICER))
    return answer.erasure.member_id


async def test_two_who_are_to_be_erased_as_one_part_no_more(members: Members, tmp_path):
    a, b = await two(members, "一起删除")
    await merge(members, a, b, "to-erase")
    assert await erase(members, a) == b
    assert await code_of(undo(members, a, "to-erase")) == "MEMBER_ERASED"
    await erasures.advance(members.databases, Terms(), TombstoneFile(tmp_path / "stones"))
    assert await code_of(undo(members, a, "to-erase")) == "MEMBER_ERASED"
    rows = await members.peek("SELECT status FROM members WHERE member_id = ANY($1::uuid[])", [a, b])
    assert {row["status"] for row in rows} == {profiles_pb2.MEMBER_STATUS_ERASED}


@pytest.mark.parametrize("asking", ["erasure", "closing"])
async def test_who_asks_while_they_part_asks_for_nobody_but_themselves(members: Members, asking: str):
    a, b = await two(members, f"同时要求-{asking}")
    await merge(members, a, b, "at-once")
    async with members.databases.members.begin() as connection:
        await merging.undo(connection, UUID(a), "at-once", "staff:test", "MISTAKE", clock.now())
        waiting = asyncio.create_task(erase(members, a) if asking == "erasure" else close(members, a))
        await until_somebody_waits(members)
    assert await waiting == a
    assert (await members.profile(b, as_member(b))).profile.status == profiles_pb2.MEMBER_STATUS_ACTIVE


async def close(members: Members, member_id: str) -> str:
    request = statuses_pb2.CloseMemberRequest(member_id=member_id)
    return (await members.statuses.close_member(request, headers=by(as_member(member_id)))).standing.member_id


async def until_somebody_waits(members: Members) -> None:
    waits = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE NOT granted AND datname = current_database()"
    async with asyncio.timeout(10):
        while (await members.peek(waits))[0][0] == 0:  # noqa: ASYNC110  # Postgres has no event for it
            await asyncio.sleep(0.01)
