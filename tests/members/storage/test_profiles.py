"""Profiles at rest: what is asked of both databases side by side ends together."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import pytest

from services.members.storage import profiles
from services.members.storage.databases import Databases


class Pool:
    """A database that answers when it is told to, and knows what became of who waits."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self.over = False

    async def fetch(self, *_: object) -> list[Any]:
        try:
            return await self.answer
        finally:
            self.over = True


async def asking() -> tuple[Pool, Pool, asyncio.Task[tuple[profiles.Rows, profiles.Rows]]]:
    members, keys = Pool(), Pool()
    databases = cast("Databases", SimpleNamespace(members_pool=members, keys_pool=keys))
    asked = asyncio.create_task(profiles.rows_and_keys(databases, []))
    await asyncio.sleep(0.01)
    return members, keys, asked


async def test_rows_and_keys_are_told_apart_whichever_comes_first():
    for first in (0, 1):
        members, keys, asked = await asking()
        pools = [(members, ["rows"]), (keys, ["keys"])]
        for pool, answer in (pools[first], pools[1 - first]):
            pool.answer.set_result(answer)
            await asyncio.sleep(0)
        assert await asked == (["rows"], ["keys"])


@pytest.mark.parametrize("failing", [0, 1])
async def test_a_failure_of_either_is_told_and_leaves_nobody_waiting(failing: int):
    pools = members, keys, asked = await asking()
    pools[failing].answer.set_exception(OSError("away"))
    if failing == 0:
        keys.answer.set_result([])
    with pytest.raises(OSError, match="away"):
        await asked
    assert (members.over, keys.over) == (True, True)


async def test_who_gives_up_leaves_nobody_waiting():
    members, keys, asked = await asking()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert (members.over, keys.over) == (True, True)
