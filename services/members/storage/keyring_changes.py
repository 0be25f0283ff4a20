"""Changes of a key ring's file: keys are added, begin to write, retire and are destroyed, one whole file at a time.

Each change can be made again without harm, and answers the ring's generation after it. The file is replaced at once,
so whoever reads sees the ring before or after; what a change needs is judged by the caller, but for what would leave
a ring that no service starts with.
"""

import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from services.members.rules.blobs import KeyHeader
from services.members.rules.rotations import IndexChange
from services.members.storage.keyrings import new_key


class KeyRingReadOnly(Exception):
    """The ring's file cannot be written here: the message says what to change in it by hand."""


class KeyStillWrites(Exception):
    """A key that writes is not destroyed: nothing could be written any more, or what was just written be read."""


Entry = dict[str, Any]

MakeKey = Callable[[str, Entry], str]
"""Makes the key of a new entry of ``keks`` or ``index_keys``, as the ring's file holds it."""


def local_key(_: str, __: Entry) -> str:
    """A key that nothing but the file's mode protects."""
    return new_key()


def add_kek(path: Path, header: KeyHeader, make: MakeKey = local_key) -> int:
    """Put a new key-encryption key into the ring, which reads only."""

    def change(ring: Entry) -> None:
        if not any(_is_kek(entry, header) for entry in ring["keks"]):
            ring["keks"].append({**header._asdict(), "key": None, "writes": False})

    return _changed(path, change, f"add {_kek(header)} with writes false", make)


def switch_kek(path: Path, header: KeyHeader) -> int:
    """Let a key-encryption key of the ring write."""
    return _changed(
        path,
        lambda ring: _write(_keks(ring, [header]), writes=True),
        f"let {_kek(header)} write: take its writes out",
    )


def destroy_keks(path: Path, headers: Sequence[KeyHeader]) -> int:
    """Take key-encryption keys out of the ring for good: what they wrapped never opens again.

    Raises ``KeyStillWrites`` for the one that wraps what is new.
    """

    def change(ring: Entry) -> None:
        newest = max(
            (entry for entry in ring["keks"] if entry.get("writes", True)),
            key=lambda entry: (entry["epoch"], entry["kek_id"]),
        )
        if any(_is_kek(newest, header) for header in headers):
            raise KeyStillWrites("this key-encryption key wraps what is new: rotate it first")
        going = _keks(ring, headers)
        ring["keks"] = [entry for entry in ring["keks"] if entry not in going]

    return _changed(path, change, f"take out {', '.join(map(_kek, headers))}")


def add_index_keys(path: Path, changes: Sequence[IndexChange], make: MakeKey = local_key) -> int:
    """Put new index keys into the ring, like the old ones in all but the key, which are not used yet."""

    def change(ring: Entry) -> None:
        for one in changes:
            if not _indexes(ring, [(one.kind, one.new)]):
                [old] = _indexes(ring, [(one.kind, one.old)])
                ring["index_keys"].append({**old, "version": one.new, "key": None, "writes": False})

    return _changed(path, change, f"add {_named(changes, new=True)} with writes false", make)


def switch_index_keys(path: Path, changes: Sequence[IndexChange]) -> int:
    """Let new index keys be read and written beside the old ones."""
    return _changed(
        path,
        lambda ring: _write(_indexes(ring, [(c.kind, c.new) for c in changes]), writes=True),
        f"let {_named(changes, new=True)} write: take their writes out",
    )


def retire_index_keys(path: Path, changes: Sequence[IndexChange]) -> int:
    """Let old index keys be neither read nor written any more."""
    return _changed(
        path,
        lambda ring: _write(_indexes(ring, [(c.kind, c.old) for c in changes]), writes=False),
        f"set writes of {_named(changes, new=False)} to false",
    )


def destroy_index_keys(path: Path, changes: Sequence[IndexChange]) -> int:
    """Take old index keys out of the ring for good. Raises ``KeyStillWrites``."""

    def change(ring: Entry) -> None:
        going = _indexes(ring, [(one.kind, one.old) for one in changes])
        if any(entry.get("writes", True) for entry in going):
            raise KeyStillWrites("this index key is still read and written: retire it first")
        ring["index_keys"] = [entry for entry in ring["index_keys"] if entry not in going]

    return _changed(path, change, f"take out {_named(changes, new=False)}")


def _is_kek(entry: Entry, header: KeyHeader) -> bool:
    return (entry["kek_id"], entry["epoch"]) == tuple(header)


def _keks(ring: Entry, headers: Sequence[KeyHeader]) -> list[Entry]:
    return [entry for entry in ring["keks"] if any(_is_kek(entry, header) for header in headers)]


def _indexes(ring: Entry, wanted: Sequence[tuple[int, int]]) -> list[Entry]:
    return [entry for entry in ring["index_keys"] if (entry["kind"], entry["version"]) in wanted]


def _write(entries: Sequence[Entry], *, writes: bool) -> None:
    for entry in entries:
        if entry.get("writes", True) is not writes:
            entry["writes"] = writes


def _kek(header: KeyHeader) -> str:
    return f"key-encryption key {header.kek_id}/{header.epoch}"


def _named(changes: Sequence[IndexChange], *, new: bool) -> str:
    versions = ", ".join(f"{one.kind}/{one.new if new else one.old}" for one in changes)
    return f"index keys {versions}"


def _changed(path: Path, change: Callable[[Entry], None], what: str, make: MakeKey = local_key) -> int:
    """The ring's generation once the change is in its file, and on the disk; keys that are None are made.

    Raises ``KeyRingReadOnly``.
    """
    if (generation := _already(path, change)) is not None:
        return generation
    try:
        with _alone(path):
            if (generation := _already(path, change)) is not None:
                return generation
            ring = json.loads(path.read_text())
            change(ring)
            for use in ("keks", "index_keys"):
                for entry in ring[use]:
                    if entry["key"] is None:
                        entry["key"] = make(use, entry)
            ring["generation"] = ring.get("generation", 0) + 1
            _replace(path, ring)
            return int(ring["generation"])
    except OSError as error:
        raise KeyRingReadOnly(
            f"the key ring {path} cannot be written here ({error.strerror}): make the change by hand in every copy of "
            f"it, and let its generation grow by one: {what}"
        ) from None


def _already(path: Path, change: Callable[[Entry], None]) -> int | None:
    """The ring's generation, if it is as the change wants it."""
    before = path.read_text()
    ring = json.loads(before)
    change(ring)
    return int(ring.get("generation", 0)) if ring == json.loads(before) else None


def _replace(path: Path, ring: Entry) -> None:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(ring, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        # A new key must not be lost with the directory's entry after something was wrapped with it.
        os.fsync(directory)
    finally:
        os.close(directory)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """One change at a time, whichever process makes it. The lock's file stays, since its removal would race."""
    lock = os.open(path.with_name(f".{path.name}.lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
