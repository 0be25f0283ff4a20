"""Data keys are made anew under running changes, so that a stolen key-encryption key opens nothing from now on."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from huiyuan.members.v1 import notes_pb2, packages_pb2

from services.kit import clock
from services.members.jobs import orphans
from services.members.jobs import packages as packages_job
from services.members.jobs import renewals as job
from services.members.rpc import updates
from services.members.rules.blobs import BlobKind
from services.members.storage.renewals import BLOBS
from tests.members.rotations.house import DEK, House
from tests.members.rotations.test_crashes import Crash
from tests.members.rpc.test_holdings import nothing_elsewhere
from tests.members.service import OPERATIONS, as_member, by


def test_every_kind_of_blob_is_renewed() -> None:
    assert set(BLOBS) | set(job._OF_MANY) == set(BlobKind)


async def test_every_member_gets_a_new_key_and_keeps_the_profile(house: House) -> None:
    members = await house.fill(12)
    before = {member: await house.dek_of(member) for member in members}
    blobs = await house.service.peek("SELECT member_id, blob FROM members")
    done = await house.rotate(DEK)
    assert (done.rows_total, done.rows_left, done.waiting_for) == (done.rows_done, 0, "")
    assert done.proof.endswith(" = 0")
    assert await house.readable(members)
    for member in members:
        [fresh] = await house.dek_of(member)
        assert fresh not in before[member]
    after = dict(await house.service.peek("SELECT member_id, blob FROM members"))
    assert all(after[row["member_id"]] != row["blob"] for row in blobs if row["blob"] is not None)


async def test_changes_of_profiles_survive_a_renewal_and_it_survives_them(house: House) -> None:
    members = await house.fill(15)
    job.BATCH, usual = 7, job.BATCH
    try:
        rotation = await house.start(DEK)
        finishing = asyncio.create_task(house.finish(rotation))
        for nth in range(3):
            await asyncio.gather(*(house.update(member, f"第{nth}名") for member in members[nth::3]))
        await finishing
        await asyncio.gather(*(house.update(member, "最后") for member in members))
    finally:
        job.BATCH = usual
    assert await house.readable(members, "最后")
    for member in members:
        rows = await house.service.peek(
            "SELECT dek_gen FROM keys WHERE member_id = $1", UUID(member), keys=True
        )
        assert len(rows) == 1


async def test_renewal_that_loses_to_a_change_leaves_the_changed_blob_its_key(house: House) -> None:
    [member] = await house.fill(1)
    replaced = job.renewals.replace

    async def beaten(*arguments: object) -> set[UUID]:
        await house.update(member, "更快")
        return await replaced(*arguments)  # type: ignore[arg-type]

    worker = house.worker()
    job.renewals.replace = beaten  # type: ignore[assignment]
    try:
        rotation = await house.start(DEK)
        await worker.work()
    finally:
        job.renewals.replace = replaced
    await house.finish(rotation, worker=worker)
    answer = await house.service.profile(member, as_member(member))
    assert answer.profile.display_name == "更快"


async def test_change_that_a_whole_renewal_overtook_does_not_seal_under_a_key_that_is_gone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    [member] = await house.fill(1)
    replaced = updates.actions.replace
    overtaken = []

    async def late(*arguments: Any) -> int:
        if not overtaken:
            overtaken.append(await house.rotate(DEK))
        return await replaced(*arguments)

    monkeypatch.setattr(updates.actions, "replace", late)
    await house.update(member, "迟到")
    assert overtaken
    assert await house.readable([member], "迟到")


async def noted(house: House, member: str, text: str) -> None:
    asked = notes_pb2.AddNoteRequest(member_id=member, text=text, idempotency_key=text)
    await house.service.notes.add_note(asked, headers=by(OPERATIONS))


async def notes_of(house: House, member: str) -> list[str]:
    asked = notes_pb2.ListNotesRequest(member_id=member, first=100)
    answer = await house.service.notes.list_notes(asked, headers=by(OPERATIONS))
    return [note.text for note in answer.notes]


async def generations(house: House, member: str, kind: BlobKind) -> list[int]:
    rows = await house.service.peek(
        "SELECT dek_gen FROM keys WHERE member_id = $1 AND kind = $2", UUID(member), kind, keys=True
    )
    return sorted(row["dek_gen"] for row in rows)


async def test_notes_pass_to_a_new_key_all_at_once_and_more_are_written_under_it(house: House) -> None:
    member, without = await house.fill(2)
    for text in ("喜欢红茶", "周末来电"):
        await noted(house, member, text)
    before = await house.dek_of(member)
    done = await house.rotate(DEK)
    assert (done.rows_done, done.rows_total, done.waiting_for) == (3, 3, "")
    assert not set(await house.dek_of(member)) & set(before)
    assert await generations(house, member, BlobKind.NOTES) == [2]
    await noted(house, member, "其实是晚上")
    await noted(house, without, "第一条")
    assert await notes_of(house, member) == ["其实是晚上", "周末来电", "喜欢红茶"]
    assert (await house.rotate(DEK)).rows_done == 4
    assert await notes_of(house, member) == ["其实是晚上", "周末来电", "喜欢红茶"]
    assert await notes_of(house, without) == ["第一条"]


async def test_no_note_is_lost_that_is_written_while_keys_are_renewed(house: House) -> None:
    members = await house.fill(3)
    for member in members:
        await noted(house, member, "第0条")
    stop = asyncio.Event()

    async def write(member: str) -> int:
        nth = 0
        while not stop.is_set():
            nth += 1
            await noted(house, member, f"第{nth}条")
        return nth

    writing = [asyncio.create_task(write(member)) for member in members]
    for _ in range(3):
        await house.rotate(DEK)
    stop.set()
    written = await asyncio.gather(*writing)
    assert min(written) > 1
    for member, last in zip(members, written, strict=True):
        found = await house.service.peek("SELECT count(*) FROM notes WHERE member_id = $1", UUID(member))
        assert found[0][0] == last + 1
        shown = await notes_of(house, member)
        assert shown == [f"第{nth}条" for nth in range(last, max(last - 100, -1), -1)]


async def test_a_note_sealed_under_a_key_that_is_about_to_go_is_refused_by_the_database(house: House) -> None:
    [member] = await house.fill(1)
    await noted(house, member, "喜欢红茶")
    [old] = await house.service.peek("SELECT blob FROM notes")
    await house.rotate(DEK)
    with pytest.raises(asyncpg.LockNotAvailableError):
        await house.service.peek(
            "INSERT INTO notes VALUES ($1, gen_random_uuid(), 1, 'late', 'late', $2)",
            UUID(member),
            old["blob"],
        )


async def test_a_waiting_package_passes_to_a_new_key_and_what_a_killed_gatherer_left_goes(
    house: House,
) -> None:
    [member] = await house.fill(1)
    service = house.service
    asked = packages_pb2.RequestPackageRequest(member_id=member)
    place = (await service.packages.request_package(asked, headers=by(as_member(member)))).package
    ring = house.worker().ring
    assert await packages_job.make(service.databases, ring, nothing_elsewhere) == 1
    left = "INSERT INTO keys SELECT member_id, kind, 9, wrapped, NULL, now() - interval '3 minutes' FROM keys"
    await service.peek(f"{left} WHERE member_id = $1 AND kind = 4", UUID(member), keys=True)
    [before] = await service.peek("SELECT content FROM packages WHERE state = 2")
    await house.rotate(DEK)
    assert await generations(house, member, BlobKind.PACKAGE) == [10]
    [after] = await service.peek("SELECT content FROM packages WHERE state = 2")
    assert after["content"] != before["content"]
    named = {"member_id": member, "package_id": place.package_id}
    issued = await service.packages.issue_download(
        packages_pb2.IssueDownloadRequest(**named), headers=by(as_member(member))
    )
    got = await service.packages.download_package(
        packages_pb2.DownloadPackageRequest(**named, token=issued.token), headers=by(as_member(member))
    )
    assert got.content.startswith(b"PK")


@pytest.mark.parametrize("step", ["hold", "reseal", "drop_older"])
async def test_a_renewal_of_notes_that_is_cut_off_leaves_them_readable_and_no_key_too_many(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    [member] = await house.fill(1)
    await noted(house, member, "喜欢红茶")

    async def cut(*_: object) -> None:
        raise Crash

    rotation = await house.start(DEK)
    with monkeypatch.context() as patched:
        # The member's profile is renewed before, and is not what is cut off here.
        patched.setattr(job, "_reseal", nothing_to_reseal)
        patched.setattr(job.renewals if step == "drop_older" else job.notes, step, cut)
        with pytest.raises(Crash):
            await house.worker().work()
    assert await notes_of(house, member) == ["喜欢红茶"]
    await house.finish(rotation)
    await orphans.sweep(house.service.databases, clock.now() + timedelta(minutes=3))
    assert len(await generations(house, member, BlobKind.NOTES)) == 1
    assert await notes_of(house, member) == ["喜欢红茶"]


async def nothing_to_reseal(*_: object) -> int:
    return 0
