"""Keyring moves: the ring's keys stay what they are, and what protects them at rest becomes another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hmac import compare_digest
from pathlib import Path
from uuid import UUID

from services.members.storage.files import alone
from services.members.storage.keyrings import LOCAL, Entry, RingFile, contexts, read_file, write_file
from services.members.storage.providers.provider import (
    KeyContext,
    KeyNotOpened,
    KeyProvider,
    KeyRingRefused,
    NewKey,
)


def rewrap(path: Path, installation: UUID, provider: KeyProvider) -> int:
    """Wrap all keys by the newest version of the provider's own key; how many. Raises ``KeyRingRefused``.

    The file is replaced whole when all are wrapped, and before that nothing changed. A rotation that adds a key in
    the same moment waits for us, or we for it: else its key would be lost.
    """
    with _held(path, installation) as ring:
        if ring.provider != provider.name:
            raise KeyRingRefused(
                f"the key ring {path} is kept by {ring.provider}, not by {provider.name}: nothing changed"
            )
        return _put(path, ring, provider, lambda entry, context: _again(provider, entry, context))


def _again(provider: KeyProvider, entry: Entry, context: KeyContext) -> NewKey:
    # Opened first, which only what our own key wrapped does: by re-encrypting, another's would become ours.
    key = provider.unwrap(entry["key"], context)
    return NewKey(key, provider.rewrap(entry["key"], context))


def _wrapped(provider: KeyProvider, entry: Entry, context: KeyContext) -> NewKey:
    key = LOCAL.unwrap(entry["key"], context)
    return NewKey(key, provider.wrap(key, context))


def move(path: Path, installation: UUID, provider: KeyProvider) -> int:
    """Take a local ring into the keeping of a key management service; how many keys. Raises ``KeyRingRefused``."""
    with _held(path, installation) as ring:
        if ring.provider != LOCAL.name or provider.name == LOCAL.name:
            raise KeyRingRefused(
                f"only a local ring is moved, and only to a key management service: {path} is kept by {ring.provider}, "
                f"and MEMBERS_KEY_PROVIDER is {provider.name}; nothing changed"
            )
        provider.describe()
        return _put(path, ring, provider, lambda entry, context: _wrapped(provider, entry, context))


@contextmanager
def _held(path: Path, installation: UUID) -> Iterator[RingFile]:
    """Our ring, which nobody else changes meanwhile."""
    read_file(path)  # a ring that is not there is refused before its lock is laid beside it
    with alone(path):
        ring = read_file(path)
        if ring.installation != installation:
            raise KeyRingRefused(
                f"the key ring {path} belongs to installation {ring.installation}: nothing changed"
            )
        yield ring


def _put(
    path: Path, ring: RingFile, provider: KeyProvider, wrap: Callable[[Entry, KeyContext], NewKey]
) -> int:
    keks, index_keys = (
        [
            _proven(provider, entry, context, wrap)
            for entry, context in contexts(ring.installation, use, all_of)
        ]
        for use, all_of in (("kek", ring.keks), ("index", ring.index_keys))
    )
    write_file(path, ring._replace(provider=provider.name, keks=keks, index_keys=index_keys), replace=True)
    return len(keks) + len(index_keys)


def _proven(
    provider: KeyProvider, entry: Entry, context: KeyContext, wrap: Callable[[Entry, KeyContext], NewKey]
) -> Entry:
    """A key as it will rest, opened once before it takes the other's place. Raises ``KeyRingRefused``.

    A ring that does not open would cost all profiles; so would one that opens to other keys, and later.
    """
    key, wrapped = wrap(entry, context)
    if not compare_digest(provider.unwrap(wrapped, context), key):
        raise KeyNotOpened(
            f"{provider.name} wrapped the key for {context.use} and opens it to another one: nothing changed"
        )
    return {**entry, "key": wrapped}
