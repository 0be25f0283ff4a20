"""Databases: how one is made with least rights, and brought to its newest schema."""

import asyncio

import asyncpg
from sqlalchemy.engine import make_url

from infra.local.layout import MIGRATIONS, DatabaseUrls, Role
from services.kit import migration


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
