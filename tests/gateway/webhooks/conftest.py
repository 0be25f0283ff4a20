"""A database of webhooks, a receiver, a clock that is set by hand, and a worker that sends when told."""

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest
from huiyuan.loyalty.v1 import events_pb2

from gateway.webhooks import deliveries
from gateway.webhooks.deliveries import Deliverer
from gateway.webhooks.endpoints import Endpoints
from gateway.webhooks.log import DeliveryLog
from gateway.webhooks.secrets import Box
from gateway.webhooks.sender import Sender
from gateway.webhooks.sources import Sources
from infra.local.databases import DatabaseUrls
from services.kit import database as kit_database
from services.kit import stream
from tests.gateway.answers import at
from tests.gateway.webhooks.receiver import Receiver, receiving

MEMBER = "5f0d6e0a-0000-4000-8000-000000000001"
START = datetime(2026, 9, 1, 9, tzinfo=UTC)


def raised(*, seq: int = 1, programme_id: str = "demo", lane: int = 3) -> stream.Event:
    """A member's tier was raised, as loyalty's stream says it."""
    envelope = events_pb2.LoyaltyEvent(
        member_id=MEMBER,
        programme_id=programme_id,
        occurred_at=at(2026, 9, 1),
        tier_raised=events_pb2.TierRaised(from_tier="silver", to_tier="gold"),
    )
    name = stream.name("loyalty", lane)
    return stream.Event(name, seq, 0, MEMBER, "TierRaised", envelope.SerializeToString())


@dataclass
class Office:
    """Everything about webhooks over one database, at a time that is set by hand."""

    engine: kit_database.Engine
    rows: asyncpg.Connection
    receiver: Receiver
    time: datetime = START
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    sender: Sender = field(default_factory=lambda: Sender(closed=False, timeout_s=10))

    def __post_init__(self) -> None:
        self.box = Box(self.key)
        self.endpoints = Endpoints(self.engine, self.box, closed=False, now=self.now)
        self.log = DeliveryLog(self.engine, now=self.now)
        self.sources = Sources(self.engine, self.box, now=self.now)
        self.deliverer = self.worker()

    def now(self) -> datetime:
        return self.time

    def worker(self, **more: Any) -> Deliverer:
        return Deliverer(self.engine, self.box, self.sender, now=self.now, **more)

    async def endpoint(self, path: str = "/hook", *types: str, programme_id: str = "") -> tuple[str, str]:
        """A new endpoint at the receiver; its id and its secret."""
        made, secret = await self.endpoints.create(
            self.receiver.address + path, "", types or ("tier.raised",), programme_id
        )
        return made.endpoint_id, secret

    async def hear(self, *events: stream.Event) -> None:
        """Count events, as the worker does that reads the streams."""
        async with self.engine.begin() as connection:
            await deliveries.tell(connection, events, now=self.now)

    async def pass_by(self, **time: float) -> None:
        """Let time pass, and the worker send what is due then."""
        self.time += timedelta(**time)
        await self.deliverer.deliver_due()

    async def states(self) -> list[str]:
        found = await self.rows.fetch("SELECT state FROM webhook_deliveries ORDER BY delivery_id")
        return [row["state"] for row in found]

    async def attempts(self) -> list[tuple[int | None, str]]:
        query = "SELECT status_code, error FROM webhook_attempts ORDER BY delivery_id, attempt"
        return [tuple(row) for row in await self.rows.fetch(query)]


@pytest.fixture(scope="session")
def webhook_database(new_database: Callable[[str], DatabaseUrls]) -> DatabaseUrls:
    return new_database("gateway")


@pytest.fixture
async def rows(webhook_database: DatabaseUrls) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to an empty database."""
    connection = await asyncpg.connect(webhook_database.owner)
    await connection.execute(
        "TRUNCATE inbox, webhook_endpoints, webhook_messages, webhook_deliveries, webhook_attempts,"
        " webhook_sources, webhook_receipts, webhook_secrets"
    )
    yield connection
    await connection.close()


@pytest.fixture
async def office(webhook_database: DatabaseUrls, rows: asyncpg.Connection) -> AsyncIterator[Office]:
    engine = kit_database.engine(webhook_database.app, size=6)
    async with receiving() as receiver:
        office = Office(engine, rows, receiver)
        yield office
        await office.sender.close()
    await engine.dispose()
