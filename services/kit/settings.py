"""Settings: what the environment says; read once, by each process's ``app``."""

from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kit.telemetry import SAMPLED


class Mode(StrEnum):
    """``production`` unless told otherwise; ``development`` listens on loopback alone."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


_DRAIN_S = 5.0
_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class ProcessSettings(BaseSettings):
    """What every process reads. Secrets are ``SecretStr``, so that no log or traceback shows them."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    host: str
    """Where the process listens; each service names its own variable."""
    mode: Mode = Field(Mode.PRODUCTION, validation_alias="HUIYUAN_MODE")
    log_level: str = Field("INFO", validation_alias="HUIYUAN_LOG_LEVEL")
    traces_url: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Where a collector takes spans, OTLP over HTTP; without it none are made."""
    traces_sampled: float = Field(SAMPLED, ge=0, le=1, validation_alias="OTEL_TRACES_SAMPLER_ARG")
    """Which part of the traces is followed; the gateway decides, and the services follow."""
    work_metrics_port: int | None = Field(None, gt=0, lt=65536, validation_alias="HUIYUAN_WORK_METRICS_PORT")
    """Where ``work`` shows its metrics, on the same host as ``serve`` listens; nowhere without it."""
    redis_url: SecretStr = Field(validation_alias="REDIS_URL")
    drain_seconds: float | None = Field(None, validation_alias="HUIYUAN_DRAIN_SECONDS", ge=0, le=600)
    """For how long a process that was told to stop serves on, not ready any more; 5 by itself, 0 in development."""
    auth_jwks: str = Field(validation_alias="AUTH_JWKS")
    """Where the token issuer's public keys are: an https URL or a file's path. Whoever can change them is everyone."""
    auth_issuer: str = Field(validation_alias="AUTH_ISSUER")

    @model_validator(mode="after")
    def _development_listens_on_loopback_alone(self) -> Self:
        if self.is_development and self.host not in _LOOPBACK:
            raise ValueError("in development mode everything listens on loopback alone: use 127.0.0.1")
        return self

    @model_validator(mode="after")
    def _issuer_keys_come_over_https(self) -> Self:
        address = urlsplit(self.auth_jwks)
        if address.scheme == "http" and address.hostname not in _LOOPBACK and not self.is_development:
            raise ValueError(
                "AUTH_JWKS must be an https URL or a file's path: whoever sits between could sign tokens"
            )
        return self

    @property
    def notice_s(self) -> float:
        """For how long the process serves on after SIGTERM."""
        usual = 0.0 if self.is_development else _DRAIN_S
        return usual if self.drain_seconds is None else self.drain_seconds

    @property
    def is_development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT
