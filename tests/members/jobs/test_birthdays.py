"""Birthdays: told once a year to each active member's day, where they live, whatever stopped in between."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from huiyuan.members.v1 import birthdays_pb2, events_pb2, profiles_pb2
from hypothesis import example, given
from hypothesis import strategies as st

from services.kit.refusal import Refusal
from services.members.actions import birthdays as actions
from services.members.jobs import traits as indexing
from services.members.jobs.birthdays import Birthdays
from services.members.rules import birthdays as rules
from services.members.rules.members import Member, MemberStatus
from services.members.rules.personal import Personal
from services.members.rules.profiles import Profile
from services.members.rules.traits import birthdays_on
from tests.members import linking
from tests.members.service import ADMIN, LOYALTY, SUPPORT, Members, as_member, by, registration

SHANGHAI, AUCKLAND, HONOLULU = "Asia/Shanghai", "Pacific/Auckland", "Pacific/Honolulu"


async def born(members: Members, *people: tuple[str, str]) -> list[str]:
    """Members by birth date and zone, indexed."""
    ids = [
        await members.register(registration(members.phone(), birth_date=day, time_zone=zone))
        for day, zone in people
    ]
    await indexing.index(members.databases, members.ring)
    return ids


def job(members: Members, leap: str = "02-28") -> Birthdays:
    return Birthdays(members.databases, members.ring, SHANGHAI, leap)


async def told(members: Members, *ids: str) -> list[list[int]]:
    """The years that were told of each member."""
    years = []
    for member_id in ids:
        rows = await members.peek(
            "SELECT event FROM outbox WHERE member_id = $1::uuid AND type = 'MemberBirthday' ORDER BY seq",
            member_id,
        )
        events = [events_pb2.MembersEvent.FromString(row["event"]) for row in rows]
        years.append([event.member_celebrated.year for event in events])
    return years


async def listed(members: Members, on: str, first: int = 500, after: str = "", caller=LOYALTY):
    request = birthdays_pb2.ListBirthdaysRequest(on=on, first=first, after=after)
    return await members.birthdays.list_birthdays(request, headers=by(caller))


async def test_a_day_begins_where_the_member_lives_and_is_told_once_a_year(members):
    at_home, far_east, far_west, other_day = await born(
        members, ("1990-07-15", ""), ("1991-07-15", AUCKLAND), ("1992-07-15", HONOLULU), ("1990-07-20", "")
    )
    everyone = (at_home, far_east, far_west, other_day)
    tell = job(members).tell
    await tell(datetime(2026, 7, 14, 11, tzinfo=UTC))
    assert await told(members, *everyone) == [[], [], [], []]
    await tell(datetime(2026, 7, 14, 13, tzinfo=UTC))
    assert await told(members, *everyone) == [[], [2026], [], []]
    await tell(datetime(2026, 7, 14, 17, tzinfo=UTC))
    assert await told(members, *everyone) == [[2026], [2026], [], []]
    for hour in (11, 12, 23):
        await tell(datetime(2026, 7, 15, hour, tzinfo=UTC))
    assert await told(members, *everyone) == [[2026], [2026], [2026], []]
    await tell(datetime(2027, 7, 15, 12, tzinfo=UTC))
    assert await told(members, *everyone) == [[2026, 2027], [2026, 2027], [2026, 2027], []]


async def test_events_tell_neither_the_day_nor_the_age(members):
    [member_id] = await born(members, ("1966-08-08", ""))
    await job(members).tell(datetime(2026, 8, 8, 1, tzinfo=UTC))
    [row] = await members.peek(
        "SELECT event FROM outbox WHERE member_id = $1::uuid AND type = 'MemberBirthday'", member_id
    )
    event = events_pb2.MembersEvent.FromString(row["event"])
    assert [field.name for field, _ in event.member_celebrated.ListFields()] == ["year"]
    [kept] = await members.peek("SELECT * FROM birthdays_told WHERE member_id = $1::uuid", member_id)
    assert dict(kept) == {"member_id": kept["member_id"], "year": 2026}


async def test_what_was_missed_is_told_two_days_later_and_then_no_more(members):
    late, too_late = await born(members, ("1980-12-31", ""), ("1980-12-28", ""))
    await job(members).tell(datetime(2027, 1, 2, 4, tzinfo=UTC))
    assert await told(members, late, too_late) == [[2026], []]


async def test_a_job_killed_before_it_commits_tells_once_when_it_comes_again(members, monkeypatch):
    [member_id] = await born(members, ("1985-10-10", ""))
    now = datetime(2026, 10, 10, 4, tzinfo=UTC)
    tell = actions.tell

    async def killed(*asked):
        await tell(*asked)
        raise RuntimeError("the process ended here")

    with monkeypatch.context() as deadly:
        deadly.setattr(actions, "tell", killed)
        with pytest.raises(RuntimeError):
            await job(members).tell(now)
    assert await told(members, member_id) == [[]]
    assert await job(members).tell(now) == 1
    assert await job(members).tell(now) == 0
    assert await told(members, member_id) == [[2026]]


@pytest.mark.parametrize(
    ("year", "leap", "kept_on"),
    [(2027, "02-28", "02-28"), (2027, "03-01", "03-01"), (2028, "02-28", "02-29"), (2100, "03-01", "03-01")],
)
def test_29_february_is_kept_on_one_day_of_each_year(year, leap, kept_on):
    first = date(year, 1, 1)
    days = [first + timedelta(days=number) for number in range((date(year + 1, 1, 1) - first).days)]
    holding = [
        day.isoformat()[5:]
        for day in days
        if "02-29" in {trait.value.reveal() for trait in birthdays_on(day, leap)}
    ]
    assert holding == [kept_on]
    # And whoever was born on that day keeps it too.
    assert all(day.isoformat()[5:] in {t.value.reveal() for t in birthdays_on(day, leap)} for day in days)


async def test_those_of_29_february_are_told_once_in_either_kind_of_year(members):
    [leapling] = await born(members, ("1992-02-29", ""))
    for day in (datetime(2027, 2, 28, 4, tzinfo=UTC), datetime(2027, 3, 1, 4, tzinfo=UTC)):
        await job(members).tell(day)
    for day in (28, 29):
        await job(members).tell(datetime(2028, 2, day, 4, tzinfo=UTC))
    assert await told(members, leapling) == [[2027, 2028]]


async def test_only_who_is_active_and_still_born_that_day_is_told(members):
    frozen, moved = await born(members, ("1970-11-11", ""), ("1970-11-11", ""))
    await members.peek("UPDATE members SET status = 2 WHERE member_id = $1::uuid", frozen)
    request = profiles_pb2.UpdateProfileRequest(member_id=moved, birth_date="1970-11-20")
    await members.profiles.update_profile(request, headers=by(as_member(moved)))
    await job(members).tell(datetime(2026, 11, 11, 4, tzinfo=UTC))
    assert await told(members, frozen, moved) == [[], []]
    assert set((await listed(members, "2026-11-11")).member_ids).isdisjoint({frozen, moved})


async def test_services_list_a_day_in_pages_and_nobody_else_does(members):
    ids = await born(members, *[("1999-05-05", "")] * 5)
    found, after = [], ""
    while True:
        page = await listed(members, "2026-05-05", first=2, after=after)
        found += page.member_ids
        if not page.has_next_page:
            break
        after = page.end
    assert found == sorted(ids)
    for on in ("2026-02-30", "05-05", "20260505", ""):
        with pytest.raises(Refusal) as refused:
            await listed(members, on)
        assert refused.value.code == "DAY_NOT_VALID"
    for caller in (SUPPORT, ADMIN, as_member(ids[0])):
        with pytest.raises(Refusal) as refused:
            await listed(members, "2026-05-05", caller=caller)
        assert refused.value.code == "NOT_ALLOWED"


async def test_art_31_who_turns_fourteen_is_told_of_once_and_without_the_date(members):
    turning, older = await born(members, ("2012-09-09", ""), ("2011-09-09", ""))
    for hour in (1, 2):
        await job(members).tell(datetime(2026, 9, 9, hour, tzinfo=UTC))
    rows = await members.peek(
        "SELECT member_id::text, event FROM outbox WHERE type = 'MemberTurned14' AND member_id = ANY($1::uuid[])",
        [turning, older],
    )
    [event] = [events_pb2.MembersEvent.FromString(row["event"]) for row in rows]
    assert event.member_id == turning
    assert not event.member_turned14.ListFields()


async def turned(members, *ids):
    """Of whom it was told that they turned fourteen."""
    rows = await members.peek(
        "SELECT member_id::text FROM outbox WHERE type = 'MemberTurned14' AND member_id = ANY($1::uuid[])",
        list(ids),
    )
    return [row["member_id"] for row in rows]


@pytest.mark.parametrize("leap", ["02-28", "03-01"])
async def test_art_31_of_29_february_is_a_child_until_1_march_wherever_birthdays_are_kept(members, leap):
    [leapling] = await born(members, ("2012-02-29", ""))
    tell = job(members, leap).tell
    begun, over = datetime(2026, 2, 27, 16, tzinfo=UTC), datetime(2026, 2, 28, 16, tzinfo=UTC)  # in Shanghai
    for now in (begun, over - timedelta(seconds=1)):
        await tell(now)
        assert await turned(members, leapling) == []
    for now in (over, over + timedelta(hours=1)):
        await tell(now)
        assert await turned(members, leapling) == [leapling]
    assert await told(members, leapling) == [[2026]]
    assert leapling not in (await listed(members, "2026-02-28")).member_ids
    assert leapling in (await listed(members, "2026-03-01")).member_ids


async def test_art_31_whoever_is_frozen_turns_fourteen_too_and_is_not_greeted(members):
    [frozen] = await born(members, ("2012-11-12", ""))
    await members.peek("UPDATE members SET status = 2 WHERE member_id = $1::uuid", frozen)
    for hour in (4, 5):
        await job(members).tell(datetime(2026, 11, 12, hour, tzinfo=UTC))
    assert (await turned(members, frozen), await told(members, frozen)) == ([frozen], [[]])


async def test_art_31_whoever_was_merged_turns_fourteen_under_its_own_id_and_is_not_greeted(members):
    year = datetime.now(UTC).year  # a child is found by it, and once grown is not
    child, survivor = await born(members, (f"{year - 10}-08-08", ""), ("1990-01-31", ""))
    await linking.merge(members, child, survivor)
    await indexing.index(members.databases, members.ring)
    for hour in (4, 5):
        await job(members).tell(datetime(year + 4, 8, 8, hour, tzinfo=UTC))
    assert (await turned(members, child, survivor), await told(members, child, survivor)) == (
        [child],
        [[], []],
    )
    assert child not in (await listed(members, f"{year + 4}-08-08")).member_ids


BORN = st.dates(date(2000, 1, 1), date(2016, 12, 31))


@given(BORN, st.sampled_from(["02-28", "03-01"]))
@example(date(2012, 2, 29), "02-28")
@example(date(2012, 2, 28), "03-01")
def test_art_31_nobody_turns_fourteen_on_another_day_than_the_fourteenth_of_their_birthday(birthday, leap):
    """Against the calendar: the same month and day, fourteen years on, or the day after the month is over."""
    child = Member(
        member_id=UUID(int=1),
        status=MemberStatus.FROZEN,
        joined_at=datetime(2026, 1, 1, tzinfo=UTC),
        revision=1,
        merged_into=None,
        profile=Profile(Personal("Mei"), None, Personal(birthday.isoformat()), "zh-CN", "", ()),
    )
    year = birthday.year + 14
    expected = date(year, 3, 1) if birthday.strftime("%m%d") == "0229" else birthday.replace(year=year)
    days = [date(year, 1, 1) + timedelta(days=nth) for nth in range(366)]
    found = [day for day in days if rules.comes_on(child, day, leap) and rules.turns_14(child, day)]
    assert found == [expected]
    # By the last place on earth, so twelve hours after UTC.
    midnight = datetime(expected.year, expected.month, expected.day, 12, tzinfo=UTC)
    assert rules.under_14(child.profile, midnight - timedelta(microseconds=1))
    assert not rules.under_14(child.profile, midnight)


async def test_art_31_children_are_told_of_as_such_when_they_register_and_when_it_was_a_mistake(members):
    this_year = datetime.now(UTC).year
    child, adult = await born(members, (f"{this_year - 10}-01-02", ""), ("1990-01-02", ""))
    update = profiles_pb2.UpdateProfileRequest(member_id=child, birth_date="1989-01-02")
    for wanted in ("1989-01-02", ""):
        own = profiles_pb2.UpdateProfileRequest(member_id=child, birth_date=wanted)
        with pytest.raises(Refusal) as refused:
            await members.profiles.update_profile(own, headers=by(as_member(child)))
        assert (refused.value.code, refused.value.facts["article"]) == ("GUARDIAN_NEEDED", "PIPL 31")
    younger = profiles_pb2.UpdateProfileRequest(member_id=child, birth_date=f"{this_year - 9}-01-02")
    await members.profiles.update_profile(younger, headers=by(as_member(child)))
    await members.profiles.update_profile(update, headers=by(SUPPORT))
    update = profiles_pb2.UpdateProfileRequest(member_id=adult, display_name="Mei")
    await members.profiles.update_profile(update, headers=by(as_member(adult)))
    said = {}
    for member_id in (child, adult):
        rows = await members.peek(
            "SELECT event FROM outbox WHERE member_id = $1::uuid AND type IN ('MemberRegistered', 'ProfileUpdated') "
            "ORDER BY seq",
            member_id,
        )
        events = [events_pb2.MembersEvent.FromString(row["event"]) for row in rows]
        bodies = [getattr(one, one.WhichOneof("event")) for one in events]
        said[member_id] = [one.under14 if one.HasField("under14") else None for one in bodies]
    assert said == {child: [True, True, False], adult: [None, None]}
