"""What members are known by: linked, listed masked, unlinked and detached."""

import asyncio
from datetime import datetime, timedelta

import pytest
from huiyuan.members.v1 import links_pb2, verifications_pb2

from services.kit import clock, rpc
from services.members.jobs import links as job
from services.members.storage import links as stored
from tests.members import linking
from tests.members.linking import DEVICE, EMAIL, PHONE, code_of, holder, identity, join, link, listed, unlink
from tests.members.service import (
    ANYONE,
    AUDITOR,
    IMPORTER,
    LOYALTY,
    OFFICER,
    OPERATIONS,
    SUPPORT,
    as_member,
    new_agent,
)

KINDS = [
    (1, "", " １３９ ２２２２ ３３３３ ", "139****3333"),
    (2, "", "Some.One+Tag@Example.com", "s***@example.com"),
    (3, "platform-1", "o6_unionid-abcdef", "****cdef"),
    (4, "app-1", "oGzopenid-abcdef", "****cdef"),
    (5, "alipay-app", "2088000000001234", "****1234"),
    (6, "taobao:shop-1", "小明爱买东西真的很多呀哈啦", "****多呀哈啦"),
    (7, "android", "device-0123456789", "****6789"),
    (8, "shop", "customer-9", "****"),
]


@pytest.mark.parametrize(("kind", "scope", "value", "shown"), KINDS)
async def test_every_kind_is_linked_found_and_shown_masked(members, kind, scope, value, shown):
    member_id = await join(members, identity(EMAIL, f"{kind}-kinds@example.com"))
    one = identity(kind, value, scope)
    made = await link(members, member_id, one, verified=False)
    assert (made.identity.kind, made.identity.scope, made.identity.value_masked) == (kind, scope, shown)
    assert not made.replayed
    assert not made.identity.verified
    assert not made.identity.HasField("verified_at")
    assert await holder(members, one) == member_id
    again = await link(members, member_id, one)
    assert not again.replayed
    assert again.identity.verified
    assert (await link(members, member_id, one)).replayed
    found = {row.kind: row for row in await listed(members, member_id)}
    assert (found[kind].identity_id, found[kind].value_masked) == (made.identity.identity_id, shown)
    assert value not in str(found)


async def test_an_identity_of_another_is_refused_and_nothing_changes(members):
    one = identity(PHONE, members.phone())
    first, second = await join(members, one), await join(members, linking.unionid())
    assert await code_of(link(members, second, one)) == "IDENTITY_ALREADY_TAKEN"
    assert await holder(members, one) == first
    assert len(await listed(members, second)) == 1


async def test_what_staff_vouch_for_is_for_operations_to_say_and_merges_nobody(members):
    one, mail, other = (
        identity(PHONE, members.phone()),
        identity(EMAIL, "mine@example.com"),
        linking.unionid(),
    )
    victim, _ = await join(members, other), await join(members, mail)
    assert await code_of(link(members, victim, one, caller=SUPPORT)) == "VOUCHING_NOT_ALLOWED"
    assert await holder(members, one) == ""
    assert not (await link(members, victim, one, verified=False, caller=SUPPORT)).identity.verified
    assert (await link(members, victim, one, caller=OPERATIONS)).identity.verified
    sources = {row.kind: row.source for row in await listed(members, victim)}
    assert sources[PHONE] == links_pb2.IDENTITY_SOURCE_STAFF
    # Whoever has the number of somebody's whom staff vouched for is not for that one with them.
    done = await linking.login(members, one, mail)
    assert done.outcome == verifications_pb2.LOGIN_OUTCOME_CONFLICT
    await linking.verify(members, one, victim)
    sources = {row.kind: row.source for row in await listed(members, victim)}
    assert sources[PHONE] == links_pb2.IDENTITY_SOURCE_CODE
    assert (await linking.login(members, one, mail)).outcome == verifications_pb2.LOGIN_OUTCOME_MERGED


async def test_who_tries_what_is_taken_by_linking_is_counted_as_one_who_searches(members):
    agent, taken = new_agent(), identity(PHONE, members.phone())
    await join(members, taken)
    other = await join(members, linking.unionid())
    answers = [
        await code_of(link(members, other, taken, verified=False, caller=agent))
        for _ in range(members.settings.search_quota + 1)
    ]
    assert answers == ["IDENTITY_ALREADY_TAKEN"] * members.settings.search_quota + ["SEARCH_QUOTA_EXHAUSTED"]
    free = identity(PHONE, members.phone())
    assert await code_of(link(members, other, free, verified=False, caller=agent)) == "SEARCH_QUOTA_EXHAUSTED"
    assert await holder(members, free) == "", "a refusal tells what is free from what is taken by nothing"


async def test_a_member_unlinks_all_but_the_last_verified(members):
    phone, mail = identity(PHONE, members.phone()), identity(EMAIL, "last@example.com")
    member_id = await join(members, phone, mail)
    await link(members, member_id, identity(DEVICE, "device-of-mine-1", "android"))
    first, second, _ = sorted(await listed(members, member_id), key=lambda one: one.kind)
    assert not (await unlink(members, member_id, first.identity_id)).replayed
    assert await holder(members, phone) == ""
    assert await code_of(unlink(members, member_id, second.identity_id)) == "LAST_VERIFIED_IDENTITY"
    assert await holder(members, mail) == member_id
    assert await code_of(unlink(members, member_id, first.identity_id)) == "UNKNOWN_IDENTITY"
    kinds = [event.WhichOneof("event") for event in await linking.told(members, member_id)]
    assert kinds == ["member_registered", "identifier_linked", "identifier_unlinked"]
    again = await join(members, phone)
    assert await holder(members, phone) == again


async def test_nobody_unlinks_anothers_identity(members):
    phone = identity(PHONE, members.phone())
    member_id = await join(members, phone, linking.unionid())
    other = await join(members, linking.unionid())
    [theirs] = [one for one in await listed(members, member_id) if one.kind == PHONE]
    assert await code_of(unlink(members, other, theirs.identity_id)) == "UNKNOWN_IDENTITY"
    assert await code_of(unlink(members, member_id, theirs.identity_id, as_member(other))) == "NOT_ALLOWED"
    assert await code_of(listed(members, member_id, as_member(other))) == "NOT_ALLOWED"
    for caller in (AUDITOR, LOYALTY, OFFICER, IMPORTER):
        assert await code_of(unlink(members, member_id, theirs.identity_id, caller)) == "NOT_ALLOWED"
    assert await holder(members, phone) == member_id


@pytest.mark.parametrize("caller", [AUDITOR, LOYALTY, ANYONE, OFFICER, as_member("someone")])
async def test_only_staff_and_registrars_link(members, caller: rpc.Caller):
    member_id = await join(members, linking.unionid())
    refused = await code_of(link(members, member_id, identity(PHONE, members.phone()), caller=caller))
    assert refused in ("NOT_ALLOWED", "NOT_SIGNED_IN")
    assert len(await listed(members, member_id)) == 1


async def test_detaching_leaves_a_digest_and_tells_the_member(members):
    phone = identity(PHONE, members.phone())
    member_id = await join(members, phone)
    assert await code_of(linking.detach(members, phone, SUPPORT)) == "NOT_ALLOWED"
    assert await linking.detach(members, phone) == member_id
    assert await linking.detach(members, phone) == ""
    assert (await holder(members, phone), await listed(members, member_id)) == ("", [])
    [row] = await members.peek("SELECT * FROM former_identities WHERE member_id = $1", member_id, keys=True)
    assert (row["cause"], row["actor"], row["verified"]) == (2, OPERATIONS.actor, True)
    assert phone.value[3:].encode() not in b"".join(v for v in row.values() if isinstance(v, bytes))
    assert (await linking.told(members, member_id))[-1].WhichOneof("event") == "identifier_detached"


async def test_two_members_who_link_one_number_at_once_leave_exactly_one_holder(members):
    for _ in range(3):
        one = identity(PHONE, members.phone())
        rivals = [await join(members, linking.unionid()) for _ in range(4)]
        outcomes = await asyncio.gather(*(code_of(link(members, rival, one)) for rival in rivals))
        assert outcomes.count("") == 1
        assert set(outcomes) <= {"", "IDENTITY_ALREADY_TAKEN", "LINK_RACED"}
        winner = rivals[outcomes.index("")]
        assert await holder(members, one) == winner
        assert [len(await listed(members, rival)) for rival in rivals] == [1 + (r == winner) for r in rivals]


async def test_linking_and_unlinking_the_same_at_once_ends_whole(members):
    one = identity(EMAIL, "both.ways@example.com")
    member_id = await join(members, linking.unionid())
    identity_id = (await link(members, member_id, one)).identity.identity_id
    steps = [
        step
        for _ in range(3)
        for step in (link(members, member_id, one), unlink(members, member_id, identity_id))
    ]
    await asyncio.gather(*(code_of(step) for step in steps))
    await job.sweep(members.databases, members.ring, now=_later())
    known = [row for row in await listed(members, member_id) if row.kind == EMAIL]
    assert (await holder(members, one) == member_id) is bool(known)
    rows = await members.peek(
        "SELECT change_id FROM identities WHERE member_id = $1 AND kind = 2", member_id, keys=True
    )
    assert [row["change_id"] for row in rows] == [None] * len(known)


async def test_a_proof_is_not_lost_to_a_claim_made_at_the_same_time(members):
    for _ in range(4):
        one = identity(PHONE, members.phone())
        member_id = await join(members, linking.unionid())
        both = [link(members, member_id, one, verified=proven) for proven in (True, False, False)]
        assert set(await asyncio.gather(*(code_of(step) for step in both))) == {""}
        assert [row.verified for row in await listed(members, member_id)] == [True, True]


async def test_a_crash_between_the_databases_is_healed_by_retry_or_by_the_sweep(members, monkeypatch):
    one = identity(PHONE, members.phone())
    member_id, other = await join(members, linking.unionid()), await join(members, linking.unionid())

    async def die(*_: object, **__: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr("services.members.actions.links.rewrite", die)
        assert await code_of(link(members, member_id, one)) != ""
    assert await holder(members, one) == ""
    assert await code_of(link(members, other, one)) == "LINK_RACED"
    await job.sweep(members.databases, members.ring)
    assert await code_of(link(members, other, one)) == "LINK_RACED"
    assert not (await link(members, member_id, one)).replayed
    with monkeypatch.context() as patched:
        patched.setattr(stored, "end", die)
        [mine] = [row for row in await listed(members, member_id) if row.kind == PHONE]
        assert await code_of(unlink(members, member_id, mine.identity_id)) != ""
    assert await holder(members, one) == ""
    await job.sweep(members.databases, members.ring, now=_later())
    assert not (await link(members, other, one)).replayed
    assert await holder(members, one) == other


def _later() -> datetime:
    return clock.now() + timedelta(minutes=3)
