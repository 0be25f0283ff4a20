"""Memberships, followed: tiers follow what was bought and ended, also where the door that took it lived no longer."""

from datetime import timedelta

import structlog

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.actions.memberships import following
from services.loyalty.lanes import one_lane
from services.loyalty.rulebook import Rulebook
from services.loyalty.storage.tiers import memberships

log = structlog.get_logger()

_AT_ONCE = 500
_LEFT_TO_DOORS = timedelta(seconds=10)
"""For so long a door may still be about to do it itself."""


class Memberships:
    """Works off what tiers have yet to follow; what it did before it was killed is found done, by its key."""

    def __init__(
        self, url: str, pool: database.Pool, rulebook: Rulebook, now: clock.Clock = clock.now
    ) -> None:
        self._url = url
        self._pool = pool
        self._rulebook = rulebook
        self._now = now

    async def follow(self) -> None:
        """Follow everything that waits; a lane is claimed only while something does."""
        waiting = await memberships.unsettled(self._pool, self._now() - _LEFT_TO_DOORS, _AT_ONCE)
        if not waiting:
            return
        known = await self._rulebook.current()
        by_number = {history.newest.number: history for history in known.by_id.values()}
        async with one_lane(self._url, self._rulebook, self._now) as lanes:
            for made, number in waiting:
                try:
                    await lanes.submit(following(made, by_number[number]))
                    await memberships.settled(self._pool, made)
                except Refusal as refusal:  # one that cannot be followed yet holds up nobody else
                    log.warning("membership waits", member_id=made.member_id, because=refusal.code)
