"""Previews: what a draft would do to everybody, which publishing it then does."""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.kit import clock, database
from services.loyalty.jobs import population
from services.loyalty.jobs.dues import DueRun
from services.loyalty.jobs.previews import Previews
from services.loyalty.rulebook import Rulebook
from services.loyalty.storage.programmes import populations
from tests.loyalty.conftest import Loyalty, cny, order, programme, tier
from tests.loyalty.test_drafts import at, begin, call

HELD = """
SELECT member_id::text, coalesce(tier_keys[cardinality(tier_keys)], '') AS tier FROM standings
WHERE merged_into IS NULL
"""


@asynccontextmanager
async def worker(loyalty: Loyalty, now: clock.Clock = clock.now) -> AsyncIterator[Previews]:
    pool = await database.pool(loyalty.database, size=2)
    try:
        yield Previews(loyalty.database, pool, now)
    finally:
        await pool.close()


async def ask(loyalty: Loyalty, method: str, body: dict[str, Any], *roles: str) -> dict[str, Any]:
    answer = await loyalty.staff(f"PreviewsService/{method}", body, *(roles or ("program_admin",)))
    found: dict[str, Any] = answer.json()
    return found


async def start(loyalty: Loyalty, draft: dict[str, Any]) -> dict[str, Any]:
    started: dict[str, Any] = (await ask(loyalty, "StartPreview", {"draftId": draft["draftId"]}))["preview"]
    return started


async def look(loyalty: Loyalty, preview: dict[str, Any]) -> dict[str, Any]:
    looked: dict[str, Any] = (await ask(loyalty, "GetPreview", {"previewId": preview["previewId"]}))[
        "preview"
    ]
    return looked


async def held(loyalty: Loyalty) -> dict[str, str]:
    return {row["member_id"]: row["tier"] for row in await loyalty.sql(HELD)}


async def shop(loyalty: Loyalty, *totals: int) -> list[str]:
    """Members who bought for so much each, one or two orders each, so that one has every kind of past."""
    members = [loyalty.new_member() for _ in totals]
    orders = [order(member, total * 100) for member, total in zip(members, totals, strict=True)]
    answer = await loyalty.order_system("OrdersService/RecordOrders", {"orders": orders})
    assert answer.status_code == 200, answer.text
    return members


async def touch_everybody(loyalty: Loyalty) -> None:
    """Let the due run judge everybody by what was published, as if some time had passed."""
    pool = await database.pool(loyalty.database, size=4)
    later = lambda: datetime.now(UTC) + timedelta(seconds=15)  # noqa: E731
    await DueRun(loyalty.database, pool, Rulebook(pool, later), later).look()
    await pool.close()


def benefit(key: str, cost: int, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "kind": "BENEFIT_KIND_ECONOMIC",
        "name": {"zh": key, "en": key},
        "unitCost": cny(cost),
        **more,
    }


async def test_what_is_previewed_is_what_publishing_then_does(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        members = await shop(loyalty, 10, 100, 299, 300, 500, 899, 900, 1999, 2000, 2500)
        before = await held(loyalty)
        tiers = [tier("silver", 300, "1.2"), tier("jade", 900, "1.3"), tier("gold", 2000, "1.5")]
        scheme = {"onPublish": "ON_PUBLISH_REASSESS", "downgrade": "DOWNGRADE_MODE_NONE"}
        draft = await begin(loyalty, tiers=tiers, tierScheme=scheme)
        started = await start(loyalty, draft)
        assert (started["state"], started["edition"]) == ("PREVIEW_STATE_WAITING", 1)
        assert await start(loyalty, draft) == started, "while one waits, it is the answer"
        await previews.make()
        preview = await look(loyalty, started)
        assert (preview["state"], preview["membersSeen"]) == ("PREVIEW_STATE_DONE", "10")
        assert await held(loyalty) == before, "a preview changes nothing"
        status, answer = await call(loyalty, "PublishDraft", at(draft))
        assert status == 200, answer
        await touch_everybody(loyalty)
        after = await held(loyalty)
        found = preview["findings"]
        said = {
            (move.get("fromTier", ""), move.get("toTier", "")): int(move["members"])
            for move in found["moves"]
        }
        assert said == Counter((before[member], after[member]) for member in members)
        assert said[("", "silver")] == 1, "who has 300 to 499 had none before"
        assert {
            moved["memberId"]: (moved.get("fromTier", ""), moved["toTier"]) for moved in found["sample"]
        } == {
            member: (before[member], after[member]) for member in members if before[member] != after[member]
        }
        why = next(moved for moved in found["sample"] if moved["memberId"] == members[3])
        assert why["conditions"] == [{"metric": "GROWTH", "required": "300", "actual": "300"}]
        assert int(found["raised"]) == len(found["sample"])


async def test_who_would_be_lowered_is_told_with_what_is_missing(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        members = await shop(loyalty, 600, 700)
        scheme = {"onPublish": "ON_PUBLISH_REASSESS"}
        draft = await begin(
            loyalty, tiers=[tier("silver", 650, "1"), tier("gold", 2000, "1")], tierScheme=scheme
        )
        started = await start(loyalty, draft)
        await previews.make()
        found = (await look(loyalty, started))["findings"]
        assert (found["lowered"], found.get("raised", "0")) == ("1", "0")
        (moved,) = found["sample"]
        assert (moved["memberId"], moved["fromTier"], moved.get("toTier", "")) == (members[0], "silver", "")
        assert moved["conditions"] == [{"metric": "GROWTH", "required": "650", "actual": "600"}]
        await call(loyalty, "PublishDraft", at(draft))
        await touch_everybody(loyalty)
        assert await held(loyalty) == {members[0]: "", members[1]: "silver"}


async def test_what_fell_due_and_was_not_posted_yet_counts_as_posted(make_loyalty: Any) -> None:
    """Tiers by a balance that expires: whoever would be judged with old points is judged without them."""
    rules = programme()
    rules["currencies"][1]["expiry"] = {"kind": "EXPIRY_KIND_AFTER_PERIOD", "period": "P30D"}
    async with make_loyalty(rules) as loyalty:
        early = await shop(loyalty, 400)
        later = lambda: datetime.now(UTC) + timedelta(days=31)  # noqa: E731
        async with worker(loyalty, later) as previews:
            draft = await begin(loyalty, tiers=[tier("silver", 300, "1"), tier("gold", 2000, "1")])
            started = await start(loyalty, draft)
            await previews.make()
            found = (await look(loyalty, started))["findings"]
            assert [(move.get("toTier", ""), move["members"]) for move in found["moves"]] == [("", "1")], (
                early
            )


async def test_costs_are_told_by_tier_for_a_year_of_everybody(make_loyalty: Any) -> None:
    monthly = benefit("coupon", 500, quota=1, quotaPeriod="QUOTA_PERIOD_MONTH")
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        await shop(loyalty, 100, 300, 600)
        tiers = [
            tier("silver", 300, "1.2") | {"benefits": [monthly, benefit("freight", 800)]},
            tier("gold", 2000, "1.5"),
        ]
        started = await start(loyalty, await begin(loyalty, tiers=tiers))
        await previews.make()
        costs = (await look(loyalty, started))["findings"]["costs"]
        assert [
            (cost.get("tier", ""), cost.get("membersBefore", "0"), cost.get("membersAfter", "0"))
            for cost in costs
        ] == [("", "2", "1"), ("silver", "1", "2"), ("gold", "0", "0")]
        assert costs[1]["costAfter"]["minorUnits"] == str(2 * 12 * 500)
        assert costs[1]["costBefore"].get("minorUnits", "0") == "0"
        assert costs[1]["unlimited"] == ["freight"]


async def test_a_preview_is_called_off_while_it_runs(make_loyalty: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(populations, "AT_ONCE", 1)
    monkeypatch.setattr("services.loyalty.jobs.previews.NOTE_EACH_S", 0)
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        await shop(loyalty, 100, 300, 600)
        started = await start(loyalty, await begin(loyalty))
        reached = asyncio.Event()
        going_on = asyncio.Event()
        noting = Previews._note

        async def wait(self: Previews, *args: Any) -> None:
            reached.set()
            await going_on.wait()
            await noting(self, *args)

        monkeypatch.setattr(Previews, "_note", wait)
        making = asyncio.create_task(previews.make())
        await reached.wait()
        running = await look(loyalty, started)
        assert running["state"] == "PREVIEW_STATE_RUNNING"
        answer = await ask(loyalty, "CancelPreview", {"previewId": started["previewId"]})
        assert answer["preview"]["state"] == "PREVIEW_STATE_CANCELLED"
        going_on.set()
        await making
        cancelled = await look(loyalty, started)
        assert (cancelled["state"], "findings" in cancelled) == ("PREVIEW_STATE_CANCELLED", False)
        assert await start(loyalty, {"draftId": started["draftId"]}) != started, "another may be begun"


async def test_a_preview_of_which_no_part_is_done_is_called_off_all_the_same(
    make_loyalty: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("services.loyalty.jobs.previews.NOTE_EACH_S", 0.05)
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        await shop(loyalty, 100)
        started = await start(loyalty, await begin(loyalty))
        at_it, ended = asyncio.Event(), asyncio.Event()

        async def take_for_ever(*_: Any) -> Any:
            at_it.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        monkeypatch.setattr(population, "groups_of", take_for_ever)
        making = asyncio.create_task(previews.make())
        await at_it.wait()
        await ask(loyalty, "CancelPreview", {"previewId": started["previewId"]})
        async with asyncio.timeout(60):  # it would never end
            await making
        assert (ended.is_set(), (await look(loyalty, started))["state"]) == (True, "PREVIEW_STATE_CANCELLED")


async def test_processes_beside_count_as_they_go_and_end_with_whoever_asked(tmp_path: Path) -> None:
    progress, loop = population.Progress(), asyncio.get_running_loop()
    with progress.beside(2) as executor:
        await loop.run_in_executor(executor, population.counted_apart, 3)
        begun = tmp_path / "begun"
        working = loop.run_in_executor(executor, _hold_the_count_for_ever, str(begun))
        while not begun.exists():  # noqa: ASYNC110  # another process makes it
            await asyncio.sleep(0.01)
        assert progress.seen == 3, "one that has the lock keeps nobody from looking"
        pid = int(begun.read_text())
        (there,) = (child for child in multiprocessing.active_children() if child.pid == pid)
    await asyncio.wait([working], timeout=60)  # it would never end
    async with asyncio.timeout(60):
        while there.exitcode is None:  # noqa: ASYNC110  # who waits beside the executor may find it gone, and not yet how
            await asyncio.sleep(0.01)
    assert there.exitcode == -signal.SIGKILL


def _hold_the_count_for_ever(said: str) -> None:
    """Somebody beside who is at it while the preview is called off."""
    with population._told_to["seen"].get_lock():
        Path(f"{said}.new").write_text(str(os.getpid()))
        Path(f"{said}.new").rename(said)
        threading.Event().wait()


async def test_publishing_while_a_preview_runs_changes_neither(make_loyalty: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(population, "PAGES_EACH", 1)
    monkeypatch.setattr(population, "MOST_PROCESSES", 1)
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        members = await shop(loyalty, *[350] * 60)
        draft = await begin(loyalty, tiers=[tier("silver", 300, "1"), tier("gold", 2000, "1")])
        started = await start(loyalty, draft)
        groups_of, parts = population.groups_of, 0

        async def publish_between(*args: Any) -> Any:
            nonlocal parts
            parts += 1
            if parts == 2:
                status, _ = await call(loyalty, "PublishDraft", at(draft))
                assert status == 200
                await touch_everybody(loyalty)
            return await groups_of(*args)

        monkeypatch.setattr(population, "groups_of", publish_between)
        await previews.make()
        assert parts > 2
        (move,) = (await look(loyalty, started))["findings"]["moves"]
        assert (move.get("fromTier", ""), move["toTier"], move["members"]) == ("", "silver", "60")
        assert await held(loyalty) == dict.fromkeys(members, "silver")


async def test_what_a_killed_worker_began_is_begun_anew_and_in_the_end_given_up(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        await shop(loyalty, 600)
        started = await start(loyalty, await begin(loyalty))
        lost = "UPDATE draft_previews SET state = 'RUNNING', tries = $2, started_at = $3, noted_at = $3 WHERE preview_id = $1"
        just_now, long_ago = datetime.now(UTC), datetime.now(UTC) - timedelta(minutes=1)
        await loyalty.sql(lost, started["previewId"], 1, just_now)
        await previews.make()
        assert (await look(loyalty, started))["state"] == "PREVIEW_STATE_RUNNING", "somebody is at it"
        await loyalty.sql(lost, started["previewId"], 2, long_ago)
        await previews.make()
        assert (await look(loyalty, started))["state"] == "PREVIEW_STATE_DONE"
        await loyalty.sql("DELETE FROM preview_samples")
        await loyalty.sql(lost, started["previewId"], 3, long_ago)
        await previews.make()
        assert (await look(loyalty, started))["state"] == "PREVIEW_STATE_FAILED"


async def test_bad_input_and_callers_are_refused_by_name(loyalty: Loyalty) -> None:
    async def code(method: str, body: dict[str, Any], *roles: str) -> str:
        return str((await ask(loyalty, method, body, *roles)).get("message", "none")).split(":")[0]

    assert await code("GetPreview", {"previewId": "none"}) == "MALFORMED_ID"
    assert await code("CancelPreview", {"previewId": str(uuid4())}) == "UNKNOWN_PREVIEW"
    assert await code("StartPreview", {"draftId": str(uuid4())}) == "UNKNOWN_DRAFT"
    draft = await begin(loyalty)
    assert await code("StartPreview", {"draftId": draft["draftId"], "edition": 7}) == "EDITED_MEANWHILE"
    assert await code("StartPreview", {"draftId": draft["draftId"]}, "support", "operations") == "NOT_ALLOWED"
    assert await code("ListPreviews", {"draftId": draft["draftId"], "first": 0}) == "PAGE_NOT_UNDERSTOOD"


async def test_what_was_found_is_never_rewritten(loyalty: Loyalty) -> None:
    connection = await asyncpg.connect(loyalty.database)
    try:
        for change in (
            "UPDATE programme_draft_editions SET reason = ''",
            "DELETE FROM draft_previews",
            "UPDATE preview_samples SET to_tier = ''",
            "UPDATE programme_drafts SET created_by = ''",
        ):
            try:
                await connection.execute(change)
            except asyncpg.InsufficientPrivilegeError:
                continue
            raise AssertionError(change)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("window", "processes"),
    [
        ({"kind": "TIER_WINDOW_KIND_ROLLING_DAYS", "days": 90}, 1),
        ({"kind": "TIER_WINDOW_KIND_ROLLING_DAYS", "days": 90}, 2),
        ({"kind": "TIER_WINDOW_KIND_ANNIVERSARY"}, 1),
        pytest.param({"kind": "TIER_WINDOW_KIND_ANNIVERSARY"}, 2, marks=pytest.mark.torture),
    ],
    ids=["groups", "groups side by side", "one by one", "by processes"],
)
async def test_a_population_in_parts_is_counted_whole(
    make_loyalty: Any, monkeypatch: Any, window: dict[str, Any], processes: int
) -> None:
    monkeypatch.setattr(population, "PAGES_EACH", 1)
    monkeypatch.setattr(population, "MOST_PROCESSES", processes)
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        await shop(loyalty, *(20 * nth for nth in range(1, 101)))
        pages = await loyalty.sql("SELECT pg_relation_size('standings') / 8192 AS pages")
        assert pages[0]["pages"] > 3
        spent = {"conditions": [{"metric": "SPEND", "atLeast": 30_000, "window": window}]}
        tiers = [tier("silver", 300, "1") | spent, tier("gold", 2000, "1")]
        started = await start(loyalty, await begin(loyalty, tiers=tiers))
        await previews.make()
        found = (await look(loyalty, started))["findings"]
        said = {
            (each.get("fromTier", ""), each.get("toTier", "")): each["members"] for each in found["moves"]
        }
        # 20, 40 … 2000: 14 below 300, 10 from 300 to 480, 75 from 500 to 1980, one with 2000.
        assert said == {
            ("", ""): "14",
            ("", "silver"): "10",
            ("silver", "silver"): "75",
            ("gold", "gold"): "1",
        }
        assert len(found["sample"]) == 10


async def previewed(
    loyalty: Loyalty, previews: Previews, draft: dict[str, Any]
) -> dict[tuple[str, str], int]:
    """How many would go from which tier to which."""
    started = await start(loyalty, draft)
    await previews.make()
    found = (await look(loyalty, started))["findings"]
    return {
        (each.get("fromTier", ""), each.get("toTier", "")): int(each["members"]) for each in found["moves"]
    }


async def test_whoever_stands_apart_is_judged_as_a_touch_would_find_them(make_loyalty: Any) -> None:
    """Placed above the ladder, or behind by a version; and what is counted as it is earned counts by its currency."""

    def ladder(silver: int, gold: int) -> list[dict[str, Any]]:
        return [
            tier(key, 0, "1")
            | {
                "conditions": [
                    {"metric": "EARNED:GROWTH", "atLeast": least},
                    {"metric": "EARNED:POINTS", "atLeast": least // 100},
                ]
            }
            for key, least in (("silver", silver), ("gold", gold))
        ]

    async with (
        make_loyalty(programme() | {"tiers": ladder(300, 2000)}) as loyalty,
        worker(loyalty) as previews,
    ):
        *_, placed, _ = await shop(loyalty, 100, 200, 350, 400, 410)
        override = {"memberId": placed, "tier": "silver", "reason": "GOODWILL", "idempotencyKey": "once"}
        until = {"until": (datetime.now(UTC) + timedelta(days=9)).isoformat()}
        answer = await loyalty.staff("PlacementsService/OverrideTier", override | until)
        assert answer.status_code == 200, answer.text
        draft = await begin(loyalty, tiers=ladder(180, 360))
        said = await previewed(loyalty, previews, draft)
        assert said == {("", ""): 1, ("", "silver"): 1, ("silver", "silver"): 2, ("silver", "gold"): 1}
        assert (await call(loyalty, "PublishDraft", at(draft)))[0] == 200
        said = await previewed(loyalty, previews, await begin(loyalty, tiers=ladder(180, 340)))
        assert said == {("", ""): 1, ("silver", "silver"): 2, ("silver", "gold"): 1, ("gold", "gold"): 1}


WINDOWS: list[dict[str, Any]] = [
    {},
    {"window": {"kind": "TIER_WINDOW_KIND_ROLLING_DAYS", "days": 90}},
    {"window": {"kind": "TIER_WINDOW_KIND_CALENDAR_YEAR"}},
    {"window": {"kind": "TIER_WINDOW_KIND_ANNIVERSARY"}},
]


def any_ladder(chance: Random, before: list[str]) -> dict[str, Any]:
    """A scheme of one to four tiers over one or two metrics; tiers of before that it lacks say where members go."""
    asked = chance.sample(
        [
            ("GROWTH", 1, {}),
            *(("SPEND", 100, window) for window in WINDOWS),
            *(("ORDERS", 0, window) for window in WINDOWS[:2]),
            *(("EARNED:GROWTH", 1, window) for window in WINDOWS[:2]),
        ],
        chance.randint(1, 2),
    )
    keys = chance.sample(["bronze", "silver", "gold", "jade", "ruby"], chance.randint(1, 4))
    steps = sorted(chance.sample(range(1, 40), len(keys)))
    is_kept, each_step, kept_for = (
        chance.randint(0, 1),
        chance.choice([1_000, 4_000]),
        chance.choice(WINDOWS[1:3]),
    )
    tiers = [
        tier(key, 0, "1")
        | {
            "conditions": [
                {"metric": metric, "atLeast": step * 50 * unit if unit else 1 + nth} | window
                for metric, unit, window in asked
            ],
            "match": chance.choice(["CONDITION_MATCH_ALL", "CONDITION_MATCH_ANY"]),
            "retain": [{"metric": "SPEND", "atLeast": step * each_step} | kept_for] * is_kept,
        }
        for nth, (key, step) in enumerate(zip(keys, steps, strict=True))
    ]
    scheme = {
        "onPublish": chance.choice(["ON_PUBLISH_REASSESS", "ON_PUBLISH_RAISE_ONLY"]),
        "downgrade": chance.choice(["DOWNGRADE_MODE_ONE_STEP", "DOWNGRADE_MODE_TO_QUALIFIED"]),
        "validity": chance.choice(["P1M", "P12M"]),
        "successors": [
            {"fromTier": key, "toTier": chance.choice(["", *keys])} for key in before if key not in keys
        ],
    }
    return {"tiers": tiers, "tierScheme": scheme}


@pytest.mark.parametrize("rounds", [2, pytest.param(40, marks=pytest.mark.torture)])
async def test_whatever_the_scheme_publishing_does_what_was_previewed(make_loyalty: Any, rounds: int) -> None:
    """The oracle is the ledger itself: who held what before the version came into force, and who after it."""
    chance, keys, moved = Random(22), ["silver", "gold"], 0
    async with make_loyalty() as loyalty, worker(loyalty) as previews:
        members, now = [loyalty.new_member() for _ in range(40)], datetime.now(UTC)
        paid = sorted(now - timedelta(days=chance.uniform(0.1, 360)) for _ in range(120))
        orders = [
            order(chance.choice(members), chance.randint(1, 60) * 1_000, paidAt=moment.isoformat())
            for moment in paid
        ]
        answer = await loyalty.order_system("OrdersService/RecordOrders", {"orders": orders})
        assert [each["refusal"] for each in answer.json()["results"] if "refusal" in each] == []
        for _ in range(rounds):
            draft = await begin(loyalty, **any_ladder(chance, keys))
            keys = [tier["key"] for tier in draft["programme"]["tiers"]]
            started = await start(loyalty, draft)
            before = await held(loyalty)
            await previews.make()
            found = (await look(loyalty, started))["findings"]
            status, answer = await call(loyalty, "PublishDraft", at(draft))
            assert status == 200, answer
            await touch_everybody(loyalty)
            after = await held(loyalty)
            said = {
                (each.get("fromTier", ""), each.get("toTier", "")): int(each["members"])
                for each in found["moves"]
            }
            assert said == Counter((before[member], after[member]) for member in before), draft
            moved += sum(before[member] != after[member] for member in before)
        assert moved, "some moved"
