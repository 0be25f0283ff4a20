"""Stored purposes: canonical bytes, read back as values."""

import json
from collections.abc import Collection, Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.purposes import ConsentForm, LawfulBasis, Necessity, Purpose, Terms, Text
from services.consent.storage.tables import purposes

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_CONTENT = (purposes.c.canonical, purposes.c.effective_at)


async def lock(connection: AsyncConnection, name: str) -> None:
    """Let one publisher of this name through at a time, until the commit."""
    await connection.execute(_LOCK, {"name": name})


async def in_force(connection: AsyncConnection, keys: Collection[str] | None = None) -> dict[str, Purpose]:
    """The newest version of each of these purposes, or of all; unknown keys are left out."""
    query = (
        sa.select(*_CONTENT)
        .ext(distinct_on(purposes.c.key))
        .order_by(purposes.c.key, purposes.c.version.desc())
    )
    if keys is not None:
        query = query.where(purposes.c.key == sa.any_(sa.literal(list(keys), sa.ARRAY(sa.Text))))
    rows = await connection.execute(query)
    found = (purpose_of(row.canonical, row.effective_at) for row in rows)
    return {purpose.key: purpose for purpose in found}


async def categories(connection: AsyncConnection) -> list[str]:
    """Every category that any version of any purpose lists, in order of letters."""
    rows = await connection.execute(
        sa.text(
            """SELECT DISTINCT jsonb_array_elements_text(convert_from(canonical, 'UTF8')::jsonb -> 'categories')
               FROM purposes ORDER BY 1"""
        )
    )
    return [row[0] for row in rows]


async def versions(
    connection: AsyncConnection, wanted: Iterable[tuple[str, int]]
) -> dict[tuple[str, int], Purpose]:
    """Purposes by key and version; unknown ones are left out."""
    query = sa.select(*_CONTENT).where(sa.tuple_(purposes.c.key, purposes.c.version).in_(sorted(set(wanted))))
    rows = await connection.execute(query)
    found = (purpose_of(row.canonical, row.effective_at) for row in rows)
    return {(purpose.key, purpose.version): purpose for purpose in found}


async def add(connection: AsyncConnection, purpose: Purpose, by: str) -> None:
    await connection.execute(
        purposes.insert().values(
            key=purpose.key,
            version=purpose.version,
            canonical=purpose.canonical,
            digest=purpose.digest,
            effective_at=purpose.effective_at,
            published_by=by,
        )
    )


def purpose_of(canonical: bytes, effective_at: datetime) -> Purpose:
    """The purpose that canonical bytes spell."""
    said = json.loads(canonical)
    terms = Terms(
        key=said["key"],
        name=Text(**said["name"]),
        description=Text(**said["description"]),
        lawful_basis=LawfulBasis(said["lawful_basis"]),
        necessity=Necessity(said["necessity"]),
        form=ConsentForm(said["form"]),
        methods=tuple(said["methods"]),
        categories=tuple(said["categories"]),
        recipients=tuple(said["recipients"]),
        storage_locations=tuple(said["storage_locations"]),
        retention=said["retention"],
        validity_duration=said["validity_duration"],
        dpv_purpose=said["dpv_purpose"],
        articles=tuple(said["articles"]),
        assessment_id=said["assessment_id"],
        sensitive=said["sensitive"],
    )
    return Purpose(terms, said["version"], effective_at)
