"""Batches that are folded from what was read without a lock, and without looking up what posts: they come out right."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from threading import Thread
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.kit import database
from services.loyalty.lanes import Lanes
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.asks import IdempotencyKeyReused, MemberClosed
from services.loyalty.rules.ledger.points import Answer, Book
from tests.loyalty.conftest import programme
from tests.loyalty.test_moves import Ledger, running
from tests.loyalty.test_plain_moves import ledger


@pytest.fixture(scope="module")
async def there(make_loyalty: Any) -> AsyncIterator[Ledger]:
    async with ledger(make_loyalty, programme()) as there:
        yield there


def elsewhere(work: Callable[[], Awaitable[None]]) -> None:
    """Do something to its end as another process would, while nothing goes on here."""
    thread = Thread(target=lambda: asyncio.run(work()))  # type: ignore[arg-type]
    thread.start()
    thread.join()


async def test_points_that_another_process_moves_during_a_fold_are_not_lost(there: Ledger) -> None:
    member = str(uuid4())
    await there.lane.submit(there.task("award", member, 100, fast=False))
    folds = []

    async def move() -> None:
        pool = await database.pool(there.loyalty.database)
        async with running(Lanes(there.loyalty.database, Rulebook(pool), 1)) as other:
            await other.submit(there.task("award", member, 10))
        await pool.close()

    task = there.task("award", member, 1, fast=False)
    operation = task.operation

    def meanwhile(book: Book) -> Answer:
        folds.append(book.state.wallets[member, there.points].available)
        if len(folds) == 1:
            elsewhere(move)
        return operation(book)

    answer = await there.lane.submit(replace(task, operation=meanwhile))
    assert (folds, answer.value.balance_after) == ([100, 110], 111)
    assert (await there.wallet(member))["available"] == 111


async def test_an_award_that_came_before_is_answered_again_after_the_membership_ended(there: Ledger) -> None:
    member = str(uuid4())
    first = await there.lane.submit(there.task("award", member, 7, key=member, fast=False))
    for frozen in ("UPDATE standings SET restriction = 2", "UPDATE wallets SET plain = false"):
        await there.loyalty.looking.execute(f"{frozen} WHERE member_id = $1", member)
    again, fresh = await asyncio.gather(
        there.lane.submit(there.task("award", member, 7, key=member, fast=False)),
        there.lane.submit(there.task("award", member, 7, fast=False)),
        return_exceptions=True,
    )
    assert again == Answer(first.value, replayed=True)
    assert isinstance(fresh, MemberClosed)


async def test_a_key_that_came_before_is_refused_with_another_body_and_others_of_its_batch_are_not(
    there: Ledger,
) -> None:
    member, other = str(uuid4()), str(uuid4())
    await there.lane.submit(there.task("award", member, 7, key=member, fast=False))
    reused, beside = await asyncio.gather(
        there.lane.submit(there.task("award", member, 8, key=member, fast=False)),
        there.lane.submit(there.task("award", other, 9, fast=False)),
        return_exceptions=True,
    )
    assert isinstance(reused, IdempotencyKeyReused)
    assert isinstance(beside, Answer)
    assert beside.value.points == 9
    assert (await there.wallet(member))["available"] == 7


async def test_what_is_heard_while_a_first_standing_is_made_is_not_missed(there: Ledger) -> None:
    new, known = there.loyalty.new_member(), str(uuid4())
    await there.lane.submit(there.task("award", known, 1, fast=False))
    await there.loyalty.looking.execute("INSERT INTO members VALUES ($1, now()) ON CONFLICT DO NOTHING", new)
    hearing, looking = [await asyncpg.connect(there.loyalty.owner) for _ in range(2)]
    heard = hearing.transaction()
    await heard.start()
    await hearing.execute("UPDATE members SET restriction = 2 WHERE member_id = $1", new)
    await hearing.execute("UPDATE standings SET restriction = 2 WHERE member_id = $1", new)
    asked = [there.lane.submit(there.task("award", member, 1, fast=False)) for member in (new, known)]
    await asyncio.wait_for(_waits_for(hearing.get_server_pid(), looking), 20)
    # Who hears of a member holds the member's row and wants the standings: nothing of theirs may be in our hands then.
    await looking.execute("SELECT FROM standings WHERE member_id = $1 FOR UPDATE NOWAIT", known)
    await heard.commit()
    refused, _ = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(refused, MemberClosed)
    for connection in (hearing, looking):
        await connection.close()


async def _waits_for(pid: int, looking: asyncpg.Connection) -> None:
    """Return once somebody waits for what a connection has locked."""
    while not await looking.fetchval(_WAITS_FOR, pid):  # noqa: ASYNC110  # Postgres has no event for it
        await asyncio.sleep(0.01)


_WAITS_FOR = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND $1 = ANY(pg_blocking_pids(pid)))"
