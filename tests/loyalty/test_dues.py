"""The due run: what falls due is done for those whom nobody touches, once, at the instants it fell due."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from services.loyalty.jobs.dues import DueRun
from services.loyalty.lane import Lane
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.touching import touch_members
from services.loyalty.storage.ledger.dues import DUE_RUN
from services.loyalty.storage.ledger.state import Touches
from tests.loyalty.conftest import Loyalty
from tests.loyalty.spending import code, done, facts, spend
from tests.loyalty.test_integrity import check_everything
from tests.loyalty.timed import expiring, going_by, utc


@pytest.fixture(scope="module")
def timed(make_loyalty: Any) -> Callable[..., Any]:
    """Makes services that go by a clock of the test's."""
    return partial(going_by, make_loyalty)


async def test_example_18_points_are_gone_at_midnight_though_the_midnight_run_is_two_hours_late(
    timed: Any,
) -> None:
    midnight = utc("2026-06-02 16:00")  # of 3 June in Shanghai
    async with timed("2026-06-01 04:00") as there:
        spender, sleeper = there.loyalty.new_member(), there.loyalty.new_member()
        for member in (spender, sleeper):
            await there.pay(member, 10_000)
        there.clock.at = midnight - timedelta(microseconds=1)
        assert (await there.loyalty.balance(sleeper))["available"] == 100

        there.clock.at = midnight + timedelta(minutes=1)
        assert (await there.loyalty.balance(sleeper))["available"] == 0
        assert (await there.wallet(sleeper))["available"] == 100, "nobody has posted it yet"
        assert (await there.state())["lagSeconds"] == "60"

        there.clock.at = midnight + timedelta(hours=1)
        refused = await spend(there.loyalty, "RedeemPoints", spender, points=50, redemptionId="late")
        assert code(refused) == "NOT_ENOUGH_POINTS"
        assert facts(refused)["available"] == "0"
        assert await there.moved(spender, "EXPIRE") == [("EXPIRE", 100, midnight)]

        there.clock.at = midnight + timedelta(hours=2)
        await there.run.look()
        for member in (spender, sleeper):
            assert await there.moved(member, "EXPIRE", "REDEEM") == [("EXPIRE", 100, midnight)]
            assert (await there.wallet(member))["available"] == 0
        await check_everything(there.loyalty)


LOCAL_DAYS = [
    # zone, when 1.00 was paid, when the point is gone: at the midnight after the day after
    ("Pacific/Apia", "2011-12-28 20:00", "2011-12-30 10:00"),  # that midnight was left out with its whole day
    ("Pacific/Apia", "2026-03-06 00:00", "2026-03-07 11:00"),
    ("Asia/Shanghai", "2026-03-06 04:00", "2026-03-07 16:00"),
    ("Asia/Kathmandu", "2026-03-06 06:00", "2026-03-07 18:15"),
    ("America/New_York", "2026-03-06 17:00", "2026-03-08 05:00"),
    ("America/New_York", "2026-03-07 17:00", "2026-03-09 04:00"),  # a day of 23 hours
    ("America/New_York", "2026-10-30 16:00", "2026-11-01 04:00"),
    ("America/New_York", "2026-10-31 16:00", "2026-11-02 05:00"),  # a day of 25 hours
    ("Africa/Cairo", "2026-04-22 10:00", "2026-04-23 22:00"),  # a day that begins at 1 o'clock
    ("America/Havana", "2026-10-30 16:00", "2026-11-01 04:00"),  # a day on which midnight comes twice
]


def named(zone: str) -> str:
    """A programme's id after its zone."""
    return zone.replace("/", "-").replace("_", "-").lower()


async def test_one_run_expires_in_every_zone_what_is_due_there_and_nothing_else(timed: Any) -> None:
    async with timed("2011-01-01 00:00") as there:
        for zone in {zone for zone, _, _ in LOCAL_DAYS}:
            body = {"programme": expiring(programmeId=named(zone), timeZone=zone), "reason": "test"}
            await done(there.loyalty.staff("ProgrammesService/CreateProgramme", body))
        members = [there.loyalty.new_member() for _ in LOCAL_DAYS]
        for at in sorted({utc(text) for _, paid, gone in LOCAL_DAYS for text in (paid, gone)}):
            going = [
                member for member, (_, _, gone) in zip(members, LOCAL_DAYS, strict=True) if utc(gone) == at
            ]
            there.clock.at = at - timedelta(microseconds=1)
            await there.run.look()
            assert [await there.moved(member, "EXPIRE") for member in going] == [[] for _ in going], at
            there.clock.at = at
            await there.run.look()
            assert [await there.moved(member, "EXPIRE") for member in going] == [[("EXPIRE", 1, at)]] * len(
                going
            )
            for member, (zone, paid, _) in zip(members, LOCAL_DAYS, strict=True):
                if utc(paid) == at:
                    await there.pay(member, 100, programmeId=named(zone))
        assert await there.expired() == len(LOCAL_DAYS)
        await check_everything(there.loyalty)


async def test_a_run_matures_times_out_and_expires_each_at_its_own_instant(timed: Any) -> None:
    founded = expiring()
    founded["currencies"][0] |= {"maturation": {"kind": "MATURATION_KIND_AFTER_PERIOD", "period": "P1D"}}
    async with timed("2026-06-01 04:00", founded) as there:
        member = there.loyalty.new_member()
        await there.pay(member, 10_000)
        there.clock.at = utc("2026-06-01 17:00")  # 2 June: they matured an hour ago
        await there.run.look()
        there.clock.at = utc("2026-06-01 17:01")
        held = spend(there.loyalty, "HoldPoints", member, points=40, holdId="cart", timeToLiveSeconds=600)
        await done(held)
        there.clock.at = utc("2026-06-05 00:00")
        await there.run.look()
        assert await there.moved(member, "PENDING_ACTIVATED", "HOLD", "HOLD_RELEASE", "EXPIRE") == [
            ("PENDING_ACTIVATED", 100, utc("2026-06-01 16:00")),
            ("HOLD", 40, utc("2026-06-01 17:01")),
            ("HOLD_RELEASE", 40, utc("2026-06-01 17:11")),
            ("EXPIRE", 100, utc("2026-06-03 16:00")),
        ]
        (hold,) = await there.loyalty.sql("SELECT state FROM holds WHERE member_id = $1", member)
        assert hold["state"] == "TIMED_OUT"
        assert not (await there.state()).get("due")
        await check_everything(there.loyalty)


async def test_a_run_cut_off_again_and_again_does_everything_once(
    timed: Any, servers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.loyalty.jobs.dues.AT_ONCE", 50)
    async with timed("2026-06-01 04:00") as there:
        members = [there.loyalty.new_member() for _ in range(1_500)]
        await there.pay_many(members, 10_000)
        there.clock.at = utc("2026-07-01 00:00")
        killer, at = await asyncpg.connect(servers.postgres_url), make_url(there.loyalty.database)
        interrupted = 0
        while (before := await there.expired()) < len(members):
            looking = asyncio.create_task(there.run.look())
            while not looking.done() and await there.expired() == before:
                await asyncio.wait({looking}, timeout=0.005)
            interrupted += not looking.done()
            if interrupted % 2:
                looking.cancel()
            else:
                await killer.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND usename = $2",
                    at.database,
                    at.username,
                )
            await asyncio.gather(looking, return_exceptions=True)
        await killer.close()
        assert interrupted > 1
        once = await there.loyalty.sql(
            "SELECT count(*) FROM entries WHERE type = 'EXPIRE' GROUP BY member_id"
        )
        assert [row[0] for row in once] == [1] * len(members)
        await check_everything(there.loyalty)


async def test_two_runs_at_once_share_one_work(timed: Any) -> None:
    async with timed("2026-06-01 04:00") as there:
        members = [there.loyalty.new_member() for _ in range(500)]
        await there.pay_many(members, 10_000)
        there.clock.at = utc("2026-07-01 00:00")
        other = DueRun(there.loyalty.database, there.pool, Rulebook(there.pool), there.clock)
        with capture_logs() as logs:
            await asyncio.gather(there.run.look(), other.look())
        assert [line["members"] for line in logs if line["event"] == "due run finished"] == [len(members)]
        assert await there.expired() == len(members)
        await check_everything(there.loyalty)


async def test_members_touched_from_two_sides_at_once_lose_their_points_once(timed: Any) -> None:
    async with timed("2026-06-01 04:00") as there:
        members = [there.loyalty.new_member() for _ in range(200)]
        await there.pay_many(members, 10_000)
        there.clock.at = utc("2026-07-01 00:00")
        lanes = [Lane(there.loyalty.database, Rulebook(there.pool), there.clock) for _ in range(3)]
        working = asyncio.gather(*(lane.run() for lane in lanes))
        number = (await Rulebook(there.pool).current()).history("shop").newest.number
        tasks = []
        for lane in lanes:
            operation = partial(touch_members, members=[(member, "shop") for member in members])
            tasks.append(Task(operation, Touches(tuple((member, number) for member in members))))
            lane.queue.put(tasks[-1])
        entries = [(await task.answer).value.entries for task in tasks]
        working.cancel()
        assert sorted(entries) == [0, 0, 200]
        assert await there.expired() == 200
        await check_everything(there.loyalty)


async def test_wallets_whose_due_instant_is_not_known_are_looked_at_once(timed: Any) -> None:
    async with timed("2026-06-01 04:00") as there:
        member = there.loyalty.new_member()
        await there.pay(member, 10_000)
        known = (await there.wallet(member))["next_due_at"]
        await there.loyalty.sql("UPDATE wallets SET next_due_at = 0")
        assert (await there.state())["due"] == "2"
        await there.run.look()
        assert (await there.wallet(member))["next_due_at"] == known
        assert not (await there.state()).get("due")
        assert await there.expired() == 0
        await there.run.look()
        assert (await there.state())["run"]["members"] == "1"
        await check_everything(there.loyalty)


async def test_a_member_who_cannot_be_settled_holds_up_nobody_else(timed: Any) -> None:
    async with timed("2026-06-01 04:00") as there:
        members = [there.loyalty.new_member() for _ in range(20)]
        await there.pay_many(members, 10_000)
        broken = members[7]
        await there.loyalty.sql(  # a promise that the sums know nothing of
            "UPDATE wallets SET pending_lots = ARRAY[ARRAY[1::bigint, 24000, 0, 5]] WHERE member_id = $1",
            broken,
        )
        there.clock.at = utc("2026-07-01 00:00")
        with capture_logs() as logs:
            await there.run.look()
            await there.run.look()
        failures = [line for line in logs if line["event"] == "member cannot be brought up to now"]
        assert [line["member_id"] for line in failures] == [broken], "it is not tried again at once"
        assert await there.expired() == len(members) - 1
        state = await there.state()
        assert (state["due"], state["run"]["setAside"]) == ("1", "1")


async def test_a_new_version_judges_those_whom_nobody_touches(timed: Any) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    async with timed(now.isoformat()[:19]) as there:
        members = [there.loyalty.new_member() for _ in range(5)]
        for nth, member in enumerate(members):
            await there.pay(member, 10_000 * nth)
        await there.run.look()
        since = now + timedelta(hours=1)
        body = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "effectiveAt": since.isoformat().replace("+00:00", "Z"),
            "tiers": [
                {
                    "key": "silver",
                    "name": {"zh": "银", "en": "silver"},
                    "conditions": [{"metric": "GROWTH", "atLeast": 200}],
                    "multiplier": "1.2",
                }
            ],
            "reason": "test",
        }
        await done(there.loyalty.staff("ProgrammesService/ReviseProgramme", body, "program_admin"))
        run = DueRun(there.loyalty.database, there.pool, Rulebook(there.pool), there.clock)
        standings = "SELECT tier_keys, tier_since, judged_version FROM standings ORDER BY member_id"
        before = await there.loyalty.sql(standings)
        await run.look()
        assert await there.loyalty.sql(standings) == before, "it is not in force yet"

        there.clock.at = since + timedelta(minutes=1)
        await run.look()
        rows = await there.loyalty.sql("SELECT * FROM standings")
        found = {str(row["member_id"]): row for row in rows}
        assert [found[member]["tier_keys"] for member in members] == [
            [],
            [],
            ["silver"],
            ["silver"],
            ["silver"],
        ]
        assert {row["judged_version"] for row in rows} == {2}
        assert {at for row in rows for at in row["tier_since"]} == {int(since.timestamp()) * 1_000_000}
        judged = await there.state()
        there.clock.at += timedelta(minutes=1)
        for again in (run, DueRun(there.loyalty.database, there.pool, Rulebook(there.pool), there.clock)):
            await again.look()
        assert await there.state() == judged, "nobody is judged twice"
        await check_everything(there.loyalty)


def _warnings(logs: list[Any]) -> list[int]:
    return [line["late_s"] for line in logs if line["log_level"] == "warning"]


async def test_what_waits_longer_than_ten_minutes_is_warned_of(timed: Any) -> None:
    async with timed("2026-06-01 04:00") as there:
        await there.pay(there.loyalty.new_member(), 10_000)
        elsewhere = await asyncpg.connect(there.loyalty.database)
        await elsewhere.execute("SELECT pg_advisory_lock($1)", DUE_RUN)  # a worker that has it, and hangs
        for minutes, warnings in ((9, []), (11, [660])):
            there.clock.at = utc("2026-06-02 16:00") + timedelta(minutes=minutes)
            with capture_logs() as logs:
                running = asyncio.create_task(there.run.run())
                await asyncio.sleep(0.3)
                async with asyncio.timeout(20):
                    while len(_warnings(logs)) < len(warnings):  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            assert _warnings(logs) == warnings
        await elsewhere.close()


@pytest.mark.parametrize("role", ["support", "privacy_officer"])
async def test_the_due_state_is_for_those_who_run_the_programme(loyalty: Loyalty, role: str) -> None:
    answer = await loyalty.staff("DuesService/GetDueState", {}, role)
    assert code(answer) == "NOT_ALLOWED"
    assert code(await loyalty.order_system("DuesService/GetDueState", {})) == "NOT_ALLOWED"
