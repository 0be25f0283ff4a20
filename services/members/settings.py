"""Settings of the members service, read from the environment; used by ``app`` and ``__main__`` alone."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, Field, SecretBytes, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.settings import ProcessSettings


def _key(encoded: SecretBytes) -> SecretBytes:
    try:
        key = b64decode(encoded.get_secret_value(), validate=True)
    except ValueError:
        raise ValueError("must be base64") from None
    if len(key) != 32:
        raise ValueError("must be 32 bytes in base64")
    return SecretBytes(key)


CallerKey = Annotated[SecretBytes, AfterValidator(_key)]
"""A key that two processes share to prove who calls: 32 bytes, given in base64."""


class Settings(ProcessSettings):
    """What ``serve`` and ``work`` need."""

    host: str = Field("127.0.0.1", validation_alias="MEMBERS_HOST")
    port: int = Field(8102, validation_alias="MEMBERS_PORT")
    consent_url: str = Field("http://127.0.0.1:8103", validation_alias="CONSENT_URL")
    members_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBERS")
    member_keys_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBER_KEYS")
    audience: str = Field("huiyuan-services", validation_alias="AUTH_AUDIENCE_SERVICES")
    key_ring: Path = Field(validation_alias="MEMBERS_KEY_RING")
    installation_id: UUID = Field(validation_alias="INSTALLATION_ID")
    unmask_quota: int = Field(200, ge=0, validation_alias="MEMBERS_UNMASK_QUOTA")
    """How many profiles one actor may see in clear on one day (UTC)."""
    codes_log: Path | None = Field(None, validation_alias="MEMBERS_CODES_LOG")
    """Where the development sender shows one-time codes instead of sending them; refused in production."""
    codes_url: str = Field("", validation_alias="MEMBERS_CODES_URL")
    """Where one-time codes are posted to be sent: https, but on loopback."""
    codes_secret: CallerKey | None = Field(None, validation_alias="MEMBERS_CODES_SECRET")
    """Signs what is posted there: 32 bytes, given in base64."""
    key_gateway: CallerKey = Field(validation_alias="CALLER_KEY_GATEWAY_MEMBERS")
    key_loyalty: CallerKey = Field(validation_alias="CALLER_KEY_LOYALTY_MEMBERS")
    key_consent: CallerKey = Field(validation_alias="CALLER_KEY_MEMBERS_CONSENT")

    @model_validator(mode="after")
    def _codes_go_where_they_are_safe(self) -> Self:
        if self.codes_log is not None and not self.is_development:
            raise ValueError("MEMBERS_CODES_LOG shows codes in clear: it is for development alone")
        if not self.codes_url:
            return self
        address = urlsplit(self.codes_url)
        if address.scheme != "https" and address.hostname not in ("127.0.0.1", "::1", "localhost"):
            raise ValueError("MEMBERS_CODES_URL must be an https URL: codes and numbers travel there")
        if self.codes_secret is None:
            raise ValueError("set MEMBERS_CODES_SECRET, by which the receiver knows that a code is ours")
        return self


class MigrationSettings(BaseSettings):
    """What ``migrate`` needs, and no more."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    members_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBERS")
    members_owner_url: SecretStr = Field(validation_alias="DATABASE_OWNER_URL_MEMBERS")
    member_keys_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBER_KEYS")
    member_keys_owner_url: SecretStr = Field(validation_alias="DATABASE_OWNER_URL_MEMBER_KEYS")
