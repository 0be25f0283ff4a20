"""Lanes when the line to the database breaks around COMMIT, or stands still: every answer is true and counts once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from services.kit import clock, database
from services.loyalty.lanes import Lanes, one_lane
from services.loyalty.queues import Task
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.asks import Ask
from services.loyalty.rules.ledger.awards import award
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.moves import Move
from services.loyalty.rules.ledger.points import Answer
from services.loyalty.storage.ledger import outside
from services.loyalty.storage.ledger.state import Touches
from tests.loyalty.conftest import Loyalty, order
from tests.loyalty.spending import code, done, facts, spend, with_points
from tests.loyalty.torture.acts import transferable
from tests.loyalty.torture.judge import be_sound
from tests.loyalty.torture.line import Cut, Line, commits, line_to, steady


@asynccontextmanager
async def cuttable(make_loyalty: Any, new_database: Any) -> AsyncIterator[tuple[Loyalty, Line]]:
    """A loyalty service with a programme, whose line to the database can be cut."""
    urls = new_database("loyalty")
    async with (
        line_to(urls.app) as (line, through),
        make_loyalty(urls=urls._replace(app=through)) as loyalty,
    ):
        body = {"programme": transferable(), "makeDefault": True, "reason": "test"}
        await done(loyalty.staff("ProgrammesService/CreateProgramme", body))
        first = order(loyalty.new_member(), 100)
        await done(loyalty.order_system("OrdersService/RecordOrder", first))
        yield loyalty, line


def at_commit(line: Line, cut: Cut, before: Callable[[], Awaitable[object]] | None = None) -> None:
    """Break the line once, at the next COMMIT; ``before`` runs first."""

    async def plan(_: int, request: bytes) -> Cut | None:
        if not commits(request):
            return None
        line.plan = steady
        if before is not None:
            await before()
        return cut

    line.plan = plan


def asked_of(loyalty: Loyalty, member: str) -> dict[str, tuple[str, dict[str, Any]]]:
    """What is tried for a member who has 500 points and a hold of 300 more: the call and its body, by name."""
    given = {"fromMemberId": member, "toMemberId": loyalty.new_member(), "points": 100, "transferId": "t"}
    held = {"memberId": member, "holdId": "held"}
    return {
        "pay": ("OrdersService/RecordOrder", order(member, 10_000)),
        "redeem": (
            "RedemptionsService/RedeemPoints",
            {"memberId": member, "points": 100, "redemptionId": "r"},
        ),
        "hold": ("RedemptionsService/HoldPoints", {"memberId": member, "points": 100, "holdId": "h"}),
        "capture": ("RedemptionsService/CaptureHold", held | {"redemptionId": "c", "points": 100}),
        "release": ("RedemptionsService/ReleaseHold", held),
        "give": ("TransfersService/TransferPoints", given),
    }


LEFT = {
    "pay": (600, 300),
    "redeem": (400, 300),
    "hold": (400, 400),
    "capture": (700, 0),
    "release": (800, 0),
    "give": (400, 300),
}
"""What each leaves available and held."""


@pytest.mark.parametrize("cut", Cut)
async def test_whatever_was_cut_at_its_commit_is_answered_and_done_once(
    make_loyalty: Any, new_database: Any, cut: Cut
) -> None:
    async with cuttable(make_loyalty, new_database) as (loyalty, line):
        for name, left in LEFT.items():
            member = await with_points(loyalty, 800)
            await done(spend(loyalty, "HoldPoints", member, points=300, holdId="held"))
            asked = asked_of(loyalty, member)[name]
            at_commit(line, cut)
            said = await done(loyalty.order_system(*asked))
            assert line.plan is steady, "the line was cut"
            if cut is not Cut.LATE:
                assert "replayed" not in said, "what was committed is answered, and not done again"
            balance = await loyalty.balance(member)
            assert (balance["available"], balance["held"]) == left, name
            assert await done(loyalty.order_system(*asked)) == said | {"replayed": True}
        await be_sound(loyalty)


async def test_a_commit_that_stays_in_doubt_is_no_answer_to_what_comes_after(
    make_loyalty: Any, new_database: Any, servers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.loyalty.lane.PATIENCE_S", 0.5)
    async with cuttable(make_loyalty, new_database) as (loyalty, line):
        role = make_url(loyalty.database).username
        postgres = await asyncpg.connect(servers.postgres_url)
        at_commit(line, Cut.AFTER, lambda: postgres.execute(f'ALTER ROLE "{role}" NOLOGIN'))
        body = order(loyalty.new_member(), 10_000)
        answer = await loyalty.order_system("OrdersService/RecordOrder", body)
        assert answer.status_code in (500, 503), answer.text
        await postgres.execute(f'ALTER ROLE "{role}" LOGIN')
        await postgres.close()
        async with asyncio.timeout(20):
            other = order(body["memberId"], 200)
            answer = await loyalty.order_system("OrdersService/RecordOrder", other)
            assert answer.status_code == 200, answer.text
            assert answer.json()["order"]["orderId"] == other["orderId"]
            again = await loyalty.order_system("OrdersService/RecordOrder", body)
        assert again.json()["replayed"]
        assert (await loyalty.balance(body["memberId"]))["available"] == 102
        await be_sound(loyalty)


async def test_a_full_lane_says_so_at_once_and_when_to_come_again(
    make_loyalty: Any, new_database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.loyalty.queues.MOST_WAITING", 5)
    async with cuttable(make_loyalty, new_database) as (loyalty, line):
        member, moves_on = loyalty.new_member(), asyncio.Event()
        bodies = [order(member, 100) for _ in range(12)]
        await done(loyalty.order_system("OrdersService/RecordOrder", order(member, 100)))

        async def stand_still(_: int, request: bytes) -> None:
            if b"COMMIT\0" in request:
                await moves_on.wait()

        line.plan = stand_still
        calls = [
            asyncio.create_task(loyalty.order_system("OrdersService/RecordOrder", body)) for body in bodies
        ]
        refused = []
        for call in asyncio.as_completed(calls):
            refused.append(await call)
            if len(refused) == len(bodies) - MOST_TAKEN:
                break
        for answer in refused:
            assert (answer.status_code, code(answer)) == (503, "LEDGER_BUSY")
            assert facts(answer) == {"waiting": "5", "retry_after_ms": "1000"}
        moves_on.set()
        answers = await asyncio.gather(*calls)
        taken = [answer for answer in answers if answer.status_code == 200]
        assert len(taken) == MOST_TAKEN
        assert (await loyalty.balance(member))["available"] == 1 + MOST_TAKEN, (
            "who was refused changed nothing"
        )
        for body in bodies:
            await done(loyalty.order_system("OrdersService/RecordOrder", body))
        assert (await loyalty.balance(member))["available"] == 1 + len(bodies)
        await be_sound(loyalty)


MOST_TAKEN = 6
"""One that is being committed, and five that wait."""


async def test_a_members_orders_keep_to_one_lane_and_moves_are_spread_when_they_are_many() -> None:
    for move, spread in ((None, [0, 600]), (Move(ask_of(member := str(uuid4()))), [236, 364])):
        lanes = idle_lanes()
        for _ in range(600):
            lanes.submit(Task(lambda _: Answer(None), Touches(((member, 1),)), move))
        assert sorted(lane.queue.load for lane in lanes._lanes) == spread


async def test_whoever_has_nothing_under_way_goes_where_there_is_least_to_do() -> None:
    lanes, members = idle_lanes(), [str(uuid4()) for _ in range(301)]
    for member in members:
        lanes.submit(Task(lambda _: Answer(None), Touches(((member, 1),))))
    first, second = (lane.queue for lane in lanes._lanes)
    assert (first.load, second.load) == (151, 150)
    taken = await second.take()
    lanes.submit(Task(lambda _: Answer(None), Touches(((taken[0].member_id, 1),))))
    assert second.load == 151, "what is worked on still holds its member"
    second.lay_down()
    assert second.load == 1, "who came while others were worked on"
    lanes.submit(Task(lambda _: Answer(None), Touches(((members[0], 1),))))
    assert first.load == 152, "the lane has more to do, and the member"


def idle_lanes() -> Lanes:
    """Two lanes that nobody runs."""
    pool = asyncpg.create_pool("postgresql://nowhere", min_size=0)
    return Lanes("postgresql://nowhere", Rulebook(pool), 2)


def ask_of(member: str) -> Ask:
    return Ask(member, "shop", "", 1, b"", "system:test")


# --- a Redis that takes connections and says nothing -----------------------------------------------------


@asynccontextmanager
async def silent() -> AsyncIterator[tuple[Redis, list[bytes]]]:
    """A Redis that never answers, and what each connection to it first asked."""
    asked: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.read(1_000))
        while await reader.read(1_000):
            pass
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        async with Redis(port=server.sockets[0].getsockname()[1], socket_timeout=2) as redis:
            yield redis, asked
    finally:
        server.close()


async def test_a_redis_that_never_answers_is_waited_for_once_and_asked_again_later(
    loyalty: Loyalty, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = await with_points(loyalty, 100)
    monkeypatch.setattr(outside, "_PATIENCE_S", 0.05)
    pool = await database.pool(loyalty.database, size=2)
    async with silent() as (redis, asked):
        rulebook = Rulebook(pool, outside=outside.Outside(redis))
        number = (await rulebook.current()).history("shop").newest.number

        async def claim_and_post() -> None:
            ask = Ask(member, "shop", "POINTS", 1, key_of("award", uuid4()), "system:test", "TEST")
            touches = Touches(((member, number),), keys=(ask.place,))
            async with one_lane(loyalty.database, rulebook, clock.now) as lanes:
                await lanes.submit(Task(partial(award, ask=ask), touches))

        for _ in range(5):
            await claim_and_post()
        assert len(asked) == 1
        monkeypatch.setattr(outside, "_LEFT_ALONE_S", 0)
        rulebook.outside = outside.Outside(redis)
        for _ in range(2):
            await claim_and_post()
        assert len(asked) == 3, "it is asked again once it was left alone"
    await pool.close()
    assert (await loyalty.balance(member))["available"] == 107
