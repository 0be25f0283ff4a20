"""Data keys are made anew under running changes, so that a stolen key-encryption key opens nothing from now on."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from huiyuan.members.v1 import notes_pb2

from services.members.jobs import renewals as job
from services.members.rpc import updates
from services.members.rules.blobs import BlobKind
from services.members.storage.renewals import BLOBS
from tests.members.rotations.house import DEK, House
from tests.members.service import OPERATIONS, as_member, by


def test_every_kind_of_blob_that_is_kept_and_rewritten_is_renewed() -> None:
    assert set(BLOBS) == set(BlobKind) - {BlobKind.NOTES, BlobKind.PACKAGE}


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


async def test_notes_keep_the_key_that_they_are_appended_under(house: House) -> None:
    [member] = await house.fill(1)
    asked = notes_pb2.AddNoteRequest(member_id=member, text="喜欢红茶", idempotency_key="note-1")
    await house.service.notes.add_note(asked, headers=by(OPERATIONS))
    done = await house.rotate(DEK)
    assert (done.rows_done, done.waiting_for) == (1, "")
    listed = notes_pb2.ListNotesRequest(member_id=member, first=5)
    answer = await house.service.notes.list_notes(listed, headers=by(OPERATIONS))
    assert [note.text for note in answer.notes] == ["喜欢红茶"]
