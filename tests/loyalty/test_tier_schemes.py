"""Tier schemes at the door: tiers end though nobody looks, staff override them, and a member is told what is missing."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import asyncpg
import msgpack
import pytest
from sqlalchemy.engine import make_url

from services.loyalty.jobs.dues import DueRun
from services.loyalty.rulebook import Rulebook
from tests.loyalty.conftest import Loyalty, programme
from tests.loyalty.spending import code, done
from tests.loyalty.test_integrity import check_everything
from tests.loyalty.timed import Timed, going_by, utc

NAME = {"zh": "名", "en": "name"}
ROLLING = {"kind": "TIER_WINDOW_KIND_ROLLING_DAYS", "days": 360}


@pytest.fixture(scope="module")
def timed(make_loyalty: Any) -> Callable[..., Any]:
    """Makes services that go by a clock of the test's."""
    return partial(going_by, make_loyalty)


def spending(key: str, minor: int, **changes: Any) -> dict[str, Any]:
    """A tier reached by money spent in a year back."""
    asked = {"metric": "SPEND", "atLeast": minor, "window": ROLLING}
    return {"key": key, "name": {"zh": key, "en": key}, "conditions": [asked], "multiplier": "1"} | changes


def scheme(**changes: Any) -> dict[str, Any]:
    return {"validity": "P12M", "downgrade": "DOWNGRADE_MODE_TO_QUALIFIED"} | changes


def laddered(**changes: Any) -> dict[str, Any]:
    """A programme whose tiers are good for a year, reached by 1,000.00 and 5,000.00 spent within one."""
    tiers = [spending("silver", 100_000), spending("gold", 500_000)]
    return programme(tiers=tiers, tierScheme=scheme(**changes))


async def standing(loyalty: Loyalty, member: str) -> dict[str, Any]:
    item = {"memberId": member, "caller": loyalty.assertion("member", member)}
    answer = await loyalty.call("TiersService/BatchGetStandings", {"members": [item]})
    found: dict[str, Any] = answer.json()["results"][0]["standing"]
    return found


async def held(there: Timed, member: str) -> list[tuple[str, Any]]:
    """The tiers as the table has them."""
    (row,) = await there.loyalty.sql("SELECT * FROM standings WHERE member_id = $1", member)
    return list(zip(row["tier_keys"], row["tier_since"], strict=True))


def micros(text: str) -> int:
    return int(utc(text).timestamp()) * 1_000_000


async def override(loyalty: Loyalty, member: str, *roles: str, **changes: Any) -> Any:
    body = {
        "memberId": member,
        "tier": "gold",
        "until": "2026-09-01T00:00:00Z",
        "idempotencyKey": "once",
        "reason": "GOODWILL",
    }
    return await loyalty.staff("PlacementsService/OverrideTier", body | changes, *roles)


async def end_override(loyalty: Loyalty, member: str, *roles: str, **changes: Any) -> Any:
    body = {"memberId": member, "idempotencyKey": "end", "reason": "MISTAKE"} | changes
    return await loyalty.staff("PlacementsService/EndTierOverride", body, *roles)


async def test_a_tier_ends_at_midnight_once_though_nobody_looks(timed: Any) -> None:
    async with timed("2026-06-01 04:00", laddered(grace="P1M")) as there:
        loyalty, idle, keen = there.loyalty, there.loyalty.new_member(), there.loyalty.new_member()
        for member in (idle, keen):
            await there.pay(member, 500_000)
        there.clock.at = utc("2026-12-01 04:00")
        await there.pay(keen, 500_000)
        there.clock.at = utc("2027-05-31 16:00")  # the validity ends
        await there.run.look()
        assert [await loyalty.tier(member) for member in (idle, keen)] == ["gold", "gold"]
        assert (await standing(loyalty, idle))["graceUntil"] == "2027-06-30T16:00:00Z"
        assert (await standing(loyalty, keen))["validUntil"] == "2028-05-31T16:00:00Z"
        assert "TierKept" in await loyalty.told(keen)

        there.clock.at = utc("2027-06-30 16:00") - timedelta(microseconds=1)
        assert await loyalty.tier(idle) == "gold"
        there.clock.at = utc("2027-06-30 18:00")  # the run is two hours late
        assert await loyalty.tier(idle) == "", "whoever reads sees it gone"
        assert (await held(there, idle))[-1][0] == "gold", "nobody has written it yet"
        assert (await there.state())["due"] == "3", "the tier, and the points of both"
        again = DueRun(loyalty.database, there.pool, Rulebook(there.pool), there.clock)
        for run in (there.run, again):
            await run.look()
        assert (await held(there, idle))[1:] == [("", micros("2027-06-30 16:00"))]
        assert (await loyalty.told(idle)).count("TierLowered") == 1
        assert (await there.state()).get("due", "0") == "0"


async def test_tiers_end_once_however_often_the_run_that_ends_them_is_cut_off(
    timed: Any, servers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.loyalty.jobs.dues.AT_ONCE", 10)
    async with timed("2026-06-01 04:00", laddered()) as there:
        loyalty, members = there.loyalty, [there.loyalty.new_member() for _ in range(100)]
        await there.pay_many(members, 500_000)
        there.clock.at = utc("2027-05-31 18:00")
        killer, at = await asyncpg.connect(servers.postgres_url), make_url(loyalty.database)
        ended, interrupted = "SELECT member_id FROM standings WHERE tier_keys[cardinality(tier_keys)] = ''", 0
        while (before := len(await loyalty.sql(ended))) < len(members):
            looking = asyncio.create_task(there.run.look())
            while not looking.done() and len(await loyalty.sql(ended)) == before:
                await asyncio.wait({looking}, timeout=0.002)
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
        await there.run.look()
        assert interrupted > 1
        rows = await loyalty.sql("SELECT event FROM outbox WHERE type = 'Packed'")
        lowered = Counter(
            who for row in rows for who, kind, _ in msgpack.unpackb(row["event"]) if kind == "TierLowered"
        )
        assert lowered == dict.fromkeys(members, 1)
        standings = await loyalty.sql(
            "SELECT tier_keys[2:] AS since_gold, tier_since[2:] AS at FROM standings"
        )
        assert {(*row["since_gold"], *row["at"]) for row in standings} == {("", micros("2027-05-31 16:00"))}
        await check_everything(loyalty)


async def test_staff_override_a_tier_until_a_day_and_the_ladder_goes_on_beneath(timed: Any) -> None:
    async with timed("2026-06-01 04:00", laddered()) as there:
        loyalty, member = there.loyalty, there.loyalty.new_member()
        await there.pay(member, 100_000)
        first = await done(override(loyalty, member))
        assert (first["placement"]["tierBefore"], first["placement"]["tierAfter"]) == ("silver", "gold")
        assert (await done(override(loyalty, member)))["replayed"]
        other = await override(loyalty, member, tier="silver")
        assert code(other) == "PLACEMENT_ALREADY_RECORDED"
        shown = await standing(loyalty, member)
        assert (shown["tier"]["key"], shown["ladderTier"]["key"]) == ("gold", "silver")
        assert shown["validUntil"] == "2026-09-01T00:00:00Z"
        assert shown["placedBy"] == "PLACEMENT_KIND_OVERRIDE"

        await done(override(loyalty, member, tier="", idempotencyKey="down"))
        await there.pay(member, 400_000)
        assert await loyalty.tier(member) == "", "automatic moves leave it alone"
        there.clock.at = utc("2026-09-01 00:00")
        await there.run.look()
        assert (await held(there, member))[-1] == ("gold", micros("2026-09-01 00:00"))

        gone = await end_override(loyalty, member)
        assert code(gone) == "TIER_NOT_OVERRIDDEN"
        await done(override(loyalty, member, tier="silver", until="2027-01-01T00:00:00Z", idempotencyKey="s"))
        ended = await done(end_override(loyalty, member))
        assert (ended["placement"]["tierBefore"], ended["placement"]["tierAfter"]) == ("silver", "gold")
        listed = await done(
            loyalty.staff("PlacementsService/ListPlacements", {"memberId": member, "first": 2}, "support")
        )
        assert [(each["tier"], each.get("ended", False)) for each in listed["placements"]] == [
            ("silver", True),
            ("silver", False),
        ]
        assert {each["placedBy"] for each in listed["placements"]} == {"staff:ada"}
        assert UUID(listed["placements"][0]["placementId"])


@pytest.mark.parametrize(
    ("changes", "roles", "refused"),
    [
        ({"tier": "diamond"}, (), "PLACEMENT_NOT_VALID"),
        ({"until": "2020-01-01T00:00:00Z"}, (), "PLACEMENT_NOT_VALID"),
        ({"reason": "because"}, (), "REASON_CODE_NOT_VALID"),
        ({"idempotencyKey": ""}, (), "MALFORMED_ID"),
        ({}, ("support",), "NOT_ALLOWED"),
    ],
)
async def test_what_is_no_override_places_nobody(
    loyalty: Loyalty, changes: dict[str, Any], roles: tuple[str, ...], refused: str
) -> None:
    member = loyalty.new_member()
    answer = await override(loyalty, member, *roles, **{"until": "2099-01-01T00:00:00Z"} | changes)
    assert code(answer) == refused
    assert await loyalty.sql("SELECT FROM placements WHERE member_id = $1", member) == []


async def test_a_standing_says_what_keeps_the_tier_and_what_reaches_the_next(timed: Any) -> None:
    async with timed("2026-06-01 04:00", laddered()) as there:
        member = there.loyalty.new_member()
        await there.pay(member, 150_000)
        there.clock.at = utc("2026-06-02 04:00")
        shown = await standing(there.loyalty, member)
        (rise,) = shown["towardNext"]
        assert (rise["actual"], rise["required"], rise["firstDay"]) == ("150000", "500000", "2025-06-08")
        (keep,) = shown["toKeep"]
        assert (keep.get("actual", "0"), keep["required"], keep["lastDay"]) == (
            "0",
            "100000",
            "2027-05-31",
        )
        assert "kept" not in shown, "what was paid by now is out of the window by then"
        assert shown["validUntil"] == shown["judgedAt"] == "2027-05-31T16:00:00Z"


async def revise(loyalty: Loyalty, based_on: int, **changes: Any) -> Any:
    body = {"programmeId": "shop", "basedOnVersion": based_on, "reason": "test"} | changes
    return await loyalty.staff("ProgrammesService/ReviseProgramme", body, "program_admin")


async def test_a_tier_that_members_hold_is_taken_away_only_with_a_successor(timed: Any) -> None:
    async with timed("2026-06-01 04:00", laddered()) as there:
        loyalty, member = there.loyalty, there.loyalty.new_member()
        await there.pay(member, 100_000)
        there.clock.at = utc("2040-01-01 00:00")  # versions come into force by the real clock
        alone = {"tiers": [spending("gold", 500_000)]}
        assert code(await revise(loyalty, 1, **alone)) == "TIER_HELD"
        moved = scheme(successors=[{"fromTier": "silver", "toTier": "gold"}])
        await done(revise(loyalty, 1, **alone, tierScheme=moved))
        there.clock.at = utc("2026-06-02 00:00")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"tiers": [spending("a", 200), spending("b", 100)]}, "tiers[1].conditions[0].at_least"),
        (
            {
                "tiers": [
                    spending(
                        "a",
                        1,
                        conditions=[{"metric": "SPEND", "atLeast": 1, "window": ROLLING | {"days": 4_000}}],
                    )
                ]
            },
            "tiers[0].conditions[0].window.days",
        ),
        (
            {"tiers": [spending("a", 1, retain=[{"metric": "SPEND", "atLeast": 1}])]},
            "tiers[0].retain[0].window",
        ),
        (
            {"tiers": [spending("a", 1, conditions=[{"metric": "KARMA", "atLeast": 1}])]},
            "tiers[0].conditions[0].metric",
        ),
        (
            {"tiers": [spending("a", 1, conditions=[{"metric": "SCORE", "atLeast": 1}])]},
            "tiers[0].conditions[0].metric",
        ),
        (
            {"tiers": [spending("a", 1, conditions=[{"metric": "GROWTH", "atLeast": 1, "window": ROLLING}])]},
            "tiers[0].conditions[0].window",
        ),
        ({"tierScheme": {"grace": "P1M"}}, "tier_scheme.grace"),
        ({"tierScheme": {"downgrade": "DOWNGRADE_MODE_ONE_STEP"}}, "tier_scheme.validity"),
        ({"tierScheme": scheme(grace="P12M")}, "tier_scheme.grace"),
        (
            {"tierScheme": scheme(successors=[{"fromTier": "old", "toTier": "nowhere"}])},
            "tier_scheme.successors[0].to_tier",
        ),
        (
            {
                "tierScheme": scheme(
                    score=[
                        {
                            "key": "spend",
                            "name": NAME,
                            "metric": "SPEND",
                            "knots": [{"at": 5, "score": 9}, {"at": 5, "score": 9}],
                        }
                    ]
                )
            },
            "tier_scheme.score[0].knots[1].at",
        ),
    ],
)
async def test_a_scheme_that_contradicts_itself_is_refused_with_its_path(
    loyalty: Loyalty, changes: dict[str, Any], path: str
) -> None:
    body = {"programme": programme(programmeId="crooked", **changes), "reason": "test"}
    answer = await loyalty.staff("ProgrammesService/CreateProgramme", body)
    assert answer.status_code == 400
    assert path in answer.text
