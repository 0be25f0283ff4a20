"""Registering: one phone is one member, a retry is no second member, and a crash in between is no loss."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from huiyuan.kit.v1 import kit_pb2
from huiyuan.members.v1 import events_pb2, identities_pb2, profiles_pb2

from services.kit import clock, rpc
from services.kit.refusal import Refusal
from services.members import events
from services.members.actions import registrations as actions
from services.members.jobs import orphans
from services.members.rpc import registrations as door
from services.members.storage import identities
from tests.members.service import (
    ANYONE,
    AUDITOR,
    IMPORTER,
    LOYALTY,
    OPERATIONS,
    SUPPORT,
    Members,
    as_member,
    by,
    registration,
)


async def refusal(call) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await call
    return refused.value


async def counts(members: Members) -> tuple[int, ...]:
    """How many rows either database holds."""
    found = [
        (await members.peek(f"SELECT count(*) FROM {table}", keys=keys))[0][0]
        for table, keys in (
            ("members", False),
            ("outbox", False),
            ("keys", True),
            ("identities", True),
            ("registrations", True),
        )
    ]
    return tuple(found)


async def test_member_is_registered_with_phone_and_mail_and_told_of(members):
    phone = members.phone()
    member_id = await members.register(
        registration(phone, email="xiaoming.1@example.com", full_name="王小明")
    )
    assert UUID(member_id).version == 7
    profile = (await members.profile(member_id, as_member(member_id))).profile
    assert profile.display_name == "小明"
    assert profile.full_name_masked == "王**"
    assert profile.phone_masked == f"139****{phone[-4:]}"
    assert profile.email_masked == "x***@example.com"
    assert (profile.language, profile.revision) == ("zh-CN", 1)
    assert profile.status == profiles_pb2.MEMBER_STATUS_ACTIVE
    [row] = await members.peek("SELECT type, event FROM outbox WHERE member_id = $1::uuid", member_id)
    event = events_pb2.MembersEvent.FromString(row["event"])
    assert row["type"] == "MemberRegistered"
    assert event.member_id == member_id
    assert event.member_registered.joined_at == profile.joined_at


async def test_same_key_and_body_returns_the_same_member(members):
    request = registration(members.phone(), key="retry-1")
    first = await members.profiles.register_member(request, headers=by(OPERATIONS))
    before = await counts(members)
    again = await members.profiles.register_member(request, headers=by(IMPORTER))
    assert (first.replayed, again.replayed) == (False, True)
    assert again.member_id == first.member_id
    assert await counts(members) == before


async def test_same_key_with_another_body_is_refused(members):
    request = registration(members.phone(), key="retry-2")
    await members.register(request)
    before = await counts(members)
    for change in ("name", "phone", "joined"):
        other = profiles_pb2.RegisterMemberRequest.FromString(request.SerializeToString())
        if change == "name":
            other.profile.display_name = "小红"
        elif change == "phone":
            other.identities[0].identity.value = members.phone()
        else:
            other.joined_at.FromDatetime(clock.now() - timedelta(days=1))
        refused = await refusal(members.profiles.register_member(other, headers=by(OPERATIONS)))
        assert refused.code == "IDEMPOTENCY_KEY_REUSED"
    assert await counts(members) == before


async def test_phone_of_another_member_is_refused_in_any_spelling_and_changes_nothing(members):
    phone = members.phone()
    await members.register(registration(phone, key="owner"))
    before = await counts(members)
    for number, spelling in enumerate((phone, phone[3:], f"0086 {phone[3:6]}-{phone[6:]}")):
        refused = await refusal(members.register(registration(spelling, key=f"thief-{number}")))
        assert refused.code == "IDENTITY_ALREADY_TAKEN"
        assert refused.field == "identities[0].identity"
        assert phone[3:] not in refused.message
    assert await counts(members) == before


async def test_refused_registration_does_not_keep_its_other_identities(members):
    phone = members.phone()
    await members.register(registration(phone))
    await refusal(members.register(registration(phone, email="free@example.com", key="loser")))
    assert await members.register(registration(email="free@example.com", key="winner"))


async def test_of_many_at_once_with_one_phone_exactly_one_wins(members):
    phone = members.phone()
    answers = await asyncio.gather(
        *(members.register(registration(phone, key=f"rush-{n}")) for n in range(12)), return_exceptions=True
    )
    won = [answer for answer in answers if isinstance(answer, str)]
    assert len(won) == 1
    assert {a.code for a in answers if isinstance(a, Refusal)} == {"IDENTITY_ALREADY_TAKEN"}
    held = await members.peek("SELECT count(*) FROM identities WHERE member_id = $1::uuid", won[0], keys=True)
    assert held[0][0] == 1


async def test_of_many_at_once_with_one_key_all_get_the_same_member(members):
    request = registration(members.phone(), key="rush-same")
    answers = await asyncio.gather(
        *(members.profiles.register_member(request, headers=by(OPERATIONS)) for _ in range(12))
    )
    assert len({answer.member_id for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    told = await members.peek("SELECT 1 FROM outbox WHERE member_id = $1::uuid", answers[0].member_id)
    assert len(told) == 1


async def test_batches_that_overlap_in_other_orders_share_what_they_have_in_common(members):
    shared = [registration(members.phone(), key=f"overlap-{n}") for n in range(40)]
    batches = [shared, shared[::-1], shared[10:30], shared[30:] + shared[:10]]
    answers = await asyncio.gather(
        *(
            members.profiles.register_members(
                profiles_pb2.RegisterMembersRequest(members=batch), headers=by(IMPORTER)
            )
            for batch in batches
        )
    )
    ids: dict[str, set[str]] = {}
    fresh = 0
    for batch, answer in zip(batches, answers, strict=True):
        for request, result in zip(batch, answer.results, strict=True):
            ids.setdefault(request.idempotency_key, set()).add(result.registered.member_id)
            fresh += not result.registered.replayed
    assert all(len(found) == 1 and found != {""} for found in ids.values())
    assert fresh == len(shared)


async def test_each_item_of_a_batch_has_its_own_result(members):
    taken, free = members.phone(), members.phone()
    await members.register(registration(taken))
    requests = [
        registration(free, key="b-1"),
        registration("not a phone", key="b-2"),
        registration(taken, key="b-3"),
        registration(free, key="b-4"),
        registration(free, key="b-1"),
        registration(members.phone(), key="b-1"),
        registration(members.phone(), key="b-5", birth_date="2023-02-29"),
        registration(members.phone(), key="b-6", display_name=""),
        registration(members.phone(), key="b-7"),
    ]
    answer = await members.profiles.register_members(
        profiles_pb2.RegisterMembersRequest(members=requests), headers=by(IMPORTER)
    )
    outcomes = [
        result.refusal.code or ("replayed" if result.registered.replayed else "new")
        for result in answer.results
    ]
    assert outcomes == [
        "new",
        "IDENTITY_NOT_VALID",
        "IDENTITY_ALREADY_TAKEN",
        "IDENTITY_ALREADY_TAKEN",
        "replayed",
        "IDEMPOTENCY_KEY_REUSED",
        "BIRTH_DATE_NOT_VALID",
        "NAME_NOT_VALID",
        "new",
    ]
    assert answer.results[1].refusal.field == "identities[0].identity.value"
    assert answer.results[6].refusal.field == "profile.birth_date"
    assert answer.results[0].registered.member_id == answer.results[4].registered.member_id


async def test_batch_above_a_thousand_and_wild_requests_are_refused(members):
    before = await counts(members)
    many = [registration(customer=f"many-{n}", key=f"many-{n}") for n in range(1001)]
    batch = profiles_pb2.RegisterMembersRequest(members=many)
    refused = await refusal(members.profiles.register_members(batch, headers=by(IMPORTER)))
    assert refused.code == "BATCH_TOO_LARGE"
    ahead = registration(members.phone(), key="ahead")
    ahead.joined_at.FromDatetime(clock.now() + timedelta(days=1))
    ancient = registration(members.phone(), key="ancient")
    ancient.joined_at.seconds = -(10**9)
    absurd = registration(members.phone(), key="absurd")
    absurd.joined_at.seconds = 2**62
    crowd = registration(members.phone(), key="crowd")
    for n in range(10):
        crowd.identities.add(identity=kit_pb2.ExternalIdentity(kind=8, scope="demo-shop", value=f"crowd-{n}"))
    for request, code in (
        (ahead, "JOINED_AT_NOT_VALID"),
        (ancient, "JOINED_AT_NOT_VALID"),
        (absurd, "JOINED_AT_NOT_VALID"),
        (crowd, "TOO_MANY_IDENTITIES"),
        (registration(members.phone(), key="k" * 101), "IDEMPOTENCY_KEY_NOT_VALID"),
        (profiles_pb2.RegisterMemberRequest(), "IDEMPOTENCY_KEY_NOT_VALID"),
    ):
        assert (await refusal(members.register(request))).code == code
    assert await counts(members) == before


async def test_importer_may_say_when_a_member_joined(members):
    request = registration(customer="cdnow-1", key="cdnow-1")
    request.joined_at.FromJsonString("1997-01-01T00:00:00Z")
    answer = await members.profiles.register_member(request, headers=by(IMPORTER))
    found = await members.profile(answer.member_id, OPERATIONS)
    assert found.profile.joined_at.ToJsonString() == "1997-01-01T00:00:00Z"


@pytest.mark.parametrize("caller", [SUPPORT, AUDITOR, LOYALTY, ANYONE, as_member("someone")])
async def test_only_registrars_may_register(members, caller):
    before = await counts(members)
    request = registration(members.phone())
    code = (await refusal(members.profiles.register_member(request, headers=by(caller)))).code
    assert code == ("NOT_SIGNED_IN" if caller is ANYONE else "NOT_ALLOWED")
    batch = profiles_pb2.RegisterMembersRequest(members=[request])
    await refusal(members.profiles.register_members(batch, headers=by(caller)))
    assert await counts(members) == before


class Killed(Exception):
    """The process ended here."""


@pytest.fixture
def killed_between_commits(monkeypatch):
    """The next registration dies after the keys are committed and before the member is."""

    async def die(*_: object) -> None:
        raise Killed

    def arm() -> None:
        monkeypatch.setattr(actions, "complete_new", die)

    yield arm
    monkeypatch.undo()


async def crash(members: Members, request: profiles_pb2.RegisterMemberRequest) -> None:
    with pytest.raises(Killed):
        await door.register(members.databases, members.ring, [request], clock.now())


async def member_of(members: Members, phone: str) -> str | None:
    """Whom the keys' database holds a phone for, whether that member exists or not."""
    identity = door.identity_of(kit_pb2.ExternalIdentity(kind=1, value=phone))
    place = members.ring.find(identity)
    holder = (await identities.holders(members.databases, [place])).get(place)
    return str(holder) if holder else None


async def test_retry_completes_what_was_killed_between_the_commits(
    members, killed_between_commits, monkeypatch
):
    phone = members.phone()
    request = registration(phone, key="killed-1")
    killed_between_commits()
    await crash(members, request)
    monkeypatch.undo()
    claimed = await member_of(members, phone)
    assert claimed is not None
    assert (await members.profile(claimed, OPERATIONS)).refusal.code == "UNKNOWN_MEMBER"
    answer = await members.profiles.register_member(request, headers=by(OPERATIONS))
    assert (answer.member_id, answer.replayed) == (claimed, False)
    assert (await members.profile(claimed, as_member(claimed))).profile.display_name == "小明"
    again = await members.profiles.register_member(request, headers=by(OPERATIONS))
    assert (again.member_id, again.replayed) == (claimed, True)


async def test_sweep_frees_what_nobody_came_back_for(members, killed_between_commits, monkeypatch):
    phone = members.phone()
    killed_between_commits()
    await crash(members, registration(phone, key="killed-2"))
    monkeypatch.undo()
    refused = await refusal(members.register(registration(phone, key="another")))
    assert refused.code == "IDENTITY_ALREADY_TAKEN"
    await orphans.sweep(members.databases)
    assert await member_of(members, phone) is not None, "what is fresh may still be under way"
    await orphans.sweep(members.databases, clock.now() + timedelta(hours=1))
    assert await member_of(members, phone) is None
    member_id = await members.register(registration(phone, key="another"))
    assert (await members.profile(member_id, OPERATIONS)).profile.phone_masked == f"139****{phone[-4:]}"
    retried = await refusal(members.register(registration(phone, key="killed-2")))
    assert retried.code == "IDENTITY_ALREADY_TAKEN"


async def test_straggler_cannot_complete_what_the_sweep_gave_up(members):
    phone = members.phone()
    now = clock.now()
    [draft] = [door._draft(members.ring, registration(phone, key="straggler"), now)]
    async with members.databases.keys.begin() as connection:
        [claim] = await actions.claim(connection, members.ring, [draft], now)
    await orphans.sweep(members.databases, now + timedelta(hours=1))
    assert claim.dek is not None
    [outcome] = await door._complete(members.databases, members.ring, [(claim, draft)], now)
    assert outcome.code == "REGISTRATION_GIVEN_UP"
    assert (await members.profile(str(claim.member_id), OPERATIONS)).refusal.code == "UNKNOWN_MEMBER"
    request = identities_pb2.ResolveMembersRequest(
        references=[identities_pb2.MemberReference(member_id=str(claim.member_id))]
    )
    resolved = await members.identities.resolve_members(request, headers=by(LOYALTY))
    assert resolved.members[0].member_id == ""
    assert await members.register(registration(phone, key="straggler"))


async def test_what_a_retry_completed_first_is_told_to_the_first_one_too(members):
    now = clock.now()
    [draft] = [door._draft(members.ring, registration(members.phone(), key="overtaken"), now)]
    async with members.databases.keys.begin() as connection:
        [claim] = await actions.claim(connection, members.ring, [draft], now)
    [retried] = await door._register(members.databases, members.ring, [draft], now)
    [first] = await door._complete(members.databases, members.ring, [(claim, draft)], now)
    assert (retried.member_id, retried.replayed) == (first.member_id, False)
    assert first.replayed
    told = await members.peek("SELECT 1 FROM outbox WHERE member_id = $1::uuid", str(first.member_id))
    assert len(told) == 1


async def test_members_are_the_same_whether_they_were_completed_at_once_or_by_a_retry(members):
    """Both statements give a member the same row, key and event."""
    now = clock.now()
    rows = []
    for key, looking in (("at once", False), ("by a retry", True)):
        request = registration(members.phone(), key=key, birth_date="2020-02-29")
        request.joined_at.FromDatetime(now - timedelta(days=1, microseconds=7))
        [draft] = [door._draft(members.ring, request, now)]
        async with members.databases.keys.begin() as connection:
            [claim] = await actions.claim(connection, members.ring, [draft], now)
        async with members.databases.members.begin() as connection:
            complete = actions.complete if looking else actions.complete_new
            await complete(connection, members.ring, [(claim, draft)], now)
        member = str(claim.member_id)
        [row] = await members.peek("SELECT * FROM members WHERE member_id = $1::uuid", member)
        [told] = await members.peek("SELECT type, event FROM outbox WHERE member_id = $1::uuid", member)
        event = events_pb2.MembersEvent.FromString(told["event"])
        assert event.member_id == member
        assert event.member_registered.joined_at == request.joined_at
        event.member_id = ""
        rows.append(
            ({**row, "member_id": None, "blob": len(row["blob"])}, told["type"], event.SerializeToString())
        )
        assert (await members.profile(member, as_member(member))).profile.joined_at == request.joined_at
    assert rows[0] == rows[1]
    assert rows[0][0]["joined_at"] == draft.joined_at
    assert rows[0][0]["registered_at"] == now


async def test_sweep_leaves_members_that_exist_alone(members):
    member_id = await members.register()
    before = await counts(members)
    await orphans.sweep(members.databases, clock.now() + timedelta(hours=1))
    assert await counts(members) == before
    unsettled = await members.peek("SELECT 1 FROM registrations WHERE NOT settled", keys=True)
    assert unsettled == []
    assert (await members.profile(member_id, OPERATIONS)).profile.member_id == member_id


async def test_expired_and_forged_assertions_are_refused(members, monkeypatch):
    forger = rpc.CallerSigner("gateway", {"members": b"x" * 32})
    stranger = rpc.CallerSigner("warehouse", {"members": b"g" * 32})
    for assertion in (
        forger.sign("members", OPERATIONS),
        stranger.sign("members", OPERATIONS),
        "nonsense",
        expired(monkeypatch),
    ):
        refused = await refusal(
            members.profiles.register_member(
                registration(members.phone()), headers={rpc.CALLER_HEADER: assertion}
            )
        )
        assert refused.code == "CALLER_NOT_PROVEN"


def expired(monkeypatch) -> str:
    import time

    present = time.time()
    with monkeypatch.context() as earlier:
        earlier.setattr(time, "time", lambda: present - 3600)
        return rpc.CallerSigner("gateway", {"members": b"g" * 32}).sign("members", OPERATIONS)


async def test_each_of_a_batch_is_told_of_with_what_is_its_own_alone(monkeypatch):
    told = []

    async def keep(_, new):
        told.extend(events_pb2.MembersEvent.FromString(one.body) for one in new)

    monkeypatch.setattr(events.outbox, "append_many", keep)
    days = [datetime(2024, 5, day, 1, 2, 3, 4, tzinfo=UTC) for day in (1, 2, 3)]
    joined = [(UUID(int=nth), day, nth == 0) for nth, day in enumerate(days)]
    await events.members_registered(None, joined, days[2])
    assert [one.member_id for one in told] == [str(UUID(int=nth)) for nth in range(3)]
    assert [one.member_registered.joined_at.ToDatetime(UTC) for one in told] == days
    assert [one.member_registered.HasField("under14") for one in told] == [True, False, False]
    assert {one.occurred_at.ToDatetime(UTC) for one in told} == {days[2]}
