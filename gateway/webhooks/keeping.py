"""Keeping: an owner's secrets are made and rotated, and sealed anew when the gateway's own key changes."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import structlog
from cryptography.exceptions import InvalidTag

from gateway.storage.webhooks import secrets
from gateway.webhooks.secrets import Box, new_secret, spelled
from services.kit import clock, database

log = structlog.get_logger()

OVERLAP = timedelta(days=1)
"""How long the secret before is good after a rotation."""


class Keeper:
    """Keeps the secrets of endpoints and of sources, in the transactions of who changes those."""

    def __init__(self, box: Box, now: clock.Clock) -> None:
        self._box = box
        self._now = now

    async def make(self, connection: database.Connection, owner_id: str) -> str:
        """An owner's first secret, as it is shown once."""
        secret = new_secret()
        await secrets.add(connection, owner_id, self._box.seal(secret, owner_id), self._now())
        return spelled(secret)

    async def rotate(self, connection: database.Connection, owner_id: str, *, end_previous: bool) -> str:
        """A new secret, as it is shown once; the one before is good for a day, unless it ends at once."""
        now, secret = self._now(), new_secret()
        until = now if end_previous else now + OVERLAP
        sealed = self._box.seal(secret, owner_id)
        await secrets.rotate(connection, owner_id, sealed, now, previous_until=until)
        return spelled(secret)

    async def previous_end(
        self, connection: database.Connection, owner_ids: Sequence[str]
    ) -> dict[str, datetime]:
        """Until when the secrets before the newest are good, of those owners that have one."""
        found = await secrets.current(connection, owner_ids, self._now())
        return {owner: one.expires_at for owner, kept in found.items() for one in kept if one.expires_at}

    async def good(self, connection: database.Connection, owner_id: str) -> list[bytes]:
        """The secrets that prove an owner now, the newest first. Raises ``InvalidTag``."""
        found = await secrets.current(connection, [owner_id], self._now())
        return [self._box.open(one.sealed, owner_id) for one in found.get(owner_id, [])]

    async def good_of(
        self, connection: database.Connection, owner_ids: Sequence[str]
    ) -> dict[str, list[bytes]]:
        """The same of many owners, without the secrets that do not open."""
        found: dict[str, list[bytes]] = defaultdict(list)
        for owner_id, kept in (await secrets.current(connection, owner_ids, self._now())).items():
            for one in kept:
                with suppress(InvalidTag):
                    found[owner_id].append(self._box.open(one.sealed, owner_id))
        return found


async def reseal(engine: database.Engine, box: Box) -> int:
    """Seal under the gateway's key what still rests under the one before; how many secrets that were."""
    anew = 0
    async with engine.begin() as connection:
        for one in await secrets.hold_all(connection):
            if box.is_sealed_by_newest(one.sealed, one.owner_id):
                continue
            try:
                secret = box.open(one.sealed, one.owner_id)
            except InvalidTag:
                log.error("webhook secret does not open: rotate it", owner_id=one.owner_id)
                continue
            await secrets.replace(connection, one.secret_id, box.seal(secret, one.owner_id))
            anew += 1
    if anew:
        log.info("webhook secrets sealed anew", secrets=anew)
    return anew
