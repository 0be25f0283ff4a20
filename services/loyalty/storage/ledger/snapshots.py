"""Snapshots: a member's state as it is, for folding what is not posted."""

import asyncpg

from services.loyalty.rules.ledger.state import State
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.storage.earning import earn_counts
from services.loyalty.storage.ledger import points, rows
from services.loyalty.storage.members import birthdays
from services.loyalty.storage.members.names import UP


async def snapshot(pool: asyncpg.Pool, member_id: str, programme: Programme, now: int) -> tuple[str, State]:
    """Who a member is by now, and that one's standing and wallets in a programme.

    With them what limited earn rules gave, as it decides over an order paid now, and when birthdays are.
    """
    state = State()
    ((survivor, *found),) = await pool.fetch(_STANDING, [member_id], programme.number)
    if any(found):
        state.standings[survivor, programme.number] = rows.standing(tuple(found))
    numbers = [currency.number for currency in programme.currencies]
    for wallet in await points.wallets(pool, [survivor], numbers):
        state.wallets[wallet.member_id, wallet.currency] = wallet
    if counted := earn_counts.asked(programme, survivor, now):
        await earn_counts.load(pool, counted, state.counts, lock=False)
    if programme.earning.birthday_purposes:
        state.birthdays = await birthdays.load(pool, [survivor])
    return survivor, state


_STANDING = f"""{UP}, survivor AS (SELECT name FROM up ORDER BY nth DESC LIMIT 1)
SELECT name::text, {rows.STANDING}
FROM survivor LEFT JOIN standings s ON s.member_id = name AND s.programme = $2
"""  # noqa: S608  # columns of ours
