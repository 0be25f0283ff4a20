"""Processes: how the embedded default starts a program, knows that it lives, and makes an end of it."""

import contextlib
import importlib.util
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

_LAUNCH = Path(__file__).with_name("launch.py")
_NOBODY = 65534
_LAST_LINES = 12
_LAST_BYTES = 16_384


@dataclass(frozen=True, slots=True)
class User:
    """The user a program runs as instead of root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """What to run, in which directory and environment, and which signals end it."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(repr=False)
    directory: Path
    log: Path
    user: User | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends the program when its starter dies without stopping it."""
    stop_timeout_s: float = 15.0


class ProgramFailed(Exception):
    """A program ended, or was not ready in time; the message carries its last log lines."""


def wheel_directory(package: str) -> Path:
    """Where an installed package's files are, without running its code."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ProgramFailed(f"the package {package} is not installed: pip install 'huiyuan[local]'")
    return Path(spec.origin).parent


def unprivileged() -> User | None:
    """The user that servers run as when we are root, which they should not be; None when we are not."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        return User(_NOBODY, _NOBODY)
    return User(nobody.pw_uid, nobody.pw_gid)


def own(path: Path, user: User | None) -> None:
    """Hand a file or an empty directory to the user that a program runs as."""
    if user is not None:
        os.chown(path, user.uid, user.gid)


def launched(command: list[str], user: User | None, death_signal: signal.Signals) -> list[str]:
    """The command as it is really run: bound to our life and without root's rights."""
    who = "-" if user is None else f"{user.uid}:{user.gid}"
    start = [sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()), str(int(death_signal)), who]
    return start + command


class Process:
    """A started program, leader of its own process group; it dies with the thread that started it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        with program.log.open("ab") as log:
            self._popen = subprocess.Popen(
                launched(program.command, program.user, program.death_signal),
                cwd=program.directory,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; below 0 for a signal."""
        return self._popen.poll()

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Wait until it is ready. Raises ``ProgramFailed``."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if self.exit_code is not None:
                raise ProgramFailed(self.epitaph())
            if time.monotonic() > deadline:
                raise ProgramFailed(
                    f"{self.program.name} was not ready in {timeout_s:.0f} s\n{self.last_lines()}"
                )
            time.sleep(0.02)

    def stop(self) -> None:
        """Ask it to end; when the time is up, kill it and whatever it started."""
        self.ask_to_stop()
        self.see_out(time.monotonic() + self.program.stop_timeout_s)

    def ask_to_stop(self) -> None:
        """Send its stop signal."""
        if self.exit_code is None:
            self._popen.send_signal(self.program.stop_signal)

    def see_out(self, deadline: float) -> None:
        """Wait for its end until the deadline, then kill what is left of its group."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(max(0.0, deadline - time.monotonic()))
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()

    def epitaph(self) -> str:
        """How it ended, in words, and the last lines it logged."""
        code = self.exit_code or 0
        how = f"with exit code {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
        return f"{self.program.name} ended {how}\n{self.last_lines()}"

    def last_lines(self) -> str:
        """The end of its log, and where all of it is."""
        with self.program.log.open("rb") as log:
            log.seek(0, os.SEEK_END)
            log.seek(max(0, log.tell() - _LAST_BYTES))
            lines = log.read().decode(errors="replace").splitlines()[-_LAST_LINES:]
        return "\n".join([*(f"  | {line}" for line in lines), f"  the whole log: {self.program.log}"])
