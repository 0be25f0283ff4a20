"""Missions: what members do is counted exactly, and what it is worth is given once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.kit import clock, database, rpc
from services.loyalty.actions import activities as actions
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.missions import activities as rules
from services.loyalty.storage.missions import activities
from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.missions import Json, Operator, mission, named, rfc3339, timed, wrong_field
from tests.loyalty.test_departures import hear, settle
from tests.loyalty.test_exports import exported
from tests.loyalty.test_integrity import check_everything
from tests.loyalty.test_merges import adjust


@pytest.fixture(scope="module")
async def served(make_loyalty: Any) -> AsyncIterator[Operator]:
    async with timed(make_loyalty) as (loyalty, clock):
        yield Operator(loyalty, clock)


@pytest.fixture
async def operator(served: Operator) -> AsyncIterator[Operator]:
    """The operator, with no mission in force but those of the test, and a clock that goes."""
    served.clock.at = None
    yield served
    served.clock.at = None
    for row in await served.loyalty.sql("SELECT key FROM missions WHERE state = 'PUBLISHED'"):
        await served.stop(row["key"])


def standing(progress: Json) -> tuple[int, int, int]:
    """How far, how often, and how often just now."""
    return progress.get("progress", 0), progress.get("completed", 0), progress.get("completedNow", 0)


async def test_three_shares_give_two_hundred_points_once(operator: Operator) -> None:
    await operator.publish(mission(named()))
    member = operator.loyalty.new_member()
    shares = [operator.activity(member) for _ in range(4)]
    assert [standing(await operator.told(one)) for one in shares[:3]] == [(1, 0, 0), (2, 0, 0), (3, 1, 1)]
    assert await operator.told(shares[3]) == {}, "once is once"
    await operator.give()
    await operator.give()
    assert await operator.available(member) == 200
    tables = await exported(operator.loyalty, member)
    assert [row["activity_id"] for row in tables["activities"]] == [one["activityId"] for one in shares]
    assert [(row["nth"], row["period"]) for row in tables["missions"]] == [("1", "")]
    assert [(row["points"], row["state"]) for row in tables["grants"]] == [("200", "GIVEN")]
    told = await operator.happened(member)
    assert (told.count("MissionProgressed"), told.count("MissionCompleted")) == (3, 1)
    await check_everything(operator.loyalty)


async def test_the_same_activity_told_again_counts_once_and_gives_the_first_answer(
    operator: Operator,
) -> None:
    await operator.publish(mission(named(), count=2))
    member = operator.loyalty.new_member()
    share = operator.activity(member)
    first = await operator.tell(share)
    await operator.told(operator.activity(member))
    again = await operator.tell(share)
    assert again.json() == first.json() | {"replayed": True}
    other = await operator.tell(share | {"attributes": {"channel": "wechat"}})
    assert (other.status_code, other.json()["message"].split(":")[0]) == (409, "ACTIVITY_ALREADY_RECORDED")


async def test_many_activities_and_duplicates_at_once_complete_exactly_as_often_as_they_should(
    operator: Operator,
) -> None:
    key = named()
    await operator.publish(mission(key, points=10, activities={"times": 0}))
    member = operator.loyalty.new_member()
    shares = [operator.activity(member) for _ in range(20)]
    answers = await asyncio.gather(*(operator.tell(one) for one in shares * 2))
    assert {answer.status_code for answer in answers} == {200}
    assert len(await operator.promised(member)) == 20 // 3
    await operator.give()
    assert await operator.available(member) == 60


async def test_a_budget_is_never_exceeded_and_who_comes_late_is_told_so(operator: Operator) -> None:
    key = named()
    await operator.publish(mission(key, count=1, points=5, budget=4))
    members = [operator.loyalty.new_member() for _ in range(12)]
    told = await asyncio.gather(*(operator.told(operator.activity(member)) for member in members))
    states = [progress["state"] for progress in told]
    assert (states.count("PROGRESS_STATE_DONE"), states.count("PROGRESS_STATE_EXHAUSTED")) == (4, 8)
    rows = await operator.loyalty.sql(
        "SELECT count(*) FROM grants WHERE key LIKE $1", f"mission:shop:{key}:%"
    )
    assert rows[0]["count"] == 4
    shrunk = mission(key, count=1, points=5, budget=3)
    edition = (await operator.draft(shrunk)).json()["mission"]["edition"]
    body = {"key": key, "edition": edition, "reason": "less"}
    refused = await operator.loyalty.staff("MissionsService/PublishMission", body)
    assert refused.json()["message"].split(":")[0] == "BUDGET_BELOW_AWARDED"


async def test_a_group_gives_everyone_in_it_a_bonus_and_its_opener_more(operator: Operator) -> None:
    everyone, opener = named(), named()
    by_group = {"countedBy": "COUNTED_BY_ATTRIBUTE", "attribute": "group", "times": 0}
    await operator.publish(mission(everyone, "group_completed", 1, 20, activities=by_group))
    role = {"conditions": [{"attribute": "role", "equals": "OPENER"}]}
    await operator.publish(mission(opener, "group_completed", 1, 30, activities=by_group | role))
    first, second = operator.loyalty.new_member(), operator.loyalty.new_member()

    async def completed(member: str, group: str, role: str) -> None:
        attributes = {"group": group, "role": role}
        told = await operator.tell(operator.activity(member, "group_completed", attributes=attributes))
        assert told.status_code == 200, told.text

    await completed(first, "g1", "OPENER")
    await completed(second, "g1", "JOINER")
    await completed(first, "g1", "OPENER")  # told under another id: the same group
    await completed(second, "g2", "OPENER")
    await operator.give()
    assert [await operator.available(member) for member in (first, second)] == [50, 70]


async def test_a_condition_asks_of_what_was_told_and_what_was_not_told_does_not_hold(
    operator: Operator,
) -> None:
    condition = "activity.with_picture && activity.product.startsWith('tea-')"
    await operator.publish(mission(named(), "review", 2, activities={"condition": condition}))
    member = operator.loyalty.new_member()

    async def reviewed(**attributes: object) -> int:
        told = await operator.told(operator.activity(member, "review", attributes=attributes))
        return int(told.get("progress", 0))

    assert await reviewed(with_picture=True, product="tea-1") == 1
    assert await reviewed(with_picture=False, product="tea-1") == 0
    assert await reviewed(with_picture=True, product="cup-1") == 0
    assert await reviewed(product="tea-1") == 0, "nobody said that there was a picture"
    assert await reviewed() == 0
    assert await reviewed(with_picture=True, product="tea-2") == 2


async def test_periods_begin_at_local_midnight_and_a_late_activity_counts_where_it_belongs(
    operator: Operator,
) -> None:
    await operator.publish(
        mission(
            named(),
            count=2,
            activities={"period": "MISSION_PERIOD_MONTH"},
            startsAt="2026-01-01T00:00:00Z",
        )
    )
    member = operator.loyalty.new_member()

    async def at(text: str) -> tuple[int, int, int]:
        return standing(await operator.told(operator.activity(member, at=datetime.fromisoformat(text))))

    operator.clock.set("2026-04-02T12:00:00+08:00")
    assert await at("2026-03-31T23:59:59+08:00") == (1, 0, 0)
    assert await at("2026-04-01T00:00:00+08:00") == (1, 0, 0), "another month"
    assert await at("2026-03-01T00:00:00+08:00") == (2, 1, 1)
    assert await at("2026-02-28T23:59:59+08:00") == (1, 0, 0)
    (key,) = await operator.promised(member)
    assert key.endswith(":2026-03:1")


async def test_a_campaign_whose_end_is_moved_goes_on_and_the_next_one_begins_anew(operator: Operator) -> None:
    key, member, halfway = named(), operator.loyalty.new_member(), operator.loyalty.new_member()
    operator.clock.set("2026-11-05T12:00:00+08:00")

    async def until(day: str, **changes: Any) -> None:
        campaign = {"period": "MISSION_PERIOD_CAMPAIGN"}
        await operator.publish(mission(key, count=2, activities=campaign, endsAt=f"{day}Z", **changes))

    async def share(who: str) -> tuple[int, int, int]:
        return standing(await operator.told(operator.activity(who)))

    await until("2026-11-11T16:00:00")
    assert [await share(member) for _ in range(2)] == [(1, 0, 0), (2, 1, 1)]
    assert await share(halfway) == (1, 0, 0)
    await until("2026-11-12T16:00:00")
    assert await operator.told(operator.activity(member)) == {}, "it was done before the end was moved"
    await operator.stop(key)
    operator.clock.set("2026-11-06T12:00:00+08:00")
    await until("2026-11-13T16:00:00")
    assert await operator.told(operator.activity(member)) == {}
    assert await share(halfway) == (2, 1, 1)
    operator.clock.set("2026-12-01T12:00:00+08:00")
    await until("2026-12-12T16:00:00", startsAt="2026-12-01T00:00:00Z")
    assert [await share(member) for _ in range(2)] == [(1, 0, 0), (2, 1, 1)]
    assert len(await operator.promised(member)) == 2


async def test_another_edition_goes_on_counting_and_uses_nothing_twice(operator: Operator) -> None:
    key = named()
    await operator.publish(mission(key, count=3, activities={"times": 0}))
    member = operator.loyalty.new_member()
    for _ in range(4):
        await operator.told(operator.activity(member))
    assert await operator.publish(mission(key, count=2, activities={"times": 0})) == 2
    assert standing(await operator.told(operator.activity(member))) == (0, 2, 1)
    assert len(await operator.promised(member)) == 2
    await operator.stop(key)
    assert await operator.told(operator.activity(member)) == {}


async def test_only_members_on_the_tiers_it_is_for_are_counted(operator: Operator) -> None:
    await operator.publish(mission(named(), count=1, tiers=["gold"]))
    member = operator.loyalty.new_member()
    assert await operator.told(operator.activity(member)) == {}
    raised = {"memberId": member, "currency": "GROWTH", "points": 2_000, "reason": "X", "idempotencyKey": "g"}
    assert (await operator.loyalty.staff("PointsService/AdjustPoints", raised)).status_code == 200
    assert standing(await operator.told(operator.activity(member))) == (1, 1, 1)


async def test_days_in_a_row_give_their_reward_and_a_day_missed_begins_anew(operator: Operator) -> None:
    in_a_row = {"countedBy": "COUNTED_BY_DAY_IN_A_ROW", "times": 0}
    started = {"startsAt": "2026-01-01T00:00:00Z", "activities": in_a_row}
    await operator.publish(mission(named(), "check_in", 7, 50, **started))
    member = operator.loyalty.new_member()
    seen = []
    for day in (*range(1, 5), *range(6, 21)):  # the fifth is missed
        operator.clock.set(f"2026-03-{day:02}T08:00:00+08:00")
        answer = await operator.check_in(member)
        (progress,) = answer["missions"]
        seen.append((answer["streak"], *standing(progress)))
    assert seen[:4] == [(1, 1, 0, 0), (2, 2, 0, 0), (3, 3, 0, 0), (4, 4, 0, 0)]
    assert seen[4] == (1, 1, 0, 0), "begun anew"
    assert [one for one in seen if one[3]] == [(7, 0, 1, 1), (14, 0, 2, 1)]
    await operator.give()
    assert await operator.available(member) == 100


async def test_a_check_in_counts_once_a_local_day_at_either_side_of_midnight(operator: Operator) -> None:
    member = operator.loyalty.new_member()
    days = []
    for text in (
        "2026-03-01T23:59:59",
        "2026-03-01T23:59:59.999999",
        "2026-03-02T00:00:00",
        "2026-03-02T00:01:00",
    ):
        operator.clock.set(f"{text}+08:00")
        answer = await operator.check_in(member)
        days.append((answer["day"][-2:], answer["streak"], answer.get("replayed", False)))
    assert days == [("01", 1, False), ("01", 1, True), ("02", 2, False), ("02", 2, True)]
    at_once = await asyncio.gather(*(operator.check_in(operator.loyalty.new_member()) for _ in range(3)))
    assert [one["streak"] for one in at_once] == [1, 1, 1]
    other = operator.loyalty.new_member()
    answers = await asyncio.gather(*(operator.check_in(other) for _ in range(6)))
    assert sorted(one.get("replayed", False) for one in answers) == [False] + [True] * 5


async def test_days_in_a_row_go_on_over_the_change_of_clocks(operator: Operator) -> None:
    founded = programme(programmeId="ny", timeZone="America/New_York")
    body = {"programme": founded, "reason": "test"}
    assert (await operator.loyalty.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
    in_a_row = {"countedBy": "COUNTED_BY_DAY_IN_A_ROW"}
    spring = mission("spring", "check_in", 3, 50, activities=in_a_row, startsAt="2026-01-01T00:00:00Z")
    await operator.publish(spring, "ny")
    member = operator.loyalty.new_member()
    streaks = []
    # The 8th of March has 23 hours there.
    for text in ("2026-03-07T23:59:00-05:00", "2026-03-08T23:59:00-04:00", "2026-03-09T00:00:00-04:00"):
        operator.clock.set(text)
        streaks.append((await operator.check_in(member, "ny"))["streak"])
    assert streaks == [1, 2, 3]
    assert len(await operator.promised(member)) == 1
    await operator.stop("spring", "ny")


async def test_what_a_merged_member_did_counts_for_who_remains(operator: Operator) -> None:
    await operator.publish(mission(named()))
    gone, stays = operator.loyalty.new_member(), operator.loyalty.new_member()
    for member in (gone, gone, stays):
        await operator.told(operator.activity(member))
    body = {"fromMemberId": gone, "intoMemberId": stays, "mergeId": "m", "reason": "SAME"}
    merged = await operator.loyalty.staff("MergesService/MergeMembers", body)
    assert merged.status_code == 200, merged.text
    assert (await stands(operator, stays))["progress"] == 3
    assert await stands(operator, gone) == await stands(operator, stays)
    assert standing(await operator.told(operator.activity(gone))) == (3, 1, 1)
    await operator.give()
    assert await operator.available(stays) == 200


async def test_a_merge_waits_for_what_is_counted_so_that_one_person_completes_a_mission_once(
    operator: Operator,
) -> None:
    loyalty = operator.loyalty
    await operator.publish(mission(named(), count=1))
    gone, stays = sorted(
        (loyalty.new_member(), loyalty.new_member())
    )  # what follows the merge locks in order
    for member in (gone, stays):  # so that both have standings
        await adjust(loyalty, member, 1, named())
    merge = {"fromMemberId": gone, "intoMemberId": stays, "mergeId": "m", "reason": "SAME"}
    async with counting(loyalty, gone):
        merging = asyncio.ensure_future(loyalty.staff("MergesService/MergeMembers", merge))
        await until_done_or_waiting(loyalty, merging)
        telling = None
        if await is_merged(loyalty, gone):
            telling = asyncio.ensure_future(operator.told(operator.activity(stays)))
            await until_done_or_waiting(loyalty, telling, 2)
    assert (await merging).status_code == 200
    await (telling or operator.told(operator.activity(stays)))
    assert len(await operator.promised(gone) + await operator.promised(stays)) == 1


async def test_who_parts_takes_along_no_step_that_is_being_used_up(operator: Operator) -> None:
    loyalty = operator.loyalty
    await operator.publish(mission(named(), count=2))
    stays, gone = sorted((loyalty.new_member(), loyalty.new_member()))
    await operator.told(operator.activity(gone))
    merge = {"fromMemberId": gone, "intoMemberId": stays, "mergeId": "m", "reason": "SAME"}
    assert (await loyalty.staff("MergesService/MergeMembers", merge)).status_code == 200
    async with counting(loyalty, stays):  # with it, the step from before the merge is used up
        undone = {"fromMemberId": gone, "mergeId": "m", "reason": "MISTAKE"}
        parting = asyncio.ensure_future(loyalty.staff("MergesService/UnmergeMembers", undone))
        await until_done_or_waiting(loyalty, parting)
        telling = None
        if not await is_merged(loyalty, gone):
            telling = asyncio.ensure_future(operator.told(operator.activity(gone)))
            await until_done_or_waiting(loyalty, telling, 2)
    assert (await parting).status_code == 200
    await (telling or operator.told(operator.activity(gone)))
    assert len(await operator.promised(gone) + await operator.promised(stays)) == 1


async def is_merged(loyalty: Loyalty, member: str) -> bool:
    return bool(
        await loyalty.sql("SELECT FROM standings WHERE member_id = $1 AND merged_into IS NOT NULL", member)
    )


@asynccontextmanager
async def counting(loyalty: Loyalty, member: str) -> AsyncIterator[None]:
    """An activity of a member is counted by a connection that commits in the end."""
    pool = await database.pool(loyalty.database, size=2)
    current = (await Rulebook(pool).current()).history("shop").newest
    now = clock.micros(datetime.now(UTC))
    shared = (await activities.types(pool, current.number))["share"].type
    activity = rules.activity(shared, member, ("app", uuid4().hex), now, {}, current.time_zone, now)
    async with pool.acquire() as connection, connection.transaction():
        await actions.record(connection, activity, current, now)
        yield
    await pool.close()


async def until_done_or_waiting(loyalty: Loyalty, task: asyncio.Future[Any], waiting: int = 1) -> None:
    """Until a task has ended, or so many wait for a lock."""
    while not task.done() and len(await loyalty.sql("SELECT FROM pg_locks WHERE NOT granted")) < waiting:  # noqa: ASYNC110  # Postgres has no event for it
        await asyncio.sleep(0.01)


async def test_who_checked_in_before_a_merge_checked_in_that_day(operator: Operator) -> None:
    loyalty = operator.loyalty
    gone, stays = loyalty.new_member(), loyalty.new_member()
    await operator.publish(mission("twice", "check_in", 1, 50, activities={"times": 2}))
    assert not (await operator.check_in(gone)).get("replayed")
    merge = {"fromMemberId": gone, "intoMemberId": stays, "mergeId": "m", "reason": "SAME"}
    assert (await loyalty.staff("MergesService/MergeMembers", merge)).status_code == 200
    for member in (stays, gone):
        assert (await operator.check_in(member))["replayed"]
    assert len(await operator.promised(gone) + await operator.promised(stays)) == 1


async def test_a_programme_founded_after_a_merge_counts_both_names_as_one_member(operator: Operator) -> None:
    gone, stays = operator.loyalty.new_member(), operator.loyalty.new_member()
    merge = {"fromMemberId": gone, "intoMemberId": stays, "mergeId": "m", "reason": "SAME"}
    assert (await operator.loyalty.staff("MergesService/MergeMembers", merge)).status_code == 200
    founded = {"programme": programme(programmeId="later"), "reason": "test"}
    assert (await operator.loyalty.staff("ProgrammesService/CreateProgramme", founded)).status_code == 200
    await operator.publish(mission("once", "check_in", 1, 50), "later")
    assert not (await operator.check_in(gone, "later")).get("replayed")
    assert (await operator.check_in(stays, "later"))["replayed"], "one member checks in once a day"
    assert [len(await operator.promised(member)) for member in (gone, stays)] == [0, 1]
    await operator.stop("once", "later")


async def test_the_erased_leave_nothing_of_what_they_did(operator: Operator) -> None:
    await operator.publish(mission(named()))
    member = operator.loyalty.new_member()
    await operator.told(operator.activity(member))
    await hear(operator.loyalty, member, "MemberErased", erasure_id=str(uuid4()))
    refused = await operator.tell(operator.activity(member))
    assert refused.json()["message"].split(":")[0] == "MEMBER_CLOSED"
    await settle(operator.loyalty)
    for table in ("member_activities", "mission_steps"):
        assert not await operator.loyalty.sql(f"SELECT 1 FROM {table} WHERE member_id = $1", member)


async def stands(operator: Operator, member: str) -> Json:
    """Where a member stands in the one mission that is open."""
    assertion = operator.loyalty.assertion("member", member)
    answer = await operator.loyalty.call(
        "MissionsService/ListMemberMissions", {"memberId": member}, headers={rpc.CALLER_HEADER: assertion}
    )
    (one,) = answer.json()["missions"]
    progress: Json = one["progress"]
    return progress


BAD: list[tuple[Json, str]] = [
    ({"key": "A B"}, "mission.key"),
    ({"activities": {"type": "dance"}}, "mission.activities.type"),
    ({"activities": {"count": 0}}, "mission.activities.count"),
    ({"activities": {"countedBy": "COUNTED_BY_ATTRIBUTE"}}, "mission.activities.attribute"),
    ({"activities": {"conditions": [{"attribute": "colour"}]}}, "mission.activities.conditions[0].attribute"),
    ({"activities": {"condition": "activity.colour == 'red'"}}, "mission.activities.condition"),
    ({"activities": {"condition": "activity.channel"}}, "mission.activities.condition"),
    ({"activities": {"period": "MISSION_PERIOD_UNSPECIFIED"}}, "mission.activities.period"),
    ({"activities": {"period": "MISSION_PERIOD_CAMPAIGN"}}, "mission.ends_at"),
    ({"award": {"points": {"currency": "STARS", "points": 1}}}, "mission.award.points.currency"),
    ({"award": {"points": {"points": 0}}}, "mission.award.points.points"),
    ({"award": {}}, "mission.award"),
    ({"tiers": ["diamond"]}, "mission.tiers[0]"),
    ({"endsAt": "2020-01-01T00:00:00Z"}, "mission.ends_at"),
    ({"budget": -1}, "mission.budget"),
    ({"name": {"en": "only"}}, "mission.name"),
]


@pytest.mark.parametrize(("changes", "field"), BAD)
async def test_a_mission_that_contradicts_itself_is_refused_with_its_path(
    operator: Operator, changes: Json, field: str
) -> None:
    answer = await operator.draft(mission(**{"key": named()} | changes))
    assert answer.status_code == 400, answer.text
    assert wrong_field(answer) == field


async def test_an_edition_of_a_mission_says_what_it_changed(operator: Operator) -> None:
    key = named()
    first = (await operator.draft(mission(key))).json()["changes"]
    assert {one["path"] for one in first} >= {"key", "name", "state"}
    again = (await operator.draft(mission(key, count=4))).json()["changes"]
    told = {one["path"]: (one.get("before"), one.get("after")) for one in again}
    assert told["activities.count"] == ("3", "4")


async def test_what_is_published_is_what_was_looked_at(operator: Operator) -> None:
    key = named()
    await operator.publish(mission(key))
    again = await operator.loyalty.staff(
        "MissionsService/PublishMission", {"key": key, "edition": 1, "reason": "go"}
    )
    assert again.json()["replayed"] is True
    await operator.draft(mission(key, count=4))
    drafted = [(await operator.draft(mission(key, count=5))).json() for _ in range(2)]
    assert [one["mission"]["edition"] for one in drafted] == [3, 3]
    assert drafted[1]["replayed"]
    for edition in (1, 2):
        body = {"key": key, "edition": edition, "reason": "go"}
        stale = await operator.loyalty.staff("MissionsService/PublishMission", body)
        assert stale.json()["message"].split(":")[0] == "MISSION_REVISED_MEANWHILE"
    unknown = await operator.loyalty.staff("MissionsService/StopMission", {"key": "none", "reason": "x"})
    assert unknown.json()["message"].split(":")[0] == "UNKNOWN_MISSION"
    listed = (await operator.loyalty.staff("MissionsService/ListMissions", {})).json()["missions"]
    states = [(one["edition"], one["state"]) for one in listed if one["key"] == key]
    assert states == [(3, "MISSION_STATE_DRAFT"), (1, "MISSION_STATE_PUBLISHED")]


async def test_an_activity_ahead_of_our_clock_or_too_old_is_refused(operator: Operator) -> None:
    member = operator.loyalty.new_member()

    async def code(at: datetime) -> str:
        body: Json = (await operator.tell(operator.activity(member, occurredAt=rfc3339(at)))).json()
        return str(body.get("message", "")).split(":")[0]

    now = datetime.now(UTC)
    assert await code(now + timedelta(minutes=6)) == "ACTIVITY_IN_THE_FUTURE"
    assert await code(now - timedelta(days=366, minutes=1)) == "ACTIVITY_TOO_OLD"
    assert await code(now - timedelta(days=365)) == ""
