"""Lifecycle, watched: whose occasion came, or was heard of, is awarded."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import suppress

import structlog

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.actions import heard_occasions, lifecycle
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.expiry import local_day
from services.loyalty.rules.missions.missions import LifecycleKind, LifecycleTask, Mission
from services.loyalty.rules.programmes.programmes import Programme, ProgrammeNotInForce
from services.loyalty.storage.missions import missions, occasions

log = structlog.get_logger()

LOOK_AGAIN_S = 60
AT_ONCE = 1_000

Allowing = Callable[[Sequence[str], str, Sequence[str]], Awaitable[Collection[str]]]
"""Who of some members allows a purpose, for some categories of data, now; raises a refusal where nobody can say."""


class Lifecycle:
    """Looks at what came since it looked last, which the missions' counters remember; killed, it looks again.

    Members are asked between two transactions. Where nobody can say who allows a mission's purpose, nobody is awarded
    and nothing is looked at, so that it is made up for later.
    """

    def __init__(
        self, pool: database.Pool, rulebook: Rulebook, allowing: Allowing, now: clock.Clock = clock.now
    ) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._allowing = allowing
        self._now = now

    async def look(self) -> None:
        """Award every published mission's occasions, until now."""
        now = clock.micros(self._now())
        for history in (await self._rulebook.current()).by_id.values():
            with suppress(ProgrammeNotInForce):
                await self._look(history.at(now), now)

    async def _look(self, programme: Programme, now: int) -> None:
        heard: dict[LifecycleKind, list[Mission]] = {kind: [] for kind in LifecycleKind if kind.is_heard}
        for edition in await missions.in_force(self._pool, programme.number):
            mission, task = edition.mission, edition.mission.task
            if not isinstance(task, LifecycleTask):
                continue
            if task.kind.is_heard:
                heard[task.kind].append(mission)
                continue
            try:
                await self._award(programme, mission, now)
            except Refusal as refusal:
                log.warning("occasions not looked at", mission=mission.key, because=refusal.code)
        for kind, waiting in heard.items():
            try:
                await self._award_heard(programme, kind, waiting, now)
            except Refusal as refusal:
                log.warning("occasions wait", kind=kind, because=refusal.code)

    async def _award_heard(
        self, programme: Programme, kind: LifecycleKind, concerned: Sequence[Mission], now: int
    ) -> None:
        """What was heard of a kind, so much at a time: to whom it falls is asked first, then it is awarded at once."""
        month = local_day(now, programme.time_zone).isoformat()[:7]
        while some := await occasions.waiting(self._pool, programme.number, kind, month, AT_ONCE):
            falls = await heard_occasions.fall(self._pool, programme, concerned, some)
            allowed = []
            for mission, those in falls:
                asked = sorted({one.member_id for one in those})
                allowing = await self._allowing(asked, mission.purpose, mission.looks_at) if asked else ()
                allowed.append((mission, [one for one in those if one.member_id in allowing]))
            async with self._pool.acquire() as connection, connection.transaction():
                await heard_occasions.award(connection, programme, kind, some, allowed, now)

    async def _award(self, programme: Programme, mission: Mission, now: int) -> None:
        """A stretch after the other. A mission of before that names no purpose is for nobody."""
        more, awarded = bool(mission.purpose), 0
        while more:
            async with self._pool.acquire() as connection:
                stretch = await lifecycle.look(connection, programme, mission, now)
            if stretch is None:
                break
            some = stretch.members
            allowing = await self._allowing(some, mission.purpose, mission.looks_at) if some else ()
            async with self._pool.acquire() as connection, connection.transaction():
                count = await lifecycle.award(connection, programme, mission, stretch, allowing, now)
            awarded += count or 0
            more = stretch.more or count is None
        if awarded:
            log.info("occasions awarded", mission=mission.key, count=awarded)
