"""Copies: what sources prove themselves by, as it was a moment ago, for telling a forgery without asking the database."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from gateway.webhooks import signatures
from gateway.webhooks.signatures import WebhookNotProven
from gateway.webhooks.sources import Sources

_KEPT_S = 1.0


class Copies:
    """The secrets of all sources, read at most once a second however many ask; there are few sources."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._secrets: Mapping[str, Sequence[bytes]] = {}
        self._read_at_s = float("-inf")
        self._reading = asyncio.Lock()

    async def prove(self, source_id: str, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether a source sent this, going by the secrets that it had within the last second."""
        async with self._reading:
            if time.monotonic() - self._read_at_s > _KEPT_S:
                # Before it is read: where that fails, the next to ask go by what there is.
                self._read_at_s = time.monotonic()
                self._secrets = await self._sources.proofs()
        try:
            signatures.check(self._secrets.get(source_id, ()), headers, body)
        except WebhookNotProven:
            return False
        return True
