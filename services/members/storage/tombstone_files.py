"""The file of tombstones: outside the databases, so that no restored backup makes anybody forget who was erased."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog

from services.kit.appended import AppendedFile
from services.members.rules.erasures import Tombstone

log = structlog.get_logger()


class TombstoneFile:
    """One line a member, only ever appended to; a line is on the disk before anything else is done about it."""

    def __init__(self, path: Path) -> None:
        self._file = AppendedFile(path, lambda line: _tombstone(line) is not None, mode=0o600)

    def append(self, tombstones: Sequence[Tombstone]) -> None:
        """Write lines and wait for the disk. Half a line of a process that was killed is ended before them."""
        if tombstones:
            self._file.append(*map(_line, tombstones))

    def read(self) -> list[Tombstone]:
        """All tombstones; a line that is none is passed over and logged by its number."""
        return list(self._tombstones()) if self._file.size() else []

    def _tombstones(self) -> Iterator[Tombstone]:
        for number, line in enumerate(self._file.lines(self._file.size()), 1):
            if tombstone := _tombstone(line):
                yield tombstone
            else:
                log.error("a line of the tombstones is none", line=number)


def _line(stone: Tombstone) -> bytes:
    said = {"member": stone.member_id, "erasure": stone.erasure_id, "at": stone.erased_at.isoformat()}
    return json.dumps(said, default=str).encode()


def _tombstone(line: bytes) -> Tombstone | None:
    try:
        said = json.loads(line)
        return Tombstone(UUID(said["member"]), UUID(said["erasure"]), datetime.fromisoformat(said["at"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
