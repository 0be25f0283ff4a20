"""Retention: the job empties what is due and nothing else, and the report says so before."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from huiyuan.loyalty.v1.events_pb2 import LoyaltyEvent
from huiyuan.members.v1 import profiles_pb2, retention_pb2

from services.kit import stream
from services.kit.refusal import Refusal
from services.members.actions import erasures
from services.members.consumers import Hearing
from services.members.jobs import retention
from services.members.rpc.retention import Retention
from services.members.rules.erasures import Terms
from services.members.rules.retention import RetentionNotUnderstood, rules_of
from services.members.storage import retention as storage
from services.members.storage import statuses as stored
from tests.members import linking
from tests.members.rpc.test_statuses import close
from tests.members.service import AUDITOR, OPERATIONS, Members, as_member, by, registration

TERMS = Terms()


async def old(members: Members, member_id: str, days: int) -> None:
    """A member that registered, was looked at and changed so many days ago."""
    await members.peek(
        "UPDATE members SET registered_at = now() - make_interval(days => $2) WHERE member_id = $1",
        member_id,
        days,
    )
    await members.peek(
        """INSERT INTO profile_accesses SELECT $1, gen_random_uuid(), 'staff:a', 'p', 'r', '{3}',
           now() - make_interval(days => $2), ''""",
        member_id,
        days,
    )
    await members.peek(
        "INSERT INTO profile_updates VALUES ($1, 1, 'k', 'b', 1, now() - make_interval(days => $2))",
        member_id,
        days,
    )


async def left(members: Members, member_id: str) -> tuple[int, int, int]:
    """Accesses, updates and erasures of a member."""
    counts = [
        (await members.peek(f"SELECT count(*) FROM {table} WHERE member_id = $1", member_id))[0][0]
        for table in ("profile_accesses", "profile_updates", "erasures")
    ]
    return counts[0], counts[1], counts[2]


async def due(members: Members, periods: str) -> dict[str, int]:
    """The dry run."""
    door = Retention(members.databases, rules_of(periods))
    answer = await door.get_retention(retention_pb2.GetRetentionRequest(), None)
    return {rule.category: rule.due for rule in answer.rules}


async def seen(members: Members, member_id: str, days_ago: int, kind: str = "OrderRecorded") -> None:
    at = datetime.now(UTC) - timedelta(days=days_ago)
    event = LoyaltyEvent(member_id=member_id, occurred_at=at)
    heard = stream.Event("huiyuan:loyalty:0", 1, 0, member_id, kind, event.SerializeToString())
    async with members.databases.members.begin() as connection:
        await Hearing(TERMS).hear_loyalty(connection, [heard])


async def test_the_job_ends_what_is_due_and_nothing_else(members: Members):
    stale, fresh, shopping, late = [await members.register() for _ in range(4)]
    await seen(members, late, 2_000)  # an order of before they registered
    for member_id, days in ((stale, 2_000), (fresh, 300), (shopping, 2_000)):
        await old(members, member_id, days)
    await seen(members, shopping, 1_500)
    await seen(members, shopping, 20)
    await seen(members, shopping, 1_200)
    await seen(members, stale, 1, kind="PointsExpired")
    periods = "access_log=1000,inactive_members=1095"
    found = await due(members, periods)
    assert found["access_log"] >= 2
    assert found["inactive_members"] >= 1
    assert await left(members, stale) == (1, 1, 0), "a dry run changes nothing"
    await retention.run(members.databases, TERMS, None, rules_of(periods))
    assert await left(members, stale) == (0, 0, 1)
    assert await left(members, shopping) == (0, 0, 0)
    assert await left(members, fresh) == (1, 1, 0)
    assert await left(members, late) == (0, 0, 0)
    after = await due(members, periods)
    assert (after["access_log"], after["retried_updates"]) == (0, 0)
    [run] = await members.peek("SELECT rows FROM retention_runs WHERE category = 'access_log'")
    assert run["rows"] == found["access_log"]
    [asked] = await members.peek("SELECT trigger FROM erasures WHERE member_id = $1", stale)
    assert asked["trigger"] == 3


async def test_nobody_is_erased_or_restricted_unless_an_operator_says_after_how_long(members: Members):
    member_id = await members.register()
    await old(members, member_id, 9_999)
    await retention.run(members.databases, TERMS, None, rules_of(""))
    assert (await left(members, member_id))[2] == 0
    status = "SELECT status FROM members WHERE member_id = $1"
    assert (await members.peek(status, member_id))[0]["status"] == 1
    await retention.run(members.databases, TERMS, None, rules_of("inactive_members_restricted=9000"))
    assert (await members.peek(status, member_id))[0]["status"] == 2
    assert (await left(members, member_id))[2] == 0


async def test_who_was_seen_under_an_earlier_id_is_not_inactive(members: Members):
    dormant, active, stale, quiet = [await members.register() for _ in range(4)]
    for member_id in (dormant, active, stale, quiet):
        await old(members, member_id, 2_000)
    await seen(members, active, 20)
    await linking.merge(members, active, dormant)
    await linking.merge(members, quiet, stale)
    periods = "access_log=0,inactive_members=1095"
    before = (await due(members, periods))["inactive_members"]
    await retention.run(members.databases, TERMS, None, rules_of(periods))
    assert (await left(members, dormant))[2] == (await left(members, active))[2] == 0
    assert (await left(members, stale))[2] == 1
    [run] = await members.peek("SELECT rows FROM retention_runs WHERE category = 'inactive_members'")
    assert run["rows"] == before


async def test_who_signs_in_or_acts_in_person_is_not_inactive(members: Members):
    async def by_login(phone: str, _: str) -> None:
        await linking.login(members, linking.identity(linking.PHONE, phone))

    async def by_code(phone: str, _: str) -> None:
        one = linking.identity(linking.PHONE, phone)
        asked = await linking.ask(members, one)
        assert (
            await linking.confirm(members, asked.verification_id, one, linking.newest_code(members))
        ).member_id

    async def by_proving(_: str, member_id: str) -> None:
        await linking.verify(members, linking.identity(linking.PHONE, members.phone()), member_id)

    async def by_changing(_: str, member_id: str, caller=None) -> None:
        request = profiles_pb2.UpdateProfileRequest(member_id=member_id, display_name="小华")
        await members.profiles.update_profile(request, headers=by(caller or as_member(member_id)))

    async def changed_by_staff(_: str, member_id: str) -> None:
        await by_changing(_, member_id, OPERATIONS)

    async def using_a_coupon(_: str, member_id: str) -> None:
        await seen(members, member_id, 1, kind="CouponUsed")

    asked = {}
    for act in (by_login, by_code, by_proving, by_changing, using_a_coupon, changed_by_staff):
        phone = members.phone()
        member_id = await linking.join(members, linking.identity(linking.PHONE, phone))
        await old(members, member_id, 2_000)
        await act(phone, member_id)
        asked[act.__name__] = member_id
    await retention.run(members.databases, TERMS, None, rules_of("access_log=0,inactive_members=1095"))
    erased = [name for name, member_id in asked.items() if (await left(members, member_id))[2]]
    assert erased == ["changed_by_staff"]


async def while_listed(members: Members, holder: str, periods: str, meanwhile) -> None:
    """Run the job; what happens meanwhile comes when it has listed who is due and waits for the first of them."""
    async with members.databases.members.begin() as connection:
        await stored.lock(connection, UUID(holder))
        job = asyncio.create_task(retention.run(members.databases, TERMS, None, rules_of(periods)))
        await waiting(members)
        await meanwhile()
    await job


async def waiting(members: Members) -> None:
    """Return when somebody waits for a lock."""
    query = "SELECT FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE datname = current_database() AND NOT granted"
    async with asyncio.timeout(20):
        while not await members.peek(query):  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("rule", ["inactive_members", "inactive_members_restricted"])
async def test_who_comes_back_after_being_listed_is_left_alone(members: Members, rule: str):
    first, back, merged, again, active = [await members.register() for _ in range(5)]
    for member_id in (first, back, merged, again):
        await old(members, member_id, 2_000)

    async def return_() -> None:
        await seen(members, back, 0)
        await linking.merge(members, merged, active)
        await close(members, again)

    await while_listed(members, first, f"access_log=0,{rule}=1095", return_)
    rows = await members.peek(
        "SELECT m.member_id, m.status, e.trigger FROM members m LEFT JOIN erasures e USING (member_id) "
        "WHERE m.member_id = ANY($1)",
        [first, back, merged, again, active],
    )
    stand = {str(row["member_id"]): (row["status"], row["trigger"]) for row in rows}
    ended = (5, 3) if rule == "inactive_members" else (2, None)
    assert stand == {first: ended, back: (1, None), merged: (1, None), active: (1, None), again: (3, None)}
    [run] = await members.peek("SELECT rows FROM retention_runs WHERE category = $1", rule)
    assert run["rows"] == 1


async def test_who_is_just_being_seen_is_waited_for(members: Members):
    known, unknown = [await members.register() for _ in range(2)]
    for member_id in (known, unknown):
        await old(members, member_id, 2_000)
    await seen(members, known, 1_900)
    async with members.databases.members.begin() as connection:
        await storage.see(connection, dict.fromkeys((known, unknown), datetime.now(UTC).date()))
        job = asyncio.create_task(
            retention.run(members.databases, TERMS, None, rules_of("inactive_members=1095"))
        )
        await waiting(members)
    await job
    assert [(await left(members, member_id))[2] for member_id in (known, unknown)] == [0, 0]


async def test_who_is_seen_too_late_leaves_no_trace(members: Members):
    """The last day of the erased is not kept either, however close behind the erasure it comes."""
    member_id = await members.register()
    async with members.databases.members.begin() as connection:
        await erasures.retire(connection, None, UUID(member_id), "unused", datetime.now(UTC))
        late = asyncio.create_task(seen(members, member_id, 0))
        await waiting(members)
    await late
    assert await members.peek("SELECT FROM activities WHERE member_id = $1", member_id) == []


async def test_the_report_is_for_those_who_watch(members: Members):
    request = retention_pb2.GetRetentionRequest()
    answer = await members.retention.get_retention(request, headers=by(AUDITOR))
    rules = {rule.category: rule for rule in answer.rules}
    assert rules["access_log"].period_days == 1_095
    assert all(rule.lawful_basis for rule in answer.rules)
    with pytest.raises(Refusal) as caught:
        await members.retention.get_retention(request, headers=by(OPERATIONS))
    assert caught.value.code == "NOT_ALLOWED"


async def test_the_database_keeps_what_is_too_young_whatever_the_service_says(members: Members):
    member_id = await members.register()
    await old(members, member_id, 100)
    with pytest.raises(asyncpg.RaiseError, match="not to be deleted yet"):
        await members.databases.members_pool.fetchval(
            "SELECT retire('profile_accesses', now() - interval '99 days', 10)"
        )
    with pytest.raises(asyncpg.RaiseError, match="not to be deleted yet"):
        await members.databases.members_pool.fetchval("SELECT retire('status_changes', '1970-01-02', 10)")
    assert (await left(members, member_id))[0] == 1


async def test_what_is_left_of_registrations_ends_and_no_member_with_it(members: Members):
    phone, recent = members.phone(), members.phone()
    member_id = await members.register(registration(phone))
    await members.register(registration(recent))
    nameless = registration(key="nobody's phone")
    unknown = await members.register(nameless)
    given_up, younger, cut_off = uuid4(), uuid4(), uuid4()
    abandoned = """INSERT INTO members (member_id, status, revision, joined_at, registered_at, dek_gen)
                   VALUES ($1, 0, 0, now(), now() - make_interval(days => $2), 0)"""
    await members.peek(abandoned, given_up, 31)
    await members.peek(abandoned, younger, 29)
    await members.peek("UPDATE members SET registered_at = '2001-01-01' WHERE member_id = $1", member_id)
    aged = "UPDATE registrations SET claimed_at = now() - interval '401 days', settled = true WHERE member_id = $1"
    for one in (member_id, unknown):
        await members.peek(aged, one, keys=True)
    unsettled = "INSERT INTO registrations VALUES (1, $1, $1, $2, now() - interval '500 days', false)"
    await members.peek(unsettled, cut_off.bytes, cut_off, keys=True)
    found = await due(members, "")
    assert (found["abandoned_registrations"], found["retried_registrations"]) == (1, 1)
    await retention.run(members.databases, TERMS, None, rules_of(""))
    ids = [UUID(member_id), given_up, younger]
    stay = await members.peek("SELECT member_id FROM members WHERE member_id = ANY($1)", ids)
    assert {row["member_id"] for row in stay} == {UUID(member_id), younger}
    kept = "SELECT count(*) FROM registrations WHERE member_id = $1"
    counts = [(await members.peek(kept, one, keys=True))[0][0] for one in (UUID(member_id), cut_off)]
    assert counts == [0, 1], "only what was seen to be settled is forgotten"
    with pytest.raises(Refusal) as caught:
        await members.register(registration(phone))
    assert caught.value.code == "IDENTITY_ALREADY_TAKEN"
    assert await members.register(nameless) == unknown, "nothing but its key knows it again"
    again = await members.profiles.register_member(registration(recent), headers=by(OPERATIONS))
    assert again.replayed
    await members.peek("DELETE FROM members WHERE member_id = $1", younger)
    await members.peek("DELETE FROM registrations WHERE member_id = $1", cut_off, keys=True)


async def test_the_keys_database_keeps_what_is_too_young_too(members: Members):
    for statement in (
        "SELECT retire('registrations', now() - interval '6 days', 10)",
        "SELECT retire('keys', '1970-01-02', 10)",
        "SELECT retire('identities', '1970-01-02', 10)",
    ):
        with pytest.raises(asyncpg.RaiseError, match="not to be deleted yet"):
            await members.databases.keys_pool.fetchval(statement)


@pytest.mark.parametrize("text", ["access_log", "access_log=soon", "nothing=3", "access_log=-1"])
def test_periods_that_are_not_understood_are_refused(text: str):
    with pytest.raises(RetentionNotUnderstood):
        rules_of(text)
