"""Grants: what a rule promised is given once, whatever dies in between, and refused where it can never be given."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.kit import database
from services.kit.refusal import Unavailable
from services.loyalty.jobs import grants as jobs
from services.loyalty.jobs.grants import Giver, Grants
from services.loyalty.rulebook import Rulebook
from services.loyalty.rules.ledger.grants import Grant, GrantKind
from services.loyalty.storage.ledger import grants
from tests.loyalty.conftest import Loyalty
from tests.loyalty.test_departures import hear
from tests.loyalty.test_integrity import check_everything

Row = Mapping[str, Any]


async def promise(loyalty: Loyalty, *promised: Grant) -> int:
    """Promise in a transaction that commits; how many were new."""
    pool = await database.pool(loyalty.database, size=1)
    async with pool.acquire() as connection, connection.transaction():
        new = await grants.promise(connection, promised)
    await pool.close()
    return len(new)


async def give(
    loyalty: Loyalty, givers: Mapping[GrantKind, Giver] | None = None, later: timedelta = timedelta(0)
) -> None:
    """One round of a worker that comes up and goes down."""
    pool = await database.pool(loyalty.database, size=2)

    def now() -> datetime:
        return datetime.now(UTC) + later

    try:
        await Grants(loyalty.database, pool, Rulebook(pool), now, givers).give()
    finally:
        await pool.close()


async def kept(loyalty: Loyalty, member: str) -> Row:
    (row,) = await loyalty.sql("SELECT * FROM grants WHERE member_id = $1", member)
    return row


def points(member: str, key: str = "mission:m:1", count: int = 200) -> Grant:
    return Grant(key, member, "shop", GrantKind.POINTS, "POINTS", count, reason="MISSION")


async def test_promised_points_are_posted_once_with_their_reason(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    assert await promise(loyalty, points(member)) == 1
    assert await promise(loyalty, points(member)) == 0, "promised before"
    assert (await loyalty.balance(member))["available"] == 0
    await give(loyalty)
    await give(loyalty)
    (entry,) = await loyalty.entries(member)
    assert (int(entry["points"]), entry["reason"], entry["actor"]) == (200, "MISSION", "system")
    row = await kept(loyalty, member)
    assert (row["state"], row["reference"], row["tries"]) == ("GIVEN", entry["entryId"], 1)
    await check_everything(loyalty)


async def test_what_was_rolled_back_was_never_promised(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    pool = await database.pool(loyalty.database, size=1)
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await grants.promise(connection, [points(member)])
        await transaction.rollback()
    await pool.close()
    await give(loyalty)
    assert (await loyalty.balance(member))["available"] == 0


async def test_a_worker_killed_between_the_award_and_its_note_gives_nothing_twice(
    loyalty: Loyalty, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = loyalty.new_member()
    await promise(loyalty, points(member))

    async def die(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(jobs.grants, "given", die)
        with pytest.raises(asyncio.CancelledError):
            await give(loyalty)
    assert (await kept(loyalty, member))["state"] == "OPEN"
    assert (await loyalty.balance(member))["available"] == 200, "it was posted"
    await give(loyalty)
    assert (await kept(loyalty, member))["state"] == "GIVEN"
    assert (await loyalty.balance(member))["available"] == 200


async def test_two_workers_at_once_give_each_grant_once(loyalty: Loyalty) -> None:
    members = [loyalty.new_member() for _ in range(20)]
    await promise(loyalty, *(points(member, f"k{nth}", 10) for member in members for nth in range(3)))
    await asyncio.gather(give(loyalty), give(loyalty))
    assert [(await loyalty.balance(member))["available"] for member in members] == [30] * 20


async def test_what_can_never_be_given_is_refused_with_its_code(loyalty: Loyalty) -> None:
    closed, stranger = loyalty.new_member(), loyalty.new_member()
    await hear(loyalty, closed, "MemberClosed")
    await promise(
        loyalty, points(closed), Grant("k", stranger, "shop", GrantKind.POINTS, "STARS", 5, reason="MISSION")
    )
    await give(loyalty)
    found = {member: await kept(loyalty, member) for member in (closed, stranger)}
    assert {member: (row["state"], row["outcome"]) for member, row in found.items()} == {
        closed: ("REFUSED", "MEMBER_CLOSED"),
        stranger: ("REFUSED", "UNKNOWN_CURRENCY"),
    }


async def test_a_kind_that_nobody_gives_yet_stays_open(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    await promise(loyalty, Grant("k", member, "shop", GrantKind.COUPON, template="welcome"))
    await give(loyalty)
    row = await kept(loyalty, member)
    assert (row["state"], row["tries"]) == ("OPEN", 0)


async def test_what_is_away_is_tried_again_ever_later_and_noted_with_what_is_given(loyalty: Loyalty) -> None:
    member = loyalty.new_member()
    await promise(loyalty, Grant("k", member, "shop", GrantKind.COUPON, template="welcome"))
    asked: list[str] = []

    def giver(away: bool) -> dict[GrantKind, Giver]:
        async def hand_out(connection: Any, grant: Grant, now: datetime) -> str:
            asked.append(grant.member_id)
            if away:
                raise Unavailable("not now")
            return "coupon-1"

        return {GrantKind.COUPON: hand_out}

    await give(loyalty, giver(away=True))
    first = (await kept(loyalty, member))["due_at"]
    await give(loyalty, giver(away=False))
    assert asked.count(member) == 1, "left alone for a while"
    await give(loyalty, giver(away=True), later=timedelta(seconds=6))
    row = await kept(loyalty, member)
    assert (row["state"], row["outcome"], row["tries"]) == ("OPEN", "UNAVAILABLE", 2)
    assert row["due_at"] - datetime.now(UTC) > first - datetime.now(UTC)
    await give(loyalty, giver(away=False), later=timedelta(minutes=1))
    row = await kept(loyalty, member)
    assert (row["state"], row["reference"], row["outcome"]) == ("GIVEN", "coupon-1", "")


async def test_the_worker_says_what_is_open_and_how_old(loyalty: Loyalty) -> None:
    await promise(loyalty, Grant("k", loyalty.new_member(), "shop", GrantKind.BENEFIT, template="lounge"))
    pool = await database.pool(loyalty.database, size=1)
    await Grants(
        loyalty.database, pool, Rulebook(pool), lambda: datetime.now(UTC) + timedelta(hours=1)
    ).measure()
    await pool.close()
    assert jobs.open_grants.labels("BENEFIT")._value.get() == 1
    assert jobs.open_grants.labels("POINTS")._value.get() == 0
    assert 3_590 < jobs.oldest_grant_s.labels("BENEFIT")._value.get() < 3_700
