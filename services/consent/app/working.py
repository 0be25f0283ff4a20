"""Working: what happens by itself behind the calls."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from redis.asyncio import Redis

from services.consent.app import wiring
from services.consent.consumers import hear_members
from services.consent.jobs.rights import watch as watch_rights
from services.consent.jobs.sequencing import Sequencer
from services.consent.jobs.weighing import weigh
from services.consent.settings import Settings
from services.consent.storage import sends
from services.kit import clock, database, outbox, process, signing
from services.kit.inbox import Consumer

_FORGET_EVERY_S = 3600.0
_WATCH_RIGHTS_S = 60.0
_WEIGH_S = 60.0


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What runs behind the calls: events leave the outbox, records join the log, and members are followed."""
    url = settings.database_url.get_secret_value()
    pool = await database.pool(url, size=3)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    forget = partial(outbox.forget_relayed, pool, redis, wiring.NAME)
    sequencer = Sequencer(
        pool, wiring.origin(settings), signing.own_key(settings.signing_key), wiring.witness(settings)
    )
    return (
        outbox.Relay(wiring.NAME, pool, redis).run,
        sequencer.run,
        partial(
            process.every,
            _WATCH_RIGHTS_S,
            partial(watch_rights, database.engine(url, size=1)),
            "watch rights",
        ),
        partial(
            process.every,
            _WEIGH_S,
            partial(weigh, database.engine(url, size=1)),
            "weigh merged members' wishes",
        ),
        Consumer("members", database.engine(url, size=2), redis, hear_members, by=wiring.NAME).run,
        partial(process.every, _FORGET_EVERY_S, forget, "forget relayed events"),
        partial(process.every, _FORGET_EVERY_S, partial(_forget_sends, pool), "forget old sends"),
    )


async def _forget_sends(pool: database.Pool) -> None:
    await sends.forget(pool, clock.now() - sends.KEPT)
