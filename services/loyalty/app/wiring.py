"""Wiring: what the loyalty service's processes are made of, by its settings."""

from base64 import b64decode

from huiyuan.consent.v1.decisions_connect import DecisionsServiceClient
from huiyuan.members.v1.identities_connect import IdentitiesServiceClient
from pydantic import SecretStr
from redis.asyncio import Redis

from services.kit import rpc
from services.kit.appended import AppendedFile
from services.kit.tokens import TokenVerifier
from services.loyalty.rpc.members.consents import ConsentGate
from services.loyalty.settings import Settings
from services.loyalty.storage.ledger import heads
from services.loyalty.storage.ledger.outside import Outside

NAME = "loyalty"
_OURSELVES = rpc.Caller(rpc.CallerKind.SERVICE, NAME)


def gatekeeper(settings: Settings) -> rpc.Gatekeeper:
    """Who may call, and what admits them."""
    return rpc.Gatekeeper(
        rpc.CallerVerifier(
            NAME,
            {"gateway": _key(settings.gateway_key), "members": _key(settings.called_by_members_key)},
        ),
        TokenVerifier(settings.auth_jwks, settings.auth_issuer, settings.audience),
    )


def identities(settings: Settings) -> IdentitiesServiceClient:
    """Asks members who somebody is."""
    return rpc.client(
        IdentitiesServiceClient,
        settings.members_url,
        "members",
        rpc.CallerSigner(NAME, {"members": _key(settings.members_key)}),
        default_caller=_OURSELVES,
    )


def consents(settings: Settings) -> ConsentGate:
    """Asks consent what may be done; without a key, nothing that wants consent is."""
    if settings.consent_key is None:
        return ConsentGate(None)
    signer = rpc.CallerSigner(NAME, {"consent": _key(settings.consent_key)})
    return ConsentGate(
        rpc.client(DecisionsServiceClient, settings.consent_url, "consent", signer, default_caller=_OURSELVES)
    )


def heads_file(settings: Settings) -> AppendedFile | None:
    """Where heads are published, if anywhere."""
    return heads.heads_file(settings.heads_file) if settings.heads_file is not None else None


def outside(settings: Settings) -> Outside:
    """Where what was seen of the ledger is looked up; nobody waits long for it."""
    redis = Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=2, socket_connect_timeout=2)
    return Outside(redis, heads_file(settings))


def _key(secret: SecretStr) -> bytes:
    return b64decode(secret.get_secret_value())
