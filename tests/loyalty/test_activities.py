"""Activities at the door: types with declared attributes, what is refused, and what is forgotten."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.kit import database, rpc
from services.loyalty.storage.missions import activities
from tests.loyalty.missions import CHECK_IN, RECORD, Json, Operator, named, timed, wrong_field

DECLARE = "ActivitiesService/DeclareActivityType"


@pytest.fixture(scope="module")
async def operator(make_loyalty: Any) -> AsyncIterator[Operator]:
    async with timed(make_loyalty) as (loyalty, clock):
        yield Operator(loyalty, clock)


def lesson(key: str, **changes: Any) -> Json:
    """A type that the operator declares."""
    return {
        "key": key,
        "name": {"zh": "课程", "en": "Lesson"},
        "retentionDays": 30,
        "attributes": [
            {"key": "course", "type": "ATTRIBUTE_TYPE_STRING", "required": True, "oneOf": ["tea", "coffee"]},
            {"key": "minutes", "type": "ATTRIBUTE_TYPE_INTEGER"},
            {"key": "score", "type": "ATTRIBUTE_TYPE_NUMBER"},
            {"key": "passed", "type": "ATTRIBUTE_TYPE_BOOLEAN"},
        ],
    } | changes


async def declare(operator: Operator, type: Json) -> Any:
    return await operator.loyalty.staff(DECLARE, {"type": type, "reason": "a course"})


async def test_attributes_are_as_they_were_declared_or_refused_with_their_path(operator: Operator) -> None:
    key, member = named(), operator.loyalty.new_member()
    assert (await declare(operator, lesson(key))).json()["type"]["edition"] == 1
    assert (await declare(operator, lesson(key))).json()["replayed"] is True
    whole = {"course": "tea", "minutes": 45, "score": 9, "passed": True}
    for attributes, field in (
        (whole, ""),
        ({"course": "tea", "score": 9.5}, ""),
        ({"minutes": 45}, "attributes.course"),
        (whole | {"course": "wine"}, "attributes.course"),
        (whole | {"minutes": 4.5}, "attributes.minutes"),
        (whole | {"minutes": "45"}, "attributes.minutes"),
        (whole | {"score": True}, "attributes.score"),
        (whole | {"passed": 1}, "attributes.passed"),
        (whole | {"13800138000": 1}, "attributes"),
    ):
        answer = await operator.tell(operator.activity(member, key, attributes=attributes))
        assert (answer.status_code, wrong_field(answer) if field else "") == (400 if field else 200, field)
        assert "13800138000" not in answer.text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "Lesson"}, "type.key"),
        ({"retentionDays": 0}, "type.retention_days"),
        ({"attributes": [{"key": "phone", "type": "ATTRIBUTE_TYPE_STRING"}]}, "type.attributes[0].key"),
        ({"attributes": [{"key": "a"}]}, "type.attributes[0].type"),
        (
            {"attributes": [{"key": "a", "type": "ATTRIBUTE_TYPE_INTEGER", "oneOf": ["1"]}]},
            "type.attributes[0].one_of",
        ),
        ({"attributes": [{"key": "a", "type": "ATTRIBUTE_TYPE_STRING"}] * 2}, "type.attributes[1].key"),
        ({"key": "share"}, "type.key"),
    ],
)
async def test_a_type_that_contradicts_itself_is_refused(
    operator: Operator, changes: Json, field: str
) -> None:
    answer = await declare(operator, lesson(**{"key": named()} | changes))
    assert answer.status_code in (400, 409)
    assert wrong_field(answer) == field


async def test_only_who_may_tells_activities_and_nobody_but_the_member_checks_in(operator: Operator) -> None:
    member, share = operator.loyalty.new_member(), "share"
    body = operator.activity(member, share)
    assert (await operator.loyalty.order_system(RECORD, body, "order_recorder")).status_code == 403
    assert (await operator.loyalty.staff(RECORD, body)).status_code == 403
    assert (await operator.loyalty.call(RECORD, body)).status_code in (401, 403)
    assert (await operator.loyalty.staff(CHECK_IN, {})).status_code == 403
    for told in (operator.activity(member, "check_in"), operator.activity(member, source="check-in")):
        assert (await operator.tell(told)).json()["message"].split(":")[0] == "SOURCE_NOT_TAKEN"
    unknown = await operator.tell(operator.activity(member, "dance"))
    assert unknown.json()["message"].split(":")[0] == "UNKNOWN_ACTIVITY_TYPE"
    stranger = await operator.tell(operator.activity("00000000-0000-4000-8000-000000000000", share))
    assert stranger.json()["message"].split(":")[0] == "UNKNOWN_MEMBER"


async def test_what_is_kept_is_forgotten_in_time_and_never_taken_for_new_after_that(
    operator: Operator,
) -> None:
    key, member = named(), operator.loyalty.new_member()
    await declare(operator, lesson(key))
    told = operator.activity(member, key, attributes={"course": "tea"})
    assert (await operator.tell(told)).status_code == 200
    assert [one["type"] for one in await listed(operator, member)] == [key]
    pool, now = await database.pool(operator.loyalty.database, size=1), operator.clock()
    try:
        await activities.forget(pool, now + timedelta(days=29, hours=23))
        assert len(await listed(operator, member)) == 1
        operator.clock.at = now + timedelta(days=30, seconds=1)
        await activities.forget(pool, operator.clock.at)
        assert await listed(operator, member) == []
        again = await operator.tell(told)
        assert again.json()["message"].split(":")[0] == "ACTIVITY_TOO_OLD"
    finally:
        operator.clock.at = None
        await pool.close()


async def test_a_member_reads_only_what_is_the_members_own(operator: Operator) -> None:
    member, other = operator.loyalty.new_member(), operator.loyalty.new_member()
    for _ in range(3):
        assert (await operator.tell(operator.activity(member))).status_code == 200
    assert (await operator.tell(operator.activity(other))).status_code == 200
    page = await read(operator, member, member, 2)
    rest = await read(operator, member, member, 2, page["activities"][-1]["place"])
    seen = [one["activityId"] for one in page["activities"] + rest["activities"]]
    assert (len(set(seen)), page["hasNextPage"], rest.get("hasNextPage", False)) == (3, True, False)
    assert "message" in await read(operator, other, member, 2)


async def listed(operator: Operator, member: str) -> list[Json]:
    found: list[Json] = (await read(operator, member, member, 10)).get("activities", [])
    return found


async def read(operator: Operator, who: str, member: str, first: int, after: str = "") -> Json:
    assertion = operator.loyalty.assertion("member", who)
    body = {"memberId": member, "first": first, "after": after}
    answer = await operator.loyalty.call(
        "ActivitiesService/ListActivities", body, headers={rpc.CALLER_HEADER: assertion}
    )
    found: Json = answer.json()
    return found
