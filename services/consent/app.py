"""The wiring of the consent service: what serves, what works behind it, and how the schema comes up."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication
from huiyuan.consent.v1.exports_connect import ExportsServiceASGIApplication
from huiyuan.consent.v1.purposes_connect import PurposesServiceASGIApplication
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from services.consent.rpc.decisions import Decisions
from services.consent.rpc.exports import Exports
from services.consent.rpc.purposes import Purposes
from services.consent.settings import Settings
from services.consent.storage.gate import GateReads
from services.kit import clock, database, health, migration, outbox, process, rpc
from services.kit.tokens import TokenVerifier

SERVICE = "consent"
MIGRATIONS = Path(__file__).with_name("migrations")
_FORGET_EVERY_S = 3600.0


def application(settings: Settings, now: clock.Clock = clock.now) -> ASGIApp:
    """What answers calls. It starts without its database and answers UNAVAILABLE until that is there."""
    url = settings.database_url.get_secret_value()
    gatekeeper = rpc.Gatekeeper(
        rpc.CallerVerifier(SERVICE, settings.caller_keys),
        TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience),
    )
    # Whoever is named by the installation answers for the processing (PIPL 9).
    controllers = (settings.installation_id.urn,)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        engine, pool = database.engine(url), await database.pool(url)
        doors = (
            gatekeeper.admit(Purposes(engine, now), PurposesServiceASGIApplication),
            gatekeeper.admit(
                Decisions(engine, GateReads(pool), controllers, now), DecisionsServiceASGIApplication
            ),
            gatekeeper.admit(Exports(pool), ExportsServiceASGIApplication),
        )
        app.router.routes.extend(Mount(door.path, door) for door in doors)
        app.router.routes.extend(health.routes({"database": partial(_reach, pool)}))
        yield
        await pool.close()
        await engine.dispose()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What runs behind the calls: events leave the outbox, and old ones are forgotten."""
    pool = await database.pool(settings.database_url.get_secret_value(), size=2)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    forget = partial(outbox.forget_relayed, pool, redis, SERVICE)
    return (
        outbox.Relay(SERVICE, pool, redis).run,
        partial(process.every, _FORGET_EVERY_S, forget, "forget relayed events"),
    )


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema, as its owner."""
    if settings.database_owner_url is None:
        raise SystemExit("set DATABASE_OWNER_URL_CONSENT: only the owner may change the schema")
    url, owner_url = settings.database_url, settings.database_owner_url
    migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), MIGRATIONS)


async def _reach(pool: database.Pool) -> None:
    await pool.fetchval("SELECT epoch FROM members LIMIT 1")
