"""Replicas: second servers beside a house's own, on ports of their own, to be killed and started at will."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from infra.local import layout
from tests.conftest import free_port
from tests.end_to_end.house import START_TIMEOUT_S, House

PATIENCE_S = 60


class Replica:
    """Another server like the house's own of that name; ``also`` is what it is told otherwise."""

    def __init__(self, house: House, name: str, log: Path, **also: str) -> None:
        port = free_port()
        first = psutil.Process(house.pid(f"{name}-server")).environ()
        self._module = name if name == "gateway" else f"services.{name}"
        self._environment = first | {f"{name.upper()}_PORT": str(port)} | also
        self._log = log
        self.url = f"http://127.0.0.1:{port}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", self._module, "serve"],
                cwd=layout.ROOT,
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    async def be_ready(self) -> None:
        # As long as the whole house is given: on a busy machine a start takes half a minute and more.
        async with asyncio.timeout(START_TIMEOUT_S), httpx.AsyncClient(trust_env=False) as http:
            while True:
                try:
                    if (await http.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    assert self._process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.02)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """While it stands still, and knows nothing of what happens."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def replica(house: House, name: str, log: Path, **also: str) -> Iterator[Replica]:
    """A replica while it is wanted."""
    server = Replica(house, name, log, **also)
    server.start()
    try:
        yield server
    finally:
        server.kill()
