"""Processes: a worker runs until it is told to stop, and never goes on with a job missing."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from infra.local import layout
from tests.conftest import free_port

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


SERVER = """
import asyncio
import gc
import sys
from services.kit import process, telemetry

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
    asyncio.ensure_future(forgotten())
    await asyncio.sleep(0)
    gc.collect()
    raise ValueError("xiaoming@example.com")

async def forgotten():
    raise KeyError("xiaoming@example.com")

telemetry.configure("kit", "INFO")
process.serve(app, host="127.0.0.1", port=int(sys.argv[1]))
"""


TELLING = """
import sys
from services.kit import process

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["client"][0].encode()})

def turn_away(request):
    return b"HTTP/1.1 503 Busy\\r\\ncontent-length: 0\\r\\n\\r\\n" if b"/busy" in request else None

process.serve(app, host="127.0.0.1", port=int(sys.argv[1]), turn_away=turn_away)
"""


@contextmanager
def serving(script: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A script's server, once it listens, and its address."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-c", script, str(port)], cwd=layout.ROOT, stderr=subprocess.PIPE, text=True
    )
    try:
        for _ in range(200):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.kill()
        server.communicate()


def test_a_server_believes_no_header_about_who_connects_and_turns_away_unread() -> None:
    with serving(TELLING) as (url, _):
        forwarded = {"x-forwarded-for": "6.6.6.6", "forwarded": "for=6.6.6.6", "x-real-ip": "6.6.6.6"}
        assert httpx.get(url, headers=forwarded).text == "127.0.0.1"
        assert httpx.get(f"{url}/busy").status_code == 503


def test_what_a_server_says_of_a_fault_is_its_type_and_place_alone() -> None:
    with serving(SERVER) as (url, server):
        assert httpx.get(url).status_code == 500
        server.terminate()
        _, complained = server.communicate(timeout=30)
    assert "builtins.ValueError" in complained
    assert "Exception in ASGI application" in complained
    assert "Task exception was never retrieved" in complained
    assert all(json.loads(line)["process"] == "kit" for line in complained.splitlines())
    assert "xiaoming" not in complained
