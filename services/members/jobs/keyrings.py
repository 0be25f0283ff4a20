"""Key rings: a running process takes up a ring that changed, and goes on with the keys it has when it cannot."""

import asyncio
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import structlog
from prometheus_client import Counter, Gauge

from services.kit import clock
from services.members.rules.keyrings import KeyRing
from services.members.storage.providers.provider import KeyRingRefused

log = structlog.get_logger()

LOOK_S = 15.0
"""How often the file is looked at; a new epoch may be written with once every process had this time."""

ASK_AGAIN_S = 3600.0
"""How often the provider is asked although nothing changed, so that a right that was taken away is noticed."""

refreshes_total = Counter(
    "huiyuan_members_key_ring_refreshes_total", "Readings of the key ring by a running process.", ["outcome"]
)
refreshed_at = Gauge(
    "huiyuan_members_key_ring_refreshed_timestamp_seconds",
    "When the key ring was last read and could be used.",
)


class Refresh:
    """Keeps one process's ring as new as its file. ``open_ring`` reads it anew, as at start, and may block."""

    def __init__(self, ring: KeyRing, path: Path, open_ring: Callable[[], KeyRing]) -> None:
        self._ring = ring
        self._path = path
        self._open_ring = open_ring
        self._seen = _digest(path)
        self._asked_at = clock.now()
        refreshed_at.set_to_current_time()

    async def look(self) -> None:
        """Take up the ring when its file changed, or when the provider was not asked for an hour."""
        now = clock.now()
        seen = await asyncio.to_thread(_digest, self._path)
        if seen == self._seen and (now - self._asked_at).total_seconds() < ASK_AGAIN_S:
            return
        # Noted before the answer: a provider that is away is not asked more often for it.
        self._asked_at, self._seen = now, seen
        try:
            newer = await asyncio.to_thread(self._open_ring)
        except KeyRingRefused as refused:
            refreshes_total.labels(type(refused).__name__).inc()
            log.warning("key ring not refreshed, going on with the keys at hand", reason=str(refused))
            return
        self._ring.renew(newer)
        refreshes_total.labels("refreshed").inc()
        refreshed_at.set_to_current_time()


def _digest(path: Path) -> bytes:
    """What tells one state of the file from another; empty when it cannot be read."""
    try:
        return sha256(path.read_bytes()).digest()
    except OSError:
        return b""
