"""Drafts: files for their owner alone, written beside their place and put there as a whole, by one writer at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class DraftTaken(Exception):
    """Somebody else is just writing the same file."""


class Draft:
    """A draft of ``path``, begun anew; what somebody left behind who was killed goes. Raises ``DraftTaken``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".{path.name}.draft")
        self._clear()
        self.file: BinaryIO = os.fdopen(self._begun(), "wb")

    def _clear(self) -> None:
        """Remove what is there, but for what its writer holds: the kernel lets go for who was killed."""
        try:
            there = os.open(self._draft, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return
        except OSError:  # a link, or not for us to read: no draft of ours
            self._draft.unlink(missing_ok=True)
            return
        try:
            if not _hold(there):
                raise self._taken()
            self._draft.unlink(missing_ok=True)
        finally:
            os.close(there)

    def _begun(self) -> int:
        try:
            # Nobody else may read it, whatever the umask says.
            descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise self._taken() from None
        # Whoever began in between took it for left behind, and it is theirs that is there.
        if _hold(descriptor) and self._is_there(descriptor):
            return descriptor
        os.close(descriptor)
        raise self._taken()

    def _is_there(self, descriptor: int) -> bool:
        try:
            return os.path.samestat(os.fstat(descriptor), self._draft.lstat())
        except FileNotFoundError:
            return False

    def _taken(self) -> DraftTaken:
        return DraftTaken(
            f"{self._path} is being written by somebody else: wait for it, or name another file"
        )

    def place(self) -> None:
        """Put it in its place, on the disk before that."""
        self.file.flush()
        os.fsync(self.file.fileno())
        self._draft.replace(self._path)
        self.file.close()

    def discard(self) -> None:
        """Leave nothing of it."""
        self._draft.unlink(missing_ok=True)
        self.file.close()


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A file to write; whoever is cut off leaves none that looks whole. Raises ``DraftTaken``."""
    draft = Draft(path)
    try:
        yield draft.file
        draft.place()
    except BaseException:
        draft.discard()
        raise


def _hold(descriptor: int) -> bool:
    """Whether nobody else holds a file, which we do from now on until it is closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
