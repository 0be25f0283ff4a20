"""One key has one outcome: a redemption is posted or declined, whoever else does what at that moment."""

import asyncio
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.kit import clock
from services.loyalty import events
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused, NotEnoughPoints
from services.loyalty.rules.ledger.entries import key_of
from services.loyalty.rules.ledger.moves import Moves
from services.loyalty.storage.ledger import chain, moves
from tests.loyalty.conftest import programme
from tests.loyalty.test_moves import Ledger
from tests.loyalty.test_plain_moves import ledger as ledger_of
from tests.loyalty.test_wallets_alone import beside, just_before_writing

ELSEWHERE = chain.Head(9, 0, b"")
"""A lane that nobody has."""


@pytest.mark.parametrize("read", [False, True])
async def test_what_is_declined_and_posted_at_once_under_one_key_is_one_of_the_two(
    make_loyalty: Any, read: bool
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 10))
        other = await asyncpg.connect(there.loyalty.database)
        posting = other.transaction()
        await posting.start()
        head = ELSEWHERE
        for kind, points in (("award", 100), ("redeem", 50)):
            head = await post_unread(there, other, head, kind, member, points)
        asked = there.task("redeem", member, 50, key="K", fast=read, read=read)
        answer = there.lane.submit(asked)
        await waited(there)
        assert not answer.done(), "whoever declines waits for who moves the points just then"
        await posting.commit()
        assert (await answer).replayed
        assert not await there.loyalty.sql("SELECT FROM denials WHERE member_id = $1", member)
        await other.close()


async def post_unread(
    there: Ledger, connection: asyncpg.Connection, head: chain.Head, kind: str, member: str, points: int
) -> chain.Head:
    """Post a move by its statement alone, within the connection's transaction."""
    known, now = await there.rulebook.current(), clock.micros(clock.now())
    asked = Moves(known, [there.task(kind, member, points, key="K").move], now)
    told = events.encode_alike([step.event for step in asked.steps])
    outcomes, after = await moves.post(connection, head, asked, told, known.revision, now)
    assert outcomes
    return after


@pytest.mark.parametrize("points", [50, 0])
async def test_a_key_that_was_declined_stays_so(make_loyalty: Any, points: int) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 10))
        with pytest.raises(NotEnoughPoints):
            await there.lane.submit(there.task("redeem", member, 50, key="K", read=True))
        await there.lane.submit(there.task("award", member, 100))
        again = there.task("redeem", member, points, key="K", read=True)
        with pytest.raises(NotEnoughPoints if points else IdempotencyKeyReused) as refused:
            await there.lane.submit(again)
        assert not points or refused.value.facts["replayed"] == "true"
        assert (await there.wallet(member))["available"] == 110


async def test_a_key_declined_in_one_currency_is_not_posted_in_another_meanwhile(
    make_loyalty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = programme()
    body["currencies"].append(body["currencies"][0] | {"code": "COINS"})
    async with ledger_of(make_loyalty, body) as there:
        member = str(uuid4())
        await there.lane.submit(there.task("award", member, 10))
        await there.lane.submit(there.task("award", member, 100, currency="COINS"))
        of_coins = there.task("redeem", member, 50, currency="COINS", key="K")
        async with just_before_writing(monkeypatch, partial(beside, there, of_coins)):
            of_points = there.lane.submit(there.task("redeem", member, 50, key="K"))
            await asyncio.gather(of_points, return_exceptions=True)
        assert await outcomes(there, member) == {"posted"}


async def test_a_key_declined_while_it_is_posted_under_the_name_of_a_survivor_is_posted(
    make_loyalty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        gone, survivor = str(uuid4()), str(uuid4())
        for member in (gone, survivor):
            await there.lane.submit(there.task("award", member, 5))
        more = [there.task("award", survivor, 100), there.task("redeem", survivor, 50, key="K")]
        await there.lane.submit(there.merging(gone, survivor))
        async with just_before_writing(monkeypatch, partial(beside, there, *more)):
            asked = there.lane.submit(there.task("redeem", gone, 50, key="K"))
            await asyncio.gather(asked, return_exceptions=True)
        assert await outcomes(there, gone, survivor) == {"posted"}


@pytest.mark.parametrize("merged", [False, True])
async def test_a_key_posted_with_the_whole_member_is_not_declined_alone_meanwhile(
    make_loyalty: Any, monkeypatch: pytest.MonkeyPatch, merged: bool
) -> None:
    async with ledger_of(make_loyalty, programme()) as there:
        gone = survivor = str(uuid4())
        if merged:
            survivor = str(uuid4())
            for member in (gone, survivor):
                await there.lane.submit(there.task("award", member, 5))
            await there.lane.submit(there.merging(gone, survivor))
        declining: list[asyncio.Task[Any]] = []

        async def decline() -> None:
            declining.append(
                asyncio.ensure_future(beside(there, there.task("redeem", survivor, 50, key="K")))
            )
            await waited(there)

        tasks = [there.task("adjust", gone, 100), there.task("redeem", gone, 50, key="K")]
        async with just_before_writing(monkeypatch, decline):
            await asyncio.gather(*map(there.lane.submit, tasks), return_exceptions=True)
        await asyncio.gather(*declining, return_exceptions=True)
        assert len(await outcomes(there, gone, survivor)) == 1


async def waited(there: Ledger) -> None:
    """Wait until somebody waits for a lock in the database, or long enough that nobody will."""
    for _ in range(40):
        await asyncio.sleep(0.05)
        if await there.loyalty.sql("SELECT FROM pg_locks WHERE NOT granted"):
            return


async def outcomes(there: Ledger, *members: str) -> set[str]:
    """What came of the redemption K: posted, declined, or both."""
    found = set()
    for table, outcome in (("entries", "posted"), ("denials", "declined")):
        query = f"SELECT FROM {table} WHERE member_id = ANY($1::uuid[]) AND key = $2"
        if await there.loyalty.sql(query, list(members), UUID(bytes=key_of("redeem", "K"))):
            found.add(outcome)
    return found
