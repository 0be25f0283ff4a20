"""Referrals, settled: whose order came gets what was promised to both, and who is too late gets nothing."""

import structlog

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.actions import referrals as actions
from services.loyalty.rulebook import Rulebook
from services.loyalty.storage.referrals import referrals

log = structlog.get_logger()

_AT_ONCE = 500


class SettledReferrals:
    """Works off what waits, one transaction each; what it did before it was killed is found done."""

    def __init__(self, pool: database.Pool, rulebook: Rulebook, now: clock.Clock = clock.now) -> None:
        self._pool = pool
        self._rulebook = rulebook
        self._now = now

    async def settle(self) -> None:
        now = clock.micros(self._now())
        waiting = await referrals.due(self._pool, now, _AT_ONCE)
        if not waiting:
            return
        known = await self._rulebook.current()
        programmes = {history.newest.number: history.newest for history in known.by_id.values()}
        for member_id, number in waiting:
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    await actions.look(connection, programmes[number], member_id, now)
            except Refusal as refusal:  # one that cannot be settled holds up nobody else
                log.warning("referral waits", member_id=member_id, because=refusal.code)
