"""A member's own package: all that is held of them, for them alone, once for each token, and not for ever."""

import csv
import io
import json
import zipfile
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from huiyuan.members.v1 import packages_pb2 as wire
from huiyuan.members.v1 import profiles_pb2

from services.kit import clock, rpc
from services.kit.refusal import Refusal, Unavailable
from services.members.jobs import packages as jobs
from services.members.rules.blobs import BlobKind
from services.members.rules.packages import Table
from tests.members.service import OFFICER, OPERATIONS, SUPPORT, Members, as_member, by, registration

ORDERS = {"order_id": "text", "total_minor": "integer", "paid_at": "instant", "lines": "json"}


class Elsewhere:
    """What the other services hold; as a test says."""

    def __init__(self) -> None:
        self.asked: list[UUID] = []
        self.away = False

    async def of(self, member_id: UUID) -> list[Table]:
        self.asked.append(member_id)
        if self.away:
            raise Unavailable("away")
        rows = [(f"{member_id}:1", "1250", "2026-01-02T03:04:05Z", '[{"sku":"tea"}]'), ("=1+1", "", "", "")]
        return [Table("orders", ORDERS, rows[:1]), Table("orders", ORDERS, rows[1:])]


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


async def asked(members: Members, member_id: str, reader: rpc.Caller | None = None) -> wire.Package:
    answer = await members.packages.request_package(
        wire.RequestPackageRequest(member_id=member_id), headers=by(reader or as_member(member_id))
    )
    return answer.package


async def listed(members: Members, member_id: str) -> list[wire.Package]:
    answer = await members.packages.list_packages(
        wire.ListPackagesRequest(member_id=member_id), headers=by(as_member(member_id))
    )
    return list(answer.packages)


async def token(members: Members, member_id: str, package_id: str, reader: rpc.Caller | None = None) -> str:
    answer = await members.packages.issue_download(
        wire.IssueDownloadRequest(member_id=member_id, package_id=package_id),
        headers=by(reader or as_member(member_id)),
    )
    return answer.token


async def fetched(members: Members, member_id: str, package_id: str, token: str) -> bytes:
    answer = await members.packages.download_package(
        wire.DownloadPackageRequest(member_id=member_id, package_id=package_id, token=token),
        headers=by(as_member(member_id)),
    )
    return answer.content


async def code_of(call: Any) -> str:
    with pytest.raises(Refusal) as refused:
        await call
    return refused.value.code


async def ready(members: Members, elsewhere: Elsewhere, member_id: str) -> wire.Package:
    await asked(members, member_id)
    # Another test's, cut off long enough ago, may be taken up along with it.
    assert await jobs.make(members.databases, members.ring, elsewhere.of) >= 1
    [package] = await listed(members, member_id)
    assert package.state == wire.PACKAGE_STATE_READY
    return package


async def test_a_package_holds_everything_in_json_and_in_csv_and_nobody_else(members, elsewhere):
    phone, other = members.phone(), members.phone()
    await members.register(registration(other, display_name="别人"))
    member_id = await members.register(
        registration(
            phone, email="me@example.com", display_name="=小明", full_name="王小明", birth_date="1992-02-29"
        )
    )
    await members.profiles.unmask_profile(
        profiles_pb2.UnmaskProfileRequest(
            member_id=member_id, fields=[3], purpose="care", reason="called about an order"
        ),
        headers=by(OPERATIONS),
    )
    package = await ready(members, elsewhere, member_id)
    content = await fetched(
        members, member_id, package.package_id, await token(members, member_id, package.package_id)
    )
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == [
        "member.json",
        "profile.csv",
        "identities.csv",
        "addresses.csv",
        "preferences.csv",
        "tags.csv",
        "identity_documents.csv",
        "notes.csv",
        "communications.csv",
        "status_changes.csv",
        "accesses.csv",
        "orders.csv",
    ]
    told = json.loads(archive.read("member.json"))
    assert (told["format"], told["member_id"]) == ("huiyuan-member-package/1", member_id)
    [profile] = told["tables"]["profile"]
    assert profile["joined_at"].endswith("Z")
    del profile["joined_at"]
    assert profile == {
        "member_id": member_id,
        "status": "ACTIVE",
        "display_name": "=小明",
        "full_name": "王小明",
        "birth_date": "1992-02-29",
        "gender": None,
        "language": "zh-CN",
        "time_zone": None,
    }
    assert [(one["kind"], one["value"]) for one in told["tables"]["identities"]] == [
        ("PHONE", phone),
        ("EMAIL", "me@example.com"),
    ]
    [access] = told["tables"]["accesses"]
    assert (access["actor_role"], access["purpose"], access["fields"]) == ("operations", "care", "PHONE")
    assert told["tables"]["orders"] == [
        {
            "order_id": f"{member_id}:1",
            "total_minor": 1250,
            "paid_at": "2026-01-02T03:04:05Z",
            "lines": [{"sku": "tea"}],
        },
        {"order_id": "=1+1", "total_minor": None, "paid_at": None, "lines": None},
    ]
    rows = list(csv.reader(io.StringIO(archive.read("orders.csv").decode("utf-8-sig"))))
    assert rows[0] == list(ORDERS)
    assert rows[2] == ["'=1+1", "", "", ""], "no spreadsheet may take it for a formula"
    whole = b"".join(archive.read(name) for name in archive.namelist()).decode()
    for theirs in (other, "别人", "ops-1", "called about an order"):
        assert theirs not in whole
    assert elsewhere.asked == [UUID(member_id)]


async def test_what_waits_is_sealed_under_a_key_of_its_own(members, elsewhere):
    member_id = await members.register()
    package = await ready(members, elsewhere, member_id)
    [row] = await members.peek("SELECT * FROM packages WHERE member_id = $1::uuid", member_id)
    assert b"PK" not in row["content"][:4]
    assert len(row["content"]) >= package.size_bytes
    keys = "SELECT kind FROM keys WHERE member_id = $1::uuid ORDER BY kind"
    assert [key["kind"] for key in await members.peek(keys, member_id, keys=True)] == [
        BlobKind.ORDINARY,
        BlobKind.PACKAGE,
    ]
    issued = await token(members, member_id, package.package_id)
    await members.peek("DELETE FROM keys WHERE member_id = $1::uuid AND kind = 4", member_id, keys=True)
    assert await code_of(fetched(members, member_id, package.package_id, issued)) == "UNREADABLE"


async def test_a_token_is_good_once_and_for_some_minutes_and_kept_as_a_digest(members, elsewhere):
    member_id = await members.register()
    package_id = (await ready(members, elsewhere, member_id)).package_id
    first = await token(members, member_id, package_id)
    second = await token(members, member_id, package_id)
    assert await code_of(fetched(members, member_id, package_id, first)) == "DOWNLOAD_TOKEN_NOT_VALID"
    [row] = await members.peek("SELECT token_digest FROM packages WHERE package_id = $1::uuid", package_id)
    assert second.encode() not in row["token_digest"]
    assert await fetched(members, member_id, package_id, second)
    assert await code_of(fetched(members, member_id, package_id, second)) == "DOWNLOAD_TOKEN_NOT_VALID"
    [package] = await listed(members, member_id)
    assert package.HasField("downloaded_at")
    third = await token(members, member_id, package_id)
    await members.peek(
        "UPDATE packages SET token_expires_at = now() - interval '1 second' WHERE package_id = $1::uuid",
        package_id,
    )
    assert await code_of(fetched(members, member_id, package_id, third)) == "DOWNLOAD_TOKEN_NOT_VALID"


async def test_a_package_is_the_members_alone(members, elsewhere):
    member_id, other = await members.register(), await members.register(registration(members.phone()))
    package_id = (await ready(members, elsewhere, member_id)).package_id
    for reader in (as_member(other), SUPPORT, OPERATIONS, OFFICER):
        assert await code_of(token(members, member_id, package_id, reader)) == "NOT_ALLOWED"
    for reader in (as_member(other), SUPPORT, OPERATIONS):
        assert await code_of(asked(members, member_id, reader)) == "NOT_ALLOWED"
    assert await code_of(token(members, other, package_id)) == "UNKNOWN_PACKAGE"
    issued = await token(members, member_id, package_id)
    assert await code_of(fetched(members, other, package_id, issued)) == "DOWNLOAD_TOKEN_NOT_VALID"
    assert await fetched(members, member_id, package_id, issued)
    assert (await asked(members, member_id, OFFICER)).state == wire.PACKAGE_STATE_GATHERING
    assert await jobs.make(members.databases, members.ring, elsewhere.of) == 1


async def test_a_second_request_is_the_first_while_it_is_gathered_and_a_service_away_is_waited_for(
    members, elsewhere
):
    member_id = await members.register()
    first = await asked(members, member_id)
    assert (await asked(members, member_id)).package_id == first.package_id
    assert await code_of(token(members, member_id, first.package_id)) == "PACKAGE_NOT_READY"
    elsewhere.away = True
    assert await jobs.make(members.databases, members.ring, elsewhere.of) == 0
    elsewhere.away = False
    assert await jobs.make(members.databases, members.ring, elsewhere.of) == 0, (
        "not before a minute has passed"
    )
    await members.peek("UPDATE packages SET tried_at = tried_at - interval '2 minutes' WHERE state = 1")
    assert await jobs.make(members.databases, members.ring, elsewhere.of) == 1
    [row] = await members.peek(
        "SELECT type FROM outbox WHERE member_id = $1::uuid AND type = 'PackageReady'", member_id
    )
    assert row


async def test_an_old_package_is_destroyed_with_its_key(members, elsewhere):
    member_id = await members.register()
    package = await ready(members, elsewhere, member_id)
    issued = await token(members, member_id, package.package_id)
    assert await jobs.expire(members.databases, clock.now() + timedelta(days=6, hours=23)) == 0
    await jobs.expire(members.databases, clock.now() + timedelta(days=7, minutes=1))
    [row] = await members.peek("SELECT * FROM packages WHERE member_id = $1::uuid", member_id)
    assert (row["state"], row["content"], row["token_digest"]) == (3, None, None)
    kinds = await members.peek("SELECT kind FROM keys WHERE member_id = $1::uuid", member_id, keys=True)
    assert [key["kind"] for key in kinds] == [1]
    assert (
        await code_of(fetched(members, member_id, package.package_id, issued)) == "DOWNLOAD_TOKEN_NOT_VALID"
    )
    assert await code_of(token(members, member_id, package.package_id)) == "PACKAGE_NOT_READY"


async def test_nothing_is_gathered_of_whom_no_data_is_left(members, elsewhere):
    member_id = await members.register()
    package = await asked(members, member_id)
    await members.peek("UPDATE members SET status = 5, blob = NULL WHERE member_id = $1::uuid", member_id)
    await members.peek("DELETE FROM keys WHERE member_id = $1::uuid", member_id, keys=True)
    assert await jobs.make(members.databases, members.ring, elsewhere.of) == 0
    [row] = await members.peek("SELECT state FROM packages WHERE package_id = $1::uuid", package.package_id)
    assert row["state"] == 3
    assert await code_of(asked(members, member_id)) == "MEMBER_ERASED"


async def test_who_was_merged_into_a_member_is_in_the_package(members, elsewhere):
    gone_phone = members.phone()
    gone, member_id = await members.register(registration(gone_phone)), await members.register()
    await members.peek(
        "UPDATE members SET merged_into = $2::uuid WHERE member_id = $1::uuid", gone, member_id
    )
    package = await ready(members, elsewhere, member_id)
    content = await fetched(
        members, member_id, package.package_id, await token(members, member_id, package.package_id)
    )
    told = json.loads(zipfile.ZipFile(io.BytesIO(content)).read("member.json"))["tables"]
    assert [one["member_id"] for one in told["profile"]] == [member_id, gone]
    assert gone_phone in [one["value"] for one in told["identities"]]
    assert elsewhere.asked == [UUID(member_id), UUID(gone)]
