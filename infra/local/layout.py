"""The layout: which services and databases there are, where each listens, whom each calls, and what it is told."""

import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"

SERVICES = ("members", "loyalty", "consent")
MODULES = {**{name: f"services.{name}" for name in SERVICES}, "gateway": "gateway"}
DATABASES_OF = {
    "members": ("members", "member_keys"),
    "loyalty": ("loyalty",),
    "consent": ("consent",),
    "gateway": ("gateway",),
}
CALLS = (
    ("gateway", "loyalty"),
    ("gateway", "members"),
    ("gateway", "consent"),
    ("loyalty", "members"),
    ("loyalty", "consent"),
    ("members", "loyalty"),
    ("members", "consent"),
)
"""Who calls whom; each pair shares a key that nobody else has."""

MIGRATIONS = {
    "loyalty": ROOT / "services/loyalty/migrations",
    "members": ROOT / "services/members/migrations",
    "member_keys": ROOT / "services/members/key_migrations",
    "consent": ROOT / "services/consent/migrations",
    "gateway": ROOT / "gateway/migrations",
}
"""Every database and where its schema's history is."""

_OURS = ("DATABASE_", "CALLER_KEY_", "WEBHOOK_KEY", "REDIS_URL", "POSTGRES_")


class DatabaseUrls(NamedTuple):
    """How a database is reached: by its service, with least rights, and by its owner, who may change it."""

    app: str
    owner: str


class Role(NamedTuple):
    """A role that may log in."""

    name: str
    password: str


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens, on loopback alone; each is set by the variable ``<NAME>_PORT``."""

    gateway: int = 8100
    loyalty: int = 8101
    members: int = 8102
    consent: int = 8103
    postgres: int = 8110
    redis: int = 8111

    def of(self, name: str) -> int:
        port: int = getattr(self, name)
        return port

    def url(self, name: str) -> str:
        return f"http://{HOST}:{self.of(name)}"


class SettingsIncomplete(Exception):
    """The environment names some of the servers to use, but not all."""


@dataclass(frozen=True, slots=True)
class Backing:
    """Where the databases and Redis are, and by whose hand: None for the operator's own."""

    databases: Mapping[str, DatabaseUrls]
    redis_url: str
    own_postgres: bool
    own_redis: bool


def spare_loopback_the_proxy() -> None:
    """Have this process and those it starts reach loopback directly, whatever proxy the environment names."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, (os.environ.get(name), HOST)))


def given_databases(environment: Mapping[str, str]) -> dict[str, DatabaseUrls] | None:
    """The databases that ``DATABASE_URL_*`` name: all of them or, when none is named, None."""
    names = {kind: f"DATABASE_URL_{kind.upper()}" for kind in MIGRATIONS}
    missing = [name for name in names.values() if not environment.get(name)]
    if len(missing) == len(names):
        return None
    if missing:
        raise SettingsIncomplete(f"name every database or none: {', '.join(missing)} not set")
    return {
        kind: DatabaseUrls(
            environment[name], environment.get(f"DATABASE_OWNER_URL_{kind.upper()}") or environment[name]
        )
        for kind, name in names.items()
    }


def command(name: str, role: str) -> list[str]:
    """How one of our processes is started; ``role`` is ``serve`` or ``work``."""
    return [sys.executable, "-m", MODULES[name], role]


def environment(
    name: str,
    *,
    ports: Ports,
    backing: Backing,
    caller_keys: Mapping[str, str],
    shared: Mapping[str, str],
) -> dict[str, str]:
    """What one service's processes are told: all that they need, and no other service's secrets."""
    told = {key: value for key, value in os.environ.items() if not key.startswith(_OURS)}
    told |= {f"{service.upper()}_URL": ports.url(service) for service in SERVICES}
    told |= {
        "HUIYUAN_MODE": "development",
        "PYTHONUNBUFFERED": "1",
        "REDIS_URL": backing.redis_url,
        f"{name.upper()}_HOST": HOST,
        f"{name.upper()}_PORT": str(ports.of(name)),
    }
    told |= {f"DATABASE_URL_{kind.upper()}": backing.databases[kind].app for kind in DATABASES_OF[name]}
    told |= {variable: caller_keys[variable] for variable in _key_variables(name)}
    return told | dict(shared)


def key_variable(issuer: str, audience: str) -> str:
    """The variable that holds a pair's key, for instance ``CALLER_KEY_GATEWAY_LOYALTY``."""
    return f"CALLER_KEY_{issuer.upper()}_{audience.upper()}"


def _key_variables(name: str) -> Iterable[str]:
    return (key_variable(*pair) for pair in CALLS if name in pair)
