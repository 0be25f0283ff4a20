"""Key ring files: the keys of this installation on one machine, in a file that only the service may read.

    {"format": 1, "installation": "<uuid>", "provider": "local",
     "keks": [{"kek_id": 1, "epoch": 1, "key": "<base64, 32 bytes>"}],
     "index_keys": [{"kind": 0, "version": 1, "key": "<base64, 32 bytes>"}, ...]}

``provider`` says what protects the keys inside: ``local`` means nothing but the file's own mode.
"""

import fcntl
import json
import os
import secrets
import stat
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any
from uuid import UUID

from services.members.rules.blobs import DEK_BYTES
from services.members.rules.keyrings import INDEX_KINDS, IndexKey, Kek, KeyRing

FORMAT = 1
PROVIDER = "local"
_FIRST_KINDS = frozenset(range(9))
"""Every ring has had these; kinds that came later are added to a ring that lacks them."""


class KeyRingRefused(Exception):
    """The key ring cannot be used; the message says why and what to do. The service does not start."""


def open_ring(path: Path, installation: UUID, *, create: bool) -> KeyRing:
    """The key ring in a file; with ``create``, a new one where there is none. Raises ``KeyRingRefused``."""
    if create and not path.exists():
        _create(path, installation)
    if create:
        complete(path, installation)
    return _read(path, installation)


def complete(path: Path, installation: UUID) -> list[int]:
    """Give a ring of an earlier version the index keys it lacks; of which kinds. Raises ``KeyRingRefused``.

    Nothing that was sealed or indexed before is touched. Who completes holds a lock, so that processes which
    start together end up with the same keys.
    """
    if not _checked(path, installation)[1]:
        return []
    lock = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        document, missing = _checked(path, installation)
        if missing:
            document["index_keys"] += [{"kind": kind, "version": 1, "key": _new_key()} for kind in missing]
            _draft(path, document).replace(path)
        return missing
    finally:
        os.close(lock)


def _create(path: Path, installation: UUID) -> None:
    document = {
        "format": FORMAT,
        "installation": str(installation),
        "provider": PROVIDER,
        "keks": [{"kek_id": 1, "epoch": 1, "key": _new_key()}],
        "index_keys": [{"kind": int(kind), "version": 1, "key": _new_key()} for kind in INDEX_KINDS],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, document)
    try:
        try:
            # A link never replaces: when two processes start together, both use the ring of the first.
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def _draft(path: Path, document: dict[str, Any]) -> Path:
    """A whole ring beside its place, on the disk and readable by nobody else."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(document, file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _read(path: Path, installation: UUID) -> KeyRing:
    document, missing = _checked(path, installation)
    if missing:
        raise KeyRingRefused(
            f"the key ring {path} lacks the index keys of kinds {', '.join(map(str, missing))}, which this version "
            "needs: run python -m services.members complete-ring once, back the ring up, and start again"
        )
    keks = [Kek(int(kek["kek_id"]), int(kek["epoch"]), _key(kek["key"])) for kek in document["keks"]]
    index_keys = [
        IndexKey(int(key["kind"]), int(key["version"]), _key(key["key"])) for key in document["index_keys"]
    ]
    return KeyRing(installation, keks, index_keys)


def _checked(path: Path, installation: UUID) -> tuple[dict[str, Any], list[int]]:
    """A ring's document, and the kinds of index keys that it is too old to have. Raises ``KeyRingRefused``."""
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise KeyRingRefused(
            f"the key ring {path} is missing: put this installation's key ring there (mode 0600), or set "
            "MEMBERS_KEY_RING to where it is; without it no profile can be read"
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise KeyRingRefused(
            f"the key ring {path} can be read by others (mode {stat.S_IMODE(mode):04o}): run chmod 0600 on it, "
            "and renew its keys if others may have read it"
        )
    try:
        document = json.loads(path.read_text())
        belongs_to = UUID(document["installation"])
        readable = document["format"] == FORMAT and document["provider"] == PROVIDER
        for kek in document["keks"]:
            _ = Kek(int(kek["kek_id"]), int(kek["epoch"]), _key(kek["key"]))
        kinds = {
            IndexKey(int(key["kind"]), int(key["version"]), _key(key["key"])).kind
            for key in document["index_keys"]
        }
    except (OSError, ValueError, KeyError, TypeError):
        readable = False
    if not readable or not document["keks"] or not kinds.issuperset(_FIRST_KINDS):
        raise KeyRingRefused(
            f"the key ring {path} is not a whole key ring of format {FORMAT}: restore it from its backup"
        )
    if belongs_to != installation:
        raise KeyRingRefused(
            f"the key ring {path} belongs to installation {belongs_to}, and this is {installation}: put this "
            "installation's key ring there, or set INSTALLATION_ID to the ring's"
        )
    return document, sorted({int(kind) for kind in INDEX_KINDS} - kinds)


def _new_key() -> str:
    return b64encode(secrets.token_bytes(DEK_BYTES)).decode()


def _key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != DEK_BYTES:
        raise ValueError("a key has 32 bytes")
    return key
