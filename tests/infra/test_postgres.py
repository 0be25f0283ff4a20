"""The embedded Postgres is a real one, kept to itself, and finds its way back after a crash."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from infra.local import postgres
from infra.local.processes import Process
from tests.conftest import START_TIMEOUT_S, free_port

PASSWORD = "only-for-this-test"


class Cluster:
    """A Postgres of the test's own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port = free_port()
        self.process: Process | None = None

    def start(self) -> Process:
        process = postgres.start(self.home, self.home.with_suffix(".log"), port=self.port, password=PASSWORD)
        process.wait_until(lambda: postgres.ready(self.home, process), START_TIMEOUT_S)
        self.process = process
        return process

    async def ask(self, question: str, password: str = PASSWORD) -> object:
        connection = await asyncpg.connect(postgres.url(self.port, password))
        try:
            return await connection.fetchval(question)
        finally:
            await connection.close()


@pytest.fixture
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    cluster = Cluster(tmp_path_factory.mktemp("cluster") / "postgres")
    yield cluster
    if cluster.process is not None:
        cluster.process.stop()


async def test_it_is_what_it_says(cluster: Cluster) -> None:
    process = cluster.start()
    assert str(await cluster.ask("SHOW server_version")).startswith("18.")
    for setting, value in {
        "fsync": "on",
        "synchronous_commit": "on",
        "listen_addresses": "127.0.0.1",
        "log_error_verbosity": "terse",
        "data_checksums": "on",
        "server_encoding": "UTF8",
        "TimeZone": "UTC",
    }.items():
        assert await cluster.ask(f"SHOW {setting}") == value
    assert psutil.Process(process.pid).uids().effective != 0
    with pytest.raises(asyncpg.InvalidPasswordError):
        await cluster.ask("SELECT 1", password="guessed")


async def test_a_failing_statement_leaves_no_value_in_the_log(cluster: Cluster) -> None:
    process = cluster.start()
    connection = await asyncpg.connect(postgres.url(cluster.port, PASSWORD))
    await connection.execute("CREATE TABLE phones (phone text PRIMARY KEY)")
    for _ in range(2):
        try:
            await connection.execute("INSERT INTO phones VALUES ('+8613900000042')")
        except asyncpg.UniqueViolationError:
            refused = True
    await connection.close()
    assert refused
    log = process.program.log.read_text()
    assert "phones_pkey" in log
    assert "13900000042" not in log


async def test_a_killed_server_recovers_what_was_committed(cluster: Cluster) -> None:
    process = cluster.start()
    await cluster.ask("CREATE TABLE kept (n int)")
    await cluster.ask("INSERT INTO kept VALUES (7)")
    os.kill(process.pid, signal.SIGKILL)
    process.see_out(0)
    cluster.start()
    assert await cluster.ask("SELECT n FROM kept") == 7


async def test_a_lock_file_that_names_another_process_is_cleared(cluster: Cluster) -> None:
    cluster.start().stop()
    # As in a container that was started anew: the number is somebody else's now.
    (cluster.home / "data/postmaster.pid").write_text(f"{os.getpid()}\n{cluster.home}/data\n")
    cluster.start()
    assert await cluster.ask("SELECT 1") == 1


def test_a_server_left_behind_is_stopped(cluster: Cluster) -> None:
    left = cluster.start()
    postgres.end_leftover(cluster.home)
    assert left.exit_code == 0
    assert not (cluster.home / "data/postmaster.pid").exists()
