"""The system: everything started in order, watched while it runs, and stopped in reverse."""

import asyncio
import http.client
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import asyncpg
from sqlalchemy.exc import SQLAlchemyError

from infra.local import databases, layout, postgres, redis
from infra.local.installation import Installation
from infra.local.issuer import Issuer
from infra.local.layout import HOST, MIGRATIONS, SERVICES, Backing, DatabaseUrls, Ports, Role
from infra.local.processes import Process, Program, ProgramFailed

START_TIMEOUT_S = 90.0
_LOG_MAX_BYTES = 20_000_000

Tell = Callable[[str], None]


class PortTaken(Exception):
    """Something else listens where we would."""


class KeyRingMissing(Exception):
    """The databases hold members whose keys are nowhere."""


class DatabaseNotReady(Exception):
    """A database could not be reached or migrated."""


class StopAsked(KeyboardInterrupt):
    """SIGTERM or Ctrl-C arrived: not an error, and as what it is, nothing on the way swallows it, asyncio neither."""


class System:
    """One installation's processes. Between ``start`` and ``stop`` it has to be ``watch``-ed."""

    def __init__(self, installation: Installation, ports: Ports, given: Backing) -> None:
        self.installation = installation
        self.ports = ports
        self.backing = given
        self._issuer = Issuer(installation)
        self._groups: list[list[Process]] = []

    @property
    def processes(self) -> list[Process]:
        """What runs, in the order it was started."""
        return [process for group in self._groups for process in group]

    def start(self, tell: Tell) -> None:
        """Start everything and return when all of it is ready."""
        self.installation.logs.mkdir(exist_ok=True)
        end_leftovers(self.installation.home)
        self._check_key_ring()
        self._check_ports()
        self._issuer.publish()
        self._start_backing(tell)
        tell("bringing the databases to their newest schema")
        self._prepare_databases()
        tell("starting members, loyalty, consent and the gateway")
        self._groups.append([self._start_ours(name, "serve") for name in SERVICES])
        self._groups.append([self._start_ours(name, "work") for name in SERVICES])
        self._groups.append([self._start_ours("gateway", "serve"), self._start_ours("gateway", "work")])
        self._wait_until(*(lambda name=name: self._is_ready(name) for name in (*SERVICES, "gateway")))

    def environment(self, name: str) -> dict[str, str]:
        """What one of our services' processes is told."""
        shared = {
            **self._issuer.settings(),
            "INSTALLATION_ID": self.installation.id,
            "MEMBERS_TOMBSTONES": str(self.installation.home / "members-tombstones.jsonl"),
            "MEMBERS_KEY_RING": str(self.installation.key_ring),
            "MEMBERS_CODES_LOG": str(self.installation.logs / "one-time-codes.log"),
            "LEDGER_SIGNING_KEY": str(self.installation.signing_key),
            "LEDGER_HEADS_FILE": str(self.installation.home / "ledger-heads.jsonl"),
            "CONSENT_SIGNING_KEY": str(self.installation.consent_signing_key),
            "CONSENT_WITNESS_FILE": str(self.installation.home / "consent-witness.jsonl"),
        }
        if name == "gateway":
            shared["WEBHOOK_KEY"] = self.installation.webhook_key
        return layout.environment(
            name,
            ports=self.ports,
            backing=self.backing,
            caller_keys=self.installation.caller_keys,
            shared=shared,
        )

    def watch(self) -> NoReturn:
        """Look on for as long as everything runs. Raises ``ProgramFailed`` when a process ends."""
        while True:
            self._check_alive()
            time.sleep(0.2)

    def stop(self, tell: Tell) -> None:
        """Stop what runs, the last started first; what does not stop in time is killed."""
        while self._groups:
            group = self._groups.pop()
            tell(f"stopping {', '.join(process.program.name for process in group)}")
            for process in group:
                process.ask_to_stop()
            asked_at = time.monotonic()
            for process in group:
                process.see_out(asked_at + process.program.stop_timeout_s)

    # --- what is started -----------------------------------------------------------------------------

    def _start_backing(self, tell: Tell) -> None:
        kept, logs = self.installation, self.installation.logs
        ready: list[Callable[[], bool]] = []
        if self.backing.own_postgres:
            tell("starting PostgreSQL")
            home = kept.home / "postgres"
            server = postgres.start(
                home, logs / "postgres.log", port=self.ports.postgres, password=kept.postgres_password
            )
            self._groups.append([server])
            ready.append(lambda: postgres.ready(home, server))
        if self.backing.own_redis:
            tell("starting Redis")
            self._groups.append(
                [
                    redis.start(
                        kept.home / "redis",
                        logs / "redis.log",
                        port=self.ports.redis,
                        password=kept.redis_password,
                    )
                ]
            )
            ready.append(lambda: redis.ready(self.backing.redis_url))
        self._wait_until(*ready)

    def _prepare_databases(self) -> None:
        # Apart, so that being asked to stop ends the waiting and never the middle of a driver: what is begun is finished.
        with ThreadPoolExecutor(1) as apart:
            for kind, urls in self.backing.databases.items():
                try:
                    apart.submit(self._prepare_database, kind, urls).result()
                except (OSError, asyncpg.PostgresError, SQLAlchemyError) as why:
                    raise DatabaseNotReady(
                        f"the database {kind} could not be brought up to date: {why}"
                    ) from why

    def _prepare_database(self, kind: str, urls: DatabaseUrls) -> None:
        if self.backing.own_postgres:
            app, owner = self.installation.roles(kind)
            server = postgres.url(self.ports.postgres, self.installation.postgres_password)
            asyncio.run(databases.create(server, kind, app=app, owner=owner))
        databases.migrate(kind, urls)

    def _start_ours(self, name: str, role: str) -> Process:
        title = f"{name}-{'server' if role == 'serve' else 'worker'}"
        log = self.installation.logs / f"{title}.log"
        if log.exists() and log.stat().st_size > _LOG_MAX_BYTES:
            log.replace(log.with_suffix(".log.1"))
        told = self.environment(name)
        return Process(Program(title, layout.command(name, role), told, layout.ROOT, log))

    # --- what is checked -----------------------------------------------------------------------------

    def _check_key_ring(self) -> None:
        """Whoever has members gets no new ring in the place of theirs: it would open none of them."""
        if self.installation.seeded.exists() and not self.installation.key_ring.exists():
            raise KeyRingMissing(
                f"the key ring {self.installation.key_ring} is missing, and no profile of this installation can be read "
                "without it: put it back from its backup (mode 0600), or throw everything away by huiyuan reset"
            )

    def _check_ports(self) -> None:
        wanted = [*SERVICES, "gateway"]
        wanted += ["postgres"] if self.backing.own_postgres else []
        wanted += ["redis"] if self.backing.own_redis else []
        taken = [name for name in wanted if _is_taken(self.ports.of(name))]
        if taken:
            ports = ", ".join(f"{self.ports.of(name)} ({name}, {name.upper()}_PORT)" for name in taken)
            raise PortTaken(f"taken by another program: port {ports}; free it or set another")

    def _is_ready(self, name: str) -> bool:
        connection = http.client.HTTPConnection(HOST, self.ports.of(name), timeout=2)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _check_alive(self) -> None:
        for process in self.processes:
            if process.exit_code is not None:
                raise ProgramFailed(process.epitaph())

    def _wait_until(self, *ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        waiting = list(ready)
        while waiting := [probe for probe in waiting if not probe()]:
            self._check_alive()
            if time.monotonic() > deadline:
                logs = "\n".join(process.last_lines() for process in self._groups[-1])
                raise ProgramFailed(f"not everything was ready in {START_TIMEOUT_S:.0f} s\n{logs}")
            time.sleep(0.05)


def end_leftovers(home: Path) -> None:
    """Stop servers of ours that an earlier run, killed from outside, left behind."""
    postgres.end_leftover(home / "postgres")
    redis.end_leftover(home / "redis")


def backing(installation: Installation, ports: Ports, environment: dict[str, str]) -> Backing:
    """The servers that the environment names, and for the rest our own."""
    given = layout.given_databases(environment)
    redis_url = environment.get("REDIS_URL")
    return Backing(
        databases=given or _own_databases(installation, ports),
        redis_url=redis_url or redis.url(ports.redis, installation.redis_password),
        own_postgres=given is None,
        own_redis=not redis_url,
    )


def _own_databases(installation: Installation, ports: Ports) -> dict[str, DatabaseUrls]:
    def url(kind: str, role: Role) -> str:
        return postgres.url(ports.postgres, role.password, user=role.name, database=kind)

    return {
        kind: DatabaseUrls(*(url(kind, role) for role in installation.roles(kind))) for kind in MIGRATIONS
    }


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False


@contextmanager
def stop_asked_by_signals() -> Iterator[Callable[[], None]]:
    """Raise ``StopAsked`` at the first SIGTERM, SIGINT or SIGHUP; what it yields makes us deaf to the next."""
    wanted = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def ask(_: int, __: FrameType | None) -> None:
        turn_deaf()
        raise StopAsked

    def turn_deaf() -> None:
        for each in wanted:
            signal.signal(each, lambda *_: None)

    before = {each: signal.signal(each, ask) for each in wanted}
    try:
        yield turn_deaf
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
