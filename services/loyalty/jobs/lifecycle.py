"""Lifecycle, watched: members who have not ordered for long, or ordered first so many days ago, are awarded."""

from contextlib import suppress

import structlog

from services.kit import clock, database
from services.loyalty.actions import lifecycle
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.missions.missions import LifecycleTask
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeNotInForce
from services.loyalty.storage.missions import missions

log = structlog.get_logger()

LOOK_AGAIN_S = 60


class Lifecycle:
    """Looks at what came since it looked last, which the missions' counters remember; killed, it looks again."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, now: clock.Clock = clock.now) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._now = now

    async def look(self) -> None:
        """Award every published mission's occasions, until now."""
        now = clock.micros(self._now())
        for history in (await self._rulebook.current()).by_id.values():
            with suppress(ProgrammeNotInForce):
                await self._look(history.at(now), now)

    async def _look(self, programme: Programme, now: int) -> None:
        for edition in await missions.in_force(self._pool, programme.number):
            mission, more, awarded = edition.mission, True, 0
            while more and isinstance(mission.task, LifecycleTask):
                async with self._pool.acquire() as connection, connection.transaction():
                    count, more = await lifecycle.look(connection, programme, mission, now)
                awarded += count
            if awarded:
                log.info("occasions awarded", mission=mission.key, count=awarded)
