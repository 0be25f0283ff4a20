"""Rings: every process reads the key ring again when it changed, and says how far it has read."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import structlog

from services.kit.database import Pool
from services.members.rules.keyrings import KeyRing
from services.members.storage import ring_readers
from services.members.storage.keyrings import KeyRingRefused

log = structlog.get_logger()

REFRESH_S = 2.0
ALIVE_S = 30.0
"""A process that was not seen for so long is not waited for. What it still writes with a closed key is refused."""


class KeyRingOutdated(Exception):
    """This process's key ring is older than what the databases were written with."""


class RingReader:
    """Keeps a process's key ring as new as its file."""

    def __init__(self, ring: KeyRing, load: Callable[[], KeyRing], path: Path, pool: Pool) -> None:
        self._ring = ring
        self._load = load
        self._path = path
        self._pool = pool
        self._process_id = uuid4()
        self._read = self._mark()
        self._wanted = 0

    async def run(self) -> None:
        """Refresh for as long as the process runs."""
        try:
            while True:
                try:
                    await self.refresh()
                except Exception:
                    log.exception("key ring not refreshed, will try again")
                await asyncio.sleep(REFRESH_S)
        finally:
            with suppress(Exception):  # a database that is away forgets us by itself
                await self.leave()

    async def refresh(self) -> None:
        """Read the ring again if its file changed, and tell the others."""
        mark = self._mark()
        if mark != self._read:
            try:
                newer = await asyncio.to_thread(self._load)
            except KeyRingRefused as refused:
                # What we hold goes on; whoever waits for us sees that we are behind.
                log.error("key ring refused", because=str(refused))
            else:
                self._ring.take_over(newer)
                self._read = mark
                log.info("key ring read", generation=newer.generation)
        self._wanted = await ring_readers.report(self._pool, self._process_id, self._ring.generation)

    async def leave(self) -> None:
        """Tell the others not to wait for this process any more."""
        await ring_readers.leave(self._pool, self._process_id)

    async def probe(self) -> None:
        """Not ready while others may write with keys that this process has not. Raises ``KeyRingOutdated``."""
        if self._ring.generation < self._wanted:
            raise KeyRingOutdated(
                f"the key ring is of generation {self._ring.generation}, and the databases were written with "
                f"{self._wanted}: put the newest ring of this installation there"
            )

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
