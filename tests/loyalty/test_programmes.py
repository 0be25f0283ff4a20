"""Programmes through the service's own door: founding, and what other processes know of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import asyncpg
from huiyuan.loyalty.v1 import events_pb2

from services.loyalty.storage.ledger.ledger import PUBLISHING
from tests.loyalty.conftest import earn_rule, order, programme, tier

WAITS_FOR_ITS_TURN = """
SELECT FROM pg_locks JOIN pg_database d ON d.oid = database
WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
"""


async def test_a_programme_founded_through_one_process_is_soon_known_to_another(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        early = order(first.new_member(), 10_000)
        assert (await second.order_system("OrdersService/RecordOrder", early)).status_code == 404
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        assert (await first.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        async with asyncio.timeout(20):
            while True:
                if (await second.order_system("OrdersService/RecordOrder", early)).status_code == 200:
                    break
                await asyncio.sleep(0.1)


async def test_a_version_published_through_one_process_is_read_from_another_at_once(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        assert (await first.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        assert (await second.staff("ProgrammesService/GetProgramme", {})).status_code == 200
        revision = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "tiers": [tier("silver", 300, "1.2")],
            "reason": "test",
        }
        answer = await first.staff("ProgrammesService/ReviseProgramme", revision)
        assert answer.status_code == 200, answer.text
        read = (await second.staff("ProgrammesService/GetProgramme", {})).json()
        assert (read["programme"]["version"], "changesAt" in read) == (2, False)
        assert [each["key"] for each in read["programme"]["tiers"]] == ["silver"]
        coming = revision | {"basedOnVersion": 2, "effectiveAt": "2099-01-01T00:00:00Z"}
        assert (await first.staff("ProgrammesService/ReviseProgramme", coming)).status_code == 200
        read = (await second.staff("ProgrammesService/GetProgramme", {})).json()
        assert (read["programme"]["version"], read["changesAt"]) == (2, "2099-01-01T00:00:00Z")
        named = (await second.staff("ProgrammesService/GetProgramme", {"version": 3})).json()
        assert (named["programme"]["version"], "changesAt" in named) == (3, False), (
            "a named one never changes"
        )


async def test_founding_and_revising_are_told_to_whoever_keeps_what_a_programme_says(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as loyalty:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        revision = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "tiers": [tier("silver", 300, "1.2")],
            "reason": "test",
        }
        for call, asked in (("Create", body), ("Create", body), ("Revise", revision)):
            assert (await loyalty.staff(f"ProgrammesService/{call}Programme", asked)).status_code == 200
    connection = await asyncpg.connect(urls.app)
    rows = await connection.fetch("SELECT member_id, event FROM outbox ORDER BY lane, seq")
    await connection.close()
    told = [events_pb2.LoyaltyEvent.FromString(row["event"]) for row in rows]
    assert [row["member_id"] for row in rows] == [None, None]
    assert [(one.programme_id, one.programme_revised.version) for one in told] == [("shop", 1), ("shop", 2)]


async def test_an_order_is_never_judged_by_rules_that_another_process_has_just_replaced(
    make_loyalty: Any, new_database: Any
) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        assert (await first.staff("ProgrammesService/CreateProgramme", body)).status_code == 200
        member = first.new_member()
        before = await second.order_system("OrdersService/RecordOrder", order(member, 10_000))
        revision = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "earnRules": [earn_rule("base", "POINTS", points=2)],
            "reason": "test",
        }
        assert (await first.staff("ProgrammesService/ReviseProgramme", revision)).status_code == 200
        after = await second.order_system("OrdersService/RecordOrder", order(member, 10_000))
        assert [answer.json()["order"]["earned"][0]["points"] for answer in (before, after)] == ["100", "200"]


async def test_a_version_takes_effect_after_what_was_posted_while_it_waited_for_its_turn(
    make_loyalty: Any,
) -> None:
    async with make_loyalty() as loyalty:
        committing = await asyncpg.connect(loyalty.database)
        await committing.execute(f"BEGIN; SELECT pg_advisory_xact_lock_shared({PUBLISHING})")
        revision = {
            "programmeId": "shop",
            "basedOnVersion": 1,
            "tiers": [tier("silver", 300, "1.2")],
            "reason": "test",
        }
        revising = asyncio.ensure_future(loyalty.staff("ProgrammesService/ReviseProgramme", revision))
        async with asyncio.timeout(20):
            while not await loyalty.sql(WAITS_FOR_ITS_TURN):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        posted_at = datetime.now(UTC)
        await committing.execute("COMMIT")
        await committing.close()
        version = (await revising).json()["programme"]
        assert datetime.fromisoformat(version["effectiveAt"]) > posted_at


async def test_founding_again_with_one_currency_more_is_refused_and_no_replay(make_loyalty: Any) -> None:
    async with make_loyalty() as loyalty:
        body = {"programme": programme(), "makeDefault": True, "reason": "test"}
        again = await loyalty.staff("ProgrammesService/CreateProgramme", body)
        assert again.json()["replayed"]
        currencies = body["programme"]["currencies"]
        currencies.append({**currencies[0], "code": "STARS"})
        other = await loyalty.staff("ProgrammesService/CreateProgramme", body)
        assert (other.status_code, other.json()["message"].split(":")[0]) == (409, "PROGRAMME_ALREADY_THERE")


async def test_a_tier_may_be_called_null(make_loyalty: Any) -> None:
    async with make_loyalty(programme(tiers=[tier("null", 100, "1.2")])) as loyalty:
        member = loyalty.new_member()
        for _ in range(2):
            answer = await loyalty.order_system("OrdersService/RecordOrder", order(member, 10_000))
        assert answer.json()["order"]["tierAtPayment"] == "null"
