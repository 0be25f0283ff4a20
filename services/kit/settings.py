"""Settings: what the environment says; read once, by each process's ``app``."""

from enum import StrEnum

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Mode(StrEnum):
    """``production`` unless told otherwise; ``development`` listens on loopback alone."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


class ProcessSettings(BaseSettings):
    """What every process reads. Secrets are ``SecretStr``, so that no log or traceback shows them."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    mode: Mode = Field(Mode.PRODUCTION, validation_alias="HUIYUAN_MODE")
    log_level: str = Field("INFO", validation_alias="HUIYUAN_LOG_LEVEL")
    redis_url: SecretStr = Field(validation_alias="REDIS_URL")
    auth_jwks: str = Field(validation_alias="AUTH_JWKS")
    """Where the token issuer's public keys are: an https URL or a file's path."""
    auth_issuer: str = Field(validation_alias="AUTH_ISSUER")

    @property
    def is_development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT
