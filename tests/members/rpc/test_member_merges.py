"""Members who turn out to be one: by a login, or by staff; followed everywhere, and undone."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from huiyuan.members.v1 import statuses_pb2

from services.kit.refusal import Refusal
from services.members.rules.links import MOST_LINKS
from tests.members import linking
from tests.members.linking import (
    DEVICE,
    EMAIL,
    PHONE,
    code_of,
    holder,
    identity,
    join,
    listed,
    login,
    merge,
    merges,
    undo,
    unionid,
)
from tests.members.service import (
    ANYONE,
    AUDITOR,
    IMPORTER,
    LOYALTY,
    OFFICER,
    OPERATIONS,
    SUPPORT,
    as_member,
    by,
)

UNKNOWN, KNOWN, MERGED, CONFLICT = 1, 2, 3, 4


async def name_of(members, member_id: str) -> str:
    result = await members.profile(member_id, as_member(member_id))
    return result.profile.member_id


async def test_staff_merge_and_everything_answers_to_both_ids(members):
    phone, mail = identity(PHONE, members.phone()), identity(EMAIL, "merged@example.com")
    gone, survivor = await join(members, phone), await join(members, mail)
    answer = await merge(members, gone, survivor, "m-1")
    assert (answer.merge.cause, answer.merge.actor, answer.replayed) == (3, OPERATIONS.actor, False)
    assert [one.service for one in answer.merge.followers] == ["loyalty", "consent"]
    assert await name_of(members, gone) == survivor
    assert (await holder(members, phone), await holder(members, mail)) == (survivor, survivor)
    assert {one.member_id for one in await listed(members, gone)} == {gone, survivor}
    assert (await merge(members, gone, survivor, "m-1")).replayed
    assert await code_of(merge(members, gone, survivor, "m-1", reason="OTHER")) == "MERGE_ALREADY_RECORDED"
    [event] = [one for one in await linking.told(members, gone) if one.HasField("members_merged")]
    assert (event.members_merged.merge_id, event.members_merged.into_member_id) == ("m-1", survivor)


async def test_an_undone_merge_leaves_each_with_what_each_brought(members):
    phone, late = identity(PHONE, members.phone()), identity(EMAIL, "late@example.com")
    gone, survivor = await join(members, phone), await join(members, unionid())
    await merge(members, gone, survivor, "m-2")
    await linking.link(members, gone, late)
    undone = await undo(members, gone, "m-2")
    assert (undone.merge.undone_by, undone.merge.undone_reason) == (OPERATIONS.actor, "MISTAKE")
    assert await name_of(members, gone) == gone
    assert (await holder(members, phone), await holder(members, late)) == (gone, survivor)
    assert (await undo(members, gone, "m-2")).replayed
    assert (await merge(members, gone, survivor, "m-2")).replayed
    assert await name_of(members, gone) == gone
    assert not (await merge(members, gone, survivor, "m-3")).replayed
    assert [one.merge_id for one in await merges(members, survivor)] == ["m-3", "m-2"]


async def test_a_chain_leads_to_its_end_and_is_undone_from_the_last(members):
    a, b, c = [await join(members, unionid()) for _ in range(3)]
    await merge(members, a, b, "a-b")
    await merge(members, b, c, "b-c")
    assert [await name_of(members, one) for one in (a, b, c)] == [c, c, c]
    assert len(await listed(members, a)) == 3
    assert await code_of(undo(members, a, "a-b")) == "SURVIVOR_MERGED"
    await undo(members, b, "b-c")
    assert [await name_of(members, one) for one in (a, b, c)] == [b, b, c]
    await undo(members, a, "a-b")
    assert [await name_of(members, one) for one in (a, b, c)] == [a, b, c]


async def test_circles_and_second_merges_are_refused(members):
    a, b, c = [await join(members, unionid()) for _ in range(3)]
    assert await code_of(merge(members, a, a)) == "MERGE_INTO_ITSELF"
    await merge(members, a, b)
    for from_id, into_id in ((b, a), (a, c), (c, a)):
        assert await code_of(merge(members, from_id, into_id)) == "MEMBER_ALREADY_MERGED"
    assert await code_of(merge(members, c, "nobody")) == "UNKNOWN_MEMBER"
    assert await code_of(undo(members, c, "never")) == "UNKNOWN_MERGE"
    assert await code_of(merge(members, c, b, "13912345678")) == "MALFORMED_ID"
    assert await code_of(merge(members, c, b, reason="because he called")) == "REASON_CODE_NOT_VALID"
    assert await name_of(members, c) == c


async def test_merges_at_once_in_all_directions_make_no_circle(members):
    for _ in range(3):
        people = [await join(members, unionid()) for _ in range(3)]
        asked = [(one, other) for one in people for other in people if one != other]
        outcomes = await asyncio.gather(*(code_of(merge(members, *pair)) for pair in asked))
        assert set(outcomes) <= {"", "MEMBER_ALREADY_MERGED"}
        ends = [await name_of(members, one) for one in people]
        assert len(set(ends)) == 3 - outcomes.count("")
        rows = await members.peek(
            "SELECT member_id::text, merged_into::text FROM members WHERE member_id = ANY($1::uuid[])", people
        )
        into = {row["member_id"]: row["merged_into"] for row in rows}
        assert all(target is None or into[target] is None for target in into.values())


@pytest.mark.parametrize(
    "caller", [SUPPORT, AUDITOR, OFFICER, LOYALTY, IMPORTER, ANYONE, as_member("someone")]
)
async def test_only_operations_merge_and_undo(members, caller):
    a, b = await join(members, unionid()), await join(members, unionid())
    assert await code_of(merge(members, a, b, caller=caller)) in ("NOT_ALLOWED", "NOT_SIGNED_IN")
    assert await name_of(members, a) == a
    await merge(members, a, b, "stays")
    assert await code_of(undo(members, a, "stays", caller=caller)) in ("NOT_ALLOWED", "NOT_SIGNED_IN")
    assert await name_of(members, a) == b


async def test_a_login_that_proves_two_identifiers_merges_their_members(members):
    phone, wechat = identity(PHONE, members.phone()), unionid()
    first, second = await join(members, phone), await join(members, wechat)
    answer = await login(members, wechat, phone, login_id="login-1")
    assert (answer.outcome, answer.member_id, answer.merge.cause) == (MERGED, first, 1)
    assert (answer.merge.from_member_id, answer.merge.merge_id) == (second, "login:login-1")
    again = await login(members, wechat, phone, login_id="login-1")
    assert (again.outcome, again.member_id, again.linked) == (KNOWN, first, 0)


@pytest.mark.parametrize("again", ["login-parted", "another-login"])
async def test_no_login_merges_or_robs_those_whom_staff_parted(members, again):
    phone, wechat = identity(PHONE, members.phone()), unionid()
    first, second = await join(members, phone), await join(members, wechat)
    merged = await login(members, wechat, phone, login_id="login-parted")
    await undo(members, second, merged.merge.merge_id)
    answer = await login(members, wechat, phone, login_id=again)
    assert (answer.outcome, list(answer.conflicts)) == (CONFLICT, [1])
    assert (await holder(members, phone), await holder(members, wechat)) == (first, second)
    assert [len(await listed(members, one)) for one in (first, second)] == [1, 1]
    assert not (await merge(members, second, first, f"staff-again-{again}")).replayed


async def test_a_login_links_what_is_new_and_says_who_it_is(members):
    phone, wechat, device = identity(PHONE, members.phone()), unionid(), identity(DEVICE, "d-1234", "ios")
    assert (await login(members, phone, wechat)).outcome == UNKNOWN
    member_id = await join(members, phone)
    answer = await login(members, phone, wechat, device)
    assert (answer.outcome, answer.member_id, answer.linked) == (KNOWN, member_id, 2)
    assert (await login(members, wechat)).member_id == member_id
    assert [one.source for one in await listed(members, member_id)] == [1, 3, 3]


async def test_whoever_may_be_known_by_nothing_more_still_signs_in(members):
    """Twenty devices shut nobody out, and who is closing has to come in to take that back."""
    phone, mail = identity(PHONE, members.phone()), identity(EMAIL, f"{uuid4().hex}@example.com")
    crowded, closing = await join(members, phone), await join(members, mail)
    for number in range(MOST_LINKS - 1):
        await linking.link(members, crowded, identity(DEVICE, f"{crowded}-{number}", "ios"))
    request = statuses_pb2.CloseMemberRequest(member_id=closing)
    await members.statuses.close_member(request, headers=by(as_member(closing)))
    for known, member_id in ((phone, crowded), (mail, closing)):
        answer = await login(members, known, identity(DEVICE, f"{member_id}-new", "ios"))
        assert (answer.outcome, answer.member_id, answer.linked) == (KNOWN, member_id, 0)


@pytest.mark.parametrize("choice", ["claim", "login"])
async def test_nobody_loses_an_identity_to_one_who_may_not_have_it(members, choice):
    phone, mail = identity(PHONE, members.phone()), identity(EMAIL, f"{uuid4().hex}@example.com")
    keeper = await join(members, phone, verified=choice == "claim")
    closing = await join(members, mail)
    proven, _ = await linking.verify(members, phone, closing) if choice == "claim" else ("", None)
    request = statuses_pb2.CloseMemberRequest(member_id=closing)
    await members.statuses.close_member(request, headers=by(as_member(closing)))
    if choice == "claim":
        claimed = linking.claim(members, proven, phone, closing, 1)
        assert await code_of(claimed) == "MEMBER_NOT_ACTIVE"
    else:
        assert (await login(members, mail, phone)).outcome == KNOWN
    assert await holder(members, phone) == keeper


async def test_a_device_never_tells_who_it_is_and_never_merges(members):
    device, phone = identity(DEVICE, "shared-tablet-1", "ios"), identity(PHONE, members.phone())
    keeper, other = await join(members, device), await join(members, phone)
    assert (await login(members, device)).outcome == UNKNOWN
    answer = await login(members, phone, device)
    assert (answer.outcome, answer.member_id) == (KNOWN, other)
    assert (await merges(members, keeper), await merges(members, other)) == ([], [])


async def test_a_reissued_number_in_a_login_is_a_conflict_and_no_merge(members):
    phone, wechat = identity(PHONE, members.phone()), unionid()
    before = await join(members, phone)
    await linking.pass_time(members, timedelta(days=91))
    now = await join(members, wechat)
    answer = await login(members, wechat, phone)
    assert (answer.outcome, answer.member_id, list(answer.conflicts)) == (CONFLICT, now, [1])
    assert (await holder(members, phone), await merges(members, now)) == (before, [])


async def test_three_members_in_one_login_and_the_unproven_are_no_merge(members):
    known = [identity(PHONE, members.phone()), unionid(), identity(EMAIL, "third@example.com")]
    people = [await join(members, one) for one in known]
    answer = await login(members, *known)
    assert (answer.outcome, list(answer.conflicts)) == (CONFLICT, [1, 2])
    assert [await name_of(members, one) for one in people] == people
    unproven = identity(PHONE, members.phone())
    squatter = await join(members, unproven, verified=False)
    answer = await login(members, known[1], unproven)
    assert (answer.outcome, answer.member_id) == (KNOWN, people[1])
    assert (await holder(members, unproven), await listed(members, squatter)) == (people[1], [])


@pytest.mark.parametrize("caller", [SUPPORT, OPERATIONS, LOYALTY, ANYONE, as_member("someone")])
async def test_only_the_login_system_tells_of_logins(members, caller):
    phone, wechat = identity(PHONE, members.phone()), unionid()
    first, _ = await join(members, phone), await join(members, wechat)
    with pytest.raises(Refusal) as refused:
        await login(members, wechat, phone, caller=caller)
    assert refused.value.code in ("NOT_ALLOWED", "NOT_SIGNED_IN")
    assert (await merges(members, first), await holder(members, phone)) == ([], first)


async def test_events_of_links_and_merges_tell_nothing_personal(members):
    phone, mail = members.phone(), "events.of.links@example.com"
    a = await join(members, identity(PHONE, phone))
    b = await join(members, unionid())
    await linking.verify(members, identity(EMAIL, mail), b)
    await merge(members, a, b)
    await linking.detach(members, identity(PHONE, phone))
    rows = await members.peek("SELECT event, type FROM outbox WHERE type <> 'Packed'")
    everything = b"".join(row["event"] for row in rows) + "".join(row["type"] for row in rows).encode()
    assert b"IdentityDetached" in everything
    for secret in (phone[3:], mail, mail.split("@")[0]):
        assert secret.encode() not in everything
