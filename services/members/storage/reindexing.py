"""Re-indexing at rest: blind indexes pass from one version of an index key to the next, unique all the while.

paired   every new row under the old version brings one under the new, or is refused
closed   nothing is written under the old version any more
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.kit.database import RawConnection
from services.members.rules.rotations import IndexChange
from services.members.storage.rotations import LOCKS

_INDEXES = 2
_TIMEOUTS = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '15s'"
_CHANGES = "unnest($1::smallint[], $2::smallint[], $3::smallint[]) AS change (kind, old, new)"
_CLOSE = f"""INSERT INTO closed_indexes (kind, index_version, partner) SELECT kind, old, new FROM {_CHANGES}
             ON CONFLICT (kind, index_version) DO UPDATE SET partner = excluded.partner"""  # noqa: S608
_NEXT = "SELECT member_id FROM {table} WHERE member_id > $1 ORDER BY member_id LIMIT $2"
_COUNT = """SELECT count(*) FROM {changes} JOIN {table} i ON i.kind = change.kind AND i.index_version = change.old"""
# The old row is held until we commit where that can be, so that whoever detaches it meanwhile waits for us.
_COPY = """WITH held AS (
             SELECT old.kind, old.member_id, asked.version, asked.new_index{copied}
             FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::bytea[], $5::smallint[], $6::bytea[])
               AS asked (member_id, kind, old_version, old_index, version, new_index)
             JOIN {table} old ON old.kind = asked.kind AND old.index_version = asked.old_version
               AND old.value_index = asked.old_index AND old.member_id = asked.member_id
             ORDER BY old.kind, old.value_index {lock})
           INSERT INTO {table} (kind, member_id, index_version, value_index{columns})
           SELECT kind, member_id, version, new_index{columns} FROM held
           ON CONFLICT DO NOTHING"""
_UNEVEN = """SELECT i.member_id FROM {changes} JOIN {table} i ON i.kind = change.kind
               AND i.index_version IN (change.old, change.new)
             GROUP BY i.kind, i.member_id
             HAVING count(*) FILTER (WHERE i.index_version = change.old)
                 <> count(*) FILTER (WHERE i.index_version = change.new)"""
_DROP = """DELETE FROM {table} WHERE ctid = ANY (ARRAY(
             SELECT i.ctid FROM {changes} JOIN {table} i
               ON i.kind = change.kind AND i.index_version = change.old LIMIT $4))"""
_STRAY = """DELETE FROM {table} i USING unnest($1::uuid[], $2::smallint[], $3::smallint[]) AS m (member_id, kind, version)
            WHERE i.member_id = m.member_id AND i.kind = m.kind AND i.index_version = m.version
              AND NOT EXISTS (SELECT FROM unnest($4::uuid[], $5::smallint[], $6::smallint[], $7::bytea[])
                                AS k (member_id, kind, version, digest)
                              WHERE k.member_id = i.member_id AND k.kind = i.kind AND k.version = i.index_version
                                AND k.digest = i.value_index)"""


class IndexTable(NamedTuple):
    """A table of blind indexes: what a copy takes over beside its place, and whether we may hold its rows."""

    name: str
    copied: tuple[str, ...] = ()
    held: bool = False

    def sql(self, statement: str, changes: str = _CHANGES) -> str:
        """A statement on this table."""
        return statement.format(
            table=self.name,
            changes=changes,
            copied="".join(f", old.{column}" for column in self.copied),
            columns="".join(f", {column}" for column in self.copied),
            lock="FOR SHARE OF old" if self.held else "",
        )


IDENTITIES = IndexTable(
    "identities", ("norm_version", "verified", "verified_at", "linked_at", "source"), held=True
)
TRAITS = IndexTable("traits")
TABLES = (IDENTITIES, TRAITS)
"""Where indexes lie, each kind in one of them. What is copied into each, ``jobs.reindexing`` reads from profiles."""


class Copy(NamedTuple):
    """A value of a member at its old place, and at the new one."""

    member_id: UUID
    kind: int
    old_version: int
    old_index: bytes
    new_version: int
    new_index: bytes


async def pair(connection: RawConnection, changes: Sequence[IndexChange]) -> None:
    """From this commit on, no row is written under an old version without one under the new."""
    await _close(connection, changes, paired=True)


async def close(connection: RawConnection, changes: Sequence[IndexChange]) -> None:
    """From this commit on, no row is written under an old version."""
    await _close(connection, changes, paired=False)


async def _close(connection: RawConnection, changes: Sequence[IndexChange], *, paired: bool) -> None:
    await connection.execute(_TIMEOUTS)
    await connection.execute("SELECT pg_advisory_xact_lock($1, $2)", LOCKS, _INDEXES)
    kinds, old, new = _columns(changes)
    await connection.execute(_CLOSE, kinds, old, new if paired else [None] * len(new))


async def following(connection: RawConnection, after: UUID, limit: int) -> list[UUID]:
    """Members that are indexed, after one of them: as many as so many rows name, whatever their kinds."""
    found: set[UUID] = set()
    ends: list[UUID] = []
    for table in TABLES:
        rows = [row["member_id"] for row in await connection.fetch(table.sql(_NEXT), after, limit)]
        found.update(rows)
        # A table that was not read to its end may hold more after its last row.
        ends += rows[-1:] if len(rows) == limit else []
    return sorted(member_id for member_id in found if not ends or member_id <= min(ends))


async def count(connection: RawConnection, changes: Sequence[IndexChange]) -> int:
    """How many rows lie under an old version."""
    return sum(
        [await connection.fetchval(table.sql(_COUNT), *_columns(changes), timeout=600) for table in TABLES]
    )


async def copy(connection: RawConnection, copies: Sequence[Copy]) -> int:
    """Write values at their new places too, as far as they are at the old ones; how many were not there yet."""
    await connection.execute(_TIMEOUTS)
    if not copies:
        return 0
    columns = list(zip(*copies, strict=True))
    return sum([_count(await connection.execute(table.sql(_COPY), *columns)) for table in TABLES])


async def left(connection: RawConnection, changes: Sequence[IndexChange]) -> tuple[int, list[UUID], str]:
    """How many members have not the same number of rows under both versions, the first, and the query."""
    members = await uneven(connection, changes)
    values = ", ".join(f"({kind}, {old}, {new})" for kind, old, new in changes)
    shown = " UNION ALL ".join(
        table.sql(_UNEVEN, f"(VALUES {values}) AS change (kind, old, new)") for table in TABLES
    )
    return len(members), members[:10], f"SELECT count(*) FROM ({shown}) AS uneven"  # noqa: S608


async def uneven(connection: RawConnection, changes: Sequence[IndexChange]) -> list[UUID]:
    """Members whose rows are not the same number under both versions, once for each kind of which that is so."""
    return [
        row["member_id"]
        for table in TABLES
        for row in await connection.fetch(table.sql(_UNEVEN), *_columns(changes), timeout=600)
    ]


async def drop_strays(
    connection: RawConnection,
    member_ids: Sequence[UUID],
    changes: Sequence[IndexChange],
    kept: Sequence[Copy],
) -> int:
    """Delete what lies at a new place of these members although their profile does not hold it any more."""
    pairs = [(member_id, change) for member_id in member_ids for change in changes]
    columns = (
        [member_id for member_id, _ in pairs],
        [change.kind for _, change in pairs],
        [change.new for _, change in pairs],
        [copy.member_id for copy in kept],
        [copy.kind for copy in kept],
        [copy.new_version for copy in kept],
        [copy.new_index for copy in kept],
    )
    return sum([_count(await connection.execute(table.sql(_STRAY), *columns)) for table in TABLES])


async def drop_old(connection: RawConnection, changes: Sequence[IndexChange], limit: int) -> int:
    """Delete rows under old versions, in the open transaction; how many there were."""
    await connection.execute(_TIMEOUTS)
    return sum(
        [_count(await connection.execute(table.sql(_DROP), *_columns(changes), limit)) for table in TABLES]
    )


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])


def _columns(changes: Sequence[IndexChange]) -> tuple[list[int], list[int], list[int]]:
    kinds, old, new = zip(*changes, strict=True)
    return list(kinds), list(old), list(new)
