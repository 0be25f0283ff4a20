"""The disk is full: whoever wants to write is told to try again, nothing is half done, and room is all it takes."""

import asyncio
import contextlib
import random
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from infra.local import databases, layout, postgres
from infra.local.databases import DatabaseUrls, Role
from tests.conftest import free_port
from tests.loyalty.spending import done
from tests.loyalty.torture.acts import Shop, transferable
from tests.loyalty.torture.judge import be_sound, judge
from tests.loyalty.torture.load import PATIENCE_S, Load
from tests.loyalty.torture.small_disk import NOT_ALLOWED
from tests.loyalty.torture.test_simulation import seeds

MEGABYTES = 160
AWAY = {"retry LEDGER_UNAVAILABLE", "retry DATABASE_UNAVAILABLE"}


class NotAllowed(Exception):
    """This user may mount nothing here, not even for itself."""


class Disk:
    """A Postgres on a small disk, told from outside what becomes of it."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self._port, self._password = free_port(), secrets.token_hex(16)
        asked = [str(directory), str(MEGABYTES), str(self._port), self._password]
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.loyalty.torture.small_disk", *asked],
            cwd=layout.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    @property
    def superuser(self) -> str:
        return postgres.url(self._port, self._password)

    def tell(self, what: str) -> None:
        """``start``, ``fill`` or ``free``."""
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._program.stdin.write(f"{what}\n")
            self._program.stdin.flush()
        if self._program.stdout.readline() != "done\n":
            _, said = self._program.communicate()
            raise NotAllowed(said) if self._program.returncode == NOT_ALLOWED else AssertionError(said)

    def make_ledger(self) -> DatabaseUrls:
        app, owner = (Role(name, secrets.token_hex(16)) for name in ("loyalty", "loyalty_owner"))
        urls = databases.create_and_migrate(self.superuser, "loyalty", "loyalty", app=app, owner=owner)
        asyncio.run(self._judge_alone(owner.name))
        return urls

    async def _judge_alone(self, role: str) -> None:
        """Have the judge's queries use no helpers: what these share would be written to the disk that is full."""
        server = await asyncpg.connect(self.superuser)
        await server.execute(f"ALTER ROLE {role} SET max_parallel_workers_per_gather = 0")
        await server.close()

    def end(self) -> None:
        if self._program.poll() is None:
            self._program.communicate(timeout=PATIENCE_S)


@contextmanager
def small_disk(directory: Path) -> Iterator[Disk]:
    disk = Disk(directory)
    try:
        disk.tell("start")
        yield disk
    finally:
        disk.end()


async def fill_up(directory: Path, make_loyalty: Any, times: int, seed: int) -> None:
    """Fill the disk under load so many times, the log that is written ahead included, and judge what is left."""
    with small_disk(directory) as disk:
        urls = await asyncio.to_thread(disk.make_ledger)
        async with make_loyalty(urls=urls) as loyalty:
            body = {"programme": transferable(), "makeDefault": True, "reason": "test"}
            await done(loyalty.staff("ProgrammesService/CreateProgramme", body))
            shop = Shop([loyalty.new_member() for _ in range(8)], random.Random(seed))
            for member in shop.members:
                await shop.welcome(member).attempt(loyalty)
            load = Load([loyalty], shop)
            async with asyncio.TaskGroup() as together:
                together.create_task(load.run())
                for _ in range(times):
                    await load.until(answered=30)
                    await asyncio.to_thread(disk.tell, "fill")
                    await load.until(sent_back=20)
                    await be_sound(loyalty)
                    await _want_log(disk)
                    await load.until(sent_back=20)
                    await asyncio.to_thread(disk.tell, "free")
                    await asyncio.to_thread(disk.tell, "start")
                    await load.until(answered=30)
                load.stopped = True
            await load.again()
            verdict = await judge(loyalty, shop.acts)
            print(f"disk full {times} times: {verdict}; {dict(load.outcomes)}")
            assert {outcome for outcome in load.outcomes if outcome.startswith("retry")} <= AWAY
            assert verdict.clean, (verdict.lost, verdict.doubled)
            await be_sound(loyalty)


async def _want_log(disk: Disk) -> None:
    """Have the server want room for its log until it dies, since it cannot do without."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        while True:
            server = await asyncpg.connect(disk.superuser)
            await server.execute("SELECT pg_logical_emit_message(false, '', 'x'), pg_switch_wal()")
            await server.close()


async def test_a_full_disk_refuses_and_loses_nothing(
    tmp_path: Path, make_loyalty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.loyalty.lane.PATIENCE_S", 0.3)
    (seed,) = seeds(1)
    print(f"HUIYUAN_SEED={seed}")
    try:
        await fill_up(tmp_path / "disk", make_loyalty, 1, seed)
    except NotAllowed as why:
        pytest.skip(f"NOT PROVED: a full disk, since no file system may be mounted here: {why}")


@pytest.mark.torture
async def test_a_disk_full_again_and_again_refuses_and_loses_nothing(
    tmp_path: Path, make_loyalty: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.loyalty.lane.PATIENCE_S", 0.3)
    (seed,) = seeds(1)
    print(f"HUIYUAN_SEED={seed}")
    try:
        await fill_up(tmp_path / "disk", make_loyalty, 5, seed)
    except NotAllowed as why:
        pytest.fail(f"NOT PROVED: a full disk, since no file system may be mounted here: {why}")
