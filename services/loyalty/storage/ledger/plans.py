"""Plans: lanes plan each statement once, and anew before its tables have grown much since.

A plan made while a table was empty reads all of it later, until the table is analysed. Look-ups are fenced against that;
what an UPDATE joins cannot be, since its own table takes no fence. So a lane forgets its plans each time it has done
twice the batches that it had at the last time, as whoever fills empty tables does, and once a minute, as others may.
"""

import time

from services.kit import database

PLAN_AGAIN_S = 60.0


class Plans:
    """The age of one connection's plans."""

    def __init__(self) -> None:
        self._batches = 0
        self._planned_at = time.monotonic()

    async def keep_young(self, connection: database.RawConnection) -> None:
        """Call it before each batch, outside of a transaction; forgets plans that are too old."""
        self._batches += 1
        now = time.monotonic()
        if self._batches.bit_count() == 1 or now - self._planned_at >= PLAN_AGAIN_S:
            self._planned_at = now
            await connection.execute("DISCARD PLANS")
