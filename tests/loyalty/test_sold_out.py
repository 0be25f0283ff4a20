"""Sold out: said at once and for good, without a batch of the ledger, and never to whom something else is owed."""

import asyncio
from typing import Any

import asyncpg
import pytest

from services.kit.clock import micros, now
from services.loyalty.rules.rewards.reward_redemptions import RewardAsked
from services.loyalty.storage.rewards import sold_out, takings
from tests.loyalty.conftest import Loyalty
from tests.loyalty.coupons import waiting_for_locks
from tests.loyalty.rewarding import decide, draft, left, offer, publish, stock, take, terms
from tests.loyalty.spending import code, done, with_points
from tests.loyalty.test_merges import MERGE, UNMERGE, merging, undoing
from tests.loyalty.torture.judge import be_sound

SOLD_OUT = "REWARD_SOLD_OUT"


async def test_it_is_said_without_a_batch_and_again_after_more_came(loyalty: Loyalty) -> None:
    await offer(loyalty, "gone", 0)
    member = await with_points(loyalty, 100)
    batches = await _batches(loyalty)
    assert code(await take(loyalty, member, "gone", "a")) == SOLD_OUT
    assert await _batches(loyalty) == batches
    await done(stock(loyalty, "gone", 1, "more"))
    assert code(await take(loyalty, member, "gone", "a")) == SOLD_OUT
    assert code(await take(loyalty, member, "gone", "a", pointsShown=100)) == "IDEMPOTENCY_KEY_REUSED"
    await done(take(loyalty, member, "gone", "b"))
    await be_sound(loyalty)


async def test_who_has_one_is_told_so_and_what_is_given_back_is_there(loyalty: Loyalty) -> None:
    await offer(loyalty, "one", 1)
    first, second = await with_points(loyalty, 100), await with_points(loyalty, 100)
    got = await done(take(loyalty, first, "one", "a"))
    assert code(await take(loyalty, second, "one", "a")) == SOLD_OUT
    assert await done(take(loyalty, first, "one", "a")) == got | {"replayed": True}
    await done(decide(loyalty, "Cancel", first, "a", reason="CHANGED_MIND"))
    await done(take(loyalty, second, "one", "b"))
    assert await left(loyalty, "one") == (1, 1)


async def test_the_same_id_at_once_is_declined_once(loyalty: Loyalty) -> None:
    await offer(loyalty, "twice", 0)
    member = await with_points(loyalty, 100)
    asked = [take(loyalty, member, "twice", "a", pointsShown=shown) for shown in (0, 100, 0, 100)]
    said = [code(answer) for answer in await asyncio.gather(*asked)]
    assert sorted(said) == ["IDEMPOTENCY_KEY_REUSED"] * 2 + [SOLD_OUT] * 2


async def test_who_is_in_other_hands_is_waited_for(loyalty: Loyalty) -> None:
    """The same id may be on its way to a piece there."""
    await offer(loyalty, "awaited", 0)
    member = await with_points(loyalty, 100)
    async with loyalty.looking.acquire() as holding, holding.transaction():
        await holding.execute("SELECT FROM standings WHERE member_id = $1 FOR UPDATE", member)
        asked = asyncio.ensure_future(take(loyalty, member, "awaited", "a"))
        await waiting_for_locks(loyalty, 1)
        await holding.execute("UPDATE rewards SET stock = 1 WHERE reward = 'awaited'")
    assert (await asked).status_code == 200


async def test_what_was_taken_for_another_is_found_after_their_parting(loyalty: Loyalty) -> None:
    await offer(loyalty, "parted", 1)
    old, new = await with_points(loyalty, 100), await with_points(loyalty, 100)
    await done(loyalty.staff(MERGE, merging(old, new), "operations"))
    await done(take(loyalty, old, "parted", "a"))
    assert (await done(take(loyalty, old, "parted", "a")))["replayed"]
    await done(loyalty.staff(UNMERGE, undoing(old), "operations"))
    assert (await done(take(loyalty, old, "parted", "a")))["replayed"]


async def test_what_else_is_wrong_is_said_first(loyalty: Loyalty) -> None:
    for reward, changes in (("dear", {}), ("over", {"until": "2026-01-01T00:00:00Z"})):
        await offer(loyalty, reward, 0, **changes)
    await offer(loyalty, "stopped", 0)
    await done(loyalty.staff("RewardsService/StopReward", {"reward": "stopped", "reason": "end"}))
    await done(draft(loyalty, "coming", terms=terms(limited=True)))
    member = await with_points(loyalty, 100)
    said = [
        code(await take(loyalty, member, reward, reward, **body))
        for reward, body in (("dear", {"pointsShown": 99}), ("over", {}), ("stopped", {}), ("coming", {}))
    ]
    refused = "REWARD_NOT_OFFERED"
    assert said == ["REWARD_COSTS_OTHERWISE", refused, refused, "UNKNOWN_REWARD"]
    await loyalty.sql("UPDATE standings SET restriction = 1 WHERE member_id = $1", member)
    assert code(await take(loyalty, member, "dear", "b")) == "MEMBER_FROZEN"


@pytest.mark.parametrize("since", ["more came", "another edition", "stopped"])
async def test_what_changed_since_it_was_read_is_left_to_the_fold(
    loyalty: Loyalty, monkeypatch: Any, since: str
) -> None:
    reward = f"since-{since.replace(' ', '-')}"
    await offer(loyalty, reward, 0)
    member = await with_points(loyalty, 100)
    reading = takings.offers

    async def late(connection: Any, names: Any) -> Any:
        read = await reading(connection, names)
        match since:
            case "more came":
                await done(stock(loyalty, reward, 1, "more"))
            case "another edition":
                await done(draft(loyalty, reward, terms=terms(limited=True, points=1)))
                await publish(loyalty, reward, 2)
            case _:
                await done(loyalty.staff("RewardsService/StopReward", {"reward": reward, "reason": "end"}))
        return read

    asked = RewardAsked(member, "shop", reward, "a", 0, "test")
    (number,) = [
        row[0] for row in await loyalty.sql("SELECT programme FROM rewards WHERE reward = $1", reward)
    ]
    connection = await asyncpg.connect(loyalty.database)
    try:
        monkeypatch.setattr(takings, "offers", late)
        assert await sold_out.decline(connection, [(number, asked)], micros(now())) == [None]
    finally:
        await connection.close()
    assert not await loyalty.sql("SELECT FROM denials WHERE member_id = $1", member)


async def _batches(loyalty: Loyalty) -> int:
    ((count,),) = await loyalty.sql("SELECT count(*) FROM batches")
    return int(count)
