"""Key rings: every process takes up a ring that changed, says how far it has read, and goes on with the keys it holds.

A provider is asked when the file changed and once an hour, never more often than once a minute when it refuses.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import structlog
from prometheus_client import Counter, Gauge

from services.kit import clock
from services.kit.database import Pool
from services.kit.process import every
from services.members.rules.keyrings import KeyRing
from services.members.storage import ring_readers
from services.members.storage.providers.provider import KeyRingRefused

log = structlog.get_logger()

LOOK_S = 2.0
"""How often the file is looked at, and the others are told."""

ALIVE_S = 30.0
"""A process that was not seen for so long is not waited for. What it still writes with a closed key is refused."""

ASK_AGAIN_S = 3600.0
"""How often the provider is asked although nothing changed, so that a right that was taken away is noticed."""

ASK_REFUSED_S = 60.0
"""How long a provider is left alone that refused, or a ring that could not be used, while nothing changes."""

refreshes_total = Counter(
    "huiyuan_members_key_ring_refreshes_total", "Readings of the key ring by a running process.", ["outcome"]
)
refreshed_at = Gauge(
    "huiyuan_members_key_ring_refreshed_timestamp_seconds",
    "When the key ring was last read and could be used.",
)


class KeyRingOutdated(Exception):
    """This process's key ring is older than what the databases were written with."""


class RingReader:
    """Keeps one process's ring as new as its file. ``load`` reads it anew, as at start, and may block."""

    def __init__(self, ring: KeyRing, load: Callable[[], KeyRing], path: Path, pool: Pool) -> None:
        self._ring = ring
        self._load = load
        self._path = path
        self._pool = pool
        self._process_id = uuid4()
        self._seen = _digest(path)
        self._asked_at = clock.now()
        self._refused = False
        self._wanted = 0
        refreshed_at.set_to_current_time()

    async def run(self) -> None:
        """Refresh for as long as the process runs."""
        try:
            await every(LOOK_S, self.refresh, "refresh the key ring")
        finally:
            with suppress(Exception):  # a database that is away forgets us by itself
                await self.leave()

    async def refresh(self) -> None:
        """Take up the ring if it changed, and tell the others how far we have read."""
        await self.look()
        self._wanted = await ring_readers.report(self._pool, self._process_id, self._ring.generation)

    async def look(self) -> None:
        """Take up the ring when its file changed, or when it is time to ask the provider again."""
        seen = await asyncio.to_thread(_digest, self._path)
        now = clock.now()
        patience_s = ASK_REFUSED_S if self._refused or self._is_behind(0) else ASK_AGAIN_S
        if seen == self._seen and (now - self._asked_at).total_seconds() < patience_s:
            return
        # Noted before the answer: a provider that is away is not asked more often for it.
        self._asked_at, self._seen = now, seen
        try:
            newer = await asyncio.to_thread(self._load)
        except KeyRingRefused as refused:
            self._refused = True
            refreshes_total.labels(type(refused).__name__).inc()
            log.warning("key ring not refreshed, going on with the keys at hand", reason=str(refused))
            return
        self._refused = False
        self._ring.take_over(newer)
        refreshes_total.labels("refreshed").inc()
        refreshed_at.set_to_current_time()

    async def leave(self) -> None:
        """Tell the others not to wait for this process any more."""
        await ring_readers.leave(self._pool, self._process_id)

    async def probe(self) -> None:
        """Not ready while others may write with keys that this process has not. Raises ``KeyRingOutdated``.

        The newest change writes nothing that its forerunner does not read: a rotation waits for all processes before
        it makes the next one. So a provider that is away for a moment takes nobody out of service.
        """
        if self._is_behind(1):
            raise KeyRingOutdated(
                f"the key ring is of generation {self._ring.generation}, and the databases were written with "
                f"{self._wanted}: put the newest ring of this installation there"
            )

    def _is_behind(self, changes: int) -> bool:
        return self._ring.generation + changes < self._wanted


def _digest(path: Path) -> bytes:
    """What tells one state of the file from another; empty when it cannot be read."""
    try:
        return sha256(path.read_bytes()).digest()
    except OSError:
        return b""
