"""A backup from before an erasure is restored: whoever was erased is so again before anything is answered."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from huiyuan.members.v1 import erasures_pb2
from pyqwest.testing import ASGITransport

from infra.local import postgres
from infra.local.databases import DatabaseUrls
from services.members.app import application
from services.members.jobs import erasures, tombstones
from services.members.rules.erasures import Terms, Tombstone
from services.members.rules.members import Member
from services.members.settings import Settings
from services.members.storage import profiles
from services.members.storage.tombstone_files import TombstoneFile
from tests.conftest import Servers
from tests.members import linking
from tests.members.rpc.test_erasures import NOTHING, found, report, rows_left
from tests.members.service import (
    OFFICER,
    Consents,
    Members,
    as_member,
    by,
    reached_by,
    registration,
    settings,
)

PHONE = "+8613711112222"


async def run(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs."""
    process = await asyncio.create_subprocess_exec(
        str(postgres.BIN / program), *arguments, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


def as_superuser(servers: Servers, urls: DatabaseUrls) -> str:
    """A database's address under the superuser, as whoever restores has it."""
    return servers.postgres_url.rpartition("/")[0] + urlsplit(urls.app).path


@asynccontextmanager
async def serving(configured: Settings, urls: tuple[DatabaseUrls, DatabaseUrls]) -> AsyncIterator[Members]:
    """A server that starts now."""
    async with ASGITransport(application(configured)) as transport:
        service = await reached_by(transport, configured, Consents(), *urls)
        yield service
        await service.databases.close()


@pytest.fixture
def urls(new_database: Callable[[str], DatabaseUrls]) -> tuple[DatabaseUrls, DatabaseUrls]:
    return new_database("members"), new_database("member_keys")


async def readable(service: Members, member_id: str) -> bool:
    """Whether the databases as they are now give the profile away, past the doors."""
    read = await profiles.read(service.databases, service.ring, [member_id])
    return any(isinstance(one, Member) and one.profile is not None for one in read.values())


async def test_restored_backups_bring_nobody_back(
    urls, servers: Servers, redis_url: str, tmp_path: Path, consents: tuple[Consents, str]
) -> None:
    file = TombstoneFile(tmp_path / "tombstones.jsonl")
    configured = settings(*urls, redis_url, tmp_path / "ring", consents[1]).model_copy(
        update={"tombstones": tmp_path / "tombstones.jsonl"}
    )
    dumps = {kind: str(tmp_path / f"{kind}.dump") for kind in ("members", "keys")}
    addresses = dict(zip(dumps, (as_superuser(servers, one) for one in urls), strict=True))
    async with serving(configured, urls) as service:
        member_id = await service.register(registration(PHONE))
        stays = await service.register()
        await linking.ask(service, linking.identity(linking.PHONE, PHONE))
        for kind, dump in dumps.items():
            await run("pg_dump", "--format=custom", f"--file={dump}", addresses[kind])
        request = erasures_pb2.RequestErasureRequest(
            member_id=member_id, trigger=erasures_pb2.ERASURE_TRIGGER_STAFF, reason="letter 12"
        )
        await service.erasures.request_erasure(request, headers=by(OFFICER))
        await erasures.advance(service.databases, Terms(), file)
        assert await rows_left(service, member_id) == NOTHING

    for restored in (["members"], ["keys"], ["members", "keys"]):
        for kind in restored:
            await run("pg_restore", "--clean", "--if-exists", f"--dbname={addresses[kind]}", dumps[kind])
        async with serving(configured, urls) as service:
            if len(restored) == 2:
                assert await readable(service, member_id), (
                    "the backup holds what it should, or this proves nothing"
                )
            own = await service.profile(member_id, as_member(member_id))
            assert own.refusal.code == "MEMBER_ERASED", restored
            assert await found(service, PHONE) == ""
            assert not await readable(service, member_id)
            assert await rows_left(service, member_id) == NOTHING
            assert not await service.peek("SELECT FROM verifications", keys=True), (
                "codes of the erased's phone"
            )
            assert (await service.profile(stays, as_member(stays))).profile.display_name == "小明"
            again = await report(service, member_id)
            assert again.HasField("erased_at")
            if "members" in restored:
                awaited = {one.store for one in again.stores if not one.HasField("proved_at")}
                assert awaited >= {"loyalty", "consent"}, "who may have been restored too is asked again"
                told = "SELECT count(*) FROM outbox WHERE type = 'MemberErased' AND member_id = $1"
                assert (await service.peek(told, member_id))[0][0] == 1


async def test_tombstones_that_only_the_databases_know_come_into_the_file(
    urls, redis_url: str, tmp_path: Path, consents: tuple[Consents, str]
) -> None:
    path = tmp_path / "tombstones.jsonl"
    configured = settings(*urls, redis_url, tmp_path / "ring", consents[1])
    async with serving(configured, urls) as service:
        member_id = await service.register()
        request = erasures_pb2.RequestErasureRequest(
            member_id=member_id, trigger=erasures_pb2.ERASURE_TRIGGER_STAFF, reason="letter 12"
        )
        await service.erasures.request_erasure(request, headers=by(OFFICER))
        await erasures.advance(service.databases, Terms(), None)
        known = await tombstones.replay(service.databases, TombstoneFile(path), completing_file=True)
        assert (known.known, known.members_back, known.key_rows_back) == (1, 0, 0)
        await tombstones.tell_all(service.databases)
        told = "SELECT count(*) FROM outbox WHERE type = 'MemberErased' AND member_id = $1"
        assert (await service.peek(told, member_id))[0][0] == 2
    assert [str(stone.member_id) for stone in TombstoneFile(path).read()] == [member_id]
    assert os.stat(path).st_mode & 0o777 == 0o600


def test_half_a_line_of_a_killed_worker_is_ended_and_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "tombstones.jsonl"
    file = TombstoneFile(path)
    first, second = (Tombstone(uuid4(), uuid4(), datetime.now(UTC)) for _ in range(2))
    file.append([first])
    with path.open("ab") as killed:
        killed.write(b'{"member": "0198')
    file.append([second])
    assert file.read() == [first, second]
