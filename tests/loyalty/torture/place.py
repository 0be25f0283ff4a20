"""A place of its own: a Postgres that may be killed or run full, and loyalty processes on it that may be killed too."""

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import psutil
from sqlalchemy.engine import make_url

from infra.local import databases, layout, postgres
from infra.local.databases import DatabaseUrls, Role
from infra.local.processes import Process
from tests.conftest import START_TIMEOUT_S, free_port
from tests.loyalty.conftest import EveryoneKnown, Loyalty, look
from tests.loyalty.torture.load import PATIENCE_S


class Postgres:
    """A server in a directory, with the ledger's database in it."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._port = free_port()
        self._password = secrets.token_hex(16)
        self._roles = [Role(name, secrets.token_hex(16)) for name in ("loyalty", "loyalty_owner")]
        self._process: Process | None = None

    @property
    def urls(self) -> DatabaseUrls:
        """How the ledger's database is reached, once it is made."""
        at = make_url(self.superuser).set(database="loyalty")
        return DatabaseUrls(
            *(
                at.set(username=role.name, password=role.password).render_as_string(False)
                for role in self._roles
            )
        )

    @property
    def superuser(self) -> str:
        return postgres.url(self._port, self._password)

    def start(self) -> None:
        server = postgres.start(
            self._directory / "postgres",
            self._directory / "postgres.log",
            port=self._port,
            password=self._password,
        )
        server.wait_until(lambda: postgres.ready(self._directory / "postgres", server), START_TIMEOUT_S)
        self._process = server

    def make_ledger(self) -> None:
        app, owner = self._roles
        databases.create_and_migrate(self.superuser, "loyalty", "loyalty", app=app, owner=owner)

    def kill(self) -> None:
        """As a machine that loses its power: every process of the server at once."""
        assert self._process is not None
        there = psutil.Process(self._process.pid)
        for process in (there, *there.children(recursive=True)):
            process.send_signal(signal.SIGKILL)
        self._process.see_out(time.monotonic())
        self._process = None

    def stop(self) -> None:
        if self._process is not None:
            self._process.stop()


class Service:
    """A loyalty process: one that serves, on a port of its own, or the worker."""

    def __init__(self, command: str, environment: Mapping[str, str], log: Path) -> None:
        self._port = free_port()
        self._command = [sys.executable, "-m", "services.loyalty", command]
        self._environment = os.environ | environment | {"LOYALTY_PORT": str(self._port)}
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self.serves = command == "serve"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=layout.ROOT, env=self._environment, stdout=log, stderr=log
            )

    async def be_ready(self) -> None:
        if not self.serves:
            return
        async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient(trust_env=False) as http:
            while True:
                try:
                    if (await http.get(f"{self.url}/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    assert self._process is None or self._process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.02)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def verified(environment: Mapping[str, str]) -> str:
    """What ``huiyuan ledger verify`` says of a ledger that agrees with itself."""
    done = subprocess.run(
        [sys.executable, "-m", "services.loyalty", "verify"],
        cwd=layout.ROOT,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Place:
    """A Postgres, loyalty processes on it, and doors to those that serve."""

    def __init__(self, server: Postgres, services: list[Service], doors: list[Loyalty]) -> None:
        self.postgres = server
        self.services = services
        self.doors = doors


@asynccontextmanager
async def place(
    directory: Path,
    environment: Callable[[str], dict[str, str]],
    members: EveryoneKnown,
    tokens: Callable[..., str],
    founded: dict[str, object],
    commands: Sequence[str],
) -> AsyncIterator[Place]:
    """Everything started and ready, with a programme founded; ``commands`` say which processes."""
    server = Postgres(directory)
    told = environment(server.urls.app)
    services = [
        Service(command, told, directory / f"{command}-{nth}.log") for nth, command in enumerate(commands)
    ]
    try:
        for service in services:  # before their database, which they wait for
            service.start()
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(server.make_ledger)
        await asyncio.gather(*(service.be_ready() for service in services))
        async with (
            httpx.AsyncClient(trust_env=False, timeout=30) as http,
            look(server.urls.owner) as looking,
        ):
            doors = [
                Loyalty(service.url, server.urls.app, server.urls.owner, members, tokens, http, looking)
                for service in services
                if service.serves
            ]
            body = {"programme": founded, "makeDefault": True, "reason": "test"}
            answer = await doors[0].staff("ProgrammesService/CreateProgramme", body)
            assert answer.status_code == 200, answer.text
            yield Place(server, services, doors)
    finally:
        for service in services:
            service.kill()
        server.stop()
