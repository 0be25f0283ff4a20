"""Key ring files: the keys of this installation on one machine, in a file that only the service may read.

    {"format": 1, "installation": "<uuid>", "provider": "local",
     "keks": [{"kek_id": 1, "epoch": 1, "key": "<base64, 32 bytes>"}],
     "index_keys": [{"kind": 0, "version": 1, "key": "<base64, 32 bytes>"}, ...]}

``provider`` says what protects the keys inside: ``local`` means nothing but the file's own mode. While keys are
rotated, ``"generation": n`` counts the changes, and a key with ``"writes": false`` is held but does not write.
"""

import json
import os
import secrets
import stat
from base64 import b64decode, b64encode
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from services.members.rules.blobs import DEK_BYTES
from services.members.rules.keyrings import INDEX_KINDS, IndexKey, Kek, KeyRing

FORMAT = 1
PROVIDER = "local"


class KeyRingRefused(Exception):
    """The key ring cannot be used; the message says why and what to do. The service does not start."""


def open_ring(path: Path, installation: UUID, *, create: bool) -> KeyRing:
    """The key ring in a file; with ``create``, a new one where there is none. Raises ``KeyRingRefused``."""
    if create and not path.exists():
        _create(path, installation)
    return _read(path, installation)


def _create(path: Path, installation: UUID) -> None:
    document = {
        "format": FORMAT,
        "installation": str(installation),
        "provider": PROVIDER,
        "keks": [{"kek_id": 1, "epoch": 1, "key": new_key()}],
        "index_keys": [{"kind": int(kind), "version": 1, "key": new_key()} for kind in INDEX_KINDS],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(document, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link never replaces: when two processes start together, both use the ring of the first.
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink(missing_ok=True)


def _read(path: Path, installation: UUID) -> KeyRing:
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
        generation = int(document.get("generation", 0))
        keks = [
            Kek(int(kek["kek_id"]), int(kek["epoch"]), _key(kek["key"]), kek.get("writes", True) is True)
            for kek in document["keks"]
        ]
        index_keys = [
            IndexKey(int(key["kind"]), int(key["version"]), _key(key["key"]), key.get("writes", True) is True)
            for key in document["index_keys"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        readable = False
    if not readable or not _complete(keks, index_keys):
        raise KeyRingRefused(
            f"the key ring {path} is not a whole key ring of format {FORMAT}: restore it from its backup"
        )
    if belongs_to != installation:
        raise KeyRingRefused(
            f"the key ring {path} belongs to installation {belongs_to}, and this is {installation}: put this "
            "installation's key ring there, or set INSTALLATION_ID to the ring's"
        )
    return KeyRing(installation, keks, index_keys, generation)


def _complete(keks: Sequence[Kek], index_keys: Sequence[IndexKey]) -> bool:
    """Whether everything can be written with some key."""
    indexing = {key.kind for key in index_keys if key.writes}
    return any(kek.writes for kek in keks) and indexing.issuperset(INDEX_KINDS)


def new_key() -> str:
    """A fresh key as a ring's file holds it: 32 random bytes in base64."""
    return b64encode(secrets.token_bytes(DEK_BYTES)).decode()


def _key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != DEK_BYTES:
        raise ValueError("a key has 32 bytes")
    return key
