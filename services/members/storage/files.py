"""Files: secrets on this machine, written whole or not at all, readable by us alone, one writer at a time."""

import fcntl
import glob
import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.kit.appended import sync_directory

_MARK_BYTES = 8
_WRITTEN_WITHIN_S = 60.0
"""A draft that is older was left behind."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One change of a file at a time, whichever process makes it; what it reads in here is what it replaces.

    The lock's file stays, since its removal would race.
    """
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _clear_drafts(path)
        yield
    finally:
        os.close(lock)


def _clear_drafts(path: Path) -> None:
    """Remove what writers that were killed left: keys that were destroyed since would live on in it."""
    before = time.time() - _WRITTEN_WITHIN_S
    for draft in path.parent.glob(f".{glob.escape(path.name)}.{'[0-9a-f]' * _MARK_BYTES * 2}"):
        # Whoever makes a new file does so without the lock, and may be at it just now.
        if draft.lstat().st_mtime < before:
            draft.unlink(missing_ok=True)


def put(path: Path, text: str, *, replace: bool) -> None:
    """Put a file in its place, on the disk before this returns; without ``replace``, one that is there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(_MARK_BYTES)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            _link(draft, path)
        sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


def _link(draft: Path, path: Path) -> None:
    # A link never replaces: when two processes start together, both use the ring of the first.
    try:
        os.link(draft, path)
    except FileExistsError:
        return
