"""Key rings: the keys that this installation holds outside its databases, and what they do.

A ring wraps and unwraps members' data keys, and makes blind indexes. Where its keys come from is not its
business: a provider (today a file, later a key management service) hands them over at start, so that no record
ever waits for a provider.
"""

import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from services.members.rules import traits
from services.members.rules.blobs import DEK_BYTES, BlobKind, KeyHeader, KeyWrapper
from services.members.rules.identities import Identity, IdentityKind, index_input
from services.members.rules.traits import Trait, TraitKind

INDEX_BYTES = 16
REQUESTS = 0
"""The index key of kind 0 digests idempotency keys and request bodies, which may hold personal data too."""

INDEX_KINDS = (REQUESTS, *IdentityKind, *TraitKind)
_KIND_BYTES = {kind: bytes((kind,)) for kind in BlobKind}


@dataclass(frozen=True, slots=True)
class Kek:
    """A key-encryption key; the one with the highest epoch wraps what is new."""

    kek_id: int
    epoch: int
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class IndexKey:
    """The key of the blind index of one kind; the highest version indexes what is new."""

    kind: int
    version: int
    key: bytes = field(repr=False)


class BlindIndex(NamedTuple):
    """A value's keyed digest and the version of the key that made it."""

    version: int
    digest: bytes


class Place(NamedTuple):
    """Where an identity or a trait is found: its kind and its blind index."""

    kind: int
    version: int
    digest: bytes


class DataKey(NamedTuple):
    """A member's data key, for use and as it rests."""

    dek: bytes
    wrapped: bytes

    def __repr__(self) -> str:
        return "<data key>"


class KeyRing:
    """One installation's keys in memory."""

    def __init__(self, installation: UUID, keks: Sequence[Kek], index_keys: Sequence[IndexKey]) -> None:
        self.installation = installation
        newest = max(keks, key=lambda kek: (kek.epoch, kek.kek_id))
        self._keys = KeyWrapper(
            {KeyHeader(kek.kek_id, kek.epoch): kek.key for kek in keks},
            KeyHeader(newest.kek_id, newest.epoch),
        )
        self._digests = {
            key.kind: (key.version, hmac.new(key.key, digestmod="sha256"))
            for key in sorted(index_keys, key=lambda key: key.version)
        }
        self._here = installation.bytes

    def __repr__(self) -> str:
        return f"<key ring of {self.installation}>"

    def where(self, member: UUID, kind: BlobKind = BlobKind.ORDINARY) -> bytes:
        """Where a member's blob and key belong, as both are sealed to it."""
        return self._here + member.bytes + _KIND_BYTES[kind]

    def generate(self, where: bytes) -> DataKey:
        """A new data key for a place."""
        dek = os.urandom(DEK_BYTES)
        return DataKey(dek, self._keys.wrap(dek, where))

    def unwrap(self, wrapped: bytes, where: bytes) -> bytes:
        """The data key that was wrapped for a place. Raises ``Unreadable``."""
        return self._keys.unwrap(wrapped, where)

    def find(self, identity: Identity) -> Place:
        """Where an identity is found, telling nothing of its value."""
        return Place(identity.kind, *self._digest(identity.kind, index_input(identity)))

    def find_trait(self, trait: Trait) -> Place:
        """Where the members who have a trait in common are found."""
        return Place(trait.kind, *self._digest(trait.kind, traits.index_input(trait)))

    def request_digest(self, content: bytes) -> BlindIndex:
        """A keyed digest of an idempotency key or of a request's body."""
        return self._digest(REQUESTS, content)

    def _digest(self, kind: int, content: bytes) -> BlindIndex:
        version, keyed = self._digests[kind]
        # Copying a keyed state spares its set-up, which costs as much as the digest itself.
        digest = keyed.copy()
        digest.update(content)
        return BlindIndex(version, digest.digest()[:INDEX_BYTES])
