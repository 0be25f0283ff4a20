"""Serving: what answers calls, each noun's door behind the gatekeeper."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from huiyuan.consent.v1.decisions_connect import DecisionsServiceASGIApplication
from huiyuan.consent.v1.exports_connect import ExportsServiceASGIApplication
from huiyuan.consent.v1.guardians_connect import GuardiansServiceASGIApplication
from huiyuan.consent.v1.handlers_connect import HandlersServiceASGIApplication
from huiyuan.consent.v1.preferences_connect import PreferencesServiceASGIApplication
from huiyuan.consent.v1.purposes_connect import PurposesServiceASGIApplication
from huiyuan.consent.v1.receipts_connect import ReceiptsServiceASGIApplication
from huiyuan.consent.v1.registers_connect import RegistersServiceASGIApplication
from huiyuan.consent.v1.rights_connect import RightsServiceASGIApplication
from huiyuan.consent.v1.sends_connect import SendsServiceASGIApplication
from huiyuan.consent.v1.suppressions_connect import SuppressionsServiceASGIApplication
from huiyuan.consent.v1.topics_connect import TopicsServiceASGIApplication
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Mount

from services.consent.actions.rights import Desk
from services.consent.app import wiring
from services.consent.consumers import Follower
from services.consent.rpc.decisions import Decisions
from services.consent.rpc.exports import Exports
from services.consent.rpc.guardians import Guardians
from services.consent.rpc.handlers import Handlers
from services.consent.rpc.preferences import PreferencesDoor
from services.consent.rpc.purposes import Purposes
from services.consent.rpc.receipts import Receipts
from services.consent.rpc.registers import Registers
from services.consent.rpc.rights import Rights
from services.consent.rpc.sends import Sends
from services.consent.rpc.suppressions import Suppressions
from services.consent.rpc.topics import Topics
from services.consent.rules.registers import Ceilings
from services.consent.settings import Settings
from services.consent.storage.gate import GateReads
from services.consent.storage.gate_limits import GateLimits
from services.consent.storage.standings import KeptStandings
from services.kit import clock, database, health, process, rpc, signing
from services.kit.tokens import TokenVerifier

_CEILINGS = Ceilings()


def application(
    settings: Settings, now: clock.Clock = clock.now, monotonic: Callable[[], float] = time.monotonic
) -> rpc.Front:
    """What answers calls. It starts without its database and answers UNAVAILABLE until that is there."""
    url = settings.database_url.get_secret_value()
    gatekeeper = rpc.Gatekeeper(
        rpc.CallerVerifier(wiring.NAME, settings.caller_keys),
        TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience),
    )
    # Whoever is named by the installation answers for the processing (PIPL 9).
    controllers, key = (settings.installation_id.urn,), signing.own_key(settings.signing_key)
    keys = signing.trusted(settings.public_keys, key)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        engine, pool = database.engine(url), await database.pool(url)
        reads = GateReads(pool)
        kept = KeptStandings(reads, now, monotonic)
        limits = GateLimits(pool, _CEILINGS, settings.time_zone)
        redis = Redis.from_url(settings.redis_url.get_secret_value())
        following = asyncio.ensure_future(Follower(redis, kept).run())
        doors = (
            gatekeeper.admit(Purposes(engine, now, settings.officer_contact), PurposesServiceASGIApplication),
            gatekeeper.admit(
                Decisions(engine, reads, kept, limits, controllers, now), DecisionsServiceASGIApplication
            ),
            gatekeeper.admit(Topics(engine, now), TopicsServiceASGIApplication),
            gatekeeper.admit(PreferencesDoor(engine, kept, now), PreferencesServiceASGIApplication),
            gatekeeper.admit(Suppressions(engine, now), SuppressionsServiceASGIApplication),
            gatekeeper.admit(Sends(pool, reads, limits, now), SendsServiceASGIApplication),
            gatekeeper.admit(
                Receipts(engine, pool, controllers[0], key, keys), ReceiptsServiceASGIApplication
            ),
            gatekeeper.admit(Exports(pool), ExportsServiceASGIApplication),
            gatekeeper.admit(Registers(engine, _CEILINGS, now), RegistersServiceASGIApplication),
            gatekeeper.admit(Guardians(engine, now), GuardiansServiceASGIApplication),
            gatekeeper.admit(Handlers(engine, now), HandlersServiceASGIApplication),
            gatekeeper.admit(
                Rights(engine, Desk(settings.due, controllers), kept, now), RightsServiceASGIApplication
            ),
        )
        app.router.routes.extend(Mount(door.path, door) for door in doors)
        app.router.routes.extend(health.routes({"database": partial(_reach, pool)}))
        yield
        await process.end(following)
        await redis.aclose()
        await pool.close()
        await engine.dispose()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


async def _reach(pool: database.Pool) -> None:
    await pool.fetchval("SELECT epoch FROM members LIMIT 1")
