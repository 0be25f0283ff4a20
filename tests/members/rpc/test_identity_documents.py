"""Identity documents: sealed under a key of their own, shown for a sensitive purpose alone, and gone when removed."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.consent.v1 import decisions_pb2
from huiyuan.members.v1 import events_pb2, profiles_pb2
from huiyuan.members.v1 import identity_documents_pb2 as wire

from services.kit import clock, rpc
from services.kit.refusal import Refusal
from services.members.jobs import orphans
from services.members.rpc import identity_documents as door
from services.members.rpc import releases
from services.members.rules.blobs import BlobKind
from tests.members.linking import merge, undo
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
)

# Invented, with the right check digit.
NUMBER = "11010519491231002X"
ASKED = {"kind": 1, "number": "110105 19491231 002x", "issuing_country": "cn", "name": "王小明"}
DOCUMENT = wire.IdentityDocument(kind=1, number=NUMBER, issuing_country="CN", name="王小明")


def agent(name: str) -> rpc.Caller:
    return rpc.Caller(rpc.CallerKind.STAFF, name, frozenset({"support"}))


async def put(members: Members, member_id: str, caller: rpc.Caller = OPERATIONS, **fields):
    request = wire.SetIdentityDocumentRequest(
        member_id=member_id,
        document=wire.IdentityDocument(**{**ASKED, **fields}),
        purpose="real_name",
    )
    return (await members.documents.set_identity_document(request, headers=by(caller))).on_file


async def reveal(members: Members, member_id: str, caller: rpc.Caller, reason: str = "flight booking"):
    request = wire.RevealIdentityDocumentRequest(member_id=member_id, purpose="real_name", reason=reason)
    return await members.documents.reveal_identity_document(request, headers=by(caller))


async def on_file(members: Members, member_id: str, caller: rpc.Caller) -> wire.GetIdentityDocumentResponse:
    request = wire.GetIdentityDocumentRequest(member_id=member_id)
    return await members.documents.get_identity_document(request, headers=by(caller))


async def remove(members: Members, member_id: str, caller: rpc.Caller) -> bool:
    request = wire.RemoveIdentityDocumentRequest(member_id=member_id)
    return (await members.documents.remove_identity_document(request, headers=by(caller))).removed


async def refused(awaitable) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await awaitable
    return refusal.value


async def keys_of(members: Members, member_id: str) -> list[tuple[int, int]]:
    rows = await members.peek(
        "SELECT kind, dek_gen FROM keys WHERE member_id = $1 ORDER BY kind, dek_gen",
        UUID(member_id),
        keys=True,
    )
    return [tuple(row) for row in rows]


async def log_of(members: Members, member_id: str) -> list[profiles_pb2.ProfileAccess]:
    request = profiles_pb2.ListProfileAccessesRequest(member_id=member_id, first=100)
    return list((await members.profiles.list_profile_accesses(request, headers=by(OFFICER))).accesses)


async def test_document_is_put_seen_shown_logged_and_told(members):
    member_id = await members.register()
    assert not (await on_file(members, member_id, as_member(member_id))).HasField("on_file")
    put_at = clock.now()
    assert (await put(members, member_id)).kind == 1
    seen = (await on_file(members, member_id, as_member(member_id))).on_file
    assert seen.kind == 1
    assert abs(seen.set_at.ToDatetime(put_at.tzinfo) - put_at) < timedelta(seconds=60)
    shown = await reveal(members, member_id, agent("doc-a"))
    assert shown.document == DOCUMENT
    assert [(asked.purpose, list(asked.categories)) for asked in members.consents.asked] == [
        ("real_name", ["identity_document"])
    ] * 2
    [access] = await log_of(members, member_id)
    assert (access.access_id, access.actor, list(access.fields), access.allowed) == (
        shown.access_id,
        "staff:doc-a",
        [profiles_pb2.PERSONAL_FIELD_IDENTITY_DOCUMENT],
        True,
    )
    rows = await members.peek(
        "SELECT type, event FROM outbox WHERE member_id = $1::uuid ORDER BY seq", member_id
    )
    assert [row["type"] for row in rows] == ["MemberRegistered", "SensitiveRecordSet", "ProfileUnmasked"]
    assert events_pb2.MembersEvent.FromString(rows[1]["event"]).HasField("sensitive_record_set")
    assert not any(NUMBER.encode() in row["event"] for row in rows)


async def test_nothing_is_shown_of_who_left_and_nothing_logged_of_what_is_not_there(members):
    member_id = await members.register()
    assert (await refused(reveal(members, member_id, agent("doc-none")))).code == "NO_IDENTITY_DOCUMENT"
    assert not await log_of(members, member_id), "nobody saw anything"
    await put(members, member_id)
    await members.peek("UPDATE members SET status = 4 WHERE member_id = $1", UUID(member_id))
    assert (await refused(reveal(members, member_id, agent("doc-none")))).code == "MEMBER_CLOSED"
    assert not await log_of(members, member_id)


async def test_document_rests_under_a_key_of_its_own_and_a_profile_is_read_without_it(members):
    member_id = await members.register()
    await put(members, member_id)
    assert await keys_of(members, member_id) == [(1, 1), (2, 1)]
    [row] = await members.peek("SELECT * FROM identity_documents WHERE member_id = $1", UUID(member_id))
    assert NUMBER.encode() not in row["blob"]
    keys = {
        row["kind"]: row["wrapped"]
        for row in await members.peek(
            "SELECT kind, wrapped FROM keys WHERE member_id = $1", UUID(member_id), keys=True
        )
    }
    where = members.ring.where(UUID(member_id), BlobKind.IDENTITY_DOCUMENTS)
    assert NUMBER.encode() in members.ring.open(row["blob"], keys[2], where)
    for wrapped, place in ((keys[1], where), (keys[2], members.ring.where(UUID(member_id)))):
        with pytest.raises(Refusal):
            members.ring.open(row["blob"], wrapped, place)
    await members.peek("DELETE FROM keys WHERE member_id = $1 AND kind = 2", UUID(member_id), keys=True)
    assert (await members.profile(member_id, as_member(member_id))).profile.display_name == "小明"
    assert (await refused(reveal(members, member_id, agent("doc-b")))).code == "UNREADABLE"


async def test_purpose_that_is_not_sensitive_neither_takes_nor_shows_a_document(members):
    member_id = await members.register()
    await put(members, member_id)
    kept_until = Timestamp()
    kept_until.GetCurrentTime()
    members.consents.answer = decisions_pb2.CheckResponse(
        allow=True, reason="CONSENT_GIVEN", valid_until=kept_until
    )
    assert (await refused(reveal(members, member_id, agent("doc-c")))).code == "PURPOSE_NOT_SENSITIVE"
    assert (
        await refused(put(members, member_id, number="E12345678", kind=2))
    ).code == "PURPOSE_NOT_SENSITIVE"
    assert [access.refusal_code for access in await log_of(members, member_id)] == ["PURPOSE_NOT_SENSITIVE"]
    members.consents.allow()
    assert (await reveal(members, member_id, agent("doc-c"))).document == DOCUMENT


async def test_without_consent_or_answer_nothing_is_put_or_shown(members):
    member_id = await members.register()
    members.consents.deny("NOT_ASKED")
    assert (await refused(put(members, member_id))).code == "CONSENT_MISSING"
    members.consents.answer = ConnectError(Code.UNAVAILABLE, "away")
    assert (await refused(put(members, member_id))).code == "CONSENT_UNAVAILABLE"
    assert await keys_of(members, member_id) == [(1, 1)]
    members.consents.allow()
    await put(members, member_id)
    members.consents.deny("CONSENT_WITHDRAWN")
    assert (await refused(reveal(members, member_id, agent("doc-d")))).code == "CONSENT_MISSING"
    members.consents.fail()
    assert (await refused(reveal(members, member_id, agent("doc-d")))).code == "CONSENT_UNAVAILABLE"
    assert {access.allowed for access in await log_of(members, member_id)} == {False}


async def test_answer_that_grew_old_on_the_way_shows_nothing(members, monkeypatch):
    member_id = await members.register()
    await put(members, member_id)
    monkeypatch.setattr(releases, "ANSWER_HOLDS_S", -1)
    assert (await refused(reveal(members, member_id, agent("doc-e")))).code == "CONSENT_UNAVAILABLE"


async def test_quota_is_the_one_of_all_that_is_shown_in_clear(members):
    member_id = await members.register()
    await put(members, member_id)
    greedy = agent("doc-greedy")
    answers = await asyncio.gather(
        *(reveal(members, member_id, greedy) for _ in range(7)), return_exceptions=True
    )
    codes = [answer.code for answer in answers if isinstance(answer, Refusal)]
    assert codes == ["UNMASK_QUOTA_EXHAUSTED"] * 2


async def test_document_of_an_earlier_id_is_seen_shown_and_removed_with_the_survivors(members):
    earlier, survivor = await members.register(), await members.register()
    await put(members, earlier, kind=2, number="E00000001")
    await merge(members, earlier, survivor, "documents")
    assert (await on_file(members, survivor, as_member(survivor))).HasField("on_file")
    shown = await reveal(members, survivor, agent("earlier-id"))
    assert shown.document.number == "E00000001"
    assert [one.member_id for one in members.consents.asked[-2:]] == sorted((earlier, survivor))
    await put(members, earlier, kind=2, number="E00000002")
    assert (await reveal(members, earlier, agent("earlier-id"))).document.number == "E00000002"
    assert await remove(members, survivor, as_member(survivor))
    assert not (await on_file(members, earlier, OPERATIONS)).HasField("on_file")
    assert await keys_of(members, earlier) == await keys_of(members, survivor) == [(BlobKind.ORDINARY, 1)]
    assert not await remove(members, survivor, as_member(survivor))
    await undo(members, earlier, "documents")
    assert [len(await log_of(members, one)) for one in (earlier, survivor)] == [1, 1]


async def test_replacing_ends_the_old_key_and_removing_ends_both(members):
    member_id = await members.register()
    assert not await remove(members, member_id, OPERATIONS)
    await put(members, member_id)
    assert (await put(members, member_id, kind=2, number="E1234-5678", name="WANG XIAOMING")).kind == 2
    assert await keys_of(members, member_id) == [(1, 1), (2, 2)]
    assert (await reveal(members, member_id, agent("doc-f"))).document.number == "E12345678"
    assert await remove(members, member_id, as_member(member_id))
    assert await keys_of(members, member_id) == [(1, 1)]
    assert not await members.peek("SELECT FROM identity_documents WHERE member_id = $1", UUID(member_id))
    assert (await refused(reveal(members, member_id, agent("doc-f")))).code == "NO_IDENTITY_DOCUMENT"
    await put(members, member_id)
    assert (await reveal(members, member_id, agent("doc-f"))).document == DOCUMENT


async def test_those_who_put_and_remove_at_once_leave_nothing_that_does_not_open(members):
    member_id = await members.register()
    await put(members, member_id)
    for turn in range(4):
        await asyncio.gather(
            *(put(members, member_id, kind=2, number=f"E{turn}{number}000") for number in range(4)),
            remove(members, member_id, OPERATIONS),
            remove(members, member_id, OPERATIONS),
            return_exceptions=True,
        )
        await orphans.sweep(members.databases, clock.now() + timedelta(minutes=3))
        rows = await members.peek(
            "SELECT dek_gen FROM identity_documents WHERE member_id = $1", UUID(member_id)
        )
        keys = [gen for kind, gen in await keys_of(members, member_id) if kind == 2]
        assert set(keys) >= {row["dek_gen"] for row in rows}
        if rows:
            assert (await reveal(members, member_id, agent(f"doc-turn-{turn}"))).document.number.startswith(
                f"E{turn}"
            )


async def test_what_a_crash_left_is_ended_by_the_sweep(members, monkeypatch):
    replaced, removed = await members.register(), await members.register()
    for member_id in (replaced, removed):
        await put(members, member_id)

    async def cut(*_: object, **__: object) -> None:
        raise RuntimeError("cut off here")

    with monkeypatch.context() as crash:
        crash.setattr(door.keys, "drop_older", cut)
        for work in (put(members, replaced), remove(members, removed, OPERATIONS)):
            with pytest.raises((Refusal, ConnectError)):
                await work
    assert (await keys_of(members, replaced), await keys_of(members, removed)) == (
        [(1, 1), (2, 1), (2, 2)],
        [(1, 1), (2, 1)],
    )
    await orphans.sweep(members.databases, clock.now() + timedelta(minutes=3))
    assert (await keys_of(members, replaced), await keys_of(members, removed)) == ([(1, 1), (2, 2)], [(1, 1)])
    assert (await reveal(members, replaced, agent("doc-g"))).document == DOCUMENT


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"kind": 0}, "document.kind"),
        ({"kind": 77}, "document.kind"),
        ({"number": "110105194912310021"}, "document.number"),
        ({"number": "110105194913310029"}, "document.number"),
        ({"number": "110105209912310029"}, "document.number"),
        ({"number": "王"}, "document.number"),
        ({"kind": 2, "number": "E" * 4000}, "document.number"),
        ({"issuing_country": "China"}, "document.issuing_country"),
        ({"issuing_country": "GB"}, "document.issuing_country"),
        ({"name": " "}, "document.name"),
        ({"name": "王\u202e明"}, "document.name"),
    ],
)
async def test_document_that_cannot_be_one_asks_nobody_and_is_not_repeated(members, wrong, field):
    member_id = await members.register()
    refusal = await refused(put(members, member_id, **wrong))
    assert (refusal.code, refusal.field) == ("IDENTITY_DOCUMENT_NOT_VALID", field)
    assert members.consents.asked == []
    for text in (NUMBER, "王小明", str(wrong.get("number", NUMBER))):
        assert text not in f"{refusal.message} {refusal.facts}"


@pytest.mark.parametrize("caller", [AUDITOR, LOYALTY, IMPORTER, ANYONE, as_member("someone")])
async def test_others_neither_put_nor_see_nor_remove_a_document(members, caller):
    member_id = await members.register()
    await put(members, member_id)
    members.consents.asked.clear()
    for attempt in (
        put(members, member_id, caller),
        reveal(members, member_id, caller),
        on_file(members, member_id, caller),
        remove(members, member_id, caller),
        put(members, member_id, SUPPORT),
        remove(members, member_id, SUPPORT),
        put(members, member_id, as_member(member_id)),
        reveal(members, member_id, as_member(member_id)),
    ):
        assert (await refused(attempt)).code in ("NOT_ALLOWED", "NOT_SIGNED_IN")
    assert members.consents.asked == []
    assert (await on_file(members, member_id, SUPPORT)).HasField("on_file")


async def test_ordinary_door_does_not_show_a_document(members):
    member_id = await members.register()
    await put(members, member_id)
    request = profiles_pb2.UnmaskProfileRequest(
        member_id=member_id, fields=[20], purpose="real_name", reason="flight booking"
    )
    refusal = await refused(members.profiles.unmask_profile(request, headers=by(agent("doc-h"))))
    assert refusal.code == "UNMASK_NOT_VALID"


async def test_service_may_not_change_whose_document_it_is(members):
    service = await asyncpg.connect(members.members.app)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await service.execute("UPDATE identity_documents SET member_id = member_id")
    finally:
        await service.close()
