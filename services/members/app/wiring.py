"""Wiring: what the members service's processes are made of, by its settings."""

from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.consent.v1.exports_connect import ExportsServiceClient as ConsentExports
from huiyuan.consent.v1.purposes_connect import PurposesServiceClient
from huiyuan.loyalty.v1.birthdays_connect import BirthdaysServiceClient
from huiyuan.loyalty.v1.exports_connect import ExportsServiceClient as LoyaltyExports

from services.kit import rpc
from services.kit.tokens import TokenVerifier
from services.members.jobs.keyrings import RingReader
from services.members.rpc.cohorts import Cohorts
from services.members.rpc.collecting import Collecting
from services.members.rpc.consents import ConsentGate
from services.members.rpc.parts import Parts
from services.members.rpc.senders import DevelopmentSender, NoSender, Sender, WebhookSender
from services.members.rules.keyrings import KeyRing
from services.members.settings import Settings
from services.members.storage import keyrings
from services.members.storage.databases import Databases
from services.members.storage.providers.choosing import provider_of
from services.members.storage.tombstone_files import TombstoneFile

log = structlog.get_logger()

NAME = "members"
_US = rpc.Caller(rpc.CallerKind.SERVICE, NAME)
_EXPORT_TIMEOUT_MS = 20_000


def key_ring(settings: Settings, *, create: bool) -> KeyRing:
    return keyrings.open_ring(
        settings.key_ring,
        settings.installation_id,
        create=create,
        provider=provider_of(settings.choice),
        suite=settings.suite,
    )


def ring_reader(settings: Settings, ring: KeyRing, databases: Databases) -> RingReader:
    # Never a new one while we run: it would take the place of the keys that we hold.
    load = partial(key_ring, settings, create=False)
    return RingReader(ring, load, settings.key_ring, databases.keys_pool)


def tombstone_file(settings: Settings) -> TombstoneFile | None:
    if settings.tombstones is None:
        log.warning("MEMBERS_TOMBSTONES is not set: restoring both databases would bring the erased back")
        return None
    return TombstoneFile(settings.tombstones)


async def databases(settings: Settings) -> Databases:
    return await Databases.open(
        settings.members_url.get_secret_value(), settings.member_keys_url.get_secret_value()
    )


def gatekeeper(settings: Settings) -> rpc.Gatekeeper:
    callers = rpc.CallerVerifier(
        NAME,
        {
            "gateway": settings.key_gateway.get_secret_value(),
            "loyalty": settings.key_loyalty.get_secret_value(),
        },
    )
    return rpc.Gatekeeper(callers, TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience))


def sender(settings: Settings) -> Sender:
    if settings.codes_log is not None:
        return DevelopmentSender(settings.codes_log)
    if settings.codes_url and settings.codes_secret is not None:
        return WebhookSender(settings.codes_url, settings.codes_secret.get_secret_value())
    return NoSender()


def consents(settings: Settings) -> ConsentGate:
    return ConsentGate(
        rpc.client(
            DecisionsServiceClient, settings.consent_url, "consent", signer(settings), default_caller=_US
        )
    )


def collecting(settings: Settings) -> Collecting:
    return Collecting(
        rpc.client(
            PurposesServiceClient, settings.consent_url, "consent", signer(settings), default_caller=_US
        )
    )


def parts(settings: Settings) -> Parts:
    asked = asking(settings)
    return Parts(
        asked(LoyaltyExports, settings.loyalty_url, "loyalty"),
        asked(ConsentExports, settings.consent_url, "consent"),
    )


def cohorts(settings: Settings) -> Cohorts:
    asked = asking(settings)
    return Cohorts(
        asked(DecisionsServiceClient, settings.consent_url, "consent"),
        asked(LoyaltyExports, settings.loyalty_url, "loyalty"),
        asked(BirthdaysServiceClient, settings.loyalty_url, "loyalty"),
    )


def asking(settings: Settings) -> Callable[..., Any]:
    """Makes clients of services that are asked for much at once, in our own name."""
    return partial(rpc.client, signer=signer(settings), default_caller=_US, timeout_ms=_EXPORT_TIMEOUT_MS)


def signer(settings: Settings) -> rpc.CallerSigner:
    return rpc.CallerSigner(
        NAME,
        {
            "consent": settings.key_consent.get_secret_value(),
            "loyalty": settings.key_to_loyalty.get_secret_value(),
        },
    )
