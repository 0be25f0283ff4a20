"""The consent processes: what happens while a database is away, and how events leave."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import asyncpg
import pytest
from huiyuan.consent.v1 import events_pb2
from pyqwest import Client
from pyqwest.testing import ASGITransport
from redis.asyncio import Redis

from infra.local.databases import DatabaseUrls
from services.consent.app import application, migrate, workers
from services.kit import process, stream
from services.kit.rpc import RemoteRefusal
from tests.conftest import Servers, free_port
from tests.consent import factories
from tests.consent.service import Consent, SettableClock, fresh, reached_by, settings

DEADLINE_S = 20.0


async def test_without_its_database_the_service_stays_up_and_allows_nothing(redis_url: str) -> None:
    nowhere = f"postgresql://consent:x@127.0.0.1:{free_port()}/consent"
    clock = SettableClock()
    app = application(settings(DatabaseUrls(nowhere, nowhere), redis_url), clock)
    async with ASGITransport(app) as transport:
        away = reached_by(transport, clock)
        member_id = str(uuid4())
        for call in (
            away.check(member_id, "sms"),
            away.withdraw(factories.withdrawal(member_id, "sms", key="a")),
            away.consents(member_id),
        ):
            with pytest.raises(RemoteRefusal) as caught:
                await call
            assert (caught.value.code, caught.value.retryable) == ("DATABASE_UNAVAILABLE", True)
        client = Client(transport)
        assert (await client.get("http://consent/healthz")).status == 200
        assert (await client.get("http://consent/readyz")).status == 503


async def test_a_database_that_hung_up_is_reached_again(
    consent: Consent, servers: Servers, urls: DatabaseUrls, member_id: str
) -> None:
    key = fresh("sms")
    shown = await consent.ask(factories.purpose(key))
    admin = await asyncpg.connect(servers.postgres_url)
    try:
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1",
            urls.app.rpartition("/")[2],
        )
    finally:
        await admin.close()
    async with asyncio.timeout(DEADLINE_S):
        while True:
            try:
                await consent.give(factories.grant(member_id, shown, key="a"))
                assert (await consent.check(member_id, key)).allow
                break
            except RemoteRefusal as refusal:
                assert refusal.retryable, refusal.code  # noqa: PT017
    assert (await consent.consents(member_id)).epoch == 1


async def test_events_leave_for_the_stream_in_the_order_of_the_epochs(
    new_database: Callable[[str], DatabaseUrls], redis_url: str, member_id: str
) -> None:
    # A database of its own, and Redis database 7, where no other service's events are.
    redis_7 = f"{redis_url.rpartition('/')[0] if redis_url.count('/') > 2 else redis_url}/7"
    own = settings(await asyncio.to_thread(new_database, "consent"), redis_7)
    clock = SettableClock()
    redis = Redis.from_url(redis_7)
    await redis.flushdb()
    jobs = [asyncio.ensure_future(job()) for job in await workers(own)]
    try:
        async with ASGITransport(application(own, clock)) as transport, asyncio.timeout(DEADLINE_S):
            consent = reached_by(transport, clock)
            shown = await consent.ask(factories.purpose("sms"))
            await consent.give(factories.grant(member_id, shown, key="a"))
            await consent.withdraw(factories.withdrawal(member_id, "sms", key="b"))
            cursors = dict.fromkeys(stream.names("consent"), stream.START)
            heard: list[stream.Event] = []
            while len(heard) < 4:
                for event in await stream.read(redis, cursors, block_ms=100):
                    cursors[event.stream] = event.id
                    heard.append(event)
    finally:
        await process.end(*jobs)
        await redis.aclose()
    mine = [event for event in heard if event.member_id == member_id]
    assert [event.type for event in mine] == ["ConsentGiven", "ConsentWithdrawn"]
    assert [events_pb2.ConsentEvent.FromString(event.body).epoch for event in mine] == [1, 2]
    published = {event.type for event in heard} - {event.type for event in mine}
    assert published == {"PurposePublished", "NoticePublished"}


async def test_migrating_again_changes_nothing(urls: DatabaseUrls, redis_url: str) -> None:
    await asyncio.to_thread(migrate, settings(urls, redis_url))
    without_owner = settings(urls, redis_url).model_copy(update={"database_owner_url": None})
    with pytest.raises(SystemExit, match="DATABASE_OWNER_URL_CONSENT"):
        migrate(without_owner)
