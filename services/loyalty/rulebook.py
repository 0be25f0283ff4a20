"""The rulebook: the programmes as one process knows them, and the clock that those who read go by."""

from services.kit import clock, database
from services.kit.process import every
from services.loyalty.rules.programmes.programmes import Programmes
from services.loyalty.storage.ledger.outside import Outside
from services.loyalty.storage.programmes import programmes

LOOK_AGAIN_S = 1.0


class Rulebook:
    """The programmes as this process knows them.

    Lanes notice inside their transaction when they are no longer the newest; who only reads, within a second.
    It has the clock that they read by. ``outside`` is what lanes are held against when they are claimed.
    """

    def __init__(
        self, pool: database.Pool, now: clock.Clock = clock.now, outside: Outside | None = None
    ) -> None:
        self.outside = outside
        self._pool = pool
        self._clock = now
        self._known: Programmes | None = None

    def now(self) -> int:
        """The present instant of who reads, in microseconds since 1970."""
        return clock.micros(self._clock())

    async def current(self) -> Programmes:
        return self._known if self._known is not None else await self.refresh()

    async def refresh(self) -> Programmes:
        self._known = await programmes.load(self._pool)
        return self._known

    async def follow(self) -> None:
        """Notice what other processes publish, until cancelled."""
        await every(LOOK_AGAIN_S, self._look, "look for new programmes")

    async def _look(self) -> None:
        if self._known and self._known.revision != await programmes.revision(self._pool):
            await self.refresh()
