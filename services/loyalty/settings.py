"""What the loyalty processes read from the environment."""

from pydantic import Field, SecretStr

from services.kit.settings import ProcessSettings


class Settings(ProcessSettings):
    """Read only by ``app``."""

    database_url: SecretStr = Field(validation_alias="DATABASE_URL_LOYALTY")
    owner_url: SecretStr | None = Field(None, validation_alias="DATABASE_OWNER_URL_LOYALTY")
    host: str = Field("127.0.0.1", validation_alias="LOYALTY_HOST")
    port: int = Field(8101, validation_alias="LOYALTY_PORT")
    members_url: str = Field(validation_alias="MEMBERS_URL")
    audience: str = Field("huiyuan-services", validation_alias="AUTH_AUDIENCE_SERVICES")
    gateway_key: SecretStr = Field(validation_alias="CALLER_KEY_GATEWAY_LOYALTY")
    members_key: SecretStr = Field(validation_alias="CALLER_KEY_LOYALTY_MEMBERS")
    called_by_members_key: SecretStr = Field(validation_alias="CALLER_KEY_MEMBERS_LOYALTY")
    lanes: int = Field(2, ge=1, le=8, validation_alias="LOYALTY_LANES")
