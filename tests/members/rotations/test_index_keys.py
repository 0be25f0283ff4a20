"""Index keys are exchanged while members register: a phone has one member all the while, and is found all the while."""

import asyncio
from uuid import UUID

import pytest
from huiyuan.members.v1 import rotations_pb2 as wire

from services.kit.refusal import Refusal
from services.members.jobs import reindexing as job
from services.members.jobs import traits as traits_job
from services.members.jobs.rotations import Rotating
from services.members.rules import traits
from services.members.rules.identities import normalised
from services.members.storage import keyring_changes, reindexing
from services.members.storage import traits as stored
from tests.members import linking
from tests.members.rotations.house import DONE, INDEX_KEY, House
from tests.members.service import OFFICER, OPERATIONS, by, registration

PHONE = 1


async def rows_of(house: House, member: str) -> list[tuple[int, bytes]]:
    """A member's phones as they are indexed: version and digest."""
    rows = await house.service.peek(
        "SELECT index_version, value_index FROM identities WHERE kind = 1 AND member_id = $1 ORDER BY 1",
        UUID(member),
        keys=True,
    )
    return [(row[0], row[1]) for row in rows]


async def register(house: House, phone: str, key: str) -> str:
    answer = await house.service.profiles.register_member(
        registration(phone, key=key), headers=by(OPERATIONS)
    )
    return answer.member_id


async def reach(house: House, rotation: wire.Rotation, stage: int, worker: Rotating) -> None:
    """Work step by step until a stage is reached, and no further."""
    async with asyncio.timeout(20):
        while (await house.get(rotation)).stage < stage:
            await one_step(worker)


async def one_step(worker: Rotating) -> None:
    from services.members.jobs.rotations import _STEPS
    from services.members.storage import rotations

    async with rotations.working(worker.databases.keys_pool) as connection:
        assert connection is not None
        rotation = await rotations.under_way(connection)
        if rotation is not None:
            await rotations.save(connection, await _STEPS[rotation.stage](worker, connection, rotation))
    await asyncio.sleep(0.03)


async def test_every_phone_is_found_under_the_new_key_and_nothing_is_left_of_the_old(house: House) -> None:
    phones = [house.service.phone() for _ in range(8)]
    members = [await register(house, phone, f"index-{phone}") for phone in phones]
    old = max(each["version"] for each in house.ring_file()["index_keys"] if each["kind"] == PHONE)
    assert await rows_of(house, members[0]) == [(old, house.index_of(phones[0], old))]
    await house.service.peek(
        "UPDATE identities SET verified = false, linked_at = '2020-01-01' WHERE member_id = $1 RETURNING 1",
        UUID(members[0]),
        keys=True,
    )
    done = await house.rotate(INDEX_KEY, index_kinds=[PHONE])
    assert done.proof.endswith(" = 0")
    assert done.rows_done == done.rows_total
    for phone, member in zip(phones, members, strict=True):
        assert await rows_of(house, member) == [(old + 1, house.index_of(phone, old + 1))]
        assert await house.found(phone) == member
    [kept] = await house.service.peek(
        "SELECT verified, linked_at::text FROM identities WHERE member_id = $1", UUID(members[0]), keys=True
    )
    assert tuple(kept) == (False, "2020-01-01 00:00:00+00")
    versions = {each["version"] for each in house.ring_file()["index_keys"] if each["kind"] == PHONE}
    assert versions == {old + 1}
    with pytest.raises(Refusal) as refused:
        await register(house, phones[0], "another")
    assert refused.value.code == "IDENTITY_ALREADY_TAKEN"


async def claim_and_look(house: House, phones: list[str], members: list[str], stage: int) -> None:
    """Three want a new phone at once and one gets it; all are found; nobody takes what belongs to another."""
    phones.append(house.service.phone())
    asked = [register(house, phones[-1], f"{phones[-1]}-{nth}") for nth in range(3)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    got = [answer for answer in answers if isinstance(answer, str)]
    assert len(got) == 1, answers
    members += got
    for phone, member in zip(phones, members, strict=True):
        assert await house.found(phone) == member, (phone, stage)
    await house.update(members[0], f"第{len(phones)}名")
    for phone in (phones[0], phones[len(phones) // 2]):
        with pytest.raises(Refusal) as refused:
            await register(house, phone, f"thief-{stage}-{phone}-{len(phones)}")
        assert refused.value.code == "IDENTITY_ALREADY_TAKEN"


async def test_phone_has_one_member_in_every_stage_and_is_found_in_all(house: House) -> None:
    job.BATCH, usual = 1, job.BATCH
    phones = [house.service.phone() for _ in range(2)]
    members = [await register(house, phone, f"stage-{phone}") for phone in phones]
    rotation, worker = await house.start(INDEX_KEY, index_kinds=[PHONE]), house.worker()
    stages, steps = set(), 0
    try:
        async with asyncio.timeout(20):
            while (now := await house.get(rotation)).stage != DONE:
                # Not in each step: with batches of one the backfill would never end.
                if steps % 3 == 0 or now.stage not in stages:
                    await claim_and_look(house, phones, members, now.stage)
                stages.add(now.stage)
                steps += 1
                await one_step(worker)
        await worker.reader.leave()
    finally:
        job.BATCH = usual
    assert stages == {1, 2, 3, 4, 5, 7}


async def test_process_that_slept_cannot_give_a_phone_to_a_second_member(house: House) -> None:
    asleep, worker = house.worker().ring, house.worker()
    phone = house.service.phone()
    rotation = await house.start(INDEX_KEY, index_kinds=[PHONE])
    await reach(house, rotation, wire.ROTATION_STAGE_WORKING, worker)
    old = asleep.find(normalised(PHONE, "", phone))
    insert = (
        "INSERT INTO identities (kind, index_version, value_index, member_id, norm_version, verified, linked_at) "
        "VALUES ($1, $2, $3, $4, 1, true, now())"
    )
    pool = house.service.databases.keys_pool
    with pytest.raises(Exception, match="not written alone"):
        await pool.execute(insert, *old, UUID(int=5))
    owner = await register(house, phone, "awake")
    assert [version for version, _ in await rows_of(house, owner)] == [old.version, old.version + 1]
    await house.finish(rotation, worker=worker)
    with pytest.raises(Exception, match="not written alone"):
        await pool.execute(insert, *old, UUID(int=5))


async def test_phone_detached_while_it_was_copied_leaves_no_copy(house: House) -> None:
    phone, worker = house.service.phone(), house.worker()
    owner = await register(house, phone, "detached")
    other = await register(house, house.service.phone(), "stays")
    rotation = await house.start(INDEX_KEY, index_kinds=[PHONE])
    await reach(house, rotation, wire.ROTATION_STAGE_PROVING, worker)
    # As a detaching whose statement began before the copy committed: it took the old row alone, and the profile's.
    await house.service.peek(
        "DELETE FROM identities WHERE member_id = $1 AND index_version = "
        "(SELECT min(index_version) FROM identities WHERE member_id = $1) RETURNING 1",
        UUID(owner),
        keys=True,
    )
    await forget_identities(house, owner)
    await house.finish(rotation, worker=worker)
    assert await rows_of(house, owner) == []
    assert len(await rows_of(house, other)) == 1


async def forget_identities(house: House, member: str) -> None:
    """Rewrite a profile without its identities, as whoever detaches them does."""
    from datetime import UTC, datetime

    from services.members.actions import profiles as actions
    from services.members.rules.members import Member
    from services.members.storage import profiles

    databases, ring = house.service.databases, house.worker().ring
    found = (await profiles.read(databases, ring, [UUID(member)]))[UUID(member)]
    assert isinstance(found, Member)
    assert found.profile is not None
    now = datetime.now(UTC)
    async with databases.keys.begin() as connection:
        bare = found.profile._replace(identities=())
        dek_gen, blob = await actions.renew_key(connection, ring, found, bare, now)
    async with databases.members.begin() as connection:
        await actions.replace(connection, found, blob, dek_gen, None, now)


async def test_identity_that_no_profile_holds_is_named_and_keeps_the_old_key(house: House) -> None:
    worker = house.worker()
    lost = UUID(int=77)
    version = max(each["version"] for each in house.ring_file()["index_keys"] if each["kind"] == PHONE)
    await house.service.peek(
        "INSERT INTO identities VALUES (1, $1, '\\x00112233445566778899aabbccddeeff', $2, 1, true, now()) RETURNING 1",
        version,
        lost,
        keys=True,
    )
    rotation = await house.start(INDEX_KEY, index_kinds=[PHONE])
    async with asyncio.timeout(30):
        while "rows are left" not in (now := await house.get(rotation)).waiting_for:
            await worker.work()
            await asyncio.sleep(0.01)
    assert str(lost) in now.waiting_for
    assert {each["version"] for each in house.ring_file()["index_keys"] if each["kind"] == PHONE} == {
        version,
        version + 1,
    }
    await house.service.peek("DELETE FROM identities WHERE member_id = $1 RETURNING 1", lost, keys=True)
    await house.service.peek(
        "UPDATE key_rotations SET updated_at = now() - interval '2 minutes' RETURNING 1", keys=True
    )
    await house.finish(rotation, worker=worker)


@pytest.mark.parametrize(("kinds", "why"), [([0], "kept for good"), ([99], "no index of kind 99")])
async def test_kinds_that_cannot_be_rotated_are_refused(house: House, kinds: list[int], why: str) -> None:
    request = wire.StartRotationRequest(kind="ROTATION_KIND_INDEX_KEY", index_kinds=kinds, reason="r")
    with pytest.raises(Refusal, match=why) as refused:
        await house.rotations.start_rotation(request, headers=by(OFFICER))
    assert refused.value.code == "ROTATION_NOT_VALID"


async def test_index_key_that_is_read_is_not_destroyed(house: House) -> None:
    from services.members.rules.rotations import IndexChange

    version = max(each["version"] for each in house.ring_file()["index_keys"] if each["kind"] == PHONE)
    with pytest.raises(keyring_changes.KeyStillWrites):
        keyring_changes.destroy_index_keys(house.path, [IndexChange(PHONE, version, version + 1)])
    assert reindexing.LOCKS


async def test_traits_pass_to_the_new_key_and_are_found_all_the_while(house: House) -> None:
    kind = 20  # the full name
    await house.service.profiles.register_member(
        registration(house.service.phone(), key="named", full_name="王小明"), headers=by(OPERATIONS)
    )
    worker = house.worker()
    await traits_job.index(house.service.databases, worker.ring)
    rotation = await house.start(INDEX_KEY, index_kinds=[kind])
    seen = set()
    async with asyncio.timeout(20):
        while (now := await house.get(rotation)).stage != DONE:
            place = worker.ring.find_trait(traits.full_name("王小明"))
            assert len(await stored.sharing(house.service.databases, [place], None, 5)) == 1, now.stage
            seen.add(now.stage)
            await one_step(worker)
    await worker.reader.leave()
    assert seen == {1, 2, 3, 4, 5, 7}
    [version] = [each["version"] for each in house.ring_file()["index_keys"] if each["kind"] == kind]
    rows = await house.service.peek(
        "SELECT index_version, value_index FROM traits WHERE kind = $1", kind, keys=True
    )
    assert [tuple(row) for row in rows] == [(version, house.index_of("王小明", version, kind))]


async def test_mail_is_linked_proven_and_unlinked_in_every_stage(house: House) -> None:
    members, mail = house.service, 2
    owner, thief = await house.fill(2)
    kept = linking.identity(mail, "kept@example.com")
    await linking.link(members, owner, kept)
    rotation, worker = await house.start(INDEX_KEY, index_kinds=[mail]), house.worker()
    seen: set[int] = set()
    async with asyncio.timeout(20):
        while (now := await house.get(rotation)).stage != DONE:
            if now.stage not in seen:
                one = linking.identity(mail, f"stage.{now.stage}@example.com")
                await linking.link(members, owner, one, verified=False)
                assert (await linking.link(members, owner, one)).identity.verified
                for taken in (one, kept):
                    assert await linking.holder(members, taken) == owner
                    assert (
                        await linking.code_of(linking.link(members, thief, taken)) == "IDENTITY_ALREADY_TAKEN"
                    )
                rows = await members.peek(
                    "SELECT verified, change_id, member_id FROM identities WHERE kind = $1", mail, keys=True
                )
                assert {tuple(row) for row in rows} == {(True, None, UUID(owner))}, now.stage
                made = [row for row in await linking.listed(members, owner) if row.kind == mail]
                assert len(made) == 2, now.stage
                [last] = [
                    row
                    for row in made
                    if row.identity_id == (await linking.link(members, owner, one)).identity.identity_id
                ]
                await linking.unlink(members, owner, last.identity_id)
                assert await linking.holder(members, one) == ""
            seen.add(now.stage)
            await one_step(worker)
    await worker.reader.leave()
    assert seen == {1, 2, 3, 4, 5, 7}
    rows = await members.peek("SELECT member_id FROM identities WHERE kind = $1", mail, keys=True)
    assert [row["member_id"] for row in rows] == [UUID(owner)]


async def test_whoever_was_merged_holds_up_no_rotation_of_what_the_survivor_is_found_by(house: House) -> None:
    gone, survivor = [
        (
            await house.service.profiles.register_member(
                registration(house.service.phone(), key=f"merged-{name}", full_name=name),
                headers=by(OPERATIONS),
            )
        ).member_id
        for name in ("甲乙丙", "丁戊己")
    ]
    await traits_job.index(house.service.databases, house.service.ring)
    await linking.merge(house.service, gone, survivor)
    await traits_job.index(house.service.databases, house.service.ring)
    done = await house.rotate(INDEX_KEY, index_kinds=[traits.TraitKind.FULL_NAME])
    assert (done.stage, done.proof.endswith(" = 0")) == (DONE, True)
