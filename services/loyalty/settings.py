"""What the loyalty processes read from the environment."""

from pathlib import Path

from pydantic import Field, SecretStr

from services.kit.settings import ProcessSettings


class Settings(ProcessSettings):
    """Read only by ``app``."""

    database_url: SecretStr = Field(validation_alias="DATABASE_URL_LOYALTY")
    owner_url: SecretStr | None = Field(None, validation_alias="DATABASE_OWNER_URL_LOYALTY")
    host: str = Field("127.0.0.1", validation_alias="LOYALTY_HOST")
    port: int = Field(8101, validation_alias="LOYALTY_PORT")
    members_url: str = Field(validation_alias="MEMBERS_URL")
    consent_url: str = Field("http://127.0.0.1:8103", validation_alias="CONSENT_URL")
    audience: str = Field("huiyuan-services", validation_alias="AUTH_AUDIENCE_SERVICES")
    gateway_key: SecretStr = Field(validation_alias="CALLER_KEY_GATEWAY_LOYALTY")
    members_key: SecretStr = Field(validation_alias="CALLER_KEY_LOYALTY_MEMBERS")
    called_by_members_key: SecretStr = Field(validation_alias="CALLER_KEY_MEMBERS_LOYALTY")
    consent_key: SecretStr | None = Field(None, validation_alias="CALLER_KEY_LOYALTY_CONSENT")
    """Asks the gate; without it, activities of types that rest on consent are refused."""
    lanes: int = Field(2, ge=1, le=8, validation_alias="LOYALTY_LANES")
    heads_file: Path | None = Field(None, validation_alias="LEDGER_HEADS_FILE")
    """Where the worker publishes signed chain heads: outside the database, best where it can only be appended to."""
    signing_key: Path | None = Field(None, validation_alias="LEDGER_SIGNING_KEY")
    """An Ed25519 key in PEM. Without it nothing is published."""
    public_keys: str = Field("", validation_alias="LEDGER_PUBLIC_KEYS")
    """Whose published heads a verification believes; the signing key's own when empty."""
