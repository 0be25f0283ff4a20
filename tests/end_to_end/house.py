"""The house: the whole system as `make up` runs it, on free ports, in a directory of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil

from infra.local import layout, system
from infra.local.databases import DatabaseUrls
from infra.local.installation import Installation
from infra.local.issuer import Issuer
from infra.local.layout import Ports
from infra.local.seeds import Seeds
from tests.conftest import free_port
from tests.gateway.gateway_client import RATES

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 60.0
NAMES = ("gateway", "loyalty", "members", "consent", "postgres", "redis")


class House:
    """One `huiyuan up`: its command, and once it is ready its addresses and tokens."""

    def __init__(self, home: Path, ports: Ports) -> None:
        self.home = home
        self.ports = ports
        self.output = home.with_suffix(".out")
        self.also: dict[str, str] = {}
        self._command: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin to start; ``wait_until_ready`` waits for the end of it."""
        with self.output.open("wb") as output:
            self._command = subprocess.Popen(
                [sys.executable, "-m", "infra.local", "up"],
                cwd=layout.ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def say(self, *words: str) -> tuple[int, str]:
        """How another `huiyuan …` ended, and what it said."""
        done = subprocess.run(
            [sys.executable, "-m", "infra.local", *words],
            cwd=layout.ROOT,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def environment(self) -> dict[str, str]:
        """What the command is told, so that it meets nothing of the developer's own."""
        given = {
            key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "REDIS_"))
        }
        ports = {f"{name.upper()}_PORT": str(self.ports.of(name)) for name in NAMES}
        # A proxy that is not there: nothing on loopback may be sent through one.
        told = {"HUIYUAN_HOME": str(self.home), "HTTP_PROXY": "http://127.0.0.1:9", "COLUMNS": "200"}
        streams = {"GATEWAY_STREAMS": "100000", "GATEWAY_STREAMS_A_CALLER": "100000"}
        return given | ports | told | RATES | streams | self.also

    @property
    def command(self) -> subprocess.Popen[bytes]:
        assert self._command is not None
        return self._command

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not (self.home / "running.json").exists():
            assert self.command.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)

    def said(self) -> str:
        """All that the command printed."""
        return self.output.read_text()

    def processes(self) -> list[psutil.Process]:
        """The command's own process and everything below it."""
        own = psutil.Process(self.command.pid)
        return [own, *own.children(recursive=True)]

    def pid(self, name: str) -> int:
        """A process by its name, for instance ``loyalty-worker``."""
        pid: int = json.loads((self.home / "running.json").read_text())["pids"][name]
        return pid

    def stop(self) -> int:
        """Stop it as a service manager does; its exit code."""
        self.command.send_signal(signal.SIGTERM)
        return self.command.wait(STOP_TIMEOUT_S)

    def end(self) -> None:
        """Make sure that nothing is left of it."""
        if self._command is not None and self._command.poll() is None:
            self.stop()

    # --- what it offers once it runs -----------------------------------------------------------------

    @property
    def installation(self) -> Installation:
        return Installation.open(self.home)

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.installation)

    @property
    def seeds(self) -> Seeds:
        seeds = Seeds.kept(self.installation)
        assert seeds is not None
        return seeds

    def url(self, name: str) -> str:
        """Where a service or the gateway listens."""
        return self.ports.url(name)

    def database(self, kind: str) -> DatabaseUrls:
        """How one of its databases is reached."""
        return system.backing(self.installation, self.ports, self.also).databases[kind]

    @property
    def storefront(self) -> str:
        return f"{self.url('gateway')}/graphql"

    @property
    def admin(self) -> str:
        return f"{self.url('gateway')}/admin/graphql"


def gone(processes: list[psutil.Process], within_s: float) -> list[psutil.Process]:
    """Those of the processes that are still there when the time is up."""
    _, alive = psutil.wait_procs(processes, within_s)
    return [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def new_house(directory: Path) -> House:
    ports: dict[str, Any] = {name: free_port() for name in NAMES}
    return House(directory / "home", Ports(**ports))
