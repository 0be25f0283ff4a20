"""Key ring files: the keys of this installation, in a file that only the service may read.

    {"format": 1, "installation": "<uuid>", "provider": "local",
     "keks": [{"kek_id": 1, "epoch": 1, "key": "<wrapped>"}],
     "index_keys": [{"kind": 0, "version": 1, "digest": "sha256", "key": "<wrapped>"}, ...]}

``provider`` says what protects the keys inside, and so what ``wrapped`` is: under ``local`` 32 bytes in base64,
else what the key management service made of them. ``digest`` may be absent, and is then sha256. Where keys are
rotated, ``"generation": n`` counts the changes, and a key with ``"writes": false`` is held but does not write.
"""

import json
import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from services.members.rules import sm
from services.members.rules.blobs import Suite
from services.members.rules.keyrings import DIGESTS, INDEX_KINDS, Digest, IndexKey, Kek, KeyRing
from services.members.storage.files import alone, put
from services.members.storage.providers.local import Local
from services.members.storage.providers.provider import KeyContext, KeyProvider, KeyRingRefused

__all__ = [
    "KeyRingRefused",
    "RingFile",
    "complete_ring",
    "contexts",
    "create_ring",
    "open_ring",
    "read_file",
    "write_file",
]

FORMAT = 1
_FIRST_KINDS = frozenset(range(9))
"""Every ring has had these; kinds that came later are added to a ring that lacks them."""
LOCAL = Local()
_MOST = 0x7FFFFFFF
"""The largest number that the databases keep of a ring's generation."""

Entry = dict[str, Any]
"""A key of the ring as it rests: what it is for, and itself under ``key``, wrapped."""


class RingFile(NamedTuple):
    """A ring as it rests; ``keks`` and ``index_keys`` are the file's entries, well-formed and each once."""

    installation: UUID
    provider: str
    keks: list[Entry]
    index_keys: list[Entry]
    generation: int = 0

    def __repr__(self) -> str:
        return f"<ring file of {self.installation}>"

    @property
    def missing_kinds(self) -> list[int]:
        """Kinds of index that this version knows, and this ring has no key of."""
        return sorted({int(kind) for kind in INDEX_KINDS} - {entry["kind"] for entry in self.index_keys})


def open_ring(
    path: Path,
    installation: UUID,
    *,
    create: bool,
    provider: KeyProvider = LOCAL,
    suite: Suite = Suite.AES_256_GCM,
) -> KeyRing:
    """The key ring in a file; with ``create``, a new one where there is none. Raises ``KeyRingRefused``.

    Asks the provider once for its key and once for each key of the ring.
    """
    _need(suite)
    if create:
        if not path.exists():
            create_ring(path, installation, provider, suite)
        complete_ring(path, installation, provider, suite)
    ring = read_file(path)
    if ring.missing_kinds:
        raise KeyRingRefused(
            f"the key ring {path} lacks the index keys of kinds {', '.join(map(str, ring.missing_kinds))}, which this version "
            "needs: run python -m services.members ring complete once, back the ring up, and start again"
        )
    if any(entry["digest"] == Digest.SM3 for entry in ring.index_keys):
        _need(Suite.SM4_GCM)
    _be_kept(path, ring, installation, provider)
    provider.describe()
    keks = [
        Kek(entry["kek_id"], entry["epoch"], provider.unwrap(entry["key"], context), entry["writes"])
        for entry, context in contexts(installation, "kek", ring.keks)
    ]
    index_keys = [
        IndexKey(
            entry["kind"],
            entry["version"],
            provider.unwrap(entry["key"], context),
            Digest(entry["digest"]),
            entry["writes"],
        )
        for entry, context in contexts(installation, "index", ring.index_keys)
    ]
    return KeyRing(installation, keks, index_keys, suite, ring.generation)


def _be_kept(path: Path, ring: RingFile, installation: UUID, provider: KeyProvider) -> None:
    """Refuse a ring of another installation, or in another's keeping."""
    if ring.installation != installation:
        raise KeyRingRefused(
            f"the key ring {path} belongs to installation {ring.installation}, and this is {installation}: put this "
            "installation's key ring there, or set INSTALLATION_ID to the ring's"
        )
    if ring.provider != provider.name:
        raise KeyRingRefused(
            f"the key ring {path} is kept by {ring.provider}, and this service is set to {provider.name}: set "
            f"MEMBERS_KEY_PROVIDER={ring.provider}, or move the ring by python -m services.members ring move"
        )


def create_ring(path: Path, installation: UUID, provider: KeyProvider, suite: Suite) -> None:
    """A new ring where there is none; when two make one together, the first one's stays. Raises ``KeyRingRefused``."""
    _need(suite)
    provider.describe()
    kek = [{"kek_id": 1, "epoch": 1}]
    indexes = [{"kind": int(kind), "version": 1, "digest": DIGESTS[suite].value} for kind in INDEX_KINDS]
    ring = RingFile(
        installation,
        provider.name,
        [{**e, "key": provider.generate(c).wrapped} for e, c in contexts(installation, "kek", kek)],
        [{**e, "key": provider.generate(c).wrapped} for e, c in contexts(installation, "index", indexes)],
    )
    write_file(path, ring, replace=False)


def complete_ring(path: Path, installation: UUID, provider: KeyProvider, suite: Suite) -> list[int]:
    """Give a ring of an earlier version the index keys it lacks; of which kinds. Raises ``KeyRingRefused``.

    Nothing that was sealed or indexed before is touched. Who completes holds a lock, so that processes which
    start together end up with the same keys.
    """
    if not read_file(path).missing_kinds:
        return []
    with alone(path):
        ring = read_file(path)
        lacking = [
            {"kind": kind, "version": 1, "digest": DIGESTS[suite].value} for kind in ring.missing_kinds
        ]
        made = [
            {**e, "key": provider.generate(c).wrapped} for e, c in contexts(installation, "index", lacking)
        ]
        if made:
            write_file(path, ring._replace(index_keys=[*ring.index_keys, *made]), replace=True)
        return [entry["kind"] for entry in made]


def _need(suite: Suite) -> None:
    if suite is Suite.SM4_GCM and not sm.available():
        raise KeyRingRefused(
            "SM4-GCM and SM3 are not in the OpenSSL that the cryptography library was built with: install a build "
            "that has them (its wheels do), or set MEMBERS_SUITE=aes if nothing was sealed by SM4 yet"
        )


def contexts(installation: UUID, use: str, entries: Iterable[Entry]) -> Iterable[tuple[Entry, KeyContext]]:
    """Each entry with the context that its key is wrapped for; ``use`` is ``kek`` or ``index``."""
    for entry in entries:
        first, second = ("kek_id", "epoch") if use == "kek" else ("kind", "version")
        yield entry, KeyContext(installation, f"{use} {entry[first]}.{entry[second]}")


def write_file(path: Path, ring: RingFile, *, replace: bool) -> None:
    """Put a ring in its place, whole or not at all, on the disk before this returns, and readable by us alone.

    Raises ``KeyRingRefused`` for one that could not be read again.
    """
    document = {"format": FORMAT, **ring._asdict(), "installation": str(ring.installation)}
    try:
        _ring(document, path)
    except (ValueError, KeyError, TypeError):
        raise KeyRingRefused(f"nothing was changed: {path} would not be a whole key ring any more") from None
    put(path, json.dumps(document, indent=1), replace=replace)


def read_file(path: Path) -> RingFile:
    """A ring as it rests. Raises ``KeyRingRefused`` when it is missing, readable by others, or not whole."""
    try:
        found = path.stat()
        text = path.read_text() if _is_ours_alone(found) else ""
    except FileNotFoundError:
        raise KeyRingRefused(
            f"the key ring {path} is missing: put this installation's key ring there (mode 0600), or set "
            "MEMBERS_KEY_RING to where it is; without it no profile can be read. A new installation makes its first "
            "by python -m services.members ring create"
        ) from None
    except (OSError, UnicodeDecodeError):
        raise KeyRingRefused(
            f"the key ring {path} cannot be read: see that it is a file of the user this service runs as"
        ) from None
    if not _is_ours_alone(found):
        raise KeyRingRefused(
            f"the key ring {path} can be read by others (mode {stat.S_IMODE(found.st_mode):04o}): run chmod 0600 on "
            "it, and renew its keys if others may have read it"
        )
    try:
        return _ring(json.loads(text), path)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _not_whole(path) from None


def _not_whole(path: Path) -> KeyRingRefused:
    return KeyRingRefused(
        f"the key ring {path} is not a whole key ring of format {FORMAT}: restore it from its backup"
    )


def _ring(document: Mapping[str, Any], path: Path) -> RingFile:
    if document["format"] != FORMAT:
        raise ValueError("another format")
    keks = [_entry(kek, ("kek_id", "epoch"), 0xFFFF) for kek in document["keks"]]
    index_keys = [
        {"digest": Digest(key.get("digest", Digest.SHA256)).value, **_entry(key, ("kind", "version"), 0xFF)}
        for key in document["index_keys"]
    ]
    writing = {key["kind"] for key in index_keys if key["writes"]}
    if not {key["kind"] for key in index_keys}.issuperset(_FIRST_KINDS):
        raise ValueError("keys are missing")
    if not any(kek["writes"] for kek in keks) or not writing.issuperset(key["kind"] for key in index_keys):
        raise ValueError("something could not be written with any key")
    generation = document.get("generation", 0)
    if type(generation) is not int or not 0 <= generation <= _MOST:
        raise ValueError("a number is out of range")
    _once("epoch", (kek["epoch"] for kek in keks), path)
    _once("index key (kind, version)", ((key["kind"], key["version"]) for key in index_keys), path)
    return RingFile(UUID(document["installation"]), str(document["provider"]), keks, index_keys, generation)


def _entry(entry: Mapping[str, Any], numbers: tuple[str, str], most: int) -> Entry:
    """An entry whose numbers fit the headers and columns that name them."""
    first, second = (entry[number] for number in numbers)
    if not (type(first) is type(second) is int and 0 <= first <= most and 0 <= second <= 0xFFFFFFFF):
        raise ValueError("a number is out of range")
    writes = entry.get("writes", True)
    if not isinstance(entry["key"], str) or not isinstance(writes, bool):
        raise TypeError("a key is a text, and writes or does not")
    return {numbers[0]: first, numbers[1]: second, "key": entry["key"], "writes": writes}


def _once(what: str, numbers: Iterable[object], path: Path) -> None:
    doubled = [number for number, times in Counter(numbers).items() if times > 1]
    if doubled:
        raise KeyRingRefused(
            f"the key ring {path} has the {what} {doubled[0]} twice, and which of the two sealed a record cannot be "
            "told: restore it from its backup, and never join two rings by hand"
        )


def _is_ours_alone(found: os.stat_result) -> bool:
    return not stat.S_IMODE(found.st_mode) & 0o077
