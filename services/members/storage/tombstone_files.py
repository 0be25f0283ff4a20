"""The file of tombstones: outside the databases, so that no restored backup makes anybody forget who was erased."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from services.members.rules.erasures import Tombstone

log = structlog.get_logger()


class TombstoneFile:
    """One line a member, only ever appended to; a line is on the disk before anything else is done about it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, tombstones: Sequence[Tombstone]) -> None:
        """Write lines and wait for the disk. Half a line of a process that was killed is ended before them."""
        lines = "".join(
            json.dumps(
                {"member": str(stone.member_id), "erasure": str(stone.erasure_id), "at": _written(stone)}
            )
            + "\n"
            for stone in tombstones
        )
        is_new = not self._path.exists()
        with os.fdopen(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "rb+") as file:
            if file.seek(0, os.SEEK_END):
                file.seek(-1, os.SEEK_END)
                lines = lines if file.read(1) == b"\n" else "\n" + lines
            file.write(lines.encode())
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            _sync_directory(self._path.parent)

    def read(self) -> list[Tombstone]:
        """All tombstones; a line that is none is passed over and logged by its number."""
        return list(self._lines()) if self._path.exists() else []

    def _lines(self) -> Iterator[Tombstone]:
        with self._path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    said = json.loads(line)
                    at = datetime.fromisoformat(said["at"])
                    yield Tombstone(UUID(said["member"]), UUID(said["erasure"]), at)
                except (ValueError, KeyError, TypeError, AttributeError):
                    log.error("a line of the tombstones is none", line=number)


def _written(stone: Tombstone) -> str:
    return stone.erased_at.isoformat()


def _sync_directory(path: Path) -> None:
    """A new file is there after a crash only once its directory was written."""
    directory = os.open(path, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
