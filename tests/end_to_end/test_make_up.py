"""`make up`: everything starts, stands together, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import psutil
import pytest

from infra.local import databases, layout
from tests.conftest import free_port
from tests.end_to_end import books
from tests.end_to_end.house import STOP_TIMEOUT_S, House, gone


@pytest.mark.parametrize("name", ["gateway", "loyalty", "members", "consent"])
def test_every_server_is_ready(running: House, name: str) -> None:
    answer = httpx.get(f"{running.url(name)}/readyz", trust_env=False)
    assert (answer.status_code, answer.json()["failing"]) == (200, [])


def test_everything_listens_on_loopback_alone(running: House) -> None:
    listening = {
        connection.laddr.ip
        for process in running.processes()
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening == {"127.0.0.1"}


def test_no_server_runs_as_root_where_it_need_not(running: House) -> None:
    for name in ("postgres", "redis"):
        assert psutil.Process(running.pid(name)).uids().effective != 0


def test_no_secret_is_on_a_command_line_or_readable_by_others(running: House) -> None:
    kept = running.installation
    secrets = [kept.postgres_password, kept.redis_password, kept.issuer_key, *kept.role_passwords.values()]
    secrets += kept.caller_keys.values()
    said = " ".join(" ".join(process.cmdline()) for process in running.processes())
    assert not [secret for secret in secrets if secret in said]
    assert (running.home.stat().st_mode & 0o777, (running.home / "secrets.json").stat().st_mode & 0o777) == (
        0o700,
        0o600,
    )


def test_it_says_where_everything_is(running: House) -> None:
    said = running.said()
    for address in (running.storefront, running.admin, f"{running.url('loyalty')}/huiyuan.loyalty.v1"):
        assert address in said
    assert (said.count("#token=ey"), said.count("Bearer ey")) == (2, 1)


def test_a_second_up_says_that_one_runs(running: House) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "infra.local", "up"],
        cwd=layout.ROOT,
        env=running.environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 1
    assert f"already running here (pid {running.command.pid})" in second.stderr


def test_a_taken_port_is_named_before_anything_starts(house: House) -> None:
    with socket.create_server(("127.0.0.1", house.ports.members)):
        house.start()
        assert house.command.wait(STOP_TIMEOUT_S) == 1
    assert f"port {house.ports.members} (members, MEMBERS_PORT)" in house.said()
    assert "starting" not in house.said()


async def test_it_finds_its_data_after_a_kill(running: House) -> None:
    seeds, first = running.seeds, running.processes()
    before = await books.contents(running, *databases.MIGRATIONS)
    os.kill(running.command.pid, signal.SIGKILL)
    running.command.wait(STOP_TIMEOUT_S)
    (running.home / "running.json").unlink()

    running.start()
    running.wait_until_ready()
    assert gone(first, STOP_TIMEOUT_S) == []
    assert running.seeds == seeds
    assert await books.contents(running, *databases.MIGRATIONS) == before


def test_servers_named_by_half_are_refused(house: House) -> None:
    house.also["DATABASE_URL_LOYALTY"] = "postgresql://nobody@127.0.0.1:9/none"
    house.start()
    assert house.command.wait(STOP_TIMEOUT_S) == 1
    assert "DATABASE_URL_MEMBERS, DATABASE_URL_MEMBER_KEYS" in house.said()


def test_a_database_that_cannot_be_reached_is_named(house: House) -> None:
    for kind in databases.MIGRATIONS:
        house.also[f"DATABASE_URL_{kind.upper()}"] = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    house.start()
    assert house.command.wait(STOP_TIMEOUT_S) == 1
    assert "the database loyalty could not be brought up to date" in house.said()


def test_it_can_be_stopped_while_it_starts(house: House) -> None:
    house.start()
    deadline = time.monotonic() + STOP_TIMEOUT_S
    while "newest schema" not in house.said():
        assert time.monotonic() < deadline, house.said()
        time.sleep(0.02)
    started = house.processes()
    assert house.stop() == 0
    assert gone(started, 5) == []
