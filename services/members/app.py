"""The wiring of the members service: the only place that knows all its rooms."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.consent.v1.exports_connect import ExportsServiceClient as ConsentExports
from huiyuan.loyalty.v1.exports_connect import ExportsServiceClient as LoyaltyExports
from huiyuan.members.v1.addresses_connect import AddressesServiceASGIApplication
from huiyuan.members.v1.analyses_connect import AnalysesServiceASGIApplication
from huiyuan.members.v1.birthdays_connect import BirthdaysServiceASGIApplication
from huiyuan.members.v1.communications_connect import CommunicationsServiceASGIApplication
from huiyuan.members.v1.erasures_connect import ErasuresServiceASGIApplication
from huiyuan.members.v1.identities_connect import IdentitiesServiceASGIApplication
from huiyuan.members.v1.identity_documents_connect import IdentityDocumentsServiceASGIApplication
from huiyuan.members.v1.links_connect import LinksServiceASGIApplication
from huiyuan.members.v1.merges_connect import MergesServiceASGIApplication
from huiyuan.members.v1.notes_connect import NotesServiceASGIApplication
from huiyuan.members.v1.packages_connect import PackagesServiceASGIApplication
from huiyuan.members.v1.profiles_connect import ProfilesServiceASGIApplication
from huiyuan.members.v1.retention_connect import RetentionServiceASGIApplication
from huiyuan.members.v1.rotations_connect import RotationsServiceASGIApplication
from huiyuan.members.v1.searches_connect import SearchesServiceASGIApplication
from huiyuan.members.v1.statuses_connect import StatusesServiceASGIApplication
from huiyuan.members.v1.tags_connect import TagsServiceASGIApplication
from huiyuan.members.v1.verifications_connect import VerificationsServiceASGIApplication
from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from services.kit import health, migration, outbox, process, rpc
from services.kit.inbox import Consumer
from services.kit.tokens import TokenVerifier
from services.members.consumers import Hearing
from services.members.jobs import (
    analyses,
    closings,
    erasures,
    links,
    orphans,
    packages,
    retention,
    tending,
    tombstones,
    traits,
)
from services.members.jobs.birthdays import Birthdays as BirthdayJob
from services.members.jobs.keyrings import RingReader
from services.members.jobs.rotations import Rotating
from services.members.rpc.addresses import Addresses
from services.members.rpc.analyses import Analyses
from services.members.rpc.birthdays import Birthdays
from services.members.rpc.cohorts import Cohorts
from services.members.rpc.communications import Communications
from services.members.rpc.consents import ConsentGate
from services.members.rpc.erasures import Erasures
from services.members.rpc.identities import Identities
from services.members.rpc.identity_documents import IdentityDocuments
from services.members.rpc.links import Links
from services.members.rpc.merges import Merges
from services.members.rpc.notes import Notes
from services.members.rpc.packages import Packages
from services.members.rpc.parts import Parts
from services.members.rpc.profiles import Profiles
from services.members.rpc.retention import Retention
from services.members.rpc.rotations import Rotations
from services.members.rpc.searches import Searches
from services.members.rpc.senders import DevelopmentSender, NoSender, Sender, WebhookSender
from services.members.rpc.statuses import Statuses
from services.members.rpc.tags import Tags
from services.members.rpc.verifications import Verifications
from services.members.rules.keyrings import KeyRing
from services.members.settings import MigrationSettings, RingSettings, Settings
from services.members.storage import keyrings
from services.members.storage.databases import Databases
from services.members.storage.providers.choosing import provider_of
from services.members.storage.tombstone_files import TombstoneFile

log = structlog.get_logger()

NAME = "members"
_HERE = Path(__file__).parent
_US = rpc.Caller(rpc.CallerKind.SERVICE, NAME)
_SWEEP_S = 30
_ERASE_S = 1
_WATCH_S = 60
_RETAIN_S = 6 * 3600
_INDEX_S = 2
_BIRTHDAYS_S = 900
_FORGET_S = 3600
_GATHER_S = 2
_EXPIRE_S = 60
_EXPORT_TIMEOUT_MS = 20_000
_ROTATE_S = 1


def application(settings: Settings) -> ASGIApp:
    """What answers. Raises ``KeyRingRefused`` when the key ring cannot be used."""
    ring = _key_ring(settings, create=settings.is_development)
    gatekeeper, terms = _gatekeeper(settings), settings.terms

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        databases = await _databases(settings)
        consents = _consents(settings)
        profiles = Profiles(databases, ring, consents, settings.unmask_quota)
        documents = IdentityDocuments(databases, ring, consents, settings.unmask_quota)
        gatekeeper.first = tombstones.BeforeAnswering(databases, _tombstones(settings))
        sender = _sender(settings)
        for wire in (
            gatekeeper.admit(documents, IdentityDocumentsServiceASGIApplication),
            gatekeeper.admit(profiles, ProfilesServiceASGIApplication),
            gatekeeper.admit(Identities(databases, ring), IdentitiesServiceASGIApplication),
            gatekeeper.admit(Statuses(databases, terms), StatusesServiceASGIApplication),
            gatekeeper.admit(Erasures(databases, terms), ErasuresServiceASGIApplication),
            gatekeeper.admit(Retention(databases, settings.retention_rules), RetentionServiceASGIApplication),
            gatekeeper.admit(Links(databases, ring), LinksServiceASGIApplication),
            gatekeeper.admit(Merges(databases), MergesServiceASGIApplication),
            gatekeeper.admit(Verifications(databases, ring, sender), VerificationsServiceASGIApplication),
            gatekeeper.admit(Addresses(databases, ring), AddressesServiceASGIApplication),
            gatekeeper.admit(
                Searches(databases, ring, settings.search_quota), SearchesServiceASGIApplication
            ),
            gatekeeper.admit(
                Birthdays(databases, ring, settings.leap_birthday), BirthdaysServiceASGIApplication
            ),
            gatekeeper.admit(Tags(databases, ring), TagsServiceASGIApplication),
            gatekeeper.admit(Notes(databases, ring), NotesServiceASGIApplication),
            gatekeeper.admit(Communications(databases, ring), CommunicationsServiceASGIApplication),
            gatekeeper.admit(Packages(databases, ring), PackagesServiceASGIApplication),
            gatekeeper.admit(Analyses(databases), AnalysesServiceASGIApplication),
            gatekeeper.admit(Rotations(databases, ring), RotationsServiceASGIApplication),
        ):
            app.router.routes.append(Mount(wire.path, app=wire))
        reader = _ring_reader(settings, ring, databases)
        probes = {
            "members": databases.probe_members,
            "member_keys": databases.probe_keys,
            "key_ring": reader.probe,
        }
        app.router.routes.extend(health.routes(probes))
        watch = process.every(_WATCH_S, partial(erasures.watch, databases, terms), "watch erasures")
        with suppress(Exception):  # a database that is away is waited for while we are not ready
            await reader.refresh()
        working = [asyncio.ensure_future(job) for job in (reader.run(), watch)]
        yield
        await process.end(*working)
        await sender.close()
        await databases.close()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


async def workers(settings: Settings) -> Sequence[Callable[[], Awaitable[None]]]:
    """What works by itself: the relay, what is heard, sweeps, indexes, birthdays, packages, endings, rotations.

    Raises ``KeyRingRefused`` when the key ring cannot be used.
    """
    ring = _key_ring(settings, create=settings.is_development)
    databases, terms, file = await _databases(settings), settings.terms, _tombstones(settings)
    reader = _ring_reader(settings, ring, databases)
    rotating = Rotating(databases, ring, reader, settings.key_ring, provider=provider_of(settings.choice))
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    relay = outbox.Relay(NAME, databases.members_pool, redis)
    birthdays = BirthdayJob(databases, ring, settings.time_zone, settings.leap_birthday)
    parts, cohorts = _parts(settings), _cohorts(settings)
    make_packages = partial(packages.make, databases, ring, parts.of)
    make_analyses = partial(analyses.make, databases, ring, cohorts.allowed, cohorts.tiers)
    forget = partial(outbox.forget_relayed, databases.members_pool, redis, NAME)
    replaying = partial(tombstones.replay, databases, file, completing_file=True)
    hearing = Hearing(terms, settings.erasing_purposes)
    return [
        relay.run,
        Consumer("loyalty", databases.members, redis, hearing.hear_loyalty).run,
        Consumer("consent", databases.members, redis, hearing.hear_consent).run,
        partial(process.every, _SWEEP_S, partial(links.sweep, databases, ring), "sweep links"),
        partial(process.every, _GATHER_S, make_packages, "gather members' packages"),
        partial(process.every, _GATHER_S, make_analyses, "make exports for analysis"),
        partial(process.every, _EXPIRE_S, partial(packages.expire, databases), "destroy old packages"),
        partial(process.every, _EXPIRE_S, partial(analyses.expire, databases), "destroy old exports"),
        reader.run,
        partial(process.every, _ROTATE_S, rotating.work, "rotate keys"),
        partial(process.every, _SWEEP_S, partial(orphans.sweep, databases), "sweep orphans"),
        partial(process.every, _INDEX_S, partial(traits.index, databases, ring), "index traits"),
        partial(process.every, _BIRTHDAYS_S, birthdays.tell, "tell birthdays"),
        partial(process.every, _FORGET_S, forget, "forget relayed events"),
        partial(process.every, _FORGET_S, replaying, "replay tombstones"),
        partial(process.every, _WATCH_S, partial(closings.close_due, databases, terms), "close memberships"),
        partial(process.every, _ERASE_S, partial(erasures.advance, databases, terms, file), "erase members"),
        partial(
            process.every,
            _RETAIN_S,
            partial(retention.run, databases, terms, settings.retention_rules),
            "end retention",
        ),
        partial(process.every, _FORGET_S, partial(erasures.remind, databases), "remind of erasures"),
    ]


async def replay_tombstones(settings: Settings, *, tell_all: bool) -> tombstones.Replayed:
    """Erase again whoever a restored backup brought back; if so asked, tell of everybody ever erased again."""
    databases = await _databases(settings)
    try:
        found = await tombstones.replay(databases, _tombstones(settings), completing_file=True)
        if tell_all:
            await tombstones.tell_all(databases)
        return found
    finally:
        await databases.close()


def migrate(settings: MigrationSettings) -> None:
    """Bring both databases to the newest schema."""
    for url, owner_url, scripts in (
        (settings.members_url, settings.members_owner_url, "migrations"),
        (settings.member_keys_url, settings.member_keys_owner_url, "key_migrations"),
    ):
        migration.upgrade(url.get_secret_value(), owner_url.get_secret_value(), _HERE / scripts)


def tend_ring(settings: RingSettings, verb: str, *said: str) -> str:
    """Do something with the key ring by hand; what was done. Raises ``KeyRingRefused``."""
    provider = provider_of(settings.choice)
    return tending.tend(settings.key_ring, settings.installation_id, provider, settings.suite, verb, *said)


def _key_ring(settings: Settings, *, create: bool) -> KeyRing:
    return keyrings.open_ring(
        settings.key_ring,
        settings.installation_id,
        create=create,
        provider=provider_of(settings.choice),
        suite=settings.suite,
    )


def _ring_reader(settings: Settings, ring: KeyRing, databases: Databases) -> RingReader:
    # Never a new one while we run: it would take the place of the keys that we hold.
    load = partial(_key_ring, settings, create=False)
    return RingReader(ring, load, settings.key_ring, databases.keys_pool)


def _tombstones(settings: Settings) -> TombstoneFile | None:
    if settings.tombstones is None:
        log.warning("MEMBERS_TOMBSTONES is not set: restoring both databases would bring the erased back")
        return None
    return TombstoneFile(settings.tombstones)


async def _databases(settings: Settings) -> Databases:
    return await Databases.open(
        settings.members_url.get_secret_value(), settings.member_keys_url.get_secret_value()
    )


def _gatekeeper(settings: Settings) -> rpc.Gatekeeper:
    callers = rpc.CallerVerifier(
        NAME,
        {
            "gateway": settings.key_gateway.get_secret_value(),
            "loyalty": settings.key_loyalty.get_secret_value(),
        },
    )
    return rpc.Gatekeeper(callers, TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience))


def _sender(settings: Settings) -> Sender:
    if settings.codes_log is not None:
        return DevelopmentSender(settings.codes_log)
    if settings.codes_url and settings.codes_secret is not None:
        return WebhookSender(settings.codes_url, settings.codes_secret.get_secret_value())
    return NoSender()


def _consents(settings: Settings) -> ConsentGate:
    return ConsentGate(
        rpc.client(
            DecisionsServiceClient, settings.consent_url, "consent", _signer(settings), default_caller=_US
        )
    )


def _parts(settings: Settings) -> Parts:
    asked = _asked(settings)
    return Parts(
        asked(LoyaltyExports, settings.loyalty_url, "loyalty"),
        asked(ConsentExports, settings.consent_url, "consent"),
    )


def _cohorts(settings: Settings) -> Cohorts:
    asked = _asked(settings)
    return Cohorts(
        asked(DecisionsServiceClient, settings.consent_url, "consent"),
        asked(LoyaltyExports, settings.loyalty_url, "loyalty"),
    )


def _asked(settings: Settings) -> Callable[..., Any]:
    """Makes clients of services that are asked for much at once, in our own name."""
    return partial(rpc.client, signer=_signer(settings), default_caller=_US, timeout_ms=_EXPORT_TIMEOUT_MS)


def _signer(settings: Settings) -> rpc.CallerSigner:
    return rpc.CallerSigner(
        NAME,
        {
            "consent": settings.key_consent.get_secret_value(),
            "loyalty": settings.key_to_loyalty.get_secret_value(),
        },
    )
