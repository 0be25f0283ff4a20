"""Snapshots: a member's state as it is, for folding what is not posted."""

import asyncpg

from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.earning import earn_counts
from services.loyalty.storage.ledger import points, rows
from services.loyalty.storage.members import birthdays


async def snapshot(pool: asyncpg.Pool, member_id: str, programme: Programme, now: int) -> State:
    """The standing and wallets of a member in a programme, and of those the member was merged into.

    With them what limited earn rules gave, as it decides over an order paid now, and when birthdays are.
    """
    state = State()
    for row in await pool.fetch(_STANDINGS, member_id, programme.number):
        standing = rows.standing(row)
        state.standings[standing.member_id, standing.programme] = standing
    names = {member_id, *(name for name, _ in state.standings)}
    numbers = [currency.number for currency in programme.currencies]
    for wallet in await points.wallets(pool, sorted(names), numbers):
        state.wallets[wallet.member_id, wallet.currency] = wallet
    survivor = state.names(member_id, programme.number)[-1]
    if counted := earn_counts.asked(programme, survivor, now):
        await earn_counts.load(pool, counted, state.counts, lock=False)
    if programme.earning.birthday_purposes:
        state.birthdays = await birthdays.load(pool, [survivor])
    return state


_STANDINGS = f"""
WITH RECURSIVE names AS (
  SELECT $1::uuid AS member_id
  UNION
  SELECT s.merged_into FROM names n JOIN standings s USING (member_id)
  WHERE s.programme = $2 AND s.merged_into IS NOT NULL
)
SELECT {rows.STANDING} FROM names JOIN standings s USING (member_id) WHERE s.programme = $2
"""  # noqa: S608  # columns of ours
