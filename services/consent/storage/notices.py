"""Stored notices: canonical bytes, read back as values."""

import json
from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.notices import Layer, Notice, ToldPurpose, Wording
from services.consent.rules.passages import Content, Passage
from services.consent.storage.tables import notices

_CONTENT = (notices.c.canonical, notices.c.effective_at)


async def get(connection: AsyncConnection, notice_id: str) -> Notice | None:
    """The notice version of this id."""
    row = (
        await connection.execute(sa.select(*_CONTENT).where(notices.c.notice_id == notice_id))
    ).one_or_none()
    return None if row is None else _notice_of(row.canonical, row.effective_at)


async def newest(connection: AsyncConnection, locale: str, key: str | None = None) -> Sequence[Notice]:
    """The newest version of each notice in a language, or of one of them."""
    query = (
        sa.select(*_CONTENT)
        .ext(distinct_on(notices.c.key))
        .where(notices.c.locale == locale)
        .order_by(notices.c.key, notices.c.version.desc())
    )
    if key is not None:
        query = query.where(notices.c.key == key)
    return [_notice_of(row.canonical, row.effective_at) for row in await connection.execute(query)]


async def add(connection: AsyncConnection, notice: Notice, by: str) -> None:
    await connection.execute(
        notices.insert().values(
            notice_id=notice.notice_id,
            key=notice.wording.key,
            locale=notice.wording.locale,
            version=notice.version,
            canonical=notice.canonical,
            digest=notice.digest,
            effective_at=notice.effective_at,
            published_by=by,
        )
    )


def _notice_of(canonical: bytes, effective_at: datetime) -> Notice:
    said = json.loads(canonical)
    wording = Wording(
        key=said["key"],
        locale=said["locale"],
        layer=Layer(said["layer"]),
        title=said["title"],
        body=said["body"],
        purposes=tuple(
            ToldPurpose(told["key"], told["version"], bytes.fromhex(told["digest"]))
            for told in said["purposes"]
        ),
        passages=tuple(Passage(Content(one["content"]), one["text"]) for one in said.get("passages", ())),
    )
    return Notice(wording, said["version"], effective_at)
