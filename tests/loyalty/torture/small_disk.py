"""A disk of a few megabytes: a Postgres whose directory is a small file system of its own, to be filled.

The file system is a tmpfs in a mount namespace that only this program and the server see. Root makes the namespace
as root, anybody else within a user namespace; where neither is allowed the program ends with ``NOT_ALLOWED``.
Run as ``python -m tests.loyalty.torture.small_disk DIRECTORY MEGABYTES PORT PASSWORD``. Of the lines it is sent,
``start`` starts the server if it is not there, ``fill`` leaves no room and ``free`` gives it back; each is answered
by ``done``. It ends, and the server, with its input.
"""

import ctypes
import os
import sys
from pathlib import Path

from infra.local import postgres
from infra.local.processes import Process
from tests.conftest import START_TIMEOUT_S

NOT_ALLOWED = 77
_NEW_MOUNTS, _NEW_USERS = 0x20000, 0x10000000
_PRIVATE = 0x4000 | 0x40000  # MS_REC | MS_PRIVATE


class SmallDisk:
    """The server and its disk, seen from within the namespace."""

    def __init__(self, directory: Path, port: int, password: str) -> None:
        self._directory = directory
        self._port = port
        self._password = password
        self._server: Process | None = None

    def start(self) -> None:
        if self._server is not None and self._server.exit_code is None:
            return
        server = postgres.start(
            self._directory, Path(f"{self._directory}.log"), port=self._port, password=self._password
        )
        server.wait_until(lambda: postgres.ready(self._directory, server), START_TIMEOUT_S)
        self._server = server

    def fill(self) -> None:
        with (self._directory / "ballast").open("ab", buffering=0) as ballast:
            for size in (1 << 20, 4096):
                try:
                    while ballast.write(bytes(size)):
                        pass
                except OSError as full:
                    if full.errno != 28:  # ENOSPC
                        raise

    def free(self) -> None:
        (self._directory / "ballast").unlink()

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()


def main(directory: Path, megabytes: str, port: int, password: str) -> int:
    """Mount, then do as told until the input ends."""
    try:
        _own_mounts()
        _call("mount", b"tmpfs", str(directory).encode(), b"tmpfs", 0, f"size={megabytes}m,mode=755".encode())
    except OSError as refused:
        print(refused, file=sys.stderr)
        return NOT_ALLOWED
    disk = SmallDisk(directory, port, password)
    told = {"start": disk.start, "fill": disk.fill, "free": disk.free}
    try:
        for line in sys.stdin:
            told[line.strip()]()
            print("done", flush=True)
    finally:
        disk.stop()
    return 0


def _own_mounts() -> None:
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _NEW_MOUNTS if uid == 0 else _NEW_MOUNTS | _NEW_USERS)
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    _call("mount", b"none", b"/", None, _PRIVATE, None)


def _call(name: str, *arguments: object) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        errno = ctypes.get_errno()
        raise OSError(errno, f"{name}: {os.strerror(errno)}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]))
