"""Re-indexing at rest: identities pass from one version of an index key to the next, unique all the while.

paired   every new row under the old version brings one under the new, or is refused
closed   nothing is written under the old version any more
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from services.kit.database import RawConnection
from services.members.rules.rotations import IndexChange
from services.members.storage.rotations import LOCKS

_IDENTITIES = 2
_TIMEOUTS = "SET LOCAL lock_timeout = '2s'; SET LOCAL statement_timeout = '15s'"
_CHANGES = "unnest($1::smallint[], $2::smallint[], $3::smallint[]) AS change (kind, old, new)"
_CLOSE = f"""INSERT INTO closed_indexes (kind, index_version, partner) SELECT kind, old, new FROM {_CHANGES}
             ON CONFLICT (kind, index_version) DO UPDATE SET partner = excluded.partner"""  # noqa: S608
_NEXT = f"""SELECT DISTINCT i.member_id FROM {_CHANGES}
            JOIN identities i ON i.kind = change.kind AND i.index_version = change.old
            WHERE i.member_id > $4 ORDER BY i.member_id LIMIT $5"""  # noqa: S608
# The old row is held until we commit, so that whoever detaches it meanwhile waits, and finds the new one too.
_COPY = """WITH held AS (
             SELECT old.kind, old.member_id, old.norm_version, old.verified, old.linked_at, asked.version, asked.new_index
             FROM unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::bytea[], $5::smallint[], $6::bytea[])
               AS asked (member_id, kind, old_version, old_index, version, new_index)
             JOIN identities old ON old.kind = asked.kind AND old.index_version = asked.old_version
               AND old.value_index = asked.old_index AND old.member_id = asked.member_id
             ORDER BY old.kind, old.value_index FOR SHARE OF old)
           INSERT INTO identities (kind, index_version, value_index, member_id, norm_version, verified, linked_at)
           SELECT kind, version, new_index, member_id, norm_version, verified, linked_at FROM held
           ON CONFLICT DO NOTHING"""
_UNEVEN = """SELECT i.member_id FROM {} JOIN identities i ON i.kind = change.kind
               AND i.index_version IN (change.old, change.new)
             GROUP BY i.kind, i.member_id
             HAVING count(*) FILTER (WHERE i.index_version = change.old)
                 <> count(*) FILTER (WHERE i.index_version = change.new)"""
_DROP = """DELETE FROM identities WHERE (kind, index_version, value_index) IN (
             SELECT i.kind, i.index_version, i.value_index FROM {} JOIN identities i
               ON i.kind = change.kind AND i.index_version = change.old LIMIT $4)"""
_STRAY = """DELETE FROM identities i USING unnest($1::uuid[], $2::smallint[], $3::smallint[]) AS m (member_id, kind, version)
            WHERE i.member_id = m.member_id AND i.kind = m.kind AND i.index_version = m.version
              AND NOT EXISTS (SELECT FROM unnest($4::smallint[], $5::smallint[], $6::bytea[]) AS k (kind, version, digest)
                              WHERE k.kind = i.kind AND k.version = i.index_version AND k.digest = i.value_index)"""


class Copy(NamedTuple):
    """An identity of a member at its old place, and at the new one."""

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
    await connection.execute("SELECT pg_advisory_xact_lock($1, $2)", LOCKS, _IDENTITIES)
    kinds, old, new = _columns(changes)
    await connection.execute(_CLOSE, kinds, old, new if paired else [None] * len(new))


async def following(
    connection: RawConnection, changes: Sequence[IndexChange], after: UUID, limit: int
) -> list[UUID]:
    """Members with identities under an old version, after one of them."""
    rows = await connection.fetch(_NEXT, *_columns(changes), after, limit)
    return [row["member_id"] for row in rows]


async def count(connection: RawConnection, changes: Sequence[IndexChange]) -> int:
    """How many identities lie under an old version."""
    found: int = await connection.fetchval(
        f"SELECT count(*) FROM {_CHANGES} JOIN identities i ON i.kind = change.kind "  # noqa: S608
        "AND i.index_version = change.old",
        *_columns(changes),
        timeout=600,
    )
    return found


async def copy(connection: RawConnection, copies: Sequence[Copy]) -> int:
    """Write identities at their new places too, as far as they are at the old ones; how many were not there yet."""
    await connection.execute(_TIMEOUTS)
    status = await connection.execute(_COPY, *zip(*copies, strict=True)) if copies else "INSERT 0 0"
    return int(status.rpartition(" ")[2])


async def left(connection: RawConnection, changes: Sequence[IndexChange]) -> tuple[int, list[UUID], str]:
    """How many members have not the same number of identities under both versions, the first, and the query."""
    rows = await connection.fetch(_UNEVEN.format(_CHANGES), *_columns(changes), timeout=600)
    values = ", ".join(f"({kind}, {old}, {new})" for kind, old, new in changes)
    shown = _UNEVEN.format(f"(VALUES {values}) AS change (kind, old, new)")
    return len(rows), [row["member_id"] for row in rows[:10]], f"SELECT count(*) FROM ({shown}) AS uneven"  # noqa: S608


async def uneven(connection: RawConnection, changes: Sequence[IndexChange]) -> list[UUID]:
    """The first members whose identities are not the same number under both versions."""
    rows = await connection.fetch(_UNEVEN.format(_CHANGES) + " LIMIT 1000", *_columns(changes), timeout=600)
    return [row["member_id"] for row in rows]


async def drop_strays(
    connection: RawConnection,
    member_ids: Sequence[UUID],
    changes: Sequence[IndexChange],
    kept: Sequence[Copy],
) -> int:
    """Delete what lies at a new place of these members although their profile does not hold it any more."""
    pairs = [(member_id, change) for member_id in member_ids for change in changes]
    status = await connection.execute(
        _STRAY,
        [member_id for member_id, _ in pairs],
        [change.kind for _, change in pairs],
        [change.new for _, change in pairs],
        [copy.kind for copy in kept],
        [copy.new_version for copy in kept],
        [copy.new_index for copy in kept],
    )
    return int(status.rpartition(" ")[2])


async def drop_old(connection: RawConnection, changes: Sequence[IndexChange], limit: int) -> int:
    """Delete identities under old versions, in the open transaction; how many there were."""
    await connection.execute(_TIMEOUTS)
    status = await connection.execute(_DROP.format(_CHANGES), *_columns(changes), limit)
    return int(status.rpartition(" ")[2])


def _columns(changes: Sequence[IndexChange]) -> tuple[list[int], list[int], list[int]]:
    kinds, old, new = zip(*changes, strict=True)
    return list(kinds), list(old), list(new)
