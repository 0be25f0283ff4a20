"""Publishing heads: while the chains grow, where they end is written outside the database each minute, signed."""

import asyncio
from datetime import datetime, timedelta

import structlog
from prometheus_client import Gauge

from services.kit import clock, database
from services.kit.appended import AppendedFile, HeldElsewhere
from services.kit.process import every
from services.kit.signing import SigningKey, key_id
from services.loyalty.rules.ledger.heads import digest, read, write
from services.loyalty.storage.ledger import heads

log = structlog.get_logger()

heads_lost = Gauge(
    "huiyuan_ledger_published_heads_lost", "Published heads that the chains no longer hold, as last seen."
)

PUBLISH_EVERY = timedelta(minutes=1)
LOOK_EVERY_S = 5.0
"""So that what comes after a quiet time is published soon."""


class HeadsPublisher:
    """Appends a signed line when the chains grew. Nothing is published over a chain that lost a published head."""

    def __init__(
        self,
        pool: database.Pool,
        file: AppendedFile,
        key: SigningKey,
        now: clock.Clock = clock.now,
    ) -> None:
        self._pool = pool
        self._file = file
        self._key, self._key_id = key, key_id(key.public_key())
        self._now = now

    async def run(self) -> None:
        """Publish until cancelled."""
        await every(LOOK_EVERY_S, self._look, "publish heads")

    async def _look(self) -> None:
        try:
            last = self._file.last()
            if (
                not last
                or not timedelta(0) <= self._now() - datetime.fromisoformat(read(last).at) < PUBLISH_EVERY
            ):
                await self.publish()
        except HeldElsewhere:
            return  # another worker is at it

    async def publish(self) -> None:
        """Append a line when there is something new to say. Raises ``HeldElsewhere``."""
        with self._file.held():
            before = self._file.last()
            published = read(before).heads if before else ()
            lost = await heads.missing(self._pool, list(published))
            heads_lost.set(len(lost))
            for head, there in lost:
                log.error(
                    "the chain lost a published head",
                    lane=head.lane,
                    seq=head.seq,
                    published=head.hash,
                    there=there,
                )
                return
            reached = await heads.heads(self._pool)
            if tuple(reached) != published:
                at = self._now().isoformat(timespec="microseconds")
                line = write(at, reached, digest(before) if before else "", self._key_id, self._key)
                await asyncio.to_thread(self._file.append, line)
