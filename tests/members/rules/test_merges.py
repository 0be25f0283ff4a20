"""When two members are one, by what was proven; and how identities of every kind are spelled and shown."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.members.rules.identities import IdentityKind, IdentityNotValid, normalised
from services.members.rules.keyrings import Place
from services.members.rules.links import IdentitySource, Link, masked, may_have_been_reissued
from services.members.rules.members import MemberStatus
from services.members.rules.merges import (
    MergeIdNotValid,
    Side,
    merge_id_of,
    proves_one_person,
    survivor_first,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
VALUES = {
    IdentityKind.PHONE: ("", "+8613900001234"),
    IdentityKind.EMAIL: ("", "someone@example.com"),
    IdentityKind.DEVICE: ("ios", "device-0001"),
}


def link(kind: IdentityKind = IdentityKind.EMAIL, *, verified: bool = True, days_ago: int = 1) -> Link:
    at = NOW - timedelta(days=days_ago)
    identity = normalised(kind, *VALUES.get(kind, ("platform", "o6_unionid-1")))
    return Link(
        UUID(int=1),
        identity,
        Place(kind, 1, b""),
        verified,
        at if verified else None,
        at,
        IdentitySource.CODE,
    )


@pytest.mark.parametrize(
    ("theirs", "proves"),
    [
        (link(), True),
        (link(IdentityKind.WECHAT_UNIONID), True),
        (link(IdentityKind.PHONE, days_ago=89), True),
        (link(IdentityKind.PHONE, days_ago=90), False),
        (link(days_ago=4000), True),
        (link(verified=False), False),
        (link(IdentityKind.DEVICE), False),
    ],
)
def test_it_takes_something_proven_of_each_and_never_a_device(theirs: Link, proves: bool):
    ours = link(IdentityKind.WECHAT_UNIONID)
    assert proves_one_person([ours], [theirs], NOW) is proves
    assert proves_one_person([theirs], [ours], NOW) is proves
    assert not proves_one_person([], [theirs], NOW)


def test_a_number_never_proven_again_counts_from_when_it_was_linked():
    imported = replace(link(IdentityKind.PHONE, days_ago=90), verified_at=None)
    assert may_have_been_reissued(imported, NOW)


def test_who_joined_first_survives():
    old = Side(UUID(int=9), MemberStatus.ACTIVE, NOW - timedelta(days=9), None)
    new = Side(UUID(int=1), MemberStatus.ACTIVE, NOW, None)
    assert survivor_first(old, new) == survivor_first(new, old) == (old, new)
    twin = old._replace(member_id=UUID(int=2))
    assert survivor_first(old, twin) == (twin, old)


@pytest.mark.parametrize("kind", [kind for kind in IdentityKind if kind > 2])
def test_scoped_kinds_want_their_scope_and_hide_all_but_the_end(kind: IdentityKind):
    with pytest.raises(IdentityNotValid) as refused:
        normalised(kind, "", "value-123456")
    assert refused.value.field == "scope"
    assert masked(normalised(kind, "scope", "value-123456")) == "****3456"
    assert masked(normalised(kind, "scope", "short")) == "****"
    one, other = (normalised(kind, scope, "value-123456") for scope in ("a", "b"))
    assert one != other


@pytest.mark.parametrize(
    "digits", ["13912345678a4abc8abc000000000000", "1391234a-5678-4139-8123-456789013912"]
)
def test_a_uuid_is_a_merge_id_whatever_its_digits_look_like(digits):
    assert merge_id_of(digits) == digits
    assert merge_id_of(f"login:{digits.upper()}") == f"login:{digits.upper()}"
    for hidden in ("13912345678", f"{digits}:13912345678", "13912345678aXabc8abc000000000000"):
        with pytest.raises(MergeIdNotValid):
            merge_id_of(hidden)
