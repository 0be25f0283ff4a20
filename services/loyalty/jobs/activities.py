"""Activities, forgotten: what was kept for as long as its type says."""

import structlog

from services.kit import clock, database
from services.loyalty.storage.missions import activities

log = structlog.get_logger()

HOURLY_S = 3_600


async def forget(pool: database.Pool, now: clock.Clock = clock.now) -> None:
    """Delete whatever's time is up. What it counted in stays counted, without what was told."""
    if gone := await activities.forget(pool, now()):
        log.info("activities forgotten", count=gone)
