"""Registrations: by which bytes two requests are the same, for as long as retries come."""

from datetime import UTC, datetime
from uuid import UUID

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.rules import birthdays
from services.members.rules.identities import Identity, IdentityKind
from services.members.rules.personal import Personal
from services.members.rules.profiles import Profile, ProfileFields, new
from services.members.rules.registrations import Claim, body

NAMES = st.text(max_size=300)
IDENTITIES = st.lists(
    st.tuples(st.sampled_from(IdentityKind), st.text(max_size=64), st.text(max_size=128)), max_size=10
)


@given(
    names=st.tuples(NAMES, NAMES | st.none(), st.text(max_size=10) | st.none(), NAMES, NAMES),
    identities=IDENTITIES,
    joined_at=st.none()
    | st.integers(0, 1_800_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    data=st.data(),
)
def test_the_bytes_of_a_request_are_those_that_were_digested_before(names, identities, joined_at, data):
    """They were made by msgpack's own library once; a retry may be as old as that."""
    verified = data.draw(st.lists(st.booleans(), min_size=len(identities), max_size=len(identities)))
    display_name, full_name, birth_date, language, zone = names
    profile = Profile(
        Personal(display_name),
        None if full_name is None else Personal(full_name),
        None if birth_date is None else Personal(birth_date),
        language,
        zone,
        tuple(Identity(kind, scope, Personal(value)) for kind, scope, value in identities),
    )
    said = (
        display_name,
        full_name or "",
        birth_date or "",
        language,
        zone,
        [(int(kind), scope, value) for kind, scope, value in identities],
        verified,
        joined_at and joined_at.isoformat(),
    )
    assert body(profile, verified, joined_at) == b"register\0" + msgpack.packb(said)


def test_a_claim_shows_no_key_when_printed():
    member = UUID(int=7)
    assert repr(Claim(member, b"body", b"wrapped", b"in clear")) == f"<claim of {member}>"


@pytest.mark.parametrize(
    ("born", "child"),
    [
        ("2012-11-22", False),
        ("2012-11-23", True),
        ("2012-02-29", False),
        ("2013-01-01", True),
        ("1950-12-31", False),
    ],
)
def test_who_is_not_fourteen_yet_in_the_last_place_on_earth_is_a_child(born, child):
    now = datetime(2026, 11, 23, 11, 59, tzinfo=UTC)  # still the 22nd there
    profile = new(ProfileFields(display_name="小明", birth_date=born), (), now)
    assert birthdays.under_14(profile, now) is child


def test_a_fourteenth_birthday_on_29_february_is_kept_with_march():
    profile = new(
        ProfileFields(display_name="小明", birth_date="2012-02-29"), (), datetime(2026, 2, 28, tzinfo=UTC)
    )
    assert birthdays.under_14(profile, datetime(2026, 3, 1, 11, 59, tzinfo=UTC))
    assert not birthdays.under_14(profile, datetime(2026, 3, 1, 12, tzinfo=UTC))
