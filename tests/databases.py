"""Databases for the tests: of each kind one is migrated, once a session, and every test's own is a copy of it."""

import asyncio
import secrets
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import asyncpg
from sqlalchemy.engine import make_url

from infra.local import databases
from infra.local.databases import DatabaseUrls, Role


class Databases:
    """Makes databases on a server, as its superuser."""

    def __init__(self, server_url: str) -> None:
        self._server_url = server_url
        self._migrated = cache(self._migrate)

    def new(self, kind: str) -> DatabaseUrls:
        """A fresh database of a kind that ``databases.MIGRATIONS`` names, at its newest schema.

        All of a kind have the two roles of the first, whose grants they are copied with: connections are told
        apart by their database, not by their role.
        """
        # Alembic runs a loop of its own, and a test may already be inside one: hence the thread.
        with ThreadPoolExecutor(1) as thread:
            return thread.submit(self._copied, kind).result()

    def _copied(self, kind: str) -> DatabaseUrls:
        migrated, name = self._migrated(kind), f"{kind}_{secrets.token_hex(4)}"
        asyncio.run(self._copy(migrated, name))
        return DatabaseUrls(
            *(make_url(url).set(database=name).render_as_string(hide_password=False) for url in migrated)
        )

    def _migrate(self, kind: str) -> DatabaseUrls:
        app, owner = (Role(name, secrets.token_hex(16)) for name in (kind, f"{kind}_owner"))
        return databases.create_and_migrate(self._server_url, kind, kind, app=app, owner=owner)

    async def _copy(self, migrated: DatabaseUrls, name: str) -> None:
        app, owner = map(make_url, migrated)
        server = await asyncpg.connect(self._server_url)
        try:
            await server.execute(
                f'CREATE DATABASE "{name}" TEMPLATE "{app.database}" OWNER "{owner.username}"'
            )
            # What a database's own rights are, no copy takes along.
            await server.execute(
                f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;'
                f'GRANT CONNECT ON DATABASE "{name}" TO "{app.username}"'
            )
        finally:
            await server.close()
