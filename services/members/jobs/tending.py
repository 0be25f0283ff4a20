"""Tending: what an operator does with the key ring by hand, with the service's own settings."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from services.members.rules.blobs import Suite
from services.members.storage import keyring_moves, keyrings
from services.members.storage.providers.provider import KeyProvider


def tend(path: Path, installation: UUID, provider: KeyProvider, suite: Suite, verb: str, *said: str) -> str:
    """Create, complete, describe, rewrap, move or destroy; what was done. Raises ``KeyRingRefused``, or ``KeyError``."""

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

    verbs: dict[str, Callable[..., str]] = {
        "create": create,
        "complete": complete,
        "describe": describe,
        "rewrap": lambda: f"wrapped {keyring_moves.rewrap(path, installation, provider)} keys anew",
        "move": lambda: (
            f"moved {keyring_moves.move(path, installation, provider)} keys to {provider.name}: "
            "destroy every copy of the old file"
        ),
        "destroy": lambda name: f"{name} is destroyed {provider.destroy(name)}",
    }
    return verbs[verb](*said)
