"""Published heads as they are kept: the file outside the database, and the chains inside it."""

from pathlib import Path

from services.kit import database
from services.kit.appended import AppendedFile
from services.loyalty.rules.ledger.heads import LineNotUnderstood, PublishedHead, read


def heads_file(path: Path) -> AppendedFile:
    """The file in which heads are published."""
    return AppendedFile(path, _is_whole)


def _is_whole(line: bytes) -> bool:
    try:
        read(line)
    except LineNotUnderstood:
        return False
    return True


async def heads(connection: database.Pool | database.RawConnection) -> list[PublishedHead]:
    """Where each lane's chain ends now."""
    rows = await connection.fetch(_HEADS)
    return [PublishedHead(row["lane"], row["seq"], row["hash"]) for row in rows]


async def missing(
    connection: database.Pool | database.RawConnection, published: list[PublishedHead]
) -> list[tuple[PublishedHead, str | None]]:
    """Which of the heads the chains do not have, and what hash they have in their places."""
    rows = await connection.fetch(_MISSING, *map(list, zip(*published, strict=True))) if published else []
    return [(PublishedHead(row["lane"], row["seq"], row["hash"]), row["there"]) for row in rows]


_HEADS = """
SELECT lane, last.seq, encode(last.hash, 'hex') AS hash
FROM generate_series(0, (SELECT max(lane) FROM batches)) AS lane
CROSS JOIN LATERAL (SELECT seq, hash FROM batches b WHERE b.lane = lane.lane ORDER BY seq DESC LIMIT 1) AS last
ORDER BY lane
"""

_MISSING = """
SELECT p.lane, p.seq, p.hash, encode(b.hash, 'hex') AS there
FROM unnest($1::smallint[], $2::bigint[], $3::text[]) AS p(lane, seq, hash)
LEFT JOIN batches b ON b.lane = p.lane AND b.seq = p.seq
WHERE b.hash IS DISTINCT FROM decode(p.hash, 'hex')
"""
