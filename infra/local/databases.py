"""Databases: which ones there are, who owns each, and how one is made with least rights."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import asyncpg
from sqlalchemy.engine import make_url

from services.kit import migration

_ROOT = Path(__file__).resolve().parents[2]

MIGRATIONS = {
    "loyalty": _ROOT / "services/loyalty/migrations",
    "members": _ROOT / "services/members/migrations",
    "member_keys": _ROOT / "services/members/key_migrations",
    "consent": _ROOT / "services/consent/migrations",
    "gateway": _ROOT / "gateway/migrations",
}
"""Every database and where its schema's history is."""


class DatabaseUrls(NamedTuple):
    """How a database is reached: by its service, with least rights, and by its owner, who may change it."""

    app: str
    owner: str


class Role(NamedTuple):
    """A role that may log in."""

    name: str
    password: str


async def create(server_url: str, name: str, *, app: Role, owner: Role) -> None:
    """Make a database and its two roles on a server, as its superuser; what is there already is kept."""
    server = await asyncpg.connect(server_url)
    try:
        for role in (app, owner):
            await _create_role(server, role)
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await server.execute(f"CREATE DATABASE {_quoted(name)} OWNER {_quoted(owner.name)}")
        await server.execute(f"REVOKE ALL ON DATABASE {_quoted(name)} FROM PUBLIC")
        await server.execute(f"GRANT CONNECT ON DATABASE {_quoted(name)} TO {_quoted(app.name)}")
    finally:
        await server.close()
    inside = await asyncpg.connect(server_url, database=name)
    try:
        await inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        await inside.execute(f"GRANT USAGE ON SCHEMA public TO {_quoted(app.name)}")
    finally:
        await inside.close()


async def _create_role(server: asyncpg.Connection, role: Role) -> None:
    exists = await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role.name)
    verb = "ALTER" if exists else "CREATE"
    password = role.password.replace("'", "''")
    await server.execute(f"{verb} ROLE {_quoted(role.name)} LOGIN PASSWORD '{password}'")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def migrate(kind: str, urls: DatabaseUrls) -> None:
    """Bring one of our databases to its newest schema."""
    scripts = MIGRATIONS[kind]
    if not (scripts / "env.py").exists():
        raise FileNotFoundError(f"the {kind} database has no migrations: {scripts} has no env.py")
    migration.upgrade(urls.app, urls.owner, scripts)


def create_and_migrate(server_url: str, kind: str, name: str, *, app: Role, owner: Role) -> DatabaseUrls:
    """Make one of our databases and bring it to its newest schema; how it is reached."""
    asyncio.run(create(server_url, name, app=app, owner=owner))
    at = make_url(server_url).set(database=name)
    urls = DatabaseUrls(
        *(at.set(username=role.name, password=role.password).render_as_string(False) for role in (app, owner))
    )
    migrate(kind, urls)
    return urls
