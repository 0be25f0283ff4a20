"""Months of birthdays: told of those alone who allow a purpose that is asked for, and once a year for each."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest
from huiyuan.members.v1 import events_pb2, profiles_pb2

from services.kit.refusal import Unavailable
from services.members.jobs import traits as indexing
from services.members.jobs.birthday_months import BirthdayMonths
from services.members.rules import birthdays as rules
from tests.members.jobs.test_birthdays import SHANGHAI, born
from tests.members.service import Members, as_member, by

CARE, TREATS = "birthday_care", "birthday_treats"


class Away(Unavailable):
    """Somebody cannot be asked."""


class Asking:
    """What loyalty wants and members allow; who was asked about, and for which data."""

    def __init__(self, *wanted: str) -> None:
        self.wanted = list(wanted)
        self.allowed: set[tuple[str, str]] = set()
        self.refusing: set[str] = set()
        self.asked: list[tuple[UUID, str, Collection[str]]] = []

    async def purposes(self) -> list[str]:
        return self.wanted

    async def allowing(self, members: Sequence[UUID], purpose: str, categories: Collection[str]) -> set[UUID]:
        if purpose in self.refusing:
            raise Away("away")
        self.asked += [(one, purpose, categories) for one in members]
        return {one for one in members if (str(one), purpose) in self.allowed}

    def allow(self, purpose: str, *members: str) -> None:
        self.allowed |= {(member, purpose) for member in members}

    def job(self, members: Members, leap: str = "02-28") -> BirthdayMonths:
        return BirthdayMonths(members.databases, members.ring, leap, self.purposes, self.allowing)


async def told(members: Members, *ids: str) -> list[list[tuple[str, list[str]]]]:
    """Of each member the months that were told, each for which purposes."""
    found = []
    for member_id in ids:
        rows = await members.peek(
            "SELECT event FROM outbox WHERE member_id = $1::uuid AND type = 'MemberBirthdayMonth' ORDER BY seq",
            member_id,
        )
        events = [events_pb2.MembersEvent.FromString(row["event"]).month_celebrated for row in rows]
        found.append([(f"{one.year}-{one.month:02}", list(one.purposes)) for one in events])
    return found


async def test_a_month_is_told_a_day_before_of_who_allows_it_and_once_a_year(members):
    willing, unwilling, other = await born(
        members, ("1990-07-01", ""), ("1990-07-31", ""), ("1990-08-01", SHANGHAI)
    )
    asking = Asking(CARE)
    asking.allow(CARE, willing, other)
    tell = asking.job(members).tell
    await tell(datetime(2026, 6, 29, 23, 59, tzinfo=UTC))
    assert await told(members, willing, unwilling, other) == [[], [], []]
    for day, hour in ((30, 0), (30, 1), (30, 23)):
        await tell(datetime(2026, 6, day, hour, tzinfo=UTC))
    assert await told(members, willing, unwilling, other) == [[("2026-07", [CARE])], [], []]
    assert {categories for _, _, categories in asking.asked} == {("birth_date",)}
    await tell(datetime(2027, 7, 20, tzinfo=UTC))  # late, and it is made up for while the month lasts
    await tell(datetime(2028, 8, 2, tzinfo=UTC))
    assert await told(members, willing, unwilling, other) == [
        [("2026-07", [CARE]), ("2027-07", [CARE])],
        [],
        [("2028-08", [CARE])],
    ]


async def test_nobodys_record_is_opened_or_asked_about_while_no_programme_asks(members, monkeypatch):
    [someone] = await born(members, ("1990-03-15", ""))
    asking = Asking()
    asking.allow(CARE, someone)

    def opened(*_):
        raise AssertionError("a record was looked for")

    monkeypatch.setattr(rules, "months_begun", opened)
    assert await asking.job(members).tell(datetime(2026, 3, 2, tzinfo=UTC)) == 0
    assert (await told(members, someone), asking.asked) == ([[]], [])


async def test_who_consents_or_registers_within_the_month_is_told_of_then_and_who_was_told_is_asked_no_more(
    members,
):
    first, later = await born(members, ("1990-09-03", ""), ("1990-09-04", ""))
    asking = Asking(CARE, TREATS)
    asking.allow(CARE, first)
    tell = asking.job(members).tell
    await tell(datetime(2026, 9, 5, tzinfo=UTC))
    asking.allow(CARE, later)
    asking.allow(TREATS, first)
    asking.asked.clear()
    [new] = await born(members, ("1991-09-29", ""))
    asking.allow(CARE, new)
    await tell(datetime(2026, 9, 6, tzinfo=UTC))
    assert (UUID(first), CARE) not in {(member, purpose) for member, purpose, _ in asking.asked}
    assert await told(members, first, later, new) == [
        [("2026-09", [CARE]), ("2026-09", [TREATS])],
        [("2026-09", [CARE])],
        [("2026-09", [CARE])],
    ]


async def test_who_changes_the_birthday_has_no_second_month_in_a_year(members):
    [member] = await born(members, ("1990-02-10", ""))
    asking = Asking(CARE)
    asking.allow(CARE, member)
    for month in range(2, 13):
        day = f"1990-{month:02}-10"
        request = profiles_pb2.UpdateProfileRequest(member_id=member, birth_date=day)
        await members.profiles.update_profile(request, headers=by(as_member(member)))
        await indexing.index(members.databases, members.ring)
        await asking.job(members).tell(datetime(2026, month, 5, tzinfo=UTC))
    assert await told(members, member) == [[("2026-02", [CARE])]]


async def test_nor_does_who_is_merged_into_one_that_had_none_yet(members):
    gone, stays = await born(members, ("1990-04-10", ""), ("1990-10-12", ""))
    asking = Asking(CARE)
    asking.allow(CARE, gone, stays)
    await asking.job(members).tell(datetime(2026, 4, 5, tzinfo=UTC))
    await members.peek("UPDATE members SET merged_into = $2::uuid WHERE member_id = $1::uuid", gone, stays)
    await asking.job(members).tell(datetime(2026, 10, 5, tzinfo=UTC))
    assert await told(members, gone, stays) == [[("2026-04", [CARE])], []]
    await asking.job(members).tell(datetime(2027, 4, 5, tzinfo=UTC))
    await asking.job(members).tell(datetime(2027, 10, 5, tzinfo=UTC))
    assert await told(members, gone, stays) == [[("2026-04", [CARE])], [("2027-10", [CARE])]]


async def test_what_cannot_be_asked_is_put_off_and_holds_nobody_else_up(members):
    [member] = await born(members, ("1990-05-10", ""))
    asking = Asking(CARE, TREATS)
    asking.allow(CARE, member)
    asking.allow(TREATS, member)
    asking.refusing = {CARE}
    await asking.job(members).tell(datetime(2026, 5, 5, tzinfo=UTC))
    assert await told(members, member) == [[("2026-05", [TREATS])]]
    asking.refusing.clear()
    await asking.job(members).tell(datetime(2026, 5, 5, tzinfo=UTC))
    assert await told(members, member) == [[("2026-05", [TREATS]), ("2026-05", [CARE])]]


@pytest.mark.parametrize(
    ("leap", "told_in"), [("02-28", ["2027-02", "2028-02"]), ("03-01", ["2027-03", "2028-02"])]
)
async def test_29_february_has_one_month_in_each_year(members, leap, told_in):
    [leapling] = await born(members, ("1992-02-29", ""))
    asking = Asking(CARE)
    asking.allow(CARE, leapling)
    for year in (2027, 2028):
        for month in (1, 2, 3, 4):
            await asking.job(members, leap).tell(datetime(year, month, 5, tzinfo=UTC))
    assert [month for month, _ in (await told(members, leapling))[0]] == told_in


async def test_the_year_is_kept_and_no_month_and_the_frozen_are_not_told(members):
    member, frozen = await born(members, ("1990-11-10", ""), ("1990-11-10", ""))
    await members.peek("UPDATE members SET status = 2 WHERE member_id = $1::uuid", frozen)
    asking = Asking(CARE)
    asking.allow(CARE, member, frozen)
    await asking.job(members).tell(datetime(2026, 11, 5, tzinfo=UTC))
    assert await told(members, member, frozen) == [[("2026-11", [CARE])], []]
    [kept] = await members.peek("SELECT * FROM birthday_months_told WHERE member_id = $1::uuid", member)
    assert dict(kept) == {"member_id": kept["member_id"], "purpose": CARE, "year": 2026}
