"""Two processes collide on members, orders, keys and holds: everything happens once, and all are told the same."""

import asyncio
import random
from typing import Any

import pytest

from tests.loyalty.conftest import Loyalty
from tests.loyalty.spending import done
from tests.loyalty.torture.acts import Act, Shop, transferable
from tests.loyalty.torture.judge import be_sound, judge
from tests.loyalty.torture.test_simulation import seeds

AT_ONCE = 4
"""How many callers send each act at the same time, by either door."""


async def insist(act: Act, door: Loyalty) -> None:
    """Call until there is more to be heard than to try again."""
    async with asyncio.timeout(30):
        while True:
            if not (await act.attempt(door)).startswith("retry"):
                return
            await asyncio.sleep(0.05)


async def collide(make_loyalty: Any, new_database: Any, seed: int, rounds: int) -> None:
    urls = new_database("loyalty")
    async with make_loyalty(urls=urls) as first, make_loyalty(urls=urls) as second:
        body = {"programme": transferable(), "makeDefault": True, "reason": "test"}
        await done(first.staff("ProgrammesService/CreateProgramme", body))
        doors, dice = (first, second), random.Random(seed)
        shop = Shop([first.new_member() for _ in range(4)], dice)
        for member in shop.members:
            await asyncio.gather(*map(shop.welcome(member).attempt, doors))
        for _ in range(rounds):
            shop.some(25)
            while waiting := [act for act in shop.acts if not act.settled]:
                calls = [(act, doors[nth % 2]) for act in waiting for nth in range(AT_ONCE)]
                dice.shuffle(calls)
                await asyncio.gather(*(insist(act, door) for act, door in calls))
        verdict = await judge(first, shop.acts)
        print(f"{len(shop.acts)} acts sent {sum(act.tries for act in shop.acts)} times: {verdict}")
        assert verdict.clean, (verdict.lost, verdict.doubled)
        await be_sound(first)


async def test_two_processes_that_collide_on_everything_do_it_once(
    make_loyalty: Any, new_database: Any
) -> None:
    (seed,) = seeds(1)
    print(f"HUIYUAN_SEED={seed}")
    await collide(make_loyalty, new_database, seed, rounds=3)


@pytest.mark.torture
async def test_two_processes_that_collide_for_long_do_everything_once(
    make_loyalty: Any, new_database: Any
) -> None:
    for seed in seeds(10):
        print(f"HUIYUAN_SEED={seed}")
        await collide(make_loyalty, new_database, seed, rounds=20)
