"""Processes: a worker runs until it is told to stop, and never goes on with a job missing."""

import signal
import subprocess
import sys

import pytest

from infra.local import layout

WORKER = """
import asyncio
from services.kit import process

async def endless():
    print("working", flush=True)
    try:
        await asyncio.Event().wait()
    finally:
        print("put away", flush=True)

async def ending():
    {ending}

async def start():
    return [endless, ending]

process.work(start)
"""


def worker(ending: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WORKER.format(ending=ending)],
        cwd=layout.ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_puts_its_jobs_away_when_asked_to_stop(asked: signal.Signals) -> None:
    process = worker("await asyncio.Event().wait()")
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"
    process.send_signal(asked)
    said, complained = process.communicate(timeout=30)
    assert (said, complained, process.returncode) == ("put away\n", "", 0)


@pytest.mark.parametrize(
    ("ending", "why"), [("return", "a job ended"), ("raise OSError('no such luck')", "no such luck")]
)
def test_a_worker_whose_job_ends_by_itself_ends_with_the_reason(ending: str, why: str) -> None:
    process = worker(ending)
    said, complained = process.communicate(timeout=30)
    assert process.returncode == 1
    assert why in complained
    assert said.endswith("put away\n")
