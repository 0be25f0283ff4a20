"""The price of the tier decision on the ledger's locked path: orders under a ladder, against the same under none.

Both programmes earn by the same rules; one has a ladder of three tiers measured in windows, with a validity, so that
every order counts, measures and may move. The members have a year of days behind them. What is counted is orders a
second of this process's own processor time, in which the fold runs, interleaved.
"""

import asyncio
import random
import time
from dataclasses import replace
from functools import partial
from uuid import UUID, uuid4

import asyncpg

from infra.local import databases
from infra.local.databases import DatabaseUrls, Role
from services.kit import clock, database, process
from services.loyalty.actions import programmes as actions
from services.loyalty.lanes import Lanes
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.expiry import Period, local_day
from services.loyalty.rules.orders.checkout import OrderToRecord, record_order
from services.loyalty.rules.orders.orders import Line, Order, fingerprint
from services.loyalty.rules.programmes.programmes import Programme
from services.loyalty.rules.tiers.tier_schemes import Condition, Downgrade, TierRule, TierScheme
from services.loyalty.rules.tiers.windows import Window, WindowKind
from services.loyalty.storage.ledger.state import Touches
from services.loyalty.storage.programmes.programmes import Publication
from tests.load import history
from tests.load.figures import Figure, Row, ratios

MEMBERS = 20_000
DAYS_EACH = 12
ORDERS = 4_000
ROUNDS = 7
MARK = 0.85
TIERS = (("silver", 200_000), ("gold", 800_000), ("platinum", 3_000_000))


def laddered(founded: Programme) -> Programme:
    """Three tiers by money spent in a year back, good for a year; to keep one takes half of it."""
    year = Window(WindowKind.ROLLING_DAYS, 365)
    tiers = tuple(
        TierRule(
            key,
            founded.name,
            (Condition("SPEND", least, year),),
            10_000,
            (),
            retain=(Condition("SPEND", least // 2, year),),
        )
        for key, least in TIERS
    )
    return replace(founded, tiers=tiers, tier_scheme=TierScheme(Period(12, 0), None, Downgrade.TO_QUALIFIED))


class Arm:
    """Orders of members at random in one programme."""

    def __init__(self, lanes: Lanes, programme: Programme, members: list[str]) -> None:
        self._lanes = lanes
        self._programme = programme
        self._members = members

    async def run(self) -> float:
        """Orders per second of this process's own time."""
        began = time.process_time()
        await asyncio.gather(*(self._pay() for _ in range(ORDERS)))
        return ORDERS / (time.process_time() - began)

    def _pay(self) -> asyncio.Future[object]:
        minor, who = random.randrange(1_000, 60_000), random.choice(self._members)
        order = Order(
            source="bench",
            order_id=str(uuid4()),
            programme=self._programme.number,
            programme_id=self._programme.programme_id,
            member_id=who,
            fingerprint=b"",
            money_currency="CNY",
            total_minor=minor,
            lines=[Line("1", "tea", 1, minor)],
            channel="web",
            paid_at=clock.micros(clock.now()),
        )
        order.fingerprint = fingerprint(order)
        asked = OrderToRecord(order, "service:bench", may_be_old=False)
        touches = Touches(
            ((who, self._programme.number),),
            orders=((order.source, order.order_id),),
            paid=((who, self._programme.number, order.paid_at),),
        )
        return self._lanes.submit(Task(partial(record_order, asked=asked), touches))  # type: ignore[return-value]


async def measure(server_url: str, rounds: int = ROUNDS) -> tuple[list[Row], list[str]]:
    """Interleaved rounds of both."""
    roles = [Role(f"ladder{suffix}", "bench") for suffix in ("", "_owner")]
    urls = await asyncio.to_thread(_create, server_url, roles)
    members = [str(UUID(int=random.getrandbits(128), version=4)) for _ in range(MEMBERS)]
    await _found(urls, members)
    pool = await database.pool(urls.app)
    rulebook = Rulebook(pool)
    lanes = Lanes(urls.app, rulebook, 2)
    working = asyncio.gather(lanes.run(), rulebook.follow())
    known = await rulebook.current()
    arms = {name: Arm(lanes, known.history(name).newest, members) for name in ("plain", "laddered")}
    process.spare_collections()
    speeds: dict[str, list[float]] = {name: [] for name in arms}
    for arm in arms.values():
        await arm.run()
    for _ in range(rounds):
        for name in random.sample(sorted(arms), len(arms)):
            speeds[name].append(await arms[name].run())
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await pool.close()
    cost = ratios(speeds["laddered"], speeds["plain"])
    rows = [
        Row("orders without tiers", Figure.of(speeds["plain"])),
        Row("orders under a ladder", Figure.of(speeds["laddered"]), cost, MARK),
    ]
    return rows, [f"{MEMBERS:,} members with {DAYS_EACH} days behind them, {ORDERS:,} orders a round"]


async def _found(urls: DatabaseUrls, members: list[str]) -> None:
    """Both programmes, and members with days behind them in each."""
    owner = await asyncpg.connect(urls.owner)
    version = history.programme()
    plain = replace(version, programme_id="plain", tiers=())
    today = local_day(clock.micros(clock.now()), version.time_zone).toordinal()
    await owner.execute("INSERT INTO members SELECT unnest($1::uuid[]), timestamptz '2020-02-29'", members)
    for each in (plain, replace(laddered(version), programme_id="laddered")):
        published = Publication(each, "service:bench", each.effective_at, "bench", each is plain)
        async with owner.transaction():
            founded = (await actions.create(owner, published))[0].programme
        await owner.execute(
            """INSERT INTO standings (member_id, programme, days, judged_version, touched_at)
               SELECT member, $2, (SELECT array_agg(ARRAY[$3::bigint - 30 * n, 10000, 1] ORDER BY n DESC)
                                   FROM generate_series(1, $4::int) AS n), 1, 1
               FROM unnest($1::uuid[]) AS member""",
            members,
            founded.number,
            today,
            DAYS_EACH,
        )
    await owner.execute("VACUUM ANALYZE")
    await owner.close()


def _create(server_url: str, roles: list[Role]) -> DatabaseUrls:
    return databases.create_and_migrate(server_url, "loyalty", "ladder", app=roles[0], owner=roles[1])
