"""Rotations that are cut off: at every step, before and after it took effect, and by kill -9 in the middle of a batch."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from services.members.jobs import reindexing as reindexing_job
from services.members.jobs import renewals as renewals_job
from services.members.jobs import rotations as job
from services.members.storage import keyring_changes, reindexing, renewals, rewraps, rotations
from tests.members.rotations.house import DEK, DONE, INDEX_KEY, KEK, House
from tests.members.service import OPERATIONS, by, registration

STEPS = {
    keyring_changes: (
        "add_kek",
        "switch_kek",
        "destroy_keks",
        "add_index_keys",
        "switch_index_keys",
        "retire_index_keys",
        "destroy_index_keys",
    ),
    rotations: ("save",),
    rewraps: ("rewrap", "close", "left"),
    renewals: ("add", "replace", "drop_older", "drop", "left"),
    reindexing: ("pair", "copy", "left", "close", "drop_old"),
}


class Crash(BaseException):
    """The process ends here."""


class Crashing:
    """Crashes once at the nth step, before it or right after it."""

    def __init__(self, nth: int, *, after: bool) -> None:
        self.nth, self.after = nth, after
        self.crashed = ""

    def around(self, name: str, step: Callable[..., Any]) -> Callable[..., Any]:
        if asyncio.iscoroutinefunction(step):

            async def cut(*arguments: Any) -> Any:
                here = self._here(name)
                if here and not self.after:
                    raise Crash
                answer = await step(*arguments)
                if here:
                    raise Crash
                return answer

            return cut

        def cut_short(*arguments: Any) -> Any:
            here = self._here(name)
            if here and not self.after:
                raise Crash
            answer = step(*arguments)
            if here:
                raise Crash
            return answer

        return cut_short

    def _here(self, name: str) -> bool:
        self.nth -= 1
        if self.nth == 0:
            self.crashed = name
        return self.nth == 0


@contextmanager
def crashing(nth: int, *, after: bool) -> Iterator[Crashing]:
    fault = Crashing(nth, after=after)
    kept = {(module, name): getattr(module, name) for module, names in STEPS.items() for name in names}
    for (module, name), step in kept.items():
        setattr(module, name, fault.around(name, step))
    try:
        yield fault
    finally:
        for (module, name), step in kept.items():
            setattr(module, name, step)


@contextmanager
def small_batches() -> Iterator[None]:
    jobs = (job, renewals_job, reindexing_job)
    usual = [each.BATCH for each in jobs]
    for each in jobs:
        each.BATCH = 4
    try:
        yield
    finally:
        for each, size in zip(jobs, usual, strict=True):
            each.BATCH = size


@pytest.mark.parametrize("kind", [KEK, DEK, INDEX_KEY])
async def test_rotation_cut_off_at_some_steps_is_taken_up_and_loses_nothing(house: House, kind: int) -> None:
    await cut_off_at(house, kind, [(1, True), (9, False), (17, True)])


@pytest.mark.torture
@pytest.mark.parametrize("kind", [KEK, DEK, INDEX_KEY])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_rotation_cut_off_at_any_step_is_taken_up_and_loses_nothing(
    house: House, kind: int, after: bool
) -> None:
    crashed = await cut_off_at(house, kind, [(nth, after) for nth in range(1, 100)])
    assert crashed >= OF_KIND[kind]


OF_KIND = {
    KEK: {"add_kek", "switch_kek", "rewrap", "save", "close", "left", "destroy_keks"},
    DEK: {"add", "replace", "drop_older", "drop", "left", "save"},
    INDEX_KEY: {
        "add_index_keys",
        "switch_index_keys",
        "pair",
        "copy",
        "left",
        "retire_index_keys",
        "close",
        "drop_old",
        "destroy_index_keys",
        "save",
    },
}
"""The steps at which rotations of a kind were cut off at least once."""


async def cut_off_at(house: House, kind: int, points: list[tuple[int, bool]]) -> set[str]:
    """A rotation for each point, cut off there and finished by another worker; until one has fewer steps."""
    phone = house.service.phone()
    members = [await named(house, phone), *await house.fill(2)]
    crashed: set[str] = set()
    more = {"destroys": True} if kind == KEK else {"index_kinds": [1]} if kind == INDEX_KEY else {}
    for nth, after in points:
        rotation = await house.start(kind, **more)
        with small_batches():
            fault = await cut_off(house, nth, after=after)
            done = await house.finish(rotation)
        assert done.stage == DONE, (nth, fault)
        assert kind != KEK or done.rows_done == done.rows_total, (nth, fault)
        assert done.proof.endswith(" = 0")
        assert await house.readable(members), (nth, fault)
        assert await house.found(phone) == members[0], (nth, fault)
        assert len(await house.headers()) == 1
        if not fault:
            return crashed
        crashed.add(fault)
    assert len(crashed) > 1
    return crashed


async def named(house: House, phone: str) -> str:
    answer = await house.service.profiles.register_member(registration(phone), headers=by(OPERATIONS))
    return answer.member_id


async def cut_off(house: House, nth: int, *, after: bool) -> str:
    """Work until the nth step crashes; which that was, or nothing when there are fewer."""
    worker = house.worker()
    with crashing(nth, after=after) as fault:
        try:
            for _ in range(6):
                await worker.work()
                await asyncio.sleep(0.025)
        except Crash:
            pass
    await worker.reader.leave()
    return fault.crashed


WORKER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from services.members.jobs import rings, rotations
from services.members.storage import keyrings
from services.members.storage.databases import Databases

async def main(members, keys, path, installation):
    databases = await Databases.open(members, keys)
    load = lambda: keyrings.open_ring(Path(path), UUID(installation), create=False)
    ring = load()
    reader = rings.RingReader(ring, load, Path(path), databases.keys_pool)
    rotations.BATCH = 5
    saved = rotations.rotations.save
    async def slow(connection, rotation):
        await saved(connection, rotation)
        if rotation.rows_done:
            print(rotation.rows_done, flush=True)
            await asyncio.sleep(0.05)
    rotations.rotations.save = slow
    while True:
        await rotations.Rotating(databases, ring, reader, Path(path)).work()
        await asyncio.sleep(0.01)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_killed_in_the_middle_of_a_batch_and_taken_up_by_another_process(house: House) -> None:
    members = await house.fill(60)
    rotation = await house.start(KEK, destroys=True)
    told = [
        house.service.members.app,
        house.service.keys.app,
        str(house.path),
        str(house.service.settings.installation_id),
    ]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WORKER, *told, stdout=asyncio.subprocess.PIPE, env={**os.environ}
    )
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while not (line := await process.stdout.readline()).strip().isdigit() or int(line) < 10:
            assert line, "the worker ended by itself"
    process.send_signal(signal.SIGKILL)
    await process.wait()
    await house.update(members[0], "小明")
    cut = await house.get(rotation)
    # What the killed batch had done is undone, and its progress with it.
    assert 5 <= cut.rows_done < 60
    assert len(await house.headers()) == 2
    # Whoever was killed is not waited for longer than it takes to be forgotten.
    done = await house.finish(rotation, worker=house.worker(alive_s=0.3))
    assert done.rows_done == done.rows_total >= 60
    assert await house.readable(members)
    assert len(await house.headers()) == 1
