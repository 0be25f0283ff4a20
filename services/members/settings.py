"""Settings of the members service, read from the environment; used by ``app`` and ``__main__`` alone."""

from base64 import b64decode
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, SecretBytes, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.settings import ProcessSettings
from services.members.rules.blobs import Suite
from services.members.rules.erasures import Terms
from services.members.rules.retention import Rule, rules_of
from services.members.storage.providers.alibaba import Credentials
from services.members.storage.providers.choosing import Choice, ProviderName


def _key(encoded: SecretBytes) -> SecretBytes:
    try:
        key = b64decode(encoded.get_secret_value(), validate=True)
    except ValueError:
        raise ValueError("must be base64") from None
    if len(key) != 32:
        raise ValueError("must be 32 bytes in base64")
    return SecretBytes(key)


def _periods(text: str) -> str:
    rules_of(text)  # a period that is not understood stops the process before it deletes anything
    return text


CallerKey = Annotated[SecretBytes, AfterValidator(_key)]
"""A key that two processes share to prove who calls: 32 bytes, given in base64."""


class SuiteName(StrEnum):
    """What an installation seals and indexes by: AES and SHA-256, or SM4 and SM3 (商用密码)."""

    AES = "aes"
    SM = "sm"


class RingSettings(BaseSettings):
    """Where the key ring is, whose it is, and what protects it: all that ``ring`` needs."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    key_ring: Path = Field(validation_alias="MEMBERS_KEY_RING")
    installation_id: UUID = Field(validation_alias="INSTALLATION_ID")
    suite_name: SuiteName = Field(SuiteName.AES, validation_alias="MEMBERS_SUITE")
    """What new blobs are sealed by, and new index keys digest by; what is there opens by what its header says."""
    key_provider: ProviderName = Field(ProviderName.LOCAL, validation_alias="MEMBERS_KEY_PROVIDER")
    master_key: str = Field("", validation_alias="MEMBERS_KEY_ID")
    """The key of the provider that wraps ours: a name in Vault, an id, alias or ARN in a cloud."""
    key_url: str = Field("", validation_alias="MEMBERS_KEY_URL")
    key_region: str = Field("", validation_alias="MEMBERS_KEY_REGION")
    vault_mount: str = Field("transit", validation_alias="MEMBERS_VAULT_MOUNT")
    vault_token_file: Path | None = Field(None, validation_alias="VAULT_TOKEN_FILE")
    alibaba_key_id: SecretStr = Field(SecretStr(""), validation_alias="ALIBABA_CLOUD_ACCESS_KEY_ID")
    alibaba_key_secret: SecretStr = Field(SecretStr(""), validation_alias="ALIBABA_CLOUD_ACCESS_KEY_SECRET")
    alibaba_token: SecretStr = Field(SecretStr(""), validation_alias="ALIBABA_CLOUD_SECURITY_TOKEN")

    @property
    def suite(self) -> Suite:
        return Suite.SM4_GCM if self.suite_name is SuiteName.SM else Suite.AES_256_GCM

    @property
    def choice(self) -> Choice:
        """The provider, and what it takes to reach it."""
        alibaba = Credentials(
            self.alibaba_key_id.get_secret_value(),
            self.alibaba_key_secret.get_secret_value(),
            self.alibaba_token.get_secret_value(),
        )
        return Choice(
            self.key_provider,
            self.master_key,
            self.key_url,
            self.key_region,
            self.vault_mount,
            self.vault_token_file,
            alibaba,
        )


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("must be one of IANA's, for instance Asia/Shanghai") from None
    return name


class Settings(RingSettings, ProcessSettings):
    """What ``serve`` and ``work`` need."""

    host: str = Field("127.0.0.1", validation_alias="MEMBERS_HOST")
    port: int = Field(8102, validation_alias="MEMBERS_PORT")
    consent_url: str = Field("http://127.0.0.1:8103", validation_alias="CONSENT_URL")
    loyalty_url: str = Field("http://127.0.0.1:8101", validation_alias="LOYALTY_URL")
    members_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBERS")
    member_keys_url: SecretStr = Field(validation_alias="DATABASE_URL_MEMBER_KEYS")
    audience: str = Field("huiyuan-services", validation_alias="AUTH_AUDIENCE_SERVICES")
    unmask_quota: int = Field(200, ge=0, validation_alias="MEMBERS_UNMASK_QUOTA")
    """How many profiles one actor may see in clear on one day (UTC)."""
    cooling_off_days: float = Field(7, ge=0, validation_alias="MEMBERS_COOLING_OFF_DAYS")
    """How long a member may take back that the account is to be closed."""
    closed_kept_days: float = Field(0, ge=0, validation_alias="MEMBERS_CLOSED_KEPT_DAYS")
    """How long after that until a closed account is erased."""
    backups_kept_days: float = Field(35, ge=0, validation_alias="MEMBERS_BACKUPS_KEPT_DAYS")
    """The longest that any backup or write-ahead log of the keys' database is kept; only you can know."""
    erasure_patience_hours: float = Field(24, gt=0, validation_alias="MEMBERS_ERASURE_PATIENCE_HOURS")
    """After how long an erasure that is not proved everywhere raises the alarm."""
    erase_on_withdrawal: str = Field("", validation_alias="MEMBERS_ERASE_ON_WITHDRAWAL")
    """Purposes, parted by commas, whose withdrawal takes the basis from all processing, so that it means erasure."""
    retention: Annotated[str, AfterValidator(_periods)] = Field("", validation_alias="MEMBERS_RETENTION")
    """Periods in days where they are not the defaults, as ``inactive_members=1095,access_log=1825``; 0 keeps."""
    tombstones: Path | None = Field(None, validation_alias="MEMBERS_TOMBSTONES")
    """A file of who was erased, kept apart from the databases and their backups; servers read it, the worker writes."""
    codes_log: Path | None = Field(None, validation_alias="MEMBERS_CODES_LOG")
    """Where the development sender shows one-time codes instead of sending them; refused in production."""
    codes_url: str = Field("", validation_alias="MEMBERS_CODES_URL")
    """Where one-time codes are posted to be sent: https, but on loopback."""
    codes_secret: CallerKey | None = Field(None, validation_alias="MEMBERS_CODES_SECRET")
    """Signs what is posted there: 32 bytes, given in base64."""
    search_quota: int = Field(1000, ge=0, validation_alias="MEMBERS_SEARCH_QUOTA")
    """How many pages of search results one actor may see on one day (UTC)."""
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "Asia/Shanghai", validation_alias="MEMBERS_TIME_ZONE"
    )
    """Where the programme is at home: when a day begins for members who named no zone."""
    leap_birthday: Literal["02-28", "03-01"] = Field("02-28", validation_alias="MEMBERS_LEAP_BIRTHDAY")
    """When those born on 29 February keep it in years without one."""
    key_gateway: CallerKey = Field(validation_alias="CALLER_KEY_GATEWAY_MEMBERS")
    key_loyalty: CallerKey = Field(validation_alias="CALLER_KEY_LOYALTY_MEMBERS")
    key_consent: CallerKey = Field(validation_alias="CALLER_KEY_MEMBERS_CONSENT")
    key_to_loyalty: CallerKey = Field(validation_alias="CALLER_KEY_MEMBERS_LOYALTY")

    @property
    def terms(self) -> Terms:
        """What an operator set about how memberships end."""
        return Terms(
            timedelta(days=self.cooling_off_days),
            timedelta(days=self.closed_kept_days),
            timedelta(days=self.backups_kept_days),
            timedelta(hours=self.erasure_patience_hours),
        )

    @property
    def retention_rules(self) -> tuple[Rule, ...]:
        """The rules with the periods that an operator set."""
        return rules_of(self.retention)

    @property
    def erasing_purposes(self) -> list[str]:
        return [purpose for part in self.erase_on_withdrawal.split(",") if (purpose := part.strip())]

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
