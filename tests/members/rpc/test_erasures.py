"""Erasures: everything that leads to a person goes, whatever happens meanwhile, and each store proves it."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest
from huiyuan.consent.v1 import events_pb2 as consent_events
from huiyuan.kit.v1 import erasures_pb2 as kit
from huiyuan.kit.v1 import kit_pb2
from huiyuan.loyalty.v1 import events_pb2 as loyalty_events
from huiyuan.members.v1 import erasures_pb2, identities_pb2, profiles_pb2

from services.kit import stream
from services.kit.refusal import Refusal
from services.members.actions import erasures as actions
from services.members.consumers import Hearing
from services.members.jobs import erasures, tombstones
from services.members.rules.erasures import Terms
from services.members.storage.tombstone_files import TombstoneFile
from tests.members import linking
from tests.members.service import (
    AUDITOR,
    OFFICER,
    OPERATIONS,
    SUPPORT,
    Members,
    as_member,
    by,
    new_agent,
    registration,
)

TERMS = Terms(backups_kept=timedelta(days=35))
STAFF, ERASED = erasures_pb2.ERASURE_TRIGGER_STAFF, profiles_pb2.MEMBER_STATUS_ERASED
KEYS_TABLES = ("keys", "identities", "registrations")


@pytest.fixture
def file(tmp_path) -> TombstoneFile:
    return TombstoneFile(tmp_path / "tombstones.jsonl")


async def ask(members: Members, member_id: str, trigger=STAFF, who=OFFICER) -> erasures_pb2.Erasure:
    request = erasures_pb2.RequestErasureRequest(
        member_id=member_id, trigger=trigger, reason="request 12 by letter"
    )
    return (await members.erasures.request_erasure(request, headers=by(who))).erasure


async def report(members: Members, member_id: str) -> erasures_pb2.Erasure:
    request = erasures_pb2.GetErasureRequest(member_id=member_id)
    return (await members.erasures.get_erasure(request, headers=by(AUDITOR))).erasure


async def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        await call
    return caught.value.code


async def found(members: Members, phone: str) -> str:
    identity = kit_pb2.ExternalIdentity(kind=kit_pb2.IDENTITY_KIND_PHONE, value=phone)
    request = identities_pb2.FindMemberRequest(identity=identity)
    return (await members.identities.find_member(request, headers=by(new_agent()))).member_id


async def rows_left(members: Members, member_id: str) -> dict[str, int]:
    """What the keys' database holds about a member, and whether a blob is there."""
    left = {}
    for table in KEYS_TABLES:
        query = f"SELECT count(*) FROM {table} WHERE member_id = $1"
        left[table] = (await members.peek(query, member_id, keys=True))[0][0]
    blobs = await members.peek("SELECT count(blob) FROM members WHERE member_id = $1", member_id)
    updates = await members.peek("SELECT count(*) FROM profile_updates WHERE member_id = $1", member_id)
    return left | {"blobs": blobs[0][0], "profile_updates": updates[0][0]}


NOTHING = {"keys": 0, "identities": 0, "registrations": 0, "blobs": 0, "profile_updates": 0}


async def rename(members: Members, member_id: str, name: str, key: str = ""):
    request = profiles_pb2.UpdateProfileRequest(member_id=member_id, display_name=name, idempotency_key=key)
    return await members.profiles.update_profile(request, headers=by(as_member(member_id)))


def proof_of(service: str, erasure: erasures_pb2.Erasure, member_id: str) -> stream.Event:
    """The event by which another service proves."""
    envelope = {"loyalty": loyalty_events.LoyaltyEvent, "consent": consent_events.ConsentEvent}[service]
    event = envelope(member_id=member_id)
    event.member_erasure_done.erasure_id = erasure.erasure_id
    event.member_erasure_done.proof.add(store="rows", action=kit.STORE_ACTION_DELETED, count=3)
    return stream.Event(
        f"huiyuan:{service}:0", 1, 0, member_id, "MemberErasureDone", event.SerializeToString()
    )


async def prove(members: Members, service: str, erasure: erasures_pb2.Erasure, member_id: str) -> None:
    hearing = Hearing(TERMS)
    hear = hearing.hear_loyalty if service == "loyalty" else hearing.hear_consent
    async with members.databases.members.begin() as connection:
        await hear(connection, [proof_of(service, erasure, member_id)])


async def test_an_erased_member_is_found_by_nothing_and_may_register_anew(members: Members, file):
    phone = members.phone()
    member_id = await members.register(registration(phone, key="first"))
    await rename(members, member_id, "小红", "rename")
    asked = await ask(members, member_id)
    assert not asked.HasField("erased_at")
    await erasures.advance(members.databases, TERMS, file)
    assert await rows_left(members, member_id) == NOTHING
    assert await found(members, phone) == ""
    assert (await members.profile(member_id, as_member(member_id))).refusal.code == "MEMBER_ERASED"
    seen = (await members.profile(member_id, SUPPORT)).profile
    assert (seen.status, seen.display_name, seen.phone_masked) == (ERASED, "", "")
    assert await refused(rename(members, member_id, "小明")) == "MEMBER_ERASED"
    unmask = profiles_pb2.UnmaskProfileRequest(
        member_id=member_id, fields=[profiles_pb2.PERSONAL_FIELD_PHONE], purpose="service", reason="asked"
    )
    assert await refused(members.profiles.unmask_profile(unmask, headers=by(SUPPORT))) == "MEMBER_ERASED"
    anew = await members.register(registration(phone, key="first"))
    assert anew != member_id
    assert await found(members, phone) == anew


async def test_an_erasure_is_complete_when_every_store_has_proved_and_says_when_backups_are_clean(
    members: Members, file
):
    phone = members.phone()
    member_id = await members.register(registration(phone))
    for one in (phone, members.phone()):
        await linking.ask(members, linking.identity(linking.PHONE, one))
    codes = await members.peek("SELECT count(*) FROM verifications", keys=True)
    asked = await ask(members, member_id)
    await erasures.advance(members.databases, TERMS, file)
    assert await members.peek("SELECT count(*) + 1 AS count FROM verifications", keys=True) == codes
    await prove(members, "loyalty", asked, member_id)
    halfway = await report(members, member_id)
    assert not halfway.HasField("completed_at")
    assert {store.store: store.HasField("proved_at") for store in halfway.stores} == {
        "members": True,
        "member_keys": True,
        "loyalty": True,
        "consent": False,
    }
    await prove(members, "consent", asked, member_id)
    done = await report(members, member_id)
    proofs = {store.store: {one.store: one.count for one in store.proof} for store in done.stores}
    assert proofs["member_keys"] == {
        "former_identities": 0,
        "identities": 1,
        "keys": 1,
        "known_requesters": 0,
        "registrations": 1,
        "traits": 0,
        "verifications": 1,
    }
    assert proofs["members"]["members"] == 1
    assert proofs["consent"] == {"rows": 3}
    clean = done.backups_clean_at.ToDatetime() - done.completed_at.ToDatetime()
    assert clean == timedelta(days=35)
    await prove(members, "consent", asked, member_id)
    assert await report(members, member_id) == done, "proved again, nothing changes"


async def test_an_erasure_asked_for_again_is_the_same_and_only_the_privacy_officer_asks(
    members: Members, file
):
    member_id = await members.register()
    for who in (SUPPORT, OPERATIONS, AUDITOR, as_member(member_id)):
        assert await refused(ask(members, member_id, who=who)) == "NOT_ALLOWED"
    assert await refused(ask(members, member_id, trigger=6)) == "TRIGGER_NOT_VALID"
    assert await members.peek("SELECT FROM erasures WHERE member_id = $1", member_id) == []
    first = await ask(members, member_id)
    assert (await ask(members, member_id)).erasure_id == first.erasure_id
    await erasures.advance(members.databases, TERMS, file)
    assert (await ask(members, member_id)).erasure_id == first.erasure_id


async def merge(members: Members, gone: str, into: str) -> None:
    """As a merge leaves it."""
    await members.peek("UPDATE members SET merged_into = $2 WHERE member_id = $1", gone, into)


async def test_erasure_walks_the_whole_merge_set(members: Members, file):
    gone, survivor, stranger = [await members.register() for _ in range(3)]
    await merge(members, gone, survivor)
    asked = await ask(members, gone)
    assert asked.member_id == survivor
    await erasures.advance(members.databases, TERMS, file)
    assert await rows_left(members, gone) == await rows_left(members, survivor) == NOTHING
    assert (await rows_left(members, stranger))["keys"] == 1
    assert {(await report(members, one)).erasure_id for one in (gone, survivor)} == {asked.erasure_id}
    told = "SELECT count(*) FROM outbox WHERE type = 'MemberErased' AND member_id = ANY($1::uuid[])"
    assert (await members.peek(told, [gone, survivor, stranger]))[0][0] == 2


async def test_a_merge_between_asking_and_erasing_takes_the_new_survivor_along(members: Members, file):
    member_id, survivor = await members.register(), await members.register()
    await ask(members, member_id)
    await merge(members, member_id, survivor)
    await erasures.advance(members.databases, TERMS, file)
    assert await rows_left(members, member_id) == await rows_left(members, survivor) == NOTHING


STEPS = [
    (actions.tombstones, "blank"),
    (actions.tombstones, "bury"),
    (actions.tombstones, "empty"),
    (actions.erasures, "await_proofs"),
    (actions.erasures, "mark_erased"),
    (actions.events, "members_erased"),
    (actions.erasures, "prove"),
    (actions.erasures, "complete"),
]


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize(("room", "step"), STEPS, ids=[step for _, step in STEPS])
@pytest.mark.parametrize("nth", [1, 2])
async def test_killed_at_any_step_an_erasure_is_resumed_and_told_once(
    members: Members, file, monkeypatch, room, step, nth
):
    member_id = await members.register()
    asked = await ask(members, member_id)
    real, calls = getattr(room, step), 0

    async def killed(*args, **kwargs):
        nonlocal calls
        calls += 1
        result = await real(*args, **kwargs)
        if calls == nth:
            raise Killed
        return result

    with monkeypatch.context() as patch:
        patch.setattr(room, step, killed)
        try:
            await erasures.advance(members.databases, TERMS, file)
        except Killed:
            pass
        else:
            assert calls < nth, "the step is taken less often than it was to be killed"
    await erasures.advance(members.databases, TERMS, file)
    assert await rows_left(members, member_id) == NOTHING
    told = await members.peek(
        "SELECT count(*) FROM outbox WHERE type = 'MemberErased' AND member_id = $1", member_id
    )
    assert told[0][0] == 1
    for service in ("loyalty", "consent"):
        await prove(members, service, asked, member_id)
    assert (await report(members, member_id)).HasField("completed_at")


async def test_a_profile_update_that_races_with_the_erasure_leaves_no_key(members: Members, file):
    for _ in range(4):
        member_id = await members.register()
        await ask(members, member_id)
        updates = [rename(members, member_id, f"小{nth}") for nth in range(6)]
        results = await asyncio.gather(
            *updates, erasures.advance(members.databases, TERMS, file), return_exceptions=True
        )
        codes = {result.code for result in results if isinstance(result, Refusal)}
        assert codes <= {"MEMBER_ERASED", "PROFILE_RACED", "UNREADABLE", "DATABASE_UNAVAILABLE"}
        assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, Refusal)]
        await tombstones.replay(members.databases, file, completing_file=False)
        assert await rows_left(members, member_id) == NOTHING


async def test_registrations_of_the_same_phone_race_with_the_erasure_and_one_gets_it(members: Members, file):
    phone = members.phone()
    member_id = await members.register(registration(phone, key="old"))
    await ask(members, member_id)
    refusals = set()

    async def register(nth: int) -> str:
        request = registration(phone, key=f"new-{nth}")
        for _ in range(100):
            try:
                return await members.register(request)
            except Refusal as refusal:
                refusals.add(refusal.code)
            if await found(members, phone) not in ("", member_id):
                return ""
        return ""

    *registered, _ = await asyncio.gather(
        *(register(nth) for nth in range(3)), erasures.advance(members.databases, TERMS, file)
    )
    late = [await register(9)] if not any(registered) else []
    winners = [one for one in [*registered, *late] if one]
    assert len(winners) == 1
    assert refusals <= {"IDENTITY_ALREADY_TAKEN", "REGISTRATION_RACED"}
    assert await found(members, phone) == winners[0]
    assert await rows_left(members, member_id) == NOTHING


async def test_nothing_is_linked_to_the_erased_any_more(members: Members, file):
    member_id = await members.register()
    await ask(members, member_id)
    await erasures.advance(members.databases, TERMS, file)
    with pytest.raises(asyncpg.LockNotAvailableError):
        await members.peek(
            "INSERT INTO identities VALUES (1, 1, $2, $1, 1, true, now())", member_id, b"x" * 16, keys=True
        )


async def test_a_withdrawal_of_what_the_membership_rests_on_means_erasure(members: Members):
    """From us, that is: what one third party may not have any more, we still may."""
    member_id, other, sharing = [await members.register() for _ in range(3)]
    hearing = Hearing(TERMS, ["membership"])
    withdrawn = (
        (member_id, "membership", ""),
        (other, "marketing_sms", ""),
        (sharing, "membership", "partner-a"),
    )
    for one, purpose, recipient_id in withdrawn:
        event = consent_events.ConsentEvent(member_id=one)
        event.consent_withdrawn.purposes.append(purpose)
        event.consent_withdrawn.recipient_id = recipient_id
        heard = stream.Event("huiyuan:consent:0", 1, 0, one, "ConsentWithdrawn", event.SerializeToString())
        async with members.databases.members.begin() as connection:
            await hearing.hear_consent(connection, [heard])
    asked = await members.peek(
        "SELECT member_id::text, trigger FROM erasures WHERE member_id = ANY($1::uuid[])",
        [member_id, other, sharing],
    )
    assert [tuple(row) for row in asked] == [(member_id, 2)]


async def test_an_overdue_erasure_raises_the_alarm_and_is_told_again(members: Members, file):
    member_id = await members.register()
    asked = await ask(members, member_id)
    await erasures.advance(members.databases, TERMS, file)
    later = datetime.now(UTC) + timedelta(hours=25)
    await erasures.watch(members.databases, TERMS, later)
    assert erasures.overdue_erasures._value.get() >= 1
    before = await members.peek("SELECT count(*) FROM outbox WHERE member_id = $1", member_id)
    await erasures.remind(members.databases, later)
    after = await members.peek("SELECT count(*) FROM outbox WHERE member_id = $1", member_id)
    assert after[0][0] == before[0][0] + 1
    for service in ("loyalty", "consent"):
        await prove(members, service, asked, member_id)
    late = await members.databases.members_pool.fetch(
        "SELECT erasure_id FROM erasures WHERE completed_at IS NULL"
    )
    assert UUID(asked.erasure_id) not in [row[0] for row in late]


async def test_every_table_about_a_member_is_emptied_or_kept_for_a_reason(members: Members, file):
    """A table that a later migration adds is emptied too, though the service itself may not delete from it."""
    member_id, stays = await members.register(), await members.register()
    for keys in (False, True):
        await members.peek("CREATE TABLE later (member_id uuid, said text)", keys=keys)
        await members.peek(
            "INSERT INTO later VALUES ($1, 'a'), ($1, 'b'), ($2, 'c')", member_id, stays, keys=keys
        )
    try:
        await ask(members, member_id)
        await erasures.advance(members.databases, TERMS, file)
        for keys in (False, True):
            left = await members.peek("SELECT member_id::text FROM later", keys=keys)
            assert [row["member_id"] for row in left] == [stays]
        proofs = {
            one.store: {p.store: p.count for p in one.proof}
            for one in (await report(members, member_id)).stores
        }
        assert proofs["members"]["later"] == proofs["member_keys"]["later"] == 2
        kept = await members.peek("SELECT name, reason FROM kept_tables")
        assert all(row["reason"] for row in kept)
    finally:
        for keys in (False, True):
            await members.peek("DROP TABLE later", keys=keys)


@pytest.mark.parametrize("keys", [False, True])
async def test_the_service_empties_no_table_of_the_living(members: Members, keys: bool):
    member_id = await members.register()
    pool = members.databases.keys_pool if keys else members.databases.members_pool
    with pytest.raises(asyncpg.RaiseError, match="only members who were erased"):
        await pool.fetch("SELECT * FROM empty_of_the_erased($1)", [member_id])
    for statement in ("DELETE FROM tombstones", "INSERT INTO kept_tables VALUES ('keys', 'x')"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await pool.execute(statement)
    assert (await rows_left(members, member_id))["keys"] == 1
