"""Working: what runs beside the serving processes. It knows no schema, which would be most of its start."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial

from redis.asyncio import Redis

from gateway.app import NAME
from gateway.settings import GatewaySettings
from gateway.storage.audit import Audit
from gateway.webhooks import deliveries, events, keeping
from gateway.webhooks.log import DeliveryLog
from gateway.webhooks.secrets import Box
from gateway.webhooks.sender import Sender
from services.kit import database, process
from services.kit.inbox import Consumer

_ABANDONED_AFTER = timedelta(minutes=10)
_CLOSE_ABANDONED_EVERY_S = 60.0
_FORGET_WEBHOOKS_EVERY_S = 3600.0
_RESEAL_EVERY_S = 3600.0
_MEASURE_S = 15.0


async def workers(settings: GatewaySettings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What runs beside the serving processes: webhooks are sent, what is old is forgotten, and actions that were
    never finished get their outcome.
    """
    engine = database.engine(settings.database_url.get_secret_value(), size=6)
    # Reads that wait for events wait longer than other calls may.
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    close = partial(Audit(engine).close_abandoned, _ABANDONED_AFTER)
    forget = DeliveryLog(engine).forget
    box = Box(*settings.webhook_keys)
    reseal = partial(keeping.reseal, engine, box)
    deliverer = deliveries.Deliverer(engine, box, Sender(closed=not settings.is_development))
    return [
        partial(process.every, _CLOSE_ABANDONED_EVERY_S, close, "close abandoned admin actions"),
        partial(process.every, _FORGET_WEBHOOKS_EVERY_S, forget, "forget old webhooks"),
        partial(process.every, _RESEAL_EVERY_S, reseal, "seal webhook secrets anew"),
        *(Consumer(service, engine, redis, deliveries.tell, by=NAME).run for service in events.SERVICES),
        deliverer.run,
        partial(process.every, _MEASURE_S, deliverer.measure, "look how late webhooks are"),
    ]
