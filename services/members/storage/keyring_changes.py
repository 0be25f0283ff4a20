"""Changes of a key ring's file: keys are added, begin to write, retire and are destroyed, one whole file at a time.

Each change can be made again without harm, and answers the ring's generation after it. The file is replaced at once,
so whoever reads sees the ring before or after; what a change needs is judged by the caller, but for what would leave
a ring that no service starts with. New keys are made by whoever keeps the ring, and rest as wrapped by it; what only
says which keys there are, and which of them write, needs nobody's key. All raise ``KeyRingRefused`` for a ring that
cannot be used, and ``KeyRingReadOnly``.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from services.members.rules.blobs import KeyHeader
from services.members.rules.keyrings import Digest
from services.members.rules.rotations import IndexChange
from services.members.storage.files import alone
from services.members.storage.keyrings import (
    LOCAL,
    Entry,
    RingFile,
    contexts,
    read_file,
    write_file,
)
from services.members.storage.providers.provider import KeyContext, KeyNotOpened, KeyProvider, KeyRingRefused

_BY_HAND = " (python -m services.members ring adds it to a copy that you can write)"


class KeyRingReadOnly(Exception):
    """The ring's file cannot be written here: the message says what to change in it by hand."""


class KeyStillWrites(Exception):
    """A key that writes is not destroyed: nothing could be written any more, or what was just written be read."""


def add_kek(path: Path, header: KeyHeader, provider: KeyProvider = LOCAL) -> int:
    """Put a new key-encryption key into the ring, which reads only."""

    def change(ring: RingFile) -> RingFile:
        if _keks(ring, [header]):
            return ring
        return ring._replace(keks=[*ring.keks, {**header._asdict(), "key": None, "writes": False}])

    return _changed(path, change, f"add {_kek(header)} with writes false{_BY_HAND}", provider)


def switch_kek(path: Path, header: KeyHeader) -> int:
    """Let a key-encryption key of the ring write."""
    return _changed(
        path,
        lambda ring: ring._replace(keks=_writing(ring.keks, _keks(ring, [header]), writes=True)),
        f"let {_kek(header)} write: take its writes out",
    )


def destroy_keks(path: Path, headers: Sequence[KeyHeader]) -> int:
    """Take key-encryption keys out of the ring for good: what they wrapped never opens again.

    Raises ``KeyStillWrites`` for the one that wraps what is new.
    """

    def change(ring: RingFile) -> RingFile:
        newest = max(
            (entry for entry in ring.keks if entry["writes"]),
            key=lambda entry: (entry["epoch"], entry["kek_id"]),
        )
        going = _keks(ring, headers)
        if newest in going:
            raise KeyStillWrites("this key-encryption key wraps what is new: rotate it first")
        return ring._replace(keks=[entry for entry in ring.keks if entry not in going])

    return _changed(path, change, f"take out {', '.join(map(_kek, headers))}")


def add_index_keys(
    path: Path, changes: Sequence[IndexChange], digest: Digest, provider: KeyProvider = LOCAL
) -> int:
    """Put new index keys into the ring, which are not used yet; they digest by what the installation writes now."""

    def change(ring: RingFile) -> RingFile:
        new: list[Entry] = [
            {"digest": digest.value, "kind": one.kind, "version": one.new, "key": None, "writes": False}
            for one in changes
            if not _indexes(ring, [(one.kind, one.new)])
        ]
        return ring._replace(index_keys=[*ring.index_keys, *new])

    what = f"add {_named(changes, new=True)} with digest {digest.value} and writes false{_BY_HAND}"
    return _changed(path, change, what, provider)


def switch_index_keys(path: Path, changes: Sequence[IndexChange]) -> int:
    """Let new index keys be read and written beside the old ones."""
    return _changed(
        path,
        lambda ring: _indexing(ring, [(one.kind, one.new) for one in changes], writes=True),
        f"let {_named(changes, new=True)} write: take their writes out",
    )


def retire_index_keys(path: Path, changes: Sequence[IndexChange]) -> int:
    """Let old index keys be neither read nor written any more."""
    return _changed(
        path,
        lambda ring: _indexing(ring, [(one.kind, one.old) for one in changes], writes=False),
        f"set writes of {_named(changes, new=False)} to false",
    )


def destroy_index_keys(path: Path, changes: Sequence[IndexChange]) -> int:
    """Take old index keys out of the ring for good. Raises ``KeyStillWrites``."""

    def change(ring: RingFile) -> RingFile:
        going = _indexes(ring, [(one.kind, one.old) for one in changes])
        if any(entry["writes"] for entry in going):
            raise KeyStillWrites("this index key is still read and written: retire it first")
        return ring._replace(index_keys=[entry for entry in ring.index_keys if entry not in going])

    return _changed(path, change, f"take out {_named(changes, new=False)}")


def _keks(ring: RingFile, headers: Sequence[KeyHeader]) -> list[Entry]:
    return [entry for entry in ring.keks if (entry["kek_id"], entry["epoch"]) in headers]


def _indexes(ring: RingFile, wanted: Sequence[tuple[int, int]]) -> list[Entry]:
    return [entry for entry in ring.index_keys if (entry["kind"], entry["version"]) in wanted]


def _indexing(ring: RingFile, wanted: Sequence[tuple[int, int]], *, writes: bool) -> RingFile:
    return ring._replace(index_keys=_writing(ring.index_keys, _indexes(ring, wanted), writes=writes))


def _writing(entries: Sequence[Entry], changed: Sequence[Entry], *, writes: bool) -> list[Entry]:
    return [{**entry, "writes": writes} if entry in changed else entry for entry in entries]


def _kek(header: KeyHeader) -> str:
    return f"key-encryption key {header.kek_id}/{header.epoch}"


def _named(changes: Sequence[IndexChange], *, new: bool) -> str:
    versions = ", ".join(f"{one.kind}/{one.new if new else one.old}" for one in changes)
    return f"index keys {versions}"


def _changed(
    path: Path, change: Callable[[RingFile], RingFile], what: str, provider: KeyProvider = LOCAL
) -> int:
    """The ring's generation once the change is in its file, and on the disk; keys that are None are made."""
    before = read_file(path)
    if change(before) == before:
        return before.generation
    try:
        with alone(path):
            before = read_file(path)
            after = change(before)
            if after == before:
                return before.generation
            made = _made(path, after, provider)
            write_file(path, made._replace(generation=before.generation + 1), replace=True)
            return before.generation + 1
    except OSError as error:
        raise KeyRingReadOnly(
            f"the key ring {path} cannot be written here ({error.strerror}): make the change by hand in every copy of "
            f"it, and let its generation grow by one: {what}"
        ) from None


def _made(path: Path, ring: RingFile, provider: KeyProvider) -> RingFile:
    """The ring with the keys that it lacks, as its provider made and wrapped them. Raises ``KeyRingRefused``."""

    def filled(use: str, entries: Sequence[Entry]) -> list[Entry]:
        return [
            {**entry, "key": _new(path, ring, provider, context)} if entry["key"] is None else entry
            for entry, context in contexts(ring.installation, use, entries)
        ]

    return ring._replace(keks=filled("kek", ring.keks), index_keys=filled("index", ring.index_keys))


def _new(path: Path, ring: RingFile, provider: KeyProvider, context: KeyContext) -> str:
    if ring.provider != provider.name:
        raise KeyRingRefused(
            f"the key ring {path} is kept by {ring.provider}, and this service is set to {provider.name}: it adds no "
            f"key until MEMBERS_KEY_PROVIDER is {ring.provider}"
        )
    new = provider.generate(context)
    # Opened once before it is in the ring: with a key that does not open, no service would start again.
    if provider.unwrap(new.wrapped, context) != new.key:
        raise KeyNotOpened(
            f"{provider.name} made a key for {context.use} that it does not open: no key was added"
        )
    return new.wrapped
