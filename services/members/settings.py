"""Settings of the members service, read from the environment; used by ``app`` and ``__main__`` alone."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, SecretBytes, SecretStr
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
    loyalty_url: str = Field("http://127.0.0.1:8101", validation_alias="LOYALTY_URL")
    members_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBERS")
    member_keys_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBER_KEYS")
    audience: str = Field("huiyuan-services", validation_alias="AUTH_AUDIENCE_SERVICES")
    key_ring: Path = Field(validation_alias="MEMBERS_KEY_RING")
    installation_id: UUID = Field(validation_alias="INSTALLATION_ID")
    unmask_quota: int = Field(200, ge=0, validation_alias="MEMBERS_UNMASK_QUOTA")
    """How many profiles one actor may see in clear on one day (UTC)."""
    key_gateway: CallerKey = Field(validation_alias="CALLER_KEY_GATEWAY_MEMBERS")
    key_loyalty: CallerKey = Field(validation_alias="CALLER_KEY_LOYALTY_MEMBERS")
    key_consent: CallerKey = Field(validation_alias="CALLER_KEY_MEMBERS_CONSENT")
    key_to_loyalty: CallerKey = Field(validation_alias="CALLER_KEY_MEMBERS_LOYALTY")


class MigrationSettings(BaseSettings):
    """What ``migrate`` needs, and no more."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    members_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBERS")
    members_owner_url: SecretStr = Field(validation_alias="DATABASE_OWNER_URL_MEMBERS")
    member_keys_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBER_KEYS")
    member_keys_owner_url: SecretStr = Field(validation_alias="DATABASE_OWNER_URL_MEMBER_KEYS")
