"""Identities at rest: blind indexes, and the member that each was linked to."""

from collections.abc import Sequence
from uuid import UUID

from services.members.rules.keyrings import Place
from services.members.storage.databases import Databases

# By arrays, where ``registrations.holders`` packs its thousands: a single look-up takes a tenth longer packed, since
# PostgreSQL expects a thousand entries in bytes that it has not seen, and plans each call anew not to read the table.
_HOLDERS = """SELECT i.kind, i.index_version, i.value_index, i.member_id
              FROM unnest($1::smallint[], $2::smallint[], $3::bytea[]) AS asked (kind, version, digest)
              JOIN identities i ON i.kind = asked.kind AND i.index_version = asked.version
                AND i.value_index = asked.digest"""


async def holders(databases: Databases, places: Sequence[Place]) -> dict[Place, UUID]:
    """Which members the identities at these places are linked to; free places are absent."""
    rows = await databases.keys_pool.fetch(
        _HOLDERS,
        [place.kind for place in places],
        [place.version for place in places],
        [place.digest for place in places],
    )
    return {Place(row[0], row[1], row[2]): row[3] for row in rows}
