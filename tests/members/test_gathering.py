"""A worker that is killed while it gathers a member's package: another one takes it up, and no key is left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.kit import clock
from services.members.jobs import packages as jobs
from services.members.storage import packages as stored
from tests.members.rpc.test_holdings import nothing_elsewhere
from tests.members.rpc.test_packages import asked, fetched, listed, token
from tests.members.service import INSTALLATION, Members

WORKER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from services.members.jobs import packages
from services.members.storage import keyrings
from services.members.storage.databases import Databases

async def main(members, keys, path, installation):
    databases = await Databases.open(members, keys)
    ring = keyrings.open_ring(Path(path), UUID(installation), create=False)
    async def gather(member_id):
        print("gathering", flush=True)
        await asyncio.sleep(60)
    await packages.make(databases, ring, gather)

asyncio.run(main(*sys.argv[1:]))
"""


class Killed(BaseException):
    """The process ends here."""


@asynccontextmanager
async def killed(place: Any, name: str, *, after: bool) -> AsyncIterator[None]:
    """A worker that ends at a step, before or after it took effect."""
    step = getattr(place, name)

    async def cut(*arguments: Any) -> Any:
        if after:
            await step(*arguments)
        raise Killed

    setattr(place, name, cut)
    try:
        with pytest.raises(Killed):
            yield
    finally:
        setattr(place, name, step)


async def a_minute_passes(members: Members) -> None:
    await members.peek("UPDATE packages SET tried_at = tried_at - interval '2 minutes' WHERE state = 1")
    await members.peek("UPDATE keys SET made_at = made_at - interval '3 minutes' WHERE kind = 4", keys=True)


async def keys_of(members: Members, member_id: str) -> int:
    query = "SELECT count(*) FROM keys WHERE member_id = $1 AND kind = 4"
    return int((await members.peek(query, UUID(member_id), keys=True))[0][0])


async def becomes_ready(members: Members, member_id: str) -> None:
    """Another worker gathers it, once; the member fetches it."""
    assert await jobs.make(members.databases, members.ring, nothing_elsewhere) == 0, "not before a minute"
    await a_minute_passes(members)
    assert await jobs.make(members.databases, members.ring, nothing_elsewhere) == 1
    assert await jobs.make(members.databases, members.ring, nothing_elsewhere) == 0
    [package] = await listed(members, member_id)
    once = await token(members, member_id, package.package_id)
    assert (await fetched(members, member_id, package.package_id, once)).startswith(b"PK")
    told = "SELECT count(*) FROM outbox WHERE member_id = $1::uuid AND type = 'PackageReady'"
    assert (await members.peek(told, member_id))[0][0] == 1


async def test_killed_while_the_other_services_are_asked(members: Members) -> None:
    member_id = await members.register()
    await asked(members, member_id)
    said = [members.members.app, members.keys.app, str(members.settings.key_ring), str(INSTALLATION)]
    worker = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, *said, stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    assert worker.stdout is not None
    async with asyncio.timeout(20):
        assert (await worker.stdout.readline()).strip() == b"gathering"
    worker.send_signal(signal.SIGKILL)
    await worker.wait()
    await becomes_ready(members, member_id)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", ["seal_under_new_key", "finish"])
async def test_killed_at_a_step_of_sealing(members: Members, name: str, after: bool) -> None:
    member_id = await members.register()
    await asked(members, member_id)
    async with killed(jobs.actions, name, after=after):
        await jobs.make(members.databases, members.ring, nothing_elsewhere)
    await becomes_ready(members, member_id)


async def test_the_key_of_a_killed_gatherer_goes_when_the_package_does(members: Members) -> None:
    member_id = await members.register()
    await asked(members, member_id)
    async with killed(stored, "put", after=False):
        await jobs.make(members.databases, members.ring, nothing_elsewhere)
    assert await keys_of(members, member_id) == 1
    await becomes_ready(members, member_id)
    assert await keys_of(members, member_id) == 2
    again = await members.register()
    await asked(members, again)
    await jobs.make(members.databases, members.ring, nothing_elsewhere)
    await members.peek(
        "UPDATE packages SET expires_at = now() - interval '1 s' WHERE member_id = $1", UUID(member_id)
    )
    await a_minute_passes(members)
    assert await jobs.expire(members.databases, clock.now() + timedelta(seconds=1)) == 1
    assert await keys_of(members, member_id) == 0
    assert await keys_of(members, again) == 1, "whose package waits keeps its key"
