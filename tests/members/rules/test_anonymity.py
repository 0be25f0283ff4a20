"""Anonymity: whatever comes in, nobody in what leaves is one of fewer than k, and nothing is made up."""

from collections import defaultdict
from datetime import UTC, date, datetime
from itertools import combinations
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.members.rules.anonymity import (
    LEAST_K,
    MOST_SUPPRESSED,
    QUASIS,
    AnalysisNotValid,
    Subject,
    anonymous,
    columns_of,
    k_of,
    pseudonym,
    reading,
)
from services.members.rules.members import Member, MemberStatus
from services.members.rules.personal import Personal
from services.members.rules.profiles import Profile

COLUMNS = columns_of(["age_band", "joined_month", "tier", "language"])


def subject(
    birth: str = "", joined: datetime = datetime(2024, 5, 6, tzinfo=UTC), tier: str = "gold"
) -> Subject:
    profile = Profile(Personal("小"), None, Personal(birth) if birth else None, "zh-CN", "", ())
    return Subject(Member(uuid4(), MemberStatus.ACTIVE, joined, 1, None, profile), tier, date(2026, 11, 22))


values = st.tuples(
    st.sampled_from(["0-17", "18-24", "25-34", "35-44", "45-54", "55-64", "65+", ""]),
    st.builds("{:04d}-{:02d}".format, st.integers(2020, 2024), st.integers(1, 12)),
    st.sampled_from(["gold", "silver", ""]),
    st.sampled_from(["zh-CN", "zh-TW", "en"]),
)


@given(st.lists(values, max_size=120), st.integers(LEAST_K, 15))
@settings(max_examples=40, deadline=None)
def test_every_class_that_leaves_is_at_least_k_strong(people, k):
    rows = [(f"p{number}", value) for number, value in enumerate(people)]
    table = anonymous(rows, COLUMNS, k)
    alike = defaultdict(set)
    for name, *rest in table.rows:
        alike[tuple(rest)].add(name)
    assert all(len(names) >= k for names in alike.values())
    # Nor may a part of the columns tell more than all of them.
    for few in range(1, len(COLUMNS)):
        for some in combinations(range(1, len(COLUMNS) + 1), few):
            part = defaultdict(set)
            for row in table.rows:
                part[tuple(row[at] for at in some)].add(row[0])
            assert all(len(names) >= k for names in part.values())
    assert len(table.rows) + table.suppressed == len(rows)
    assert {row[0] for row in table.rows} <= {name for name, _ in rows}


def test_columns_are_made_coarser_before_many_rows_are_lost():
    rows = [
        (f"p{month}-{n}", ("18-24", f"2024-{month:02d}", "gold", "zh-CN"))
        for month in range(1, 13)
        for n in range(4)
    ]
    table = anonymous(rows, COLUMNS, 10)
    assert table.suppressed == 0
    assert table.levels == {"age_band": 0, "joined_month": 1, "tier": 0, "language": 0}
    assert {row[2] for row in table.rows} == {"2024-Q1", "2024-Q2", "2024-Q3", "2024-Q4"}


def test_a_few_who_stand_out_are_left_out_and_not_everyone_made_coarse():
    crowd = [(f"p{n}", ("18-24", "2024-05", "gold", "zh-CN")) for n in range(1_000)]
    table = anonymous([*crowd, ("one", ("65+", "2019-01", "gold", "zh-CN"))], COLUMNS, 10)
    assert (table.suppressed, len(table.rows)) == (1, 1_000)
    assert MOST_SUPPRESSED * 1_001 >= 1
    assert not any(table.levels.values())


def test_fewer_than_k_members_give_nothing():
    rows = [(f"p{n}", ("18-24", "2024-05", "gold", "zh-CN")) for n in range(9)]
    assert anonymous(rows, COLUMNS, 10).rows == []


@pytest.mark.parametrize(
    ("birth", "band"),
    [
        ("", ""),
        ("2026-11-22", "0-17"),
        ("2008-11-23", "0-17"),
        ("2008-11-22", "18-24"),
        ("2000-02-29", "25-34"),
        ("1961-11-23", "55-64"),
        ("1961-11-22", "65+"),
        ("1900-01-01", "65+"),
    ],
)
def test_ages_are_counted_by_birthdays(birth, band):
    assert reading(subject(birth), columns_of(["age_band"])) == (band,)


def test_every_ladder_ends_in_one_value_for_all():
    tops = set()
    for column in QUASIS.values():
        for value in (reading(subject("1990-01-01"), [column])[0], reading(subject(tier=""), [column])[0]):
            for step in column.ladder:
                value = step(value)
            tops.add(value)
    assert tops == {"*"}


def test_pseudonyms_of_two_exports_cannot_be_joined():
    member = UUID(int=7)
    assert pseudonym(b"a" * 32, member) == pseudonym(b"a" * 32, member)
    assert pseudonym(b"a" * 32, member) != pseudonym(b"b" * 32, member)
    assert member.hex not in pseudonym(b"a" * 32, member)


@pytest.mark.parametrize("columns", [[], ["phone"], ["tier", "tier"], ["full_name"]])
def test_what_is_no_column_is_refused(columns):
    with pytest.raises(AnalysisNotValid):
        columns_of(columns)


@pytest.mark.parametrize("k", [0, 9, -1, 10_001])
def test_too_small_a_k_is_refused(k):
    with pytest.raises(AnalysisNotValid):
        k_of(k)
