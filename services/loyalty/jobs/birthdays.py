"""Birthdays, kept: what was told of them is checked with the consent service, again and again, and forgotten in time."""

from datetime import timedelta
from itertools import groupby
from operator import attrgetter

import structlog

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.jobs.lifecycle import Allowing
from services.loyalty.rules.earning.birthdays import BIRTH_DATE
from services.loyalty.storage.members import birthdays

log = structlog.get_logger()

AT_ONCE = 5_000
CHECKED_FOR = timedelta(hours=1)
"""So long counts what the gate said; who withdraws is heard of at once."""
KEPT = timedelta(days=62)
"""From when a month began: it, and a month more for orders that are told late."""


class Birthdays:
    """Asks the gate about what members told it of, which counts for nothing before."""

    def __init__(self, pool: database.Pool, allowing: Allowing, now: clock.Clock = clock.now) -> None:
        self._pool = pool
        self._allowing = allowing
        self._now = now

    async def keep(self) -> None:
        """Check what is to be checked, and forget what is over. Where nobody can say, all stays as it is."""
        now = self._now()
        await birthdays.forget(self._pool, (now - KEPT).date())
        while told := await birthdays.to_check(self._pool, now - CHECKED_FOR, AT_ONCE):
            told.sort(key=attrgetter("purpose"))
            for purpose, those in groupby(told, key=attrgetter("purpose")):
                asked = list(those)
                try:
                    allowing = await self._allowing([one.member_id for one in asked], purpose, BIRTH_DATE)
                except Refusal as refusal:
                    log.warning("birthdays not checked", purpose=purpose, because=refusal.code)
                    return
                await birthdays.check(self._pool, asked, allowing, now)
