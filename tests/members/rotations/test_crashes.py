"""Rotations that are cut off: at every step, before and after it took effect, and by kill -9 in the middle of a batch."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from huiyuan.members.v1 import rotations_pb2 as wire

from services.members.jobs import reindexing as reindexing_job
from services.members.jobs import renewals as renewals_job
from services.members.jobs import rotations as job
from services.members.storage import keyring_changes, reindexing, renewals, rewraps, rotations
from tests.members.rotations.house import DEK, DONE, INDEX_KEY, KEK, House
from tests.members.service import OPERATIONS, by, registration

STEPS = {
    KEK: {
        "add_kek": keyring_changes,
        "switch_kek": keyring_changes,
        "rewrap": rewraps,
        "close": rewraps,
        "left": rewraps,
        "destroy_keks": keyring_changes,
        "save": rotations,
    },
    DEK: {
        "add": renewals,
        "replace": renewals,
        "drop_older": renewals,
        "drop": renewals,
        "left": renewals,
        "save": rotations,
    },
    INDEX_KEY: {
        "add_index_keys": keyring_changes,
        "switch_index_keys": keyring_changes,
        "pair": reindexing,
        "copy": reindexing,
        "left": reindexing,
        "retire_index_keys": keyring_changes,
        "close": reindexing,
        "drop_old": reindexing,
        "destroy_index_keys": keyring_changes,
        "save": rotations,
    },
}
"""All that a rotation of a kind writes by, or counts."""

Point = tuple[str, int, bool]
"""Where to crash: at a step, the nth time, before it or after it took effect."""


class Crash(BaseException):
    """The process ends here."""


@contextmanager
def crashing(kind: int, point: Point) -> Iterator[list[Point]]:
    """The point, once it crashed there."""
    name, nth, after = point
    module = STEPS[kind][name]
    step: Callable[..., Any] = getattr(module, name)
    crashed: list[Point] = []
    times = 0

    def here() -> bool:
        nonlocal times
        times += 1
        return times == nth

    def crash() -> None:
        crashed.append(point)
        raise Crash

    async def cut(*arguments: Any) -> Any:
        is_here = here()
        if is_here and not after:
            crash()
        answer = await step(*arguments)
        if is_here:
            crash()
        return answer

    def cut_short(*arguments: Any) -> Any:
        is_here = here()
        if is_here and not after:
            crash()
        answer = step(*arguments)
        if is_here:
            crash()
        return answer

    setattr(module, name, cut if asyncio.iscoroutinefunction(step) else cut_short)
    try:
        yield crashed
    finally:
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


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (KEK, ("switch_kek", "rewrap", "destroy_keks")),
        (DEK, ("add", "replace")),
        (INDEX_KEY, ("pair", "copy", "retire_index_keys")),
    ],
)
async def test_rotation_cut_off_at_some_steps_is_taken_up_and_loses_nothing(
    house: House, kind: int, names: tuple[str, ...]
) -> None:
    await cut_off_at(house, kind, [(name, 1, True) for name in names])


@pytest.mark.torture
@pytest.mark.parametrize("kind", [KEK, DEK, INDEX_KEY])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
async def test_rotation_cut_off_at_any_step_is_taken_up_and_loses_nothing(
    house: House, kind: int, after: bool
) -> None:
    await cut_off_at(house, kind, [(name, nth, after) for name in STEPS[kind] for nth in (1, 2, 3)])


async def cut_off_at(house: House, kind: int, points: list[Point]) -> None:
    """A rotation for each point, cut off there and finished by another worker."""
    phone = house.service.phone()
    members = [await named(house, phone), *await house.fill(2)]
    more = {"destroys": True} if kind == KEK else {"index_kinds": [1]} if kind == INDEX_KEY else {}
    for point in points:
        rotation = await house.start(kind, **more)
        with small_batches():
            crashed = await cut_off(house, rotation, kind, point)
            done = await house.finish(rotation)
        assert crashed or point[1] > 1, point
        assert done.stage == DONE, point
        assert kind != KEK or done.rows_done == done.rows_total, point
        assert done.proof.endswith(" = 0")
        assert await house.readable(members), point
        assert await house.found(phone) == members[0], point
        assert len(await house.headers()) == 1


async def named(house: House, phone: str) -> str:
    answer = await house.service.profiles.register_member(registration(phone), headers=by(OPERATIONS))
    return answer.member_id


async def cut_off(house: House, rotation: wire.Rotation, kind: int, point: Point) -> bool:
    """Work until it crashes; False when the rotation ended before it came to the point."""
    worker = house.worker()
    with crashing(kind, point) as crashed:
        try:
            await house.finish(rotation, worker=worker)
        except Crash:
            await worker.reader.leave()
    return bool(crashed)


WORKER = """
import asyncio, sys
from pathlib import Path
from uuid import UUID
from services.members.jobs import rotations
from services.members.jobs.keyrings import RingReader
from services.members.storage import keyrings
from services.members.storage.databases import Databases

async def main(members, keys, path, installation):
    databases = await Databases.open(members, keys)
    load = lambda: keyrings.open_ring(Path(path), UUID(installation), create=False)
    ring = load()
    reader = RingReader(ring, load, Path(path), databases.keys_pool)
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
