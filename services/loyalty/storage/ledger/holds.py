"""Reading holds back."""

import asyncpg

from services.loyalty.rules.ledger.holds import Hold
from services.loyalty.rules.ledger.state import State
from services.loyalty.storage.ledger import points, redemptions
from services.loyalty.storage.members import merges


async def find(pool: asyncpg.Pool, programme: int, member_id: str, hold_id: str) -> Hold | None:
    """A member's hold by its id, be it under the id of whom the member was once merged into."""
    state, names = State(), []
    for row in await pool.fetch(_HOLDS, member_id, programme, hold_id):
        names.append(str(row["name"]))
        if row["hold_id"] is not None:
            state.holds[names[-1], hold_id] = redemptions.hold(row)
    if len(names) > 1:
        for name, standing in (await points.standings(pool, names, programme)).items():
            state.standings[name, programme] = standing
        for merge in await merges.load(pool, names):
            state.merges.setdefault(merge.from_member, []).append(merge)
    return state.hold(member_id, hold_id, programme)


_HOLDS = """
WITH RECURSIVE names AS (
  SELECT $1::uuid AS name
  UNION
  SELECT m.into_member FROM names n JOIN merges m ON m.from_member = n.name AND m.programme = $2
)
SELECT n.name, h.* FROM names n LEFT JOIN holds h ON h.member_id = n.name AND h.hold_id = $3
"""
