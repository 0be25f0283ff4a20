"""Two processes in a storm of withdrawals: once the bound has passed, no process allows what was withdrawn."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

import pytest
from pyqwest.testing import ASGITransport
from redis.asyncio import Redis

from infra.local.databases import DatabaseUrls
from services.consent.app import application
from services.kit import database, outbox, process
from tests.consent import factories
from tests.consent.service import Consent, SettableClock, fresh, reached_by, settings

BOUND_S = 2.0
MEMBERS = 12


class Processes(NamedTuple):
    """Two processes on one database; ``elsewhere`` has another clock."""

    here: Consent
    elsewhere: Consent
    urls: DatabaseUrls
    redis_url: str


@pytest.fixture
async def processes(new_database: Callable[[str], DatabaseUrls], redis_url: str) -> AsyncIterator[Processes]:
    urls = new_database("consent")
    redis = Redis.from_url(redis_url)
    await redis.flushdb()
    async with AsyncExitStack() as stack:
        made = []
        for clock in (SettableClock(), SettableClock()):
            transport = ASGITransport(application(settings(urls, redis_url), clock))
            made.append(reached_by(await stack.enter_async_context(transport), clock))
        yield Processes(made[0], made[1], urls, redis_url)
    await redis.aclose()


async def storm(there: Processes) -> list[float]:
    """Members withdraw here while elsewhere asks on; how late each last ALLOW was asked for, in seconds.

    It lasts until the bound has passed since the last withdrawal, however long a busy machine takes to get there.
    """
    purpose = factories.purpose(fresh("storm"))
    notice = await there.here.ask(purpose)
    members = [str(uuid4()) for _ in range(MEMBERS)]
    for member_id in members:
        await there.here.give(factories.grant(member_id, notice, purpose.key, key="give"))
    withdrawn: dict[str, float] = {}
    late = dict.fromkeys(members, 0.0)
    over = asyncio.Event()

    async def withdraw(nth: int, member_id: str) -> None:
        await asyncio.sleep(nth * 0.05)
        await there.here.withdraw(factories.withdrawal(member_id, purpose.key, key="withdraw"))
        withdrawn[member_id] = time.monotonic()
        assert not (await there.here.check(member_id, purpose.key)).allow, "one reads one's own withdrawal"

    async def ask(member_id: str) -> None:
        while not over.is_set():
            asked = time.monotonic()
            answer = await there.elsewhere.check(member_id, purpose.key)
            if answer.allow and member_id in withdrawn:
                late[member_id] = max(late[member_id], asked - withdrawn[member_id])
            await asyncio.sleep(0.02)

    async with asyncio.TaskGroup() as asking:
        for member_id in members:
            asking.create_task(ask(member_id))
        await asyncio.gather(*(withdraw(nth, member_id) for nth, member_id in enumerate(members)))
        await asyncio.sleep(BOUND_S)
        over.set()
    for member_id in members:
        assert not (await there.elsewhere.check(member_id, purpose.key)).allow
    return list(late.values())


async def test_the_bound_holds_though_nobody_tells_and_clocks_are_wrong(processes: Processes) -> None:
    """No relay runs, so that no process ever hears of another's withdrawals."""
    processes.elsewhere.clock.shift = timedelta(days=1)
    late = await storm(processes)
    assert max(late) <= BOUND_S
    assert max(late) > 0.1, "nothing was kept, so nothing was proved"


async def test_what_is_told_is_seen_soon(processes: Processes) -> None:
    """With the relay; the mean stays far below the bound that holds without it."""
    pool = await database.pool(processes.urls.app)
    redis = Redis.from_url(processes.redis_url)
    relaying = asyncio.ensure_future(outbox.Relay("consent", pool, redis).run())
    try:
        late = await storm(processes)
    finally:
        await process.end(relaying)
        await pool.close()
        await redis.aclose()
    assert max(late) <= BOUND_S
    assert sum(late) / len(late) < BOUND_S / 2
