"""Appended files: published lines outside the database, in a file that only grows."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_LINE_BYTES = 65_536
"""More than any line has."""


class HeldElsewhere(Exception):
    """Another process is writing to the file."""


class AppendedFile:
    """Lines, each on the disk before ``append`` returns.

    A writer that was killed may have left half a line: the next one ends it, and reading passes over it, since
    ``is_whole`` tells one from the other.
    """

    def __init__(self, path: Path, is_whole: Callable[[bytes], bool]) -> None:
        self.path = path
        self._is_whole = is_whole

    @contextmanager
    def held(self) -> Iterator[None]:
        """The file to ourselves, made when it is not there. Raises ``HeldElsewhere``."""
        new = not self.path.exists()
        with self.path.open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise HeldElsewhere(f"{self.path} is being written to") from None
            if new:
                _sync(self.path.parent)
            yield

    def size(self) -> int:
        """How long it is by now; 0 when there is none."""
        return self.path.stat().st_size if self.path.exists() else 0

    def lines(self, until: int) -> Iterator[bytes]:
        """What was written up to a size, line by line, half lines too."""
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
                if self._is_whole(line):
                    return line
            if not start:
                break
            block *= 2
        return b""

    def append(self, line: bytes) -> None:
        """Write a line and wait until it is on the disk. The file is held."""
        with self.path.open("a+b") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
