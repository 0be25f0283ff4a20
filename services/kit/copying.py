"""Copying: rows as the bytes of PostgreSQL's binary COPY, packed by whoever writes many.

asyncpg's encoders take one call a value; a row of fixed columns is one ``struct`` instead.
"""

from collections.abc import Sequence
from datetime import datetime

from services.kit import clock, database

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
EPOCH_US = 946_684_800_000_000
"""PostgreSQL's epoch, in microseconds since 1970."""

_MOST_TOGETHER = 48 * 1024
"""What is asked for with a COPY has so many bytes at most: a transport takes 64 KiB without making us wait."""


async def copy(
    connection: database.RawConnection, table: str, columns: Sequence[str], rows: bytes, *, then: str = ""
) -> None:
    """Append rows to a table; ``rows`` is what stands between ``HEADER`` and ``TRAILER``.

    ``then`` are statements of ours alone that are asked for in the same message, if they are short, and done unless
    copying fails.
    """
    # The connection's public way takes one statement, so that each more waits for a round trip. Where that one does not
    # leave whole, asyncpg waits for the line before it sends the rows: without a limit, and for ever if the line is lost.
    together = len(then) <= _MOST_TOGETHER
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT binary); {then if together else ''}"
    source = memoryview(HEADER + rows + TRAILER)
    await connection._copy_in(statement, source, None)  # type: ignore[union-attr]  # the stubs leave it out
    if not together:
        await connection.execute(then)


def micros(at: datetime) -> int:
    """An instant, which knows its zone, as a timestamptz's number."""
    return clock.micros(at) - EPOCH_US


def received(sent: bytes) -> int:
    """An instant in microseconds since 1970, as ``timestamptz_send`` sends it."""
    return int.from_bytes(sent, "big", signed=True) + EPOCH_US
