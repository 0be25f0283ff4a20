"""Appended files: published lines outside the database, in a file that only grows."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

_LINE_BYTES = 65_536
"""More than any line has."""


class HeldElsewhere(Exception):
    """Another process is writing to the file."""


class AppendedFile:
    """Lines, each on the disk before ``append`` returns.

    A writer that was killed may have left half a line: the next one ends it, and reading passes over it, since
    ``is_whole`` tells one from the other.
    """

    def __init__(self, path: Path, is_whole: Callable[[bytes], bool], *, mode: int = 0o644) -> None:
        self.path = path
        self.is_whole = is_whole
        self._mode = mode

    @contextmanager
    def held(self) -> Iterator[None]:
        """The file to ourselves, made when it is not there. Raises ``HeldElsewhere``."""
        with self._open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HeldElsewhere(f"{self.path} is being written to") from None
            yield

    def size(self) -> int:
        """How long it is by now; 0 when there is none."""
        return self.path.stat().st_size if self.path.exists() else 0

    def lines(self, until: int) -> Iterator[bytes]:
        """What was written up to a size, line by line, half lines too; nothing up to 0, where there may be no file."""
        if not until:
            return
        with self.path.open("rb") as file:
            while (line := file.readline()) and file.tell() <= until:
                yield line.removesuffix(b"\n")

    def last(self) -> bytes:
        """The last whole line; empty when there is none."""
        end, block = self.size(), _LINE_BYTES
        while end:
            start = max(0, end - block)
            with self.path.open("rb") as file:
                file.seek(start)
                # What the block begins with may be the end of a line.
                lines = file.read(end - start).split(b"\n")[1 if start else 0 :]
            for line in reversed(lines):
                if self.is_whole(line):
                    return line
            if not start:
                break
            block *= 2
        return b""

    def append(self, *lines: bytes) -> None:
        """Write lines and wait until they are on the disk. The file is held, or each write stands for itself."""
        written = b"".join(line + b"\n" for line in lines)
        with self._open() as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                written = written if file.read(1) == b"\n" else b"\n" + written
            file.write(written)
            file.flush()
            os.fsync(file.fileno())

    def _open(self) -> BinaryIO:
        """The file, made when it is not there: after a crash it is there, too."""
        is_new = not self.path.exists()
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, self._mode)
        if is_new:
            sync_directory(self.path.parent)
        return os.fdopen(descriptor, "rb+")


def sync_directory(directory: Path) -> None:
    """Have a directory itself on the disk: a new or renamed file alone may be lost with the power."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
