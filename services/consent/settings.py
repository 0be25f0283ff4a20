"""Settings of the consent service, read from the environment; only ``app`` reads them."""

from base64 import b64decode
from pathlib import Path
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, Field, SecretStr, StringConstraints

from services.consent.rules import contacts, deadlines
from services.kit.settings import ProcessSettings


def _reachable(contact: str) -> str:
    if contact and not contacts.is_reachable(contact):
        raise ValueError("it must say an e-mail address, a phone number or a URL")
    return contact


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
    officer_contact: Annotated[str, StringConstraints(strip_whitespace=True), AfterValidator(_reachable)] = (
        Field("", validation_alias="CONSENT_OFFICER_CONTACT")
    )
    """How the protection officer is reached; every notice but those just in time has to say it, once it is set.

    Handlers of more data than the authority's threshold must have one (PIPL 52).
    """
    rights_working_days: int = Field(15, ge=1, le=60, validation_alias="CONSENT_RIGHTS_WORKING_DAYS")
    """Within how many working days rights requests are answered; PIPL 50 counts none."""
    rights_due_source: str = Field(deadlines.SOURCE, validation_alias="CONSENT_RIGHTS_DUE_SOURCE")
    """Where that number comes from, as it is shown with every request."""
    rights_alarm_days: int = Field(3, ge=1, le=30, validation_alias="CONSENT_RIGHTS_ALARM_DAYS")
    """For how many working days before its time is over a request is told of as due soon."""
    holidays: str = Field("", validation_alias="CONSENT_HOLIDAYS")
    """Days on which nobody works, parted by commas: 2026-10-01,2026-10-02."""
    workdays: str = Field("", validation_alias="CONSENT_WORKDAYS")
    """Weekend days on which people work to make up for holidays."""
    time_zone: str = Field("Asia/Shanghai", validation_alias="CONSENT_TIME_ZONE")
    gateway_key: SecretStr = Field(validation_alias="CALLER_KEY_GATEWAY_CONSENT")
    loyalty_key: SecretStr = Field(validation_alias="CALLER_KEY_LOYALTY_CONSENT")
    members_key: SecretStr = Field(validation_alias="CALLER_KEY_MEMBERS_CONSENT")

    @property
    def due(self) -> deadlines.DueTerms:
        """How long answers to rights requests may take."""
        return deadlines.DueTerms(
            self.rights_working_days,
            self.rights_alarm_days,
            self.rights_due_source,
            deadlines.days_of(self.holidays),
            deadlines.days_of(self.workdays),
            self.time_zone,
        )

    @property
    def caller_keys(self) -> dict[str, bytes]:
        """The keys that our callers sign with, by issuer."""
        keys = {"gateway": self.gateway_key, "loyalty": self.loyalty_key, "members": self.members_key}
        return {issuer: b64decode(key.get_secret_value(), validate=True) for issuer, key in keys.items()}
