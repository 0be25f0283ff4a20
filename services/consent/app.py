"""The wiring of the consent service: what serves, what works behind it, and how the schema comes up."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

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
from services.consent.consumers import Follower, hear_members
from services.consent.jobs import packs, verification
from services.consent.jobs.display import Display
from services.consent.jobs.rights import watch as watch_rights
from services.consent.jobs.sequencing import Sequencer
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
from services.consent.storage import sends
from services.consent.storage.gate import GateReads
from services.consent.storage.gate_limits import GateLimits
from services.consent.storage.standings import KeptStandings
from services.consent.storage.witness import witness_file
from services.kit import clock, database, health, migration, outbox, process, rpc, signing
from services.kit.appended import AppendedFile
from services.kit.inbox import Consumer
from services.kit.tokens import TokenVerifier

SERVICE = "consent"
MIGRATIONS = Path(__file__).with_name("migrations")
_FORGET_EVERY_S = 3600.0
_WATCH_RIGHTS_S = 60.0
_CEILINGS = Ceilings()


def application(
    settings: Settings, now: clock.Clock = clock.now, monotonic: Callable[[], float] = time.monotonic
) -> rpc.Front:
    """What answers calls. It starts without its database and answers UNAVAILABLE until that is there."""
    url = settings.database_url.get_secret_value()
    gatekeeper = rpc.Gatekeeper(
        rpc.CallerVerifier(SERVICE, settings.caller_keys),
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


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What runs behind the calls: events leave the outbox, records join the log, and members are followed."""
    url = settings.database_url.get_secret_value()
    pool = await database.pool(url, size=3)
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    forget = partial(outbox.forget_relayed, pool, redis, SERVICE)
    sequencer = Sequencer(pool, _origin(settings), signing.own_key(settings.signing_key), _witness(settings))
    return (
        outbox.Relay(SERVICE, pool, redis).run,
        sequencer.run,
        partial(
            process.every,
            _WATCH_RIGHTS_S,
            partial(watch_rights, database.engine(url, size=1)),
            "watch rights",
        ),
        Consumer("members", database.engine(url, size=2), redis, hear_members, by=SERVICE).run,
        partial(process.every, _FORGET_EVERY_S, forget, "forget relayed events"),
        partial(process.every, _FORGET_EVERY_S, partial(_forget_sends, pool), "forget old sends"),
    )


def migrate(settings: Settings) -> None:
    """Bring the database to the newest schema, as its owner."""
    if settings.database_owner_url is None:
        raise SystemExit("set DATABASE_OWNER_URL_CONSENT: only the owner may change the schema")
    url, owner_url = settings.database_url, settings.database_owner_url
    migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), MIGRATIONS)


def verify(settings: Settings) -> bool:
    """Go through all evidence and say what was found; True when everything agrees."""
    url = settings.database_url.get_secret_value()
    keys = signing.trusted(settings.public_keys, signing.own_key(settings.signing_key))
    with Display() as display:
        outcome = asyncio.run(verification.verify(url, _origin(settings), _witness(settings), keys, display))
    display.conclude(outcome)
    return outcome.agrees


def pack(settings: Settings, article: str, until: str, folder: str) -> bool:
    """Write what shows how an article was kept to until an instant, empty for now; True when it was written."""
    key = signing.own_key(settings.signing_key)
    if key is None:
        raise SystemExit("set CONSENT_SIGNING_KEY: the index of the evidence is signed")
    keys = signing.trusted(settings.public_keys, key)
    at = datetime.fromisoformat(until) if until else clock.now()
    url = settings.database_url.get_secret_value()
    try:
        rows = asyncio.run(packs.write(url, int(article), at, Path(folder), key, keys))
    except (packs.NotCoveredYet, packs.PackRefused) as why:
        raise SystemExit(str(why)) from None
    Display().packed(folder, article, at, rows)
    return True


def show_keys(settings: Settings) -> None:
    """Print the public keys by which receipts and checkpoints are verified."""
    Display().show_keys(signing.trusted(settings.public_keys, signing.own_key(settings.signing_key)))


def _origin(settings: Settings) -> str:
    """The log's name in its checkpoints."""
    return f"huiyuan/consent/{settings.installation_id}"


def _witness(settings: Settings) -> AppendedFile | None:
    return witness_file(settings.witness_file) if settings.witness_file is not None else None


async def _forget_sends(pool: database.Pool) -> None:
    await sends.forget(pool, clock.now() - sends.KEPT)


async def _reach(pool: database.Pool) -> None:
    await pool.fetchval("SELECT epoch FROM members LIMIT 1")
