"""Notes, tags and communications: what support works with, sealed or without content."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from huiyuan.members.v1 import communications_pb2, notes_pb2, profiles_pb2, tags_pb2

from services.kit import clock
from services.kit.refusal import Refusal
from services.members.rules.blobs import Unreadable
from tests.members.linking import merge, undo
from tests.members.rpc.test_accesses import accesses, agent
from tests.members.service import (
    ADMIN,
    AUDITOR,
    LOYALTY,
    OFFICER,
    OPERATIONS,
    SENDER,
    SUPPORT,
    Members,
    as_member,
    by,
)


async def note(
    members: Members, member_id: str, text: str, caller=SUPPORT, key: str = "", corrects: str = ""
):
    request = notes_pb2.AddNoteRequest(
        member_id=member_id, text=text, corrects=corrects, idempotency_key=key or text[:100]
    )
    return await members.notes.add_note(request, headers=by(caller))


async def notes(members: Members, member_id: str, caller=OFFICER, first: int = 100, after: str = ""):
    request = notes_pb2.ListNotesRequest(member_id=member_id, first=first, after=after)
    return await members.notes.list_notes(request, headers=by(caller))


async def test_notes_are_read_newest_first_with_author_time_and_what_they_correct(members):
    member_id = await members.register()
    wrong = (await note(members, member_id, "喜欢早上来电\n请勿按门铃")).note
    right = (await note(members, member_id, "其实是晚上", agent("care-n"), corrects=wrong.note_id)).note
    assert list((await notes(members, member_id)).notes) == [right, wrong]
    assert (wrong.author, wrong.text, wrong.corrects) == ("staff:care-1", "喜欢早上来电\n请勿按门铃", "")
    assert (right.author, right.corrects) == ("staff:care-n", wrong.note_id)
    assert abs(right.written_at.ToDatetime(UTC) - clock.now()) < timedelta(minutes=1)
    page = await notes(members, member_id, first=1)
    assert (list(page.notes), page.has_next_page) == ([right], True)
    assert list((await notes(members, member_id, after=right.note_id)).notes) == [wrong]


async def test_what_was_written_and_sent_under_an_earlier_id_is_read_with_the_survivors(members):
    earlier, survivor = await members.register(), await members.register()
    written, sent_to = [], []
    for number, one in enumerate((earlier, survivor, earlier, survivor)):
        written.append((await note(members, one, f"note {number}")).note)
        await record(members, sent(one, f"m-{number}", template=f"topic.n{number}"))
        sent_to.append(f"topic.n{number}")
    await merge(members, earlier, survivor, "written")
    for one in (earlier, survivor):
        assert list((await notes(members, one)).notes) == written[::-1]
        received_by = (await received(members, one, as_member(one))).communications
        assert [each.template for each in received_by] == sent_to[::-1]
    first = await notes(members, survivor, first=3)
    assert (list(first.notes), first.has_next_page) == (written[:0:-1], True)
    assert list((await notes(members, survivor, after=first.notes[-1].note_id)).notes) == written[:1]
    corrected = await note(members, survivor, "a better one", corrects=written[0].note_id)
    await undo(members, earlier, "written")
    assert list((await notes(members, earlier)).notes) == [written[2], written[0]]
    assert list((await notes(members, survivor)).notes) == [corrected.note, written[3], written[1]]
    assert len((await received(members, earlier, as_member(earlier))).communications) == 2


async def test_who_read_notes_is_told_to_the_member_where_they_lie(members):
    earlier, survivor, silent = [await members.register() for _ in range(3)]
    await note(members, earlier, "about the earlier")
    await merge(members, earlier, survivor, "read")
    for member_id in (survivor, silent):
        await notes(members, member_id, agent("care-reads"))
    await undo(members, earlier, "read")
    told = {
        one: (await accesses(members, one, as_member(one))).accesses for one in (earlier, survivor, silent)
    }
    [read] = told[earlier]
    assert (read.actor, read.actor_role, read.purpose, list(read.fields), read.allowed) == (
        "",
        "support",
        "support_notes",
        [profiles_pb2.PERSONAL_FIELD_NOTES],
        True,
    )
    assert not told[survivor]
    assert not told[silent], "who has no notes was not read about"
    [logged] = (await accesses(members, earlier, AUDITOR)).accesses
    assert logged.actor == "staff:care-reads"


async def test_a_note_rests_sealed_and_cannot_stand_in_for_another(members):
    member_id, other = await members.register(), await members.register()
    await note(members, member_id, "一只叫小白的狗")
    await note(members, member_id, "两只叫小黑的猫")
    await note(members, other, "三条鱼")
    rows = await members.peek("SELECT notes::text AS row FROM notes")
    assert not any(word in row["row"] for row in rows for word in ("小白", "小黑", "staff:", "e5b08fe799bd"))
    mine = "UPDATE notes n SET blob = o.blob FROM notes o WHERE n.member_id = $1::uuid AND o.member_id = $2::uuid"
    await members.peek(f"{mine} AND n.note_id <> o.note_id", member_id, member_id)
    with pytest.raises(Refusal) as refused:
        await notes(members, member_id)
    assert refused.value.code == "UNREADABLE"
    await members.peek(mine, other, member_id)
    with pytest.raises(Refusal) as refused:
        await notes(members, other)
    assert refused.value.code == "UNREADABLE"


async def test_a_retry_adds_no_second_note(members):
    member_id = await members.register()
    first = await note(members, member_id, "同一条", key="n-1")
    again = await note(members, member_id, "同一条", agent("care-m"), key="n-1")
    assert (again.note, again.replayed) == (first.note, True)
    with pytest.raises(Refusal) as refused:
        await note(members, member_id, "另一条", key="n-1")
    assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"
    assert len((await notes(members, member_id)).notes) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "NOTE_NOT_VALID"),
        ("x" * 481, "NOTE_NOT_VALID"),
        ("a\x00b", "NOTE_NOT_VALID"),
        ("call 139 0000 1234", "NOTE_HOLDS_PERSONAL_DATA"),
        ("写到 a@example.com", "NOTE_HOLDS_PERSONAL_DATA"),
        ("身份证\n11010519491231002X", "NOTE_HOLDS_PERSONAL_DATA"),
    ],
)
async def test_what_is_no_note_is_refused(members, text, code):
    member_id = await members.register()
    with pytest.raises(Refusal) as refused:
        await note(members, member_id, text, key="n-2")
    assert (refused.value.code, refused.value.field) == (code, "text")
    assert not (await notes(members, member_id)).notes


async def test_a_note_corrects_one_of_the_same_member_and_strangers_read_none(members):
    member_id, other = await members.register(), await members.register()
    theirs = (await note(members, other, "别人的")).note.note_id
    for corrects in (theirs, "nonsense"):
        with pytest.raises(Refusal) as refused:
            await note(members, member_id, "更正", corrects=corrects)
        assert (refused.value.code, refused.value.field) == ("NOTE_NOT_VALID", "corrects")
    for caller in (as_member(other), LOYALTY, AUDITOR, ADMIN):
        with pytest.raises(Refusal) as refused:
            await notes(members, other, caller)
        assert refused.value.code == "NOT_ALLOWED"


async def test_the_key_of_notes_is_their_own_and_without_it_they_are_gone(members):
    member_id = await members.register()
    await note(members, member_id, "会消失")
    rows = await members.peek(
        "SELECT kind FROM keys WHERE member_id = $1::uuid ORDER BY 1", member_id, keys=True
    )
    assert [row["kind"] for row in rows] == [1, 3]
    # Nor does it stand in for the profile's: where a key belongs is sealed into it.
    [(wrapped,)] = await members.peek(
        "SELECT wrapped FROM keys WHERE member_id = $1::uuid AND kind = 3", member_id, keys=True
    )
    here = members.ring.where(UUID(member_id))
    with pytest.raises(Unreadable):
        members.ring.unwrap(wrapped, here)
    assert members.ring.unwrap(wrapped, here[:-1] + b"\x03")
    await members.peek("DELETE FROM keys WHERE member_id = $1::uuid AND kind = 3", member_id, keys=True)
    with pytest.raises(Refusal) as refused:
        await notes(members, member_id)
    assert refused.value.code == "UNREADABLE"
    await members.peek("DELETE FROM keys WHERE member_id = $1::uuid", member_id, keys=True)
    with pytest.raises(Refusal) as refused:
        await note(members, member_id, "没有钥匙")
    assert refused.value.code == "MEMBER_ERASED"


# --- tags -------------------------------------------------------------------------------------------


async def define(members: Members, tag: str, label: str, caller=ADMIN) -> tags_pb2.Tag:
    answer = await members.tags.define_tag(
        tags_pb2.DefineTagRequest(tag=tag, label=label), headers=by(caller)
    )
    return answer.tag


async def tag_member(
    members: Members, member_id: str, add=(), remove=(), caller=SUPPORT, key=""
) -> list[str]:
    request = tags_pb2.TagMemberRequest(member_id=member_id, add=add, remove=remove, idempotency_key=key)
    return list((await members.tags.tag_member(request, headers=by(caller))).profile.tags)


async def test_only_defined_tags_are_put_on_and_who_bears_them_is_sealed(members):
    member_id = await members.register()
    await define(members, "wine_club", "葡萄酒会")
    with pytest.raises(Refusal) as refused:
        await tag_member(members, member_id, ["wine_club", "wine_clbu"])
    assert (refused.value.code, refused.value.field) == ("UNKNOWN_TAG", "add[1]")
    assert await tag_member(members, member_id, ["wine_club"]) == ["wine_club"]
    assert await tag_member(members, member_id, ["wine_club"], caller=OPERATIONS) == ["wine_club"]
    assert list((await members.profile(member_id, as_member(member_id))).profile.tags) == []
    for table in ("members", "outbox"):
        rows = await members.peek(f"SELECT t::text AS row FROM {table} t")
        assert not any("wine_club" in row["row"] or b"wine_club".hex() in row["row"] for row in rows)


async def test_a_retry_does_not_put_on_again_what_was_taken_off_since(members):
    member_id = await members.register()
    for tag in ("tea_club", "gold_club"):
        await define(members, tag, tag)
    assert await tag_member(members, member_id, ["tea_club"], key="first") == ["tea_club"]
    assert await tag_member(members, member_id, ["gold_club"], ["tea_club"], key="second") == ["gold_club"]
    assert await tag_member(members, member_id, ["tea_club"], key="first") == ["gold_club"]
    for add, remove in ((["gold_club"], ()), (["tea_club"], ["gold_club"])):
        with pytest.raises(Refusal) as refused:
            await tag_member(members, member_id, add, remove, key="first")
        assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_a_retired_tag_is_kept_and_taken_off_but_put_on_no_more(members):
    bearer, other = await members.register(), await members.register()
    await define(members, "old_shop", "老店")
    await tag_member(members, bearer, ["old_shop"])
    request = tags_pb2.RetireTagRequest(tag="old_shop")
    assert (await members.tags.retire_tag(request, headers=by(ADMIN))).tag.is_retired
    with pytest.raises(Refusal) as refused:
        await tag_member(members, other, ["old_shop"])
    assert refused.value.code == "UNKNOWN_TAG"
    listed = await members.tags.list_tags(tags_pb2.ListTagsRequest(), headers=by(SUPPORT))
    assert {tag.tag: tag.is_retired for tag in listed.tags}["old_shop"]
    assert await tag_member(members, bearer, remove=["old_shop"]) == []
    assert not (await define(members, "old_shop", "老店新开")).is_retired


async def test_words_are_the_programme_admins_and_a_member_bears_twenty_at_the_most(members):
    for tag, label, caller, code in (
        ("Wine", "酒", ADMIN, "TAG_NOT_VALID"),
        ("wine", "", ADMIN, "TAG_NOT_VALID"),
        ("wine", "酒", SUPPORT, "NOT_ALLOWED"),
        ("wine", "酒", OFFICER, "NOT_ALLOWED"),
    ):
        with pytest.raises(Refusal) as refused:
            await define(members, tag, label, caller)
        assert refused.value.code == code
    member_id = await members.register()
    words = [f"word_{number}" for number in range(21)]
    for word in words:
        await define(members, word, word)
    assert len(await tag_member(members, member_id, words[:20])) == 20
    with pytest.raises(Refusal) as refused:
        await tag_member(members, member_id, words[20:])
    assert refused.value.code == "TOO_MANY_TAGS"


# --- communications ---------------------------------------------------------------------------------


def sent(member_id: str, message_id: str, **fields) -> communications_pb2.NewCommunication:
    return communications_pb2.NewCommunication(
        **{
            "member_id": member_id,
            "channel": 1,
            "template": "order.shipped",
            "outcome": 1,
            "message_id": message_id,
            **fields,
        }
    )


async def record(
    members: Members, *new: communications_pb2.NewCommunication, caller=SENDER
) -> list[str | bool]:
    """For each whether it was replayed, or its refusal's code."""
    request = communications_pb2.RecordCommunicationsRequest(communications=new)
    answer = await members.communications.record_communications(request, headers=by(caller))
    return [
        result.refusal.code if result.WhichOneof("result") == "refusal" else result.recorded.replayed
        for result in answer.results
    ]


async def received(members: Members, member_id: str, caller=SUPPORT, first: int = 100, after: str = ""):
    request = communications_pb2.ListCommunicationsRequest(member_id=member_id, first=first, after=after)
    return await members.communications.list_communications(request, headers=by(caller))


async def test_what_was_sent_is_recorded_once_without_its_content_or_id(members):
    member_id = await members.register()
    phone_like = "13900001234-7"
    assert await record(
        members, sent(member_id, phone_like), sent(member_id, "m-2", channel=4, outcome=4)
    ) == [
        False,
        False,
    ]
    assert await record(members, sent(member_id, phone_like), sent(member_id, "m-2")) == [True, True]
    assert await record(members, sent(member_id, "m-2"), caller=SUPPORT) == [False]
    listed = (await received(members, member_id)).communications
    assert [(one.recorded_by, one.template) for one in listed][:1] == [("staff:care-1", "order.shipped")]
    assert len(listed) == 3
    rows = await members.peek("SELECT communications::text AS row FROM communications")
    assert not any("13900001234" in row["row"] for row in rows)


async def test_one_wrong_communication_does_not_hold_up_the_others(members):
    member_id = await members.register()
    future = clock.now() + timedelta(days=1)
    answers = await record(
        members,
        sent(member_id, "ok"),
        sent("nobody", "x"),
        sent(member_id, "x", channel=9),
        sent(member_id, "x", outcome=0),
        sent(member_id, "x", template="Dear 王小明"),
        sent(member_id, "x", template="code.139000012345"),
        sent(member_id, ""),
        sent(member_id, "x", sent_at=future),
        sent(member_id, "x", sent_at=datetime(1999, 1, 1, tzinfo=UTC)),
    )
    assert answers == [False, "UNKNOWN_MEMBER", *["COMMUNICATION_NOT_VALID"] * 7]


async def test_members_see_what_they_were_sent_and_not_by_whom(members):
    member_id, other = await members.register(), await members.register()
    for number in range(3):
        await record(members, sent(member_id, f"m-{number}", template=f"topic.n{number}"))
    first = await received(members, member_id, as_member(member_id), first=2)
    assert [one.template for one in first.communications] == ["topic.n2", "topic.n1"]
    assert {one.recorded_by for one in first.communications} == {""}
    last = first.communications[-1].communication_id
    rest = await received(members, member_id, as_member(member_id), after=last)
    assert ([one.template for one in rest.communications], rest.has_next_page) == (["topic.n0"], False)
    for caller in (as_member(other), AUDITOR, SENDER):
        with pytest.raises(Refusal) as refused:
            await received(members, member_id, caller)
        assert refused.value.code == "NOT_ALLOWED"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE notes SET blob = ''",
        "UPDATE communications SET outcome = 1",
        "UPDATE member_searches SET found = 0",
        "DELETE FROM member_searches",
        "DELETE FROM search_quotas",
        "DELETE FROM tags",
    ],
)
async def test_the_service_itself_may_not_rewrite_what_is_only_added_to(members, statement):
    service = await asyncpg.connect(members.members.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute(statement)
    finally:
        await service.close()
