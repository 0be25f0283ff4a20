"""Serving: what answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

from connectrpc.server import ConnectASGIApplication
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
from starlette.applications import Starlette
from starlette.routing import Mount

from services.kit import health, process, rpc
from services.members.app import wiring
from services.members.jobs import (
    erasures,
    tombstones,
)
from services.members.rpc.addresses import Addresses
from services.members.rpc.analyses import Analyses
from services.members.rpc.birthdays import Birthdays
from services.members.rpc.communications import Communications
from services.members.rpc.erasures import Erasures
from services.members.rpc.identities import Identities
from services.members.rpc.identity_documents import IdentityDocuments
from services.members.rpc.links import Links
from services.members.rpc.merges import Merges
from services.members.rpc.notes import Notes
from services.members.rpc.packages import Packages
from services.members.rpc.profiles import Profiles
from services.members.rpc.retention import Retention
from services.members.rpc.rotations import Rotations
from services.members.rpc.searches import Searches
from services.members.rpc.senders import Sender
from services.members.rpc.statuses import Statuses
from services.members.rpc.tags import Tags
from services.members.rpc.verifications import Verifications
from services.members.rules.keyrings import KeyRing
from services.members.settings import Settings
from services.members.storage.databases import Databases

_WATCH_S = 60


def application(settings: Settings) -> rpc.Front:
    """What answers. Raises ``KeyRingRefused`` when the key ring cannot be used."""
    ring = wiring.key_ring(settings, create=settings.is_development)
    gatekeeper = wiring.gatekeeper(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        databases = await wiring.databases(settings)
        gatekeeper.first = tombstones.BeforeAnswering(databases, wiring.tombstone_file(settings))
        sender = wiring.sender(settings)
        for wire in _doors(settings, gatekeeper, databases, ring, sender):
            app.router.routes.append(Mount(wire.path, app=wire))
        reader = wiring.ring_reader(settings, ring, databases)
        probes = {
            "members": databases.probe_members,
            "member_keys": databases.probe_keys,
            "key_ring": reader.probe,
        }
        app.router.routes.extend(health.routes(probes))
        watch = process.every(_WATCH_S, partial(erasures.watch, databases, settings.terms), "watch erasures")
        with suppress(Exception):  # a database that is away is waited for while we are not ready
            await reader.refresh()
        working = [asyncio.ensure_future(job) for job in (reader.run(), watch)]
        yield
        await process.end(*working)
        await sender.close()
        await databases.close()

    return rpc.Front(Starlette(lifespan=lifespan), gatekeeper)


def _doors(
    settings: Settings, gatekeeper: rpc.Gatekeeper, databases: Databases, ring: KeyRing, sender: Sender
) -> Sequence[ConnectASGIApplication[Any]]:
    """All services that are asked, each behind the gatekeeper."""
    consents, listed, terms = wiring.consents(settings), wiring.collecting(settings), settings.terms
    profiles = Profiles(databases, ring, consents, listed, settings.unmask_quota)
    documents = IdentityDocuments(databases, ring, consents, settings.unmask_quota)
    return (
        gatekeeper.admit(documents, IdentityDocumentsServiceASGIApplication),
        gatekeeper.admit(profiles, ProfilesServiceASGIApplication),
        gatekeeper.admit(
            Identities(databases, ring, settings.search_quota), IdentitiesServiceASGIApplication
        ),
        gatekeeper.admit(Statuses(databases, terms), StatusesServiceASGIApplication),
        gatekeeper.admit(Erasures(databases, terms), ErasuresServiceASGIApplication),
        gatekeeper.admit(Retention(databases, settings.retention_rules), RetentionServiceASGIApplication),
        gatekeeper.admit(Links(databases, ring, listed, settings.search_quota), LinksServiceASGIApplication),
        gatekeeper.admit(Merges(databases), MergesServiceASGIApplication),
        gatekeeper.admit(Verifications(databases, ring, sender, listed), VerificationsServiceASGIApplication),
        gatekeeper.admit(Addresses(databases, ring, listed), AddressesServiceASGIApplication),
        gatekeeper.admit(Searches(databases, ring, settings.search_quota), SearchesServiceASGIApplication),
        gatekeeper.admit(Birthdays(databases, ring, settings.leap_birthday), BirthdaysServiceASGIApplication),
        gatekeeper.admit(Tags(databases, ring, listed), TagsServiceASGIApplication),
        gatekeeper.admit(Notes(databases, ring, listed), NotesServiceASGIApplication),
        gatekeeper.admit(Communications(databases, ring), CommunicationsServiceASGIApplication),
        gatekeeper.admit(Packages(databases, ring), PackagesServiceASGIApplication),
        gatekeeper.admit(Analyses(databases, consents), AnalysesServiceASGIApplication),
        gatekeeper.admit(Rotations(databases, ring), RotationsServiceASGIApplication),
    )
