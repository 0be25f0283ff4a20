"""The preview of a tier scheme for all members, against the one aggregate query that any answer needs.

The query sums what each member spent in the window that the scheme looks at. Both read the same orders' sums: the query
from the orders, the preview from the standings, which hold them by the day. What is counted is members a second.
"""

import argparse
import asyncio
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import uvloop
from rich.console import Console

from infra.local import databases
from infra.local.databases import DatabaseUrls, Role
from services.kit import clock, database, process
from services.loyalty.actions import drafts as drafting
from services.loyalty.actions import previews as asking
from services.loyalty.actions import programmes as actions
from services.loyalty.jobs.previews import Previews
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.rules.programmes.drafts import Draft, DraftState
from services.loyalty.rules.programmes.previews import PreviewState
from services.loyalty.rules.tiers.tier_schemes import Condition, OnPublish, TierRule, TierScheme
from services.loyalty.rules.tiers.windows import Window, WindowKind
from services.loyalty.storage.programmes import previews
from services.loyalty.storage.programmes.previews import Preview
from services.loyalty.storage.programmes.programmes import Publication
from tests.load import figures, history, place
from tests.load.figures import Figure, Row, ratios
from tests.scratch import scratch

MEMBERS = 1_000_000
ORDERS_EACH = 10
ROUNDS = 3
MARK = 1 / 3
SEED = 0.42
WINDOW_DAYS = 365
THRESHOLDS_MINOR = {"silver": 200_000, "gold": 300_000, "platinum": 400_000}


@dataclass
class Population:
    """Members with orders behind them, and a draft of other tiers for them."""

    urls: DatabaseUrls
    owner: asyncpg.Connection
    pool: asyncpg.Pool
    members: int
    draft: Draft

    @classmethod
    async def made(cls, server_url: str, members: int, orders_each: int) -> "Population":
        roles = [Role(f"preview{suffix}", "bench") for suffix in ("", "_owner")]
        urls = await asyncio.to_thread(_create, server_url, roles)
        owner = await asyncpg.connect(urls.owner)
        version = history.programme()
        published = Publication(version, "service:bench", version.effective_at, "bench", is_default=True)
        async with owner.transaction():
            founded = (await actions.create(owner, published))[0].programme
        growth = founded.currencies[1].number
        names = {
            "members": members,
            "orders": members * orders_each,
            "growth": growth,
            "programme": founded.number,
            "never": NEVER,
        }
        await owner.execute(f"SELECT setseed({SEED})")
        await history.without_indexes(owner, [step.format(**names) for step in _SEED])
        await owner.execute("VACUUM (FREEZE, ANALYZE)")
        now = clock.micros(clock.now())
        spent = Window(WindowKind.ROLLING_DAYS, WINDOW_DAYS)
        tiers = tuple(
            TierRule(key, founded.name, (Condition("SPEND", least, spent),), 10_000, ())
            for key, least in THRESHOLDS_MINOR.items()
        )
        scheme = TierScheme(on_publish=OnPublish.REASSESS)
        following = replace(founded, version=2, tiers=tiers, tier_scheme=scheme)
        draft = Draft(
            str(uuid4()), following, 1, DraftState.DRAFT, 1, "bench", now, "bench", now, "bench", "k", b"k"
        )
        async with owner.transaction():
            await drafting.create(owner, draft)
        return cls(urls, owner, await database.pool(urls.app), members, draft)

    async def preview(self) -> float:
        """Members a second of a preview, from being taken to being kept."""
        asked = Preview(
            str(uuid4()),
            self.draft.draft_id,
            history.PROGRAMME,
            1,
            PreviewState.WAITING,
            "bench",
            clock.micros(clock.now()),
        )
        async with self.pool.acquire() as connection, connection.transaction():
            await asking.start(connection, asked)
        began = time.perf_counter()
        await Previews(self.urls.app, self.pool).make()
        took = time.perf_counter() - began
        made = await previews.find(self.pool, asked.preview_id)
        assert made is not None
        assert made.findings is not None, made.state
        assert made.findings.members == self.members, made.findings.members
        return self.members / took

    async def aggregate(self) -> float:
        """Members a second of the query alone, its groups counted where they are made."""
        began = time.perf_counter()
        await self.owner.fetchrow(_AGGREGATE, self.draft.programme.number, WINDOW_DAYS)
        return self.members / (time.perf_counter() - began)

    async def close(self) -> None:
        await self.pool.close()
        await self.owner.close()


async def measure(
    server_url: str, members: int, orders_each: int, rounds: int
) -> tuple[list[Row], list[str]]:
    """Interleaved rounds of both."""
    population = await Population.made(server_url, members, orders_each)
    process.spare_collections()
    arms = {"aggregate": population.aggregate, "preview": population.preview}
    speeds: dict[str, list[float]] = {name: [] for name in arms}
    for arm in arms.values():
        await arm()
    for _ in range(rounds):
        for name in random.sample(sorted(arms), len(arms)):
            speeds[name].append(await arms[name]())
    await population.close()
    rows = [
        Row(f"aggregate of {members * orders_each:,} orders", Figure.of(speeds["aggregate"])),
        Row(
            f"preview of {members:,} members",
            Figure.of(speeds["preview"]),
            ratios(speeds["preview"], speeds["aggregate"]),
            round(MARK, 3),
        ),
    ]
    seconds = {name: members / Figure.of(each).median for name, each in speeds.items()}
    return rows, [", ".join(f"{name} {each:.2f} s" for name, each in seconds.items())]


def _create(server_url: str, roles: list[Role]) -> DatabaseUrls:
    return databases.create_and_migrate(server_url, "loyalty", "preview", app=roles[0], owner=roles[1])


_AGGREGATE = """
SELECT count(*), sum(spent), max(orders) FROM (
  SELECT member_id, sum(total_minor - refunded_minor) AS spent, count(*) AS orders FROM orders
  WHERE programme = $1 AND paid_at >= now() - $2::int * interval '1 day' GROUP BY member_id
) AS each
"""

_SEED = (
    """INSERT INTO members SELECT md5('member' || n)::uuid, timestamptz '1997-01-01'
       FROM generate_series(0, {members} - 1) AS n""",
    """CREATE UNLOGGED TABLE past AS
       SELECT k, md5('member' || floor(random() * {members})::int)::uuid AS member_id,
              (1000 + floor(random() * 59000))::bigint AS minor,
              date_trunc('second', now()) - random() * interval '700 days' AS at
       FROM generate_series(1, {orders}) AS k""",
    """INSERT INTO orders (source, order_id, member_id, programme, fingerprint, total_minor, refunded_minor, lines,
         earned, channel, rule_version, tier_at_payment, tier_after, paid_at, recorded_at)
       SELECT 'past', 'order-' || k, member_id, {programme}, decode(md5('body' || k), 'hex'), minor, 0,
              ('[["1","tea",1,' || minor || ',0,{{"POINTS":' || minor / 100 || ',"GROWTH":' || minor / 100
               || '}},{{}}]]')::json,
              ('{{"POINTS":[' || minor / 100 || ',0,{never},0,0,0,0,false],"GROWTH":[' || minor / 100
               || ',0,{never},0,0,0,0,false]}}')::json,
              'web', 1, '', '', at, at
       FROM past""",
    """INSERT INTO wallets (member_id, currency, available, pending, held, version, lots, pending_lots, touched_at,
         next_due_at, plain)
       SELECT member_id, {growth}, sum(minor / 100), 0, 0, count(*), ARRAY[ARRAY[{never}, 0, 0, sum(minor / 100)]],
              '{{}}'::bigint[], 1, {never}, true
       FROM past GROUP BY member_id""",
    """INSERT INTO standings (member_id, programme, tier_keys, tier_since, days, judged_version, touched_at)
       SELECT m.member_id, {programme}, CASE WHEN s.spent > 3000000 THEN ARRAY['silver'] ELSE '{{}}'::text[] END,
              CASE WHEN s.spent > 3000000 THEN ARRAY[1::bigint] ELSE '{{}}'::bigint[] END,
              coalesce(s.days, '{{}}'), 1, 1
       FROM members m LEFT JOIN (
         SELECT member_id, sum(spent) AS spent, array_agg(ARRAY[day, spent, orders] ORDER BY day) AS days FROM (
           SELECT member_id, (at AT TIME ZONE 'Asia/Shanghai')::date - date '0001-01-01' + 1 AS day,
                  sum(minor)::bigint AS spent, count(*) AS orders
           FROM past GROUP BY member_id, day
         ) AS days GROUP BY member_id
       ) AS s USING (member_id)""",
    "DROP TABLE past",
)


def main() -> int:
    """Exit code 0 when the mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the preview of a tier scheme.")
    asked.add_argument("--members", type=int, default=MEMBERS)
    asked.add_argument("--orders-each", type=int, default=ORDERS_EACH)
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    given = asked.parse_args()
    with (
        scratch("bench") as directory,
        place.server(Path(directory).resolve()) as (url, _),
    ):
        rows, notes = uvloop.run(measure(url, given.members, given.orders_each, given.rounds))
    return 0 if figures.show(Console(width=150), "preview", "members/s", rows, notes) else 1


if __name__ == "__main__":
    sys.exit(main())
