"""Settings of the consent service, read from the environment; only ``app`` reads them."""

from base64 import b64decode
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
    gateway_key: SecretStr = Field(validation_alias="CALLER_KEY_GATEWAY_CONSENT")
    loyalty_key: SecretStr = Field(validation_alias="CALLER_KEY_LOYALTY_CONSENT")
    members_key: SecretStr = Field(validation_alias="CALLER_KEY_MEMBERS_CONSENT")

    @property
    def caller_keys(self) -> dict[str, bytes]:
        """The keys that our callers sign with, by issuer."""
        keys = {"gateway": self.gateway_key, "loyalty": self.loyalty_key, "members": self.members_key}
        return {issuer: b64decode(key.get_secret_value(), validate=True) for issuer, key in keys.items()}
