"""Settings: what the gateway reads from the environment; used by ``app`` and ``__main__`` alone."""

import re
from base64 import b64decode
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from gateway.limits.rates import Rate as _Rate
from services.kit.settings import ProcessSettings


def _checked(encoded: SecretStr) -> SecretStr:
    try:
        key = b64decode(encoded.get_secret_value(), validate=True)
    except ValueError:
        raise ValueError("must be base64") from None
    if len(key) != 32:
        raise ValueError("must be 32 bytes in base64")
    return encoded


CallerKey = Annotated[SecretStr, AfterValidator(_checked)]
"""A key, as two processes share one to prove who calls: 32 bytes, given in base64."""


Rate = Annotated[_Rate, BeforeValidator(_Rate.parse), NoDecode]
"""What a caller may ask for: so many points of cost at once, and so many more each second."""


def _parted(said: object) -> object:
    return tuple(filter(None, map(str.strip, said.split(",")))) if isinstance(said, str) else said


Names = Annotated[tuple[str, ...], BeforeValidator(_parted), NoDecode]

_HOST = re.compile(r"\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\]", re.ASCII | re.IGNORECASE)


def _hosts(named: tuple[str, ...]) -> tuple[str, ...]:
    for name in named:
        if not _HOST.fullmatch(name):
            raise ValueError("a host is a name or an address without a port, such as api.shop.example")
    return named


LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "[::1]")

Hosts = Annotated[Names, AfterValidator(_hosts)]


class GatewaySettings(ProcessSettings):
    """What ``serve`` and ``work`` need."""

    host: str = Field("127.0.0.1", validation_alias="GATEWAY_HOST")
    port: int = Field(8100, validation_alias="GATEWAY_PORT")
    loyalty_url: str = Field("http://127.0.0.1:8101", validation_alias="LOYALTY_URL")
    members_url: str = Field("http://127.0.0.1:8102", validation_alias="MEMBERS_URL")
    consent_url: str = Field("http://127.0.0.1:8103", validation_alias="CONSENT_URL")
    database_url: SecretStr = Field(validation_alias="DATABASE_URL_GATEWAY")
    audience_storefront: str = Field("huiyuan-storefront", validation_alias="AUTH_AUDIENCE_STOREFRONT")
    audience_admin: str = Field("huiyuan-admin", validation_alias="AUTH_AUDIENCE_ADMIN")
    key_loyalty: CallerKey = Field(validation_alias="CALLER_KEY_GATEWAY_LOYALTY")
    key_members: CallerKey = Field(validation_alias="CALLER_KEY_GATEWAY_MEMBERS")
    key_consent: CallerKey = Field(validation_alias="CALLER_KEY_GATEWAY_CONSENT")
    webhook_key: CallerKey = Field(validation_alias="WEBHOOK_KEY")
    """What webhooks' secrets are sealed under: 32 bytes in base64, and no other process's."""
    webhook_key_before: CallerKey | None = Field(None, validation_alias="WEBHOOK_KEY_BEFORE")
    """The key that ``webhook_key`` takes the place of: needed until the worker has sealed all secrets anew."""
    storefront_manifest: Path | None = Field(None, validation_alias="STOREFRONT_DOCUMENTS")
    """An operator's own trusted documents beside ours: a JSON object of SHA-256 in hex → document."""

    subgraph_key: SecretStr | None = Field(None, validation_alias="STOREFRONT_SUBGRAPH_KEY", min_length=32)
    """What a supergraph's router proves itself by; without one, the storefront is served as no subgraph."""
    rate_member: Rate = Field(_Rate(2000, 100), validation_alias="RATE_STOREFRONT_MEMBER")
    rate_stranger: Rate = Field(_Rate(5000, 500), validation_alias="RATE_STOREFRONT_STRANGER")
    """Of an address, which many may share: an IPv4 address, or the /64 of an IPv6 one."""
    rate_staff: Rate = Field(_Rate(10_000, 500), validation_alias="RATE_ADMIN_STAFF")
    rate_unknown_staff: Rate = Field(_Rate(500, 50), validation_alias="RATE_ADMIN_STRANGER")
    trusted_proxies: int = Field(0, ge=0, le=10, validation_alias="TRUSTED_PROXIES")
    """How many proxies of the operator's own a request comes by, each adding to X-Forwarded-For whom it heard from."""
    operations_at_once: int = Field(512, gt=0, validation_alias="GATEWAY_OPERATIONS")
    """How many operations a process answers at once; beyond that it says 503."""
    streams_at_once: int = Field(10_000, gt=0, validation_alias="GATEWAY_STREAMS")
    """How many WebSockets and event streams a process keeps open."""
    streams_a_caller: int = Field(50, gt=0, validation_alias="GATEWAY_STREAMS_A_CALLER")
    hosts: Hosts = Field((), validation_alias="GATEWAY_HOSTS")
    """The names that the gateway is asked by, without ports, ``*.shop.example`` for all below; separated by commas."""
    storefront_origins: Names = Field((), validation_alias="STOREFRONT_ORIGINS")
    """The sites whose pages may use the storefront's API, for instance https://shop.example; separated by commas."""

    @property
    def known_hosts(self) -> tuple[str, ...]:
        """Whom a request may name as its host; empty for anyone. In development, by itself, this machine alone."""
        return self.hosts or (LOOPBACK_HOSTS if self.is_development else ())

    @property
    def caller_keys(self) -> dict[str, bytes]:
        """The keys that we sign callers' names with, by the service that is called."""
        keys = {"loyalty": self.key_loyalty, "members": self.key_members, "consent": self.key_consent}
        return {service: b64decode(key.get_secret_value()) for service, key in keys.items()}

    @property
    def webhook_keys(self) -> list[bytes]:
        """What webhooks' secrets are sealed under: first what new ones are."""
        keys = (self.webhook_key, self.webhook_key_before)
        return [b64decode(key.get_secret_value()) for key in keys if key is not None]


class MigrationSettings(BaseSettings):
    """What ``migrate`` needs, and no more."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: SecretStr = Field(validation_alias="DATABASE_URL_GATEWAY")
    database_owner_url: SecretStr = Field(validation_alias="DATABASE_OWNER_URL_GATEWAY")
