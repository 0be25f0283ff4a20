"""The plug is pulled: Postgres and the services are killed under load, in a loop; nothing slips."""

import asyncio
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.loyalty.torture.acts import Shop, transferable
from tests.loyalty.torture.judge import be_sound, judge
from tests.loyalty.torture.load import Load
from tests.loyalty.torture.place import Place, place, verified
from tests.loyalty.torture.test_simulation import seeds

HOLD_SECONDS = (1, 2, 3600)


async def pull_plugs(there: Place, load: Load, kills: int) -> None:
    """Kill Postgres and a service by turns, each in the middle of things, and start it again."""
    for nth in range(kills):
        await load.until(answered=load.shop.dice.randrange(20, 60))
        there.postgres.kill()
        await asyncio.sleep(load.shop.dice.random() * 0.3)
        await asyncio.to_thread(there.postgres.start)
        await load.until(answered=load.shop.dice.randrange(20, 60))
        service = there.services[nth % len(there.services)]
        service.kill()
        service.start()
        await service.be_ready()
    await load.until(answered=20)
    load.stopped = True


async def crash(directory: Path, given: Any, kills: int, commands: Sequence[str]) -> None:
    """Pull so many plugs of each kind under load, and judge what is left."""
    environment, members, tokens = given
    (seed,) = seeds(1)
    print(f"HUIYUAN_SEED={seed}")
    async with place(directory, environment, members[0], tokens, transferable(), commands) as there:
        names = [there.doors[0].new_member() for _ in range(12)]
        shop = Shop(names, random.Random(seed), hold_seconds=HOLD_SECONDS)
        load = Load(there.doors, shop)
        for member in shop.members:
            assert await shop.welcome(member).attempt(there.doors[0]) == "answered"
        async with asyncio.TaskGroup() as together:
            together.create_task(load.run())
            await pull_plugs(there, load, kills)
        await load.again()
        verdict = await judge(there.doors[0], shop.acts)
        print(f"{kills} kills of Postgres, {kills} of services: {verdict}; {dict(load.outcomes)}")
        assert verdict.clean, (verdict.lost, verdict.doubled)
        await be_sound(there.doors[0])
        if "work" in commands:
            print(await asyncio.to_thread(verified, environment(there.postgres.urls.app)))


@pytest.fixture
def given(environment: Any, members: Any, tokens: Any) -> Any:
    """What services are given; what they tell goes where no other ledger takes it for its own of before."""

    def of(database_url: str) -> dict[str, str]:
        known = environment(database_url)
        return known | {"REDIS_URL": known["REDIS_URL"].removesuffix("/5") + "/7"}

    return of, members, tokens


async def test_postgres_and_services_killed_under_load_lose_and_double_nothing(
    tmp_path: Path, given: Any
) -> None:
    await crash(tmp_path, given, 1, ("serve", "serve"))


@pytest.mark.torture
async def test_postgres_and_services_killed_again_and_again_lose_and_double_nothing(
    tmp_path: Path, given: Any
) -> None:
    await crash(tmp_path, given, 10, ("serve", "serve", "work"))
