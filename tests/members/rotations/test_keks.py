"""Key-encryption keys are exchanged while everything runs, proved unused, and destroyed when that is asked for."""

import asyncio
from pathlib import Path
from uuid import UUID

import pytest
from huiyuan.members.v1 import rotations_pb2 as wire

from services.kit import database
from services.kit.refusal import Refusal
from services.members.jobs import rotations as job
from services.members.rules.blobs import KeyHeader
from services.members.storage import keyring_changes, keyrings, ring_readers
from tests.members.rotations.house import DONE, KEK, PROVED, House
from tests.members.service import AUDITOR, INSTALLATION, OFFICER, SUPPORT, by


async def test_every_key_passes_to_the_new_epoch_and_the_old_one_is_destroyed_when_asked(
    house: House,
) -> None:
    members = await house.fill(30)
    deks = await house.dek_of(members[0])
    [(kek_id, old)] = await house.headers()
    rotation = await house.finish(await house.start(KEK), until=PROVED)
    assert (rotation.rows_total, rotation.rows_done, rotation.rows_left, rotation.waiting_for) == (
        30,
        30,
        0,
        "",
    )
    assert rotation.started_by == "staff:privacy-1"
    assert await house.headers() == {(kek_id, old + 1)}
    assert {kek["epoch"] for kek in house.ring_file()["keks"]} == {old, old + 1}
    query, _, answer = rotation.proof.rpartition(" = ")
    [counted] = await house.service.peek(query, keys=True)
    assert (counted["count"], answer) == (0, "0")
    await house.destroy(rotation)
    done = await house.finish(rotation)
    assert done.destroyed_by == "staff:privacy-1"
    assert {kek["epoch"] for kek in house.ring_file()["keks"]} == {old + 1}
    assert house.path.stat().st_mode & 0o777 == 0o600
    assert await house.readable(members)
    assert await house.dek_of(members[0]) == deks


async def test_nothing_is_written_with_a_key_that_a_living_process_cannot_read(house: House) -> None:
    await house.fill(1)
    [(kek_id, old)] = await house.headers()
    asleep = UUID(int=7)
    await ring_readers.report(house.service.databases.keys_pool, asleep, 0)
    rotation, worker = await house.start(KEK, destroys=True), house.worker()
    async with asyncio.timeout(20):
        # The service reads the ring by itself, a moment later; who is asleep never does.
        while not (await house.get(rotation)).waiting_for.startswith("1 processes have not read generation"):
            await worker.work()
            await asyncio.sleep(0.005)
    for _ in range(5):
        await worker.work()
    await house.fill(1)
    assert await house.headers() == {(kek_id, old)}
    await ring_readers.report(house.service.databases.keys_pool, asleep, 99)
    await house.finish(rotation, worker=worker)
    assert await house.headers() == {(kek_id, old + 1)}


async def test_process_that_slept_through_a_rotation_cannot_write_with_the_old_key(house: House) -> None:
    asleep = house.worker().ring
    await house.rotate(KEK, destroys=True)
    old = asleep.generate(asleep.where(UUID(int=1))).wrapped
    pool = house.service.databases.keys_pool
    with pytest.raises(Exception, match="wraps nothing any more") as refused:
        await pool.execute(
            "INSERT INTO keys (member_id, kind, dek_gen, wrapped) VALUES ($1, 1, 1, $2)", UUID(int=1), old
        )
    assert database.is_away(refused.value)


async def test_key_found_on_the_old_epoch_after_the_proof_is_named_and_its_destruction_refused(
    house: House,
) -> None:
    [member] = await house.fill(1)
    [before] = await house.service.peek(
        "SELECT wrapped FROM keys WHERE member_id = $1", UUID(member), keys=True
    )
    rotation = await house.finish(await house.start(KEK), until=PROVED)
    await house.service.peek(
        "UPDATE keys SET wrapped = $2 WHERE member_id = $1 RETURNING 1",
        UUID(member),
        before["wrapped"],
        keys=True,
    )
    await house.destroy(rotation)
    worker = house.worker()
    await worker.work()
    refused = await house.get(rotation)
    assert refused.stage == PROVED
    assert member in refused.waiting_for
    assert refused.proof.endswith(" = 1")
    assert len(house.ring_file()["keks"]) == 2
    await house.service.peek("DELETE FROM keys WHERE member_id = $1 RETURNING 1", UUID(member), keys=True)
    await house.destroy(rotation)
    await house.finish(rotation, worker=worker)


async def test_key_that_does_not_open_is_named_and_keeps_the_old_epoch(house: House) -> None:
    members = await house.fill(3)
    spoil = "UPDATE keys SET wrapped = overlay(wrapped PLACING $2 FROM 40) WHERE member_id = $1 RETURNING 1"
    await house.service.peek(spoil, UUID(members[1]), bytes(4), keys=True)
    rotation, worker = await house.start(KEK, destroys=True), house.worker()
    async with asyncio.timeout(30):
        while "rows are left" not in (now := await house.get(rotation)).waiting_for:
            await worker.work()
    assert members[1] in now.waiting_for
    assert members[0] not in now.waiting_for
    assert len(house.ring_file()["keks"]) == 2
    assert await house.readable([members[0], members[2]])
    await house.service.peek("DELETE FROM keys WHERE member_id = $1 RETURNING 1", UUID(members[1]), keys=True)
    await house.service.peek(
        "UPDATE key_rotations SET updated_at = now() - interval '2 minutes' RETURNING 1", keys=True
    )
    await house.finish(rotation, worker=worker)


async def test_old_keys_are_not_destroyed_before_the_proof(house: House) -> None:
    await house.fill(1)
    rotation = await house.start(KEK)
    with pytest.raises(Refusal) as refused:
        await house.destroy(rotation)
    assert refused.value.code == "OLD_KEYS_NEEDED"
    await house.finish(rotation, until=PROVED)


async def test_ring_keeps_the_key_that_writes(tmp_path: Path) -> None:
    path = tmp_path / "ring"
    keyrings.open_ring(path, INSTALLATION, create=True)
    with pytest.raises(keyring_changes.KeyStillWrites):
        keyring_changes.destroy_keks(path, [KeyHeader(1, 1)])
    keyring_changes.add_kek(path, KeyHeader(1, 2))
    with pytest.raises(keyring_changes.KeyStillWrites):
        keyring_changes.destroy_keks(path, [KeyHeader(1, 1)])
    assert keyrings.open_ring(path, INSTALLATION, create=False).writing == KeyHeader(1, 1)
    assert (
        keyring_changes.switch_kek(path, KeyHeader(1, 2))
        == keyring_changes.switch_kek(path, KeyHeader(1, 2))
        == 2
    )
    assert keyrings.open_ring(path, INSTALLATION, create=False).writing == KeyHeader(1, 2)
    assert path.stat().st_mode & 0o777 == 0o600


async def test_profiles_change_and_members_register_while_keys_rotate(house: House) -> None:
    members = await house.fill(20)
    job.BATCH, usual = 3, job.BATCH
    try:
        rotation = await house.start(KEK, destroys=True)
        finishing = asyncio.create_task(house.finish(rotation))
        for nth, member in enumerate(members[:20] * 2):
            await house.update(member, f"换名{nth % 2}{member[-4:]}")
            if nth % 10 == 0:
                members.append((await house.fill(1))[0])
        await finishing
    finally:
        job.BATCH = usual
    for member in members[:20]:
        answer = await house.service.profile(member, SUPPORT)
        assert answer.HasField("profile"), answer
    assert len(await house.headers()) == 1


async def test_two_workers_do_the_work_of_one(house: House) -> None:
    members = await house.fill(25)
    job.BATCH, usual = 2, job.BATCH
    try:
        rotation = await house.start(KEK, destroys=True)
        done, _ = await asyncio.gather(house.finish(rotation), house.finish(rotation))
    finally:
        job.BATCH = usual
    assert (done.rows_total, done.rows_done) == (done.rows_done, done.rows_total)
    assert done.rows_done >= 25
    assert await house.readable(members)


async def test_paused_rotation_rests_and_there_is_one_at_a_time(house: House) -> None:
    await house.fill(1)
    rotation = await house.start(KEK, destroys=True)
    await house.rotations.pause_rotation(
        wire.PauseRotationRequest(rotation_id=rotation.rotation_id), headers=by(OFFICER)
    )
    worker = house.worker()
    await worker.work()
    assert (await house.get(rotation)).stage == wire.ROTATION_STAGE_ADDING
    with pytest.raises(Refusal) as refused:
        await house.start(KEK)
    assert refused.value.code == "ROTATION_RUNNING"
    await house.rotations.resume_rotation(
        wire.ResumeRotationRequest(rotation_id=rotation.rotation_id), headers=by(OFFICER)
    )
    assert (await house.finish(rotation, worker=worker)).stage == DONE


@pytest.mark.parametrize("method", ["start", "destroy"])
async def test_only_key_keepers_rotate_and_auditors_look_on(house: House, method: str) -> None:
    calls = {
        "start": (house.rotations.start_rotation, wire.StartRotationRequest(kind=1, reason="r")),  # type: ignore[arg-type]
        "destroy": (
            house.rotations.destroy_old_keys,
            wire.DestroyOldKeysRequest(rotation_id=str(UUID(int=1))),
        ),
    }
    call, request = calls[method]
    for caller in (AUDITOR, SUPPORT):
        with pytest.raises(Refusal) as refused:
            await call(request, headers=by(caller))  # type: ignore[operator]
        assert refused.value.code == "NOT_ALLOWED"
    listed = await house.rotations.list_rotations(wire.ListRotationsRequest(first=2), headers=by(AUDITOR))
    assert list(listed.rotations) == []


async def test_rotations_are_listed_newest_first_page_by_page(house: House) -> None:
    await house.fill(1)
    ids = [(await house.rotate(KEK, destroys=True)).rotation_id for _ in range(3)]
    first = await house.rotations.list_rotations(wire.ListRotationsRequest(first=2), headers=by(AUDITOR))
    assert [one.rotation_id for one in first.rotations] == [ids[2], ids[1]]
    assert first.has_next_page
    asked = wire.ListRotationsRequest(first=2, after=ids[1])
    rest = await house.rotations.list_rotations(asked, headers=by(AUDITOR))
    assert [one.rotation_id for one in rest.rotations] == [ids[0]]
    assert not rest.has_next_page


async def test_ring_that_cannot_be_written_here_is_changed_by_hand(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.fill(2)
    [(kek_id, old)] = await house.headers()
    rotation, worker = await house.start(KEK, destroys=True), house.worker()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(30, "Read-only file system")

    by_hand = {
        wire.ROTATION_STAGE_ADDING: lambda: keyring_changes.add_kek(house.path, KeyHeader(kek_id, old + 1)),
        wire.ROTATION_STAGE_SWITCHING: lambda: keyring_changes.switch_kek(
            house.path, KeyHeader(kek_id, old + 1)
        ),
        wire.ROTATION_STAGE_DESTROYING: lambda: keyring_changes.destroy_keks(
            house.path, [KeyHeader(kek_id, old)]
        ),
    }
    for stage, change in by_hand.items():
        with monkeypatch.context() as patch:
            patch.setattr(keyring_changes, "write_file", refuse)
            async with asyncio.timeout(30):
                while (now := await house.get(rotation)).stage < stage or "by hand" not in now.waiting_for:
                    await worker.work()
                    await asyncio.sleep(0.01)
        assert now.stage == stage
        assert "key-encryption key" in now.waiting_for
        change()
    assert (await house.finish(rotation, worker=worker)).waiting_for == ""
    assert await house.headers() == {(kek_id, old + 1)}
