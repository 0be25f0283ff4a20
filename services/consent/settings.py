"""Settings of the consent service, read from the environment; only ``app`` reads them."""

from base64 import b64decode
from pathlib import Path
from uuid import UUID

from pydantic import Field, SecretStr

from services.kit.settings import ProcessSettings


class Settings(ProcessSettings):
    """What the consent service needs to know of where it runs."""

    host: str = Field("127.0.0.1", validation_alias="CONSENT_HOST")
    port: int = Field(8103, validation_alias="CONSENT_PORT")
    database_url: SecretStr = Field(validation_alias="DATABASE_URL_CONSENT")
    database_owner_url: SecretStr | None = Field(None, validation_alias="DATABASE_OWNER_URL_CONSENT")
    """Needed to migrate only."""
    audience: str = Field("huiyuan-services", validation_alias="AUTH_AUDIENCE_SERVICES")
    installation_id: UUID = Field(validation_alias="INSTALLATION_ID")
    signing_key: Path | None = Field(None, validation_alias="CONSENT_SIGNING_KEY")
    """An Ed25519 key in PEM that signs receipts and checkpoints; without one there are none."""
    public_keys: str = Field("", validation_alias="CONSENT_PUBLIC_KEYS")
    """Whose signatures count, parted by commas: older keys of ours too. The signing key's own when empty."""
    witness_file: Path | None = Field(None, validation_alias="CONSENT_WITNESS_FILE")
    """Where checkpoints are published outside the database; best on a disk that only lets files grow."""
    gateway_key: SecretStr = Field(validation_alias="CALLER_KEY_GATEWAY_CONSENT")
    loyalty_key: SecretStr = Field(validation_alias="CALLER_KEY_LOYALTY_CONSENT")
    members_key: SecretStr = Field(validation_alias="CALLER_KEY_MEMBERS_CONSENT")

    @property
    def caller_keys(self) -> dict[str, bytes]:
        """The keys that our callers sign with, by issuer."""
        keys = {"gateway": self.gateway_key, "loyalty": self.loyalty_key, "members": self.members_key}
        return {issuer: b64decode(key.get_secret_value(), validate=True) for issuer, key in keys.items()}
