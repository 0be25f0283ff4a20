"""Migration: brings a database to the newest schema, as its owner, with lock and statement timeouts."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK_TIMEOUT_MS = 4_000
_STATEMENT_TIMEOUT_MS = 300_000


def upgrade(app_url: str, owner_url: str, scripts: Path) -> None:
    """Bring the database at ``owner_url`` to the newest schema; grants go to the role of ``app_url``."""
    # Loaded only here: it would cost every process a ninth of its start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts))
    config.attributes["app_role"] = make_url(app_url).username or ""
    config.attributes["owner_url"] = owner_url
    command.upgrade(config, "head")


def run(context: Any) -> None:
    """The body of every ``migrations/env.py``: one transaction a migration, with timeouts."""
    config: Config = context.config
    asyncio.run(_run(context, config.attributes["owner_url"]))


async def _run(context: Any, owner_url: str) -> None:
    owner = create_async_engine(make_url(owner_url).set(drivername="postgresql+asyncpg"))

    def steps(connection: sa.Connection) -> None:
        connection.execute(sa.text(f"SET lock_timeout = {_LOCK_TIMEOUT_MS}"))
        connection.execute(sa.text(f"SET statement_timeout = {_STATEMENT_TIMEOUT_MS}"))
        connection.commit()
        context.configure(connection=connection, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()

    try:
        async with owner.connect() as connection:
            await connection.run_sync(steps)
    finally:
        await owner.dispose()


def app_role(context: Any) -> str:
    """The quoted name of the role that the service works under, for a migration's grants."""
    name: str = context.config.attributes["app_role"]
    return '"' + name.replace('"', '""') + '"'
