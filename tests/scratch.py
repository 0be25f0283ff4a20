"""Scratch: directories of a run's own, gone in its end, and those that a killed run left."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HELD = ".held"
_BEFORE = "huiyuan-scratch-"


@contextmanager
def scratch(what: str) -> Iterator[Path]:
    """A directory ``huiyuan-<what>-…`` among the temporary ones; whose holders died are removed first."""
    remove_left(what)
    made = Path(tempfile.mkdtemp(prefix=_BEFORE)).resolve()
    # The lock ends with this process, however that ends; programs that it starts do not inherit it.
    descriptor = os.open(made / _HELD, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        # Named only now, so that nobody finds it before it is held.
        directory = made.rename(made.with_name(made.name.replace(_BEFORE, f"huiyuan-{what}-", 1)))
        try:
            yield directory
        finally:
            shutil.rmtree(directory)
    finally:
        os.close(descriptor)


def remove_left(what: str) -> None:
    """Remove the directories of this kind that nobody holds any more."""
    for directory in Path(tempfile.gettempdir()).resolve().glob(f"huiyuan-{what}-*"):
        try:
            descriptor = os.open(directory / _HELD, os.O_RDWR)
        except OSError:
            continue  # not made here, another user's, or just being removed
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(directory, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(descriptor)
