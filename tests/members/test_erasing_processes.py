"""The worker is killed again and again while it erases, and what it had begun is finished by the next."""

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from infra.local.databases import DatabaseUrls
from services.members.storage.tombstone_files import TombstoneFile
from tests.conftest import free_port
from tests.members.test_processes import environment, run, until

# What a registration leaves, and that somebody asked for it to be erased.
_MEMBERS = """
INSERT INTO members (member_id, status, revision, joined_at, registered_at, dek_gen, blob)
SELECT id, 1, 1, now(), now(), 1, '\\x00' FROM unnest($1::uuid[]) AS id
"""
_REQUESTS = """
INSERT INTO erasures (erasure_id, member_id, trigger, requested_by, reason, requested_at)
SELECT gen_random_uuid(), id, 5, 'staff:privacy-1', 'letter', now() FROM unnest($1::uuid[]) AS id
"""
_KEYS = (
    "INSERT INTO keys (member_id, kind, dek_gen, wrapped) SELECT id, 1, 1, $2 FROM unnest($1::uuid[]) AS id"
)


@pytest.mark.torture
async def test_a_worker_killed_while_it_erases_is_followed_by_one_that_finishes(
    new_database: Callable[[str], DatabaseUrls], redis_url: str, tmp_path: Path
) -> None:
    kills, count = 8, 540
    urls = new_database("members"), new_database("member_keys")
    members, keys = [await asyncpg.connect(one.owner) for one in urls]
    ids = [
        row[0] for row in await members.fetch(f"SELECT gen_random_uuid() FROM generate_series(1, {count})")
    ]
    await members.execute(_MEMBERS.strip().rstrip(";"), ids)
    await keys.execute(_KEYS, ids, b"w" * 68)
    await members.execute(_REQUESTS, ids)
    told = environment(*urls, redis_url, tmp_path / "ring", free_port())
    told |= {"MEMBERS_TOMBSTONES": str(tmp_path / "tombstones.jsonl")}

    async def keys_left() -> int:
        return int(await keys.fetchval("SELECT count(*) FROM keys"))

    begun_at = []
    for kill in range(kills):
        worker = await run("work", told)
        most = count * (kills - kill) // (kills + 1)
        async with asyncio.timeout(30):
            while await keys_left() > most:  # noqa: ASYNC110  # another process's work has no event
                await asyncio.sleep(0.001)
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        begun_at.append(await keys_left())
    assert any(begun_at), "the worker was killed before it was done at least once"

    worker = await run("work", told)

    async def done() -> bool:
        awaited = "SELECT count(*) FROM erasure_stores WHERE store IN ('members', 'member_keys') AND proved_at IS NULL"
        begun = await members.fetchval("SELECT count(*) FROM erasures WHERE erased_at IS NULL")
        return not begun and not await members.fetchval(awaited)

    await until(done)
    worker.terminate()
    await worker.wait()
    assert await keys_left() == 0
    assert await members.fetchval("SELECT count(*) FROM members WHERE status = 5 AND blob IS NULL") == count
    assert await members.fetchval("SELECT count(*) FROM outbox WHERE type = 'MemberErased'") == count
    assert {stone.member_id for stone in TombstoneFile(tmp_path / "tombstones.jsonl").read()} == set(ids)
    for each in (members, keys):
        await each.close()
