"""Holdings: nothing that rests here about a member is missing from the member's own package, and nothing of staff is in it."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest
from huiyuan.members.v1 import profiles_pb2, statuses_pb2

from services.members.jobs import packages as jobs
from services.members.rules.packages import Table
from services.members.rules.profiles import Profile
from tests.members.rpc.test_addresses import ABROAD, HOME, save
from tests.members.rpc.test_identity_documents import NUMBER, put
from tests.members.rpc.test_notes import define, note, record, sent, tag_member
from tests.members.rpc.test_packages import asked, fetched, listed, token
from tests.members.service import OFFICER, Members, as_member, by, registration

# What names a member in the members' database and is no table of the package, each with the reason.
TOLD_OTHERWISE = {
    "members": "profile, identities, addresses, preferences and tags are read out of its blob",
    "profile_accesses": "accesses",
    "identity_documents": "",
    "notes": "",
    "communications": "",
    "status_changes": "",
    "statuses": "the profile's status, and the last of status_changes",
    "profile_updates": "keyed digests of idempotency keys: nothing can be read out of them",
    "birthdays_told": "a year in which a greeting was sent; the birthday itself is in the profile",
    "birthday_months_told": "a year in which the month of the birthday was told; the birthday itself is in the profile",
    "activities": "the last day of what the other services' tables tell with their instants",
    "packages": "the package itself",
    "merges": "who was merged has a row of their own in profile",
    "merge_parts": "which service followed a merge",
    "erasures": "of those who are erased nothing is left to pack",
    "erasure_stores": "of those who are erased nothing is left to pack",
    "tombstones": "of those who are erased nothing is left to pack",
    "outbox": "events on their way, by ids alone, gone after seven days",
}


async def nothing_elsewhere(_: UUID) -> list[Table]:
    return []


async def packed(members: Members, member_id: str) -> dict[str, Any]:
    """The tables of the member's package, as the member reads them."""
    await asked(members, member_id)
    await jobs.make(members.databases, members.ring, nothing_elsewhere)
    package = (await listed(members, member_id))[0]
    content = await fetched(
        members, member_id, package.package_id, await token(members, member_id, package.package_id)
    )
    tables: dict[str, Any] = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("member.json"))["tables"]
    return tables


async def full(members: Members) -> str:
    """A member who has something in every place."""
    member_id = await members.register(
        registration(members.phone(), full_name="王小明", birth_date="1992-02-29", time_zone="Asia/Urumqi")
    )
    await save(members, member_id, **HOME)
    await save(members, member_id, **ABROAD)
    request = profiles_pb2.UpdateProfileRequest(
        member_id=member_id,
        gender=2,  # type: ignore[arg-type]
        preferences=[profiles_pb2.Preference(name="receipt", value="paper")],
    )
    await members.profiles.update_profile(request, headers=by(as_member(member_id)))
    await define(members, "tea_lover", "爱茶")
    await tag_member(members, member_id, ["tea_lover"])
    await put(members, member_id)
    await note(members, member_id, "喜欢早上来电", key="h1")
    await record(members, sent(member_id, "shipped-1"))
    frozen = statuses_pb2.FreezeMemberRequest(member_id=member_id, reason="asked by the shop")
    await members.statuses.freeze_member(frozen, headers=by(OFFICER))
    thawed = statuses_pb2.UnfreezeMemberRequest(member_id=member_id, reason="asked by the shop again")
    await members.statuses.unfreeze_member(thawed, headers=by(OFFICER))
    return member_id


async def test_everything_that_rests_here_is_in_the_package_and_nobody_of_staff(members: Members) -> None:
    member_id = await full(members)
    told = await packed(members, member_id)
    [profile] = told["profile"]
    assert (profile["gender"], profile["time_zone"]) == ("MALE", "Asia/Urumqi")
    home, abroad = told["addresses"]
    assert (home["recipient"], home["phone"], home["city"]) == ("欧阳娜娜", "+8613900001234", "杭州市")
    assert (home["lines"], home["postcode"], home["is_default"]) == ("文三路1号 3 幢 502", "310000", True)
    assert (abroad["country"], abroad["lines"], abroad["is_default"]) == (
        "DE",
        "Invalidenstr. 43\nc/o Li",
        False,
    )
    assert [(one["name"], one["value"]) for one in told["preferences"]] == [("receipt", "paper")]
    assert [one["tag"] for one in told["tags"]] == ["tea_lover"]
    [document] = told["identity_documents"]
    assert (document["kind"], document["number"], document["name"]) == ("RESIDENT_ID", NUMBER, "王小明")
    assert [one["text"] for one in told["notes"]] == ["喜欢早上来电"]
    assert [(one["channel"], one["template"]) for one in told["communications"]] == [("SMS", "order.shipped")]
    assert [one["status"] for one in told["status_changes"]] == ["ACTIVE", "FROZEN"]
    whole = json.dumps(told, ensure_ascii=False)
    for theirs in ("care-1", "privacy-1", "ops-1", "asked by the shop"):
        assert theirs not in whole


async def test_a_long_history_is_there_to_the_last_row(
    members: Members, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_AT_ONCE", 2)
    member_id = await members.register()
    for nth in range(5):
        await note(members, member_id, f"第{nth}条", key=f"long-{nth}")
    assert sorted(one["text"] for one in (await packed(members, member_id))["notes"]) == [
        f"第{nth}条" for nth in range(5)
    ]


async def test_no_field_of_a_profile_is_left_out(members: Members) -> None:
    told = await packed(members, await full(members))
    places = {
        "identities": told["identities"],
        "addresses": told["addresses"],
        "preferences": told["preferences"],
        "tags": told["tags"],
    }
    for name in Profile._fields:
        assert places[name] if name in places else told["profile"][0][name], name


async def test_every_table_that_names_a_member_is_told_of_or_named_here_with_its_reason(
    members: Members,
) -> None:
    rows = await members.peek(
        "SELECT DISTINCT table_name FROM information_schema.columns "
        "WHERE column_name = 'member_id' AND table_schema = 'public'"
    )
    assert {row["table_name"] for row in rows} <= set(TOLD_OTHERWISE)
