"""Records as they were written: one, a member's page by page, or all of them."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from services.consent.rules.records import FIELDS, Record
from services.consent.storage import merges
from services.consent.storage.decisions import record_of
from services.consent.storage.tables import consent_events

_UUIDS = sa.ARRAY(sa.UUID)
_COLUMNS = [consent_events.c[name] for name in FIELDS]


class Place(NamedTuple):
    """Where a record stands in its member's history, and the id it was kept under unless that is the survivor's."""

    epoch: int
    ord: int
    under: UUID | None = None


class Written(NamedTuple):
    """A record, its place, and the digest that was written with it."""

    place: Place
    record: Record
    digest: bytes


async def one(connection: AsyncConnection, member_id: UUID, place: Place) -> Record:
    """The record at a place that is known to be there."""
    query = sa.select(*_COLUMNS).where(
        consent_events.c.member_id == member_id,
        consent_events.c.epoch == place.epoch,
        consent_events.c.ord == place.ord,
    )
    return record_of(dict((await connection.execute(query)).mappings().one()))


async def page(
    connection: AsyncConnection, member_id: UUID, before: Place | None, most: int
) -> Sequence[Written]:
    """A member's records under all ids, newest first, those before a place."""
    survivor = await merges.survivor(connection, member_id)
    under = consent_events.c.member_id
    query = sa.select(*_COLUMNS, under, consent_events.c.ord, consent_events.c.record_digest).where(
        under.in_(sa.select(sa.func.unnest(sa.literal(await merges.ids(connection, survivor), _UUIDS))))
    )
    order = (consent_events.c.epoch, under, consent_events.c.ord)
    if before is not None:
        query = query.where(sa.tuple_(*order) < (before.epoch, before.under or survivor, before.ord))
    query = query.order_by(*(one.desc() for one in order)).limit(most)
    rows = (await connection.execute(query)).mappings()
    return [
        Written(
            Place(row["epoch"], row["ord"], None if row["member_id"] == survivor else row["member_id"]),
            record_of({name: row[name] for name in FIELDS}),
            row["record_digest"],
        )
        for row in rows
    ]
