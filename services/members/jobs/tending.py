"""Tending: what an operator does with the key ring by hand, with the service's own settings."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from services.members.rules.blobs import KeyHeader, Suite
from services.members.rules.keyrings import DIGESTS
from services.members.rules.rotations import IndexChange
from services.members.storage import keyring_changes, keyring_moves, keyrings
from services.members.storage.providers.provider import KeyProvider


def tend(path: Path, installation: UUID, provider: KeyProvider, suite: Suite, verb: str, *said: str) -> str:
    """Create, complete, describe, rewrap, move, add a key, or destroy; what was done.

    Raises ``KeyRingRefused``, ``KeyRingReadOnly``, or ``KeyError`` for another verb.
    """

    def create() -> str:
        if path.exists():
            raise keyrings.KeyRingRefused(f"the key ring {path} is there already: nothing was changed")
        keyrings.create_ring(path, installation, provider, suite)
        return f"made {path}, kept by {provider.name}: back it up apart from the databases"

    def describe() -> str:
        ring, master = keyrings.read_file(path), provider.describe()
        epochs = ", ".join(str(kek["epoch"]) for kek in ring.keks)
        key = f" under {master.master_key} ({master.protection})" if master.master_key else ""
        return f"{path}: installation {ring.installation}, kept by {ring.provider}{key}, epochs {epochs}"

    def complete() -> str:
        kinds = keyrings.complete_ring(path, installation, provider, suite)
        return (
            f"made the index keys of kinds {', '.join(map(str, kinds))}: back the ring up"
            if kinds
            else "whole"
        )

    def add_kek(name: str) -> str:
        generation = keyring_changes.add_kek(path, KeyHeader(*_pair(name)), provider)
        return f"key-encryption key {name} is in {path}, which is of generation {generation}: it only reads"

    def add_index_key(name: str) -> str:
        kind, version = _pair(name)
        change = IndexChange(kind, version - 1, version)
        generation = keyring_changes.add_index_keys(path, [change], DIGESTS[suite], provider)
        return f"index key {name} is in {path}, which is of generation {generation}: it is not used yet"

    verbs: dict[str, Callable[..., str]] = {
        "create": create,
        "complete": complete,
        "describe": describe,
        "rewrap": lambda: f"wrapped {keyring_moves.rewrap(path, installation, provider)} keys anew",
        "move": lambda: (
            f"moved {keyring_moves.move(path, installation, provider)} keys to {provider.name}: "
            "destroy every copy of the old file"
        ),
        "add-kek": add_kek,
        "add-index-key": add_index_key,
        "destroy": lambda name: f"{name} is destroyed {provider.destroy(name)}",
    }
    return verbs[verb](*said)


def _pair(name: str) -> tuple[int, int]:
    first, _, second = name.partition("/")
    if not (first.isdecimal() and second.isdecimal() and int(first) <= 0xFFFF and int(second) <= 0x7FFF):
        raise keyrings.KeyRingRefused(f"nothing was changed: {name} names no key, write it as 1/2")
    return int(first), int(second)
