"""The due run: expiring a lot of every member, against one UPDATE of the same wallets and an INSERT of the same entries.

Both begin each round from tables of the same content, freshly vacuumed. What is counted is entries, one a member.
"""

import argparse
import asyncio
import random
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import asyncpg
import uvloop
from rich.console import Console

from infra.local import databases
from infra.local.databases import DatabaseUrls, Role
from services.kit import clock, database, process
from services.loyalty.actions import programmes as actions
from services.loyalty.jobs.dues import DueRun
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.expiry import NEVER
from services.loyalty.storage.programmes.programmes import Publication
from tests.load import figures, history, place
from tests.load.figures import Figure, Row, ratios
from tests.scratch import scratch

MEMBERS = 1_000_000
ROUNDS = 3
MINUTES = 20.0
MARK = 1 / 3
MIDNIGHT = clock.micros(datetime.fromisoformat("2026-06-30T16:00:00Z"))
RUN_AT = datetime.fromisoformat("2026-06-30T16:05:00Z")


@dataclass
class Midnight:
    """A ledger in which something of every member falls due at one midnight."""

    urls: DatabaseUrls
    owner: asyncpg.Connection
    pool: asyncpg.Pool
    points: int

    @classmethod
    async def made(cls, server_url: str, members: int) -> "Midnight":
        await _drop(server_url)
        roles = [Role(f"midnight{suffix}", "bench") for suffix in ("", "_owner")]
        urls = await asyncio.to_thread(_create, server_url, roles)
        owner = await asyncpg.connect(urls.owner)
        programme = history.programme()
        published = Publication(programme, "service:bench", programme.effective_at, "bench", is_default=True)
        async with owner.transaction():
            founded = (await actions.create(owner, published))[0].programme
        points, growth = (currency.number for currency in founded.currencies)
        names = {"members": members, "points": points, "growth": growth, "programme": founded.number}
        for step in _SEED:
            await owner.execute(step.format(**names, never=NEVER))
        return cls(urls, owner, await database.pool(urls.app), points)

    async def begin(self) -> None:
        """Give every member the lot again, here and in the raw tables; untimed."""
        for table in ("wallets", "raw_wallets"):
            await self.owner.execute(_GIVE.format(table=table), self.points, MIDNIGHT)
        await self.owner.execute(
            "VACUUM (FREEZE, ANALYZE) wallets, raw_wallets, standings, entries, raw_entries"
        )

    async def run(self) -> float:
        """Entries per second of the due run."""
        rulebook = Rulebook(self.pool)
        run = DueRun(self.urls.app, self.pool, rulebook, lambda: RUN_AT)
        before = await self.owner.fetchval(_EXPIRED)
        started = time.perf_counter()
        await run.look()
        took = time.perf_counter() - started
        done: int = await self.owner.fetchval(_EXPIRED) - before
        return done / took

    async def stage(self) -> None:
        """Keep the entries of one run for the raw arm, under keys of their own each time; untimed."""
        await self.owner.execute(
            "CREATE UNLOGGED TABLE staged AS SELECT * FROM entries WHERE type = 'EXPIRE'"
        )

    async def raw(self) -> float:
        """Entries per second of SQL alone."""
        await self.owner.execute("UPDATE staged SET key = gen_random_uuid()")
        started = time.perf_counter()
        async with self.owner.transaction():
            await self.owner.execute(_UPDATE, self.points, MIDNIGHT, NEVER)
            inserted = await self.owner.execute("INSERT INTO raw_entries SELECT * FROM staged")
        return int(inserted.split()[-1]) / (time.perf_counter() - started)

    async def close(self) -> None:
        await self.pool.close()
        await self.owner.close()


async def measure(
    console: Console,
    there: place.Place,
    rounds: int = ROUNDS,
    members: int = MEMBERS,
    minutes: float = MINUTES,
) -> tuple[list[Row], list[str]]:
    """Interleaved rounds of both, each figure said at once; no round begins after so many minutes but the first."""
    started = time.monotonic()

    def say(what: str) -> None:
        console.print(f"{(time.monotonic() - started) / 60:5.1f} min  {what}")

    midnight = await Midnight.made(there.server, members)
    process.spare_collections()
    say("seeded")
    await midnight.begin()
    say(f"untimed run: {await midnight.run():,.0f} entries/s")
    await midnight.stage()
    say(f"untimed raw: {await midnight.raw():,.0f} entries/s")
    speeds: dict[str, list[float]] = {"raw": [], "run": []}
    costs: dict[str, list[tuple[float, float, float]]] = {"raw": [], "run": []}
    for nth in range(rounds):
        if nth and time.monotonic() - started > 60 * minutes:
            say(f"{nth} of {rounds} rounds: the time is over")
            break
        await midnight.begin()
        await there.checkpoint()
        for arm in random.sample(sorted(speeds), 2):
            async with there.watched() as cost:
                speeds[arm].append(await (midnight.raw() if arm == "raw" else midnight.run()))
            costs[arm].append((cost.own_s, cost.postgres_s, cost.wal_bytes))
            say(f"round {nth + 1}, {arm}: {speeds[arm][-1]:,.0f} entries/s")
    await midnight.close()
    await _drop(there.server)
    rows = [
        Row(
            "raw: one UPDATE and one INSERT",
            Figure.of(speeds["raw"]),
            beside=_each(costs["raw"], members),
        ),
        Row(
            f"due run, {members:,} members",
            Figure.of(speeds["run"]),
            ratios(speeds["run"], speeds["raw"]),
            MARK,
            _each(costs["run"], members),
        ),
    ]
    return rows, [await there.settings()]


def _each(costs: list[tuple[float, float, float]], members: int) -> str:
    """What a member costs: processor time of ours and of Postgres, and bytes of WAL."""
    own, server, wal = (Figure.of(each).median / members for each in zip(*costs, strict=True))
    return f"{own * 1e6:.0f} + {server * 1e6:.0f} µs, WAL {wal:,.0f} B"


def _create(server_url: str, roles: list[Role]) -> DatabaseUrls:
    return databases.create_and_migrate(server_url, "loyalty", "midnight", app=roles[0], owner=roles[1])


async def _drop(server_url: str) -> None:
    server = await asyncpg.connect(server_url)
    await server.execute("DROP DATABASE IF EXISTS midnight WITH (FORCE)")
    await server.close()


_EXPIRED = "SELECT count(*) FROM entries WHERE type = 'EXPIRE'"

_SEED = (
    """INSERT INTO members SELECT md5('member' || n)::uuid, timestamptz '1997-01-01'
       FROM generate_series(1, {members}) AS n""",
    """INSERT INTO standings (member_id, programme, days, judged_version, touched_at)
       SELECT member_id, {programme}, ARRAY[[739500, 10000, 1], [739600, 20000, 2]], 1, 1 FROM members""",
    """INSERT INTO wallets (member_id, currency, available, pending, held, version, lots, pending_lots, touched_at,
         next_due_at, plain)
       SELECT member_id, currency, 0, 0, 0, 1, '{{}}', '{{}}', 1, {never}, true
       FROM members, unnest(ARRAY[{points}, {growth}]) AS currency""",
    """INSERT INTO entries (member_id, key, part, currency, type, from_account, to_account, points, lot_expires_at,
         lot_month, lot_source, order_ref, rule_version, actor, reason, balance_after, fingerprint, occurred_at,
         recorded_at, lane, batch, ord)
       SELECT member_id, gen_random_uuid(), 0, {points}, 'EARN', 'ISSUED', 'AVAILABLE', 100, 1, 24000, 0,
              'shop:' || member_id, 1, 'system:bench', '', 100, '', '2025-06-01', '2025-06-01', 14, 1, 0
       FROM members""",
    "CREATE TABLE raw_wallets (LIKE wallets INCLUDING ALL) WITH (fillfactor = 60)",
    "CREATE TABLE raw_entries (LIKE entries INCLUDING ALL)",
    "INSERT INTO raw_wallets SELECT * FROM wallets",
    "INSERT INTO raw_entries SELECT * FROM entries",
)

_GIVE = """
UPDATE {table} SET available = available + 100, version = version + 1, next_due_at = $2::bigint,
       lots = ARRAY[ARRAY[$2::bigint, 24000, 0, 100]]
WHERE currency = $1
"""

_UPDATE = """
UPDATE raw_wallets SET available = available - 100, version = version + 1, lots = '{}', touched_at = $2::bigint,
       next_due_at = $3::bigint
WHERE currency = $1 AND next_due_at <= $2::bigint
"""


def main() -> int:
    """Exit code 0 when the mark is reached."""
    asked = argparse.ArgumentParser(description="Measure the due run.")
    asked.add_argument("--rounds", type=int, default=ROUNDS)
    asked.add_argument("--members", type=int, default=MEMBERS)
    asked.add_argument("--minutes", type=float, default=MINUTES, help="no round begins after so many")
    given = asked.parse_args()
    console = Console(width=160)
    with (
        scratch("bench") as directory,
        place.server(Path(directory).resolve()) as (url, postmaster),
    ):
        there = place.Place(url, DatabaseUrls(url, url), postmaster)
        rows, notes = uvloop.run(measure(console, there, given.rounds, given.members, given.minutes))
    return 0 if figures.show(console, "due run", "entries/s", rows, notes) else 1


if __name__ == "__main__":
    sys.exit(main())
