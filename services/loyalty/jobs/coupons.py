"""Coupons, kept up: holds time out, coupons expire, holders are reminded, refunded orders give theirs back."""

from collections.abc import Awaitable, Callable

import structlog

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.actions import coupon_dues as actions
from services.loyalty.storage.coupons import coupon_refunds

log = structlog.get_logger()

AT_ONCE = 1_000
_REFUNDS_AT_ONCE = 200

Step = Callable[[database.RawConnection, int, int], Awaitable[int]]


class Coupons:
    """Does what is due in batches of one transaction each; killed at any point, it goes on where it stopped.

    Two workers do no harm: each takes what the other has not locked.
    """

    def __init__(self, pool: database.Pool, now: clock.Clock = clock.now) -> None:
        self._pool = pool
        self._now = now

    async def look(self) -> None:
        """Do all that is due."""
        for step in (actions.settle, actions.remind):
            await self._all(step)
        await self._follow_refunds()

    async def _all(self, step: Step) -> None:
        done = AT_ONCE
        while done >= AT_ONCE:
            async with self._pool.acquire() as connection, connection.transaction():
                done = await step(connection, clock.micros(self._now()), AT_ONCE)

    async def _follow_refunds(self) -> None:
        for refunded in await coupon_refunds.waiting(self._pool, _REFUNDS_AT_ONCE):
            now = self._now()
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    await actions.follow_refund(connection, refunded, clock.micros(now))
                    await coupon_refunds.settled(connection, refunded, now)
            except Refusal as refusal:  # one that cannot be followed yet holds up no other
                log.warning("refund waits for its coupons", because=refusal.code)
