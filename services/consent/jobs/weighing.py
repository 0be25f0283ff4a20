"""Weighing what code of before left: merges that it heard of brought no wishes along."""

import structlog

from services.consent.actions import wishes
from services.consent.storage import decisions, merges
from services.kit import clock
from services.kit.database import Engine

log = structlog.get_logger()


async def weigh(engine: Engine) -> int:
    """Let stand for each survivor what all who were merged into them wished; for how many that was due."""
    done = 0
    while True:
        async with engine.begin() as connection:
            survivor = await merges.unweighed(connection)
            if survivor is None:
                break
            member = await decisions.lock_member(connection, survivor)
            await wishes.stand(connection, survivor, member.epoch + 1, clock.now())
            await merges.note(connection, survivor, member.epoch + 1)
            await merges.weighed(connection, survivor)
        done += 1
    if done:
        log.info("wishes of merged members weighed", survivors=done)
    return done
