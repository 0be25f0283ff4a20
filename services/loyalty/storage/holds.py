"""Reading holds back."""

import asyncpg

from services.loyalty.rules.holds import Hold
from services.loyalty.storage import redemptions


async def find(pool: asyncpg.Pool, programme: int, member_id: str, hold_id: str) -> Hold | None:
    """A member's hold by its id, be it under the id of whom the member was merged into."""
    row = await pool.fetchrow(_HOLD, member_id, programme, hold_id)
    return None if row is None else redemptions.hold(row)


_HOLD = """
WITH RECURSIVE names AS (
  SELECT $1::uuid AS member_id, 1 AS nth
  UNION ALL
  SELECT s.merged_into, n.nth + 1 FROM names n JOIN standings s USING (member_id)
  WHERE s.programme = $2 AND s.merged_into IS NOT NULL
)
SELECT h.* FROM names n JOIN holds h USING (member_id) WHERE h.hold_id = $3 ORDER BY n.nth LIMIT 1
"""
