"""A Redis of a test's own, that can be stopped and started, and a relay's side of its streams."""

import secrets
from pathlib import Path
from typing import Any

from huiyuan.loyalty.v1 import events_pb2
from redis.asyncio import Redis

from infra.local import redis as local_redis
from infra.local.processes import Process
from services.kit import stream
from tests.conftest import free_port
from tests.gateway.answers import at


class Streams:
    """A Redis that can be stopped and started, and a relay's side of its streams."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port, self._password = free_port(), secrets.token_hex(16)
        self.url = local_redis.url(self._port, self._password)
        self._ends: dict[str, tuple[int, int]] = {}
        self.start()

    def start(self) -> None:
        self._process: Process = local_redis.start(
            self._directory, self._directory.with_suffix(".log"), port=self._port, password=self._password
        )
        self._process.wait_until(lambda: local_redis.ready(self.url), 20)

    def stop(self) -> None:
        self._process.stop()

    async def publish(self, service: str, event: Any, *, lane: int = 15) -> None:
        """Send an event about nobody, as a service's relay does."""
        name = stream.name(service, lane)
        async with Redis.from_url(self.url) as client:
            end = self._ends.get(name, (0, 0))
            kind = event.WhichOneof("event")
            told = stream.Event(name, end[0] + 1, 0, "", kind, event.SerializeToString())
            self._ends |= await stream.append(client, {name: end}, [told])

    async def tell(self, member_id: str, *happened: str, lane: int = 3) -> None:
        """Send events about a member, as loyalty's relay does."""
        name = stream.name("loyalty", lane)
        async with Redis.from_url(self.url) as client:
            for kind in happened:
                envelope = events_pb2.LoyaltyEvent(member_id=member_id, occurred_at=at(2026, 9, 1))
                getattr(envelope, kind).SetInParent()
                end = self._ends.get(name, (0, 0))
                event = stream.Event(name, end[0] + 1, 0, member_id, kind, envelope.SerializeToString())
                self._ends |= await stream.append(client, {name: end}, [event])
