"""The installation: what is decided once and kept in ``.huiyuan/``: its id, its passwords and its keys."""

import fcntl
import json
import os
import secrets
import uuid
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import BaseModel, ConfigDict, Field, field_validator

from infra.local import drafts, layout
from infra.local.layout import MIGRATIONS, Role


class AlreadyRunning(Exception):
    """Another ``huiyuan up`` runs this installation."""


def _password() -> str:
    return secrets.token_hex(24)


def _key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()


_ROLES = [role for kind in MIGRATIONS for role in (kind, f"{kind}_owner")]
_CALLER_KEYS = [layout.key_variable(*pair) for pair in layout.CALLS]


class Installation(BaseModel):
    """One installation on this machine; what an older version did not know of is made when it is opened."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    home: Path = Field(exclude=True)
    id: str = Field(default_factory=lambda: str(uuid.uuid4()))
    founded_at: datetime = Field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    postgres_password: str = Field(default_factory=_password, repr=False)
    redis_password: str = Field(default_factory=_password, repr=False)
    issuer_key: str = Field(default_factory=_key, repr=False)
    webhook_key: str = Field(default_factory=_key, repr=False)
    role_passwords: dict[str, str] = Field(default={}, validate_default=True, repr=False)
    caller_keys: dict[str, str] = Field(default={}, validate_default=True, repr=False)

    @field_validator("role_passwords")
    @classmethod
    def _of_every_role(cls, kept: dict[str, str]) -> dict[str, str]:
        return {role: kept.get(role) or _password() for role in _ROLES}

    @field_validator("caller_keys")
    @classmethod
    def _of_every_pair(cls, kept: dict[str, str]) -> dict[str, str]:
        return {pair: kept.get(pair) or _key() for pair in _CALLER_KEYS}

    @classmethod
    def open(cls, home: Path) -> "Installation":
        """The installation kept in ``home``; a new one is founded when there is none."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = home / "secrets.json"
        before = path.read_text() if path.exists() else "{}"
        installation = cls(home=home, **json.loads(before))
        after = installation.model_dump_json(indent=2)
        if after != before:
            _write_private(path, after)
        for key in (installation.signing_key, installation.consent_signing_key):
            if not key.exists():
                pem = Ed25519PrivateKey.generate().private_bytes(
                    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
                )
                _write_private(key, pem.decode())
        return installation

    @property
    def signing_key(self) -> Path:
        """The key that signs the ledger's heads."""
        return self.home / "ledger-signing-key.pem"

    @property
    def consent_signing_key(self) -> Path:
        """The key that signs consent receipts and the checkpoints of their log."""
        return self.home / "consent-signing-key.pem"

    @property
    def key_ring(self) -> Path:
        """The keys of members' profiles; the members service makes it at the first start."""
        return self.home / "members-key-ring"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    @property
    def jwks(self) -> Path:
        return self.home / "issuer-jwks.json"

    @property
    def running(self) -> Path:
        """Says where everything is, for as long as it runs."""
        return self.home / "running.json"

    @property
    def seeded(self) -> Path:
        """Says what the first run seeded."""
        return self.home / "seeded.json"

    def roles(self, kind: str) -> tuple[Role, Role]:
        """The role that works with a database, and the one that owns it."""
        app, owner = kind, f"{kind}_owner"
        return Role(app, self.role_passwords[app]), Role(owner, self.role_passwords[owner])


def _write_private(path: Path, text: str) -> None:
    """Write a file that only we may read, all of it or nothing."""
    with drafts.written(path) as file:
        file.write(text.encode())


@contextmanager
def held(home: Path) -> Iterator[None]:
    """Keep the installation to ourselves. Raises ``AlreadyRunning``. The kernel lets go when we die."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (home / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(f"huiyuan is already running here (pid {lock.read().strip()})") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
