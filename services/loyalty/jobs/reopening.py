"""Reopening the lanes of a ledger that was set back: the database first, then a signed line in the file of heads."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.kit import clock, database
from services.kit.appended import HeldElsewhere
from services.kit.signing import SigningKey, key_id
from services.loyalty.rules.ledger.heads import Gap, digest, write
from services.loyalty.rules.ledger.reopening import (
    NoSigningKey,
    NothingSetBack,
    ReasonMissing,
    Reopening,
    first_of_epoch,
)
from services.loyalty.storage.ledger import heads, reopenings
from services.loyalty.storage.ledger.outside import Outside, SetBack, ends_of
from services.loyalty.storage.ledger.telling import TOLD_LANE

log = structlog.get_logger()

_TRIES = 50


@dataclass(frozen=True, slots=True)
class Reopened:
    """What was found set back, and what was made of it."""

    found: Sequence[SetBack]
    reopenings: Sequence[Reopening]


@dataclass(frozen=True, slots=True)
class Reopener:
    """Reopens all lanes at once, so that an epoch's numbers tell it apart in each of them."""

    url: str
    outside: Outside
    key: SigningKey | None
    now: clock.Clock = clock.now

    async def reopen(self, actor: str, reason: str, since: datetime | None = None) -> Reopened:
        """Raises ``NothingSetBack``, ``NoSigningKey``, ``ReasonMissing``, ``LanesClaimed``; nothing is changed then.

        ``since`` is when the restored database took its first write: needed where neither a stream nor a published
        head is left to show what was set back, and then all lanes are reopened on the operator's word.
        """
        if not (actor and reason):
            raise ReasonMissing("say who reopens the ledger, and why")
        if self.outside.file is not None and self.key is None:
            raise NoSigningKey(
                "heads are published: the signing key is needed to say that some of them are lost"
            )
        pool = await database.pool(self.url, size=2)
        try:
            found = await self.outside.set_back(pool)
            if not found and since is None:
                raise NothingSetBack("the ledger has all that was seen of it: there is nothing to reopen")
            seen = max([await self.outside.newest_seen(), *(await ends_of(pool)).values()])
            kept = (await self.outside.kept(pool)).heads
            async with pool.acquire() as connection, connection.transaction():
                made = await reopenings.reopen(
                    connection,
                    {each.lane: each for each in found},
                    (first_of_epoch(seen), seen),
                    since,
                    (actor, reason),
                    clock.micros(self.now()),
                )
            await self._publish(pool, kept, made)
        finally:
            await pool.close()
        log.warning("the ledger was reopened", actor=actor, reason=reason, first=made[0].seq, seen=seen)
        return Reopened(found, made)

    async def _publish(self, pool: database.Pool, kept: dict[int, int], made: Sequence[Reopening]) -> None:
        """Say under our key which of the published heads are gone, so that those published from here on count."""
        file, key = self.outside.file, self.key
        if file is None or key is None:
            return
        gaps = [Gap(each.lane, kept.get(each.lane, 0), each.seq) for each in made if each.lane != TOLD_LANE]
        for tried in range(1, _TRIES + 1):
            try:
                with file.held():
                    before = file.last()
                    at = self.now().isoformat(timespec="microseconds")
                    ends = await heads.heads(pool)
                    line = write(
                        at, ends, digest(before) if before else "", key_id(key.public_key()), key, gaps
                    )
                    file.append(line)
                return
            except HeldElsewhere:
                if tried == _TRIES:
                    raise
                await asyncio.sleep(0.1)
