"""A flash reward: 100 pieces, 10,000 takers at 256 at once, over the lanes of two services on one database.

The services have been serving when the sale begins: 256 members take another reward first, which is reported beside it,
for it is what the first takers after a start see while each connection plans its statements.
``python -m tests.load.programme_rewards`` runs it by itself and says what it took.
"""

import asyncio
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import asyncpg
import uvloop

from services.kit import clock, database
from services.kit.refusal import Refusal
from services.loyalty.actions import rewards
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.programmes.drafts import Publisher
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.rewards.reward_redemptions import RewardAsked, redeem_reward
from services.loyalty.rules.rewards.rewards import RewardKind, Terms
from services.loyalty.storage.ledger.state import Touches
from tests.load.place import opened

PIECES, TAKERS, AT_ONCE, SERVICES, LANES = 100, 10_000, 256, 2, 2
P99_MS = 250.0
_EVERYDAY = "everyday"
_NAME = Text("限量", "flash")


async def flash(url: str, owner: str) -> tuple[bool, str]:
    """Offer the reward and let everybody at it; whether the mark is reached, and what came of it."""
    await _remember(owner)
    pool = await database.pool(url)
    rulebooks = [Rulebook(pool) for _ in range(SERVICES)]
    programme = (await rulebooks[0].current()).history("").newest
    async with pool.acquire() as connection, connection.transaction():
        now = clock.micros(clock.now())
        for name, limited in (("flash", True), (_EVERYDAY, False)):
            terms = Terms(_NAME, _NAME, RewardKind.GOODS, "", "POINTS", 10, limited=limited)
            await rewards.draft(connection, programme, name, terms, "bench", "bench", now)
            await rewards.publish(
                connection, programme, name, 1, Publisher("bench", frozenset()), "bench", now
            )
        await rewards.change_stock(connection, programme, "flash", "all", PIECES, "bench", "bench", now)
    services = [Lanes(url, rulebook, LANES) for rulebook in rulebooks]
    running = [asyncio.ensure_future(lanes.run()) for lanes in services]
    members = [
        str(row[0])
        for row in await pool.fetch("SELECT member_id FROM wallets WHERE currency = 1 LIMIT $1", TAKERS)
    ]
    waits: list[float] = []
    outcomes: dict[str, int] = {}

    async def take(nth: int, member: str, reward: str = "flash") -> None:
        asked = RewardAsked(member, programme.programme_id, reward, reward, 0, "bench")
        number, own = programme.number, (asked.place,)
        touches = Touches(((member, number),), keys=own, takings=own, rewards=((number, reward, member),))
        task = Task(partial(redeem_reward, asked=asked), touches, wish=(number, asked))
        began = time.perf_counter()
        try:
            await services[nth % SERVICES].submit(task)
            outcome = "taken"
        except Refusal as refusal:
            outcome = refusal.code
        waits.append((time.perf_counter() - began) * 1_000)
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    coming = enumerate(members)

    async def some() -> None:
        for nth, member in coming:
            await take(nth, member)

    await asyncio.gather(*(take(nth, member, _EVERYDAY) for nth, member in enumerate(members[:AT_ONCE])))
    first = max(waits)
    waits.clear()
    outcomes.clear()
    began = time.perf_counter()
    await asyncio.gather(*(some() for _ in range(AT_ONCE)))
    seconds = time.perf_counter() - began
    for each in running:
        each.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    charged = await _charged(owner)
    await pool.close()
    waits.sort()
    p50, p99 = waits[len(waits) // 2], waits[len(waits) * 99 // 100]
    holds = outcomes.get("taken") == charged == PIECES and p99 <= P99_MS
    verdict = "holds" if holds else "DOES NOT HOLD"
    return holds, (
        f"{len(members):,} takers in {seconds:.2f} s, {AT_ONCE} at once: {outcomes}, {charged} charged; "
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {waits[-1]:.1f} ms (<= {P99_MS:.0f}): {verdict}; "
        f"longest of the first {AT_ONCE} after a start {first:.1f} ms"
    )


async def _remember(owner: str) -> None:
    """Earlier declined and taken ones: of tables that were empty when it planned, PostgreSQL reads every row."""
    connection = await asyncpg.connect(owner)
    try:
        await connection.execute(_EARLIER)
    finally:
        await connection.close()


async def _charged(owner: str) -> int:
    """Who paid, by the entries alone."""
    connection = await asyncpg.connect(owner)
    try:
        count: int = await connection.fetchval(
            "SELECT count(DISTINCT (member_id, key)) FROM entries WHERE reason = 'reward:flash'"
        )
        return count
    finally:
        await connection.close()


_EARLIER = """
INSERT INTO denials (member_id, key, fingerprint, asked, available, held, recorded_at)
SELECT gen_random_uuid(), gen_random_uuid(), '', 1, 0, 0, now() FROM generate_series(1, 20000);
INSERT INTO reward_redemptions (member_id, key, redemption_id, programme, reward, edition, kind, gives, currency, points,
  redeemed_at, state, changed_at, changed_by, reason, code)
SELECT gen_random_uuid(), gen_random_uuid(), 'r', 1, 'earlier', 1, 'GOODS', '', 1, 1, 1, 'FULFILLED', 1, 'bench', '', ''
FROM generate_series(1, 20000);
ANALYZE denials, reward_redemptions;
"""


def main() -> int:
    """Exit code 0 when the mark is reached."""
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), TAKERS, 2) as place:
        holds, said = uvloop.run(flash(place.urls.app, place.superuser))
    print(said)
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
