"""Key rings: the keys that this installation holds outside its databases, and what they do.

A ring wraps and unwraps members' data keys, and makes blind indexes. Where its keys come from is not its
business: a provider (a file, or a key management service) hands them over at start and when the ring changed,
so that no record ever waits for a provider.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256, SM3

from services.members.rules import blobs, digests, traits
from services.members.rules.blobs import BlobKind, KeyHeader, KeyWrapper, Suite
from services.members.rules.identities import Identity, IdentityKind, index_input
from services.members.rules.traits import Trait, TraitKind

INDEX_BYTES = 16
REQUESTS = 0
"""The index key of kind 0 digests idempotency keys and request bodies, which may hold personal data too."""

INDEX_KINDS = (REQUESTS, *IdentityKind, *TraitKind)
_KIND_BYTES = tuple(bytes((kind,)) for kind in range(max(BlobKind) + 1))
"""By place and not by name: to hash a member of an enumeration takes longer than the rest of ``where``."""


@dataclass(frozen=True, slots=True)
class Kek:
    """A key-encryption key; of those that write, the one with the highest epoch wraps what is new."""

    kek_id: int
    epoch: int
    key: bytes = field(repr=False)
    writes: bool = True
    """False while it is new and not every process holds it yet: it only unwraps."""


class Digest(StrEnum):
    """By what a blind index is made. It belongs to the key: an index is only ever found by the one that made it."""

    SHA256 = "sha256"
    SM3 = "sm3"


DIGESTS = {Suite.AES_256_GCM: Digest.SHA256, Suite.SM4_GCM: Digest.SM3}
"""Which digest new index keys get under the suite that the installation writes."""


@dataclass(frozen=True, slots=True)
class IndexKey:
    """The key of the blind index of one kind; what is new is indexed under every version that writes."""

    kind: int
    version: int
    key: bytes = field(repr=False)
    digest: Digest = Digest.SHA256
    writes: bool = True
    """False before every process holds it, and once it is about to be destroyed: it is held and not used."""


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
    """One installation's keys in memory. They change under whoever holds the ring: see ``take_over``."""

    def __init__(
        self,
        installation: UUID,
        keks: Sequence[Kek],
        index_keys: Sequence[IndexKey],
        suite: Suite = Suite.AES_256_GCM,
        generation: int = 0,
    ) -> None:
        self.installation = installation
        self.suite = suite
        """What new blobs are sealed by; blobs of all suites open."""
        self.generation = generation
        """Grows with every change of the ring, so that processes can be asked how far they are."""
        newest = max((kek for kek in keks if kek.writes), key=lambda kek: (kek.epoch, kek.kek_id))
        self.writing = KeyHeader(newest.kek_id, newest.epoch)
        """Which key-encryption key wraps what is new."""
        self.keks = frozenset(KeyHeader(kek.kek_id, kek.epoch) for kek in keks)
        self.index_versions = frozenset((key.kind, key.version) for key in index_keys)
        self._here = installation.bytes
        self._keys = KeyWrapper(
            {KeyHeader(kek.kek_id, kek.epoch): kek.key for kek in keks},
            self.writing,
        )
        self.open = self._keys.open
        """The content of a blob, by the wrapped key that belongs to it, for a place. Raises ``Unreadable``."""
        self._held, self._digests = _digests(index_keys)

    def __repr__(self) -> str:
        return f"<key ring of {self.installation}>"

    def take_over(self, newer: "KeyRing") -> None:
        """Become what a newer reading of this installation's ring is, at once and for all who hold this one."""
        if newer.installation != self.installation:
            raise ValueError("a ring takes over its own installation's alone")
        self.__dict__ = newer.__dict__.copy()

    def where(self, member: UUID, kind: BlobKind = BlobKind.ORDINARY) -> bytes:
        """Where a member's blob and key belong, as both are sealed to it."""
        return self._here + member.bytes + _KIND_BYTES[kind]

    def generate(self, where: bytes) -> DataKey:
        """A new data key for a place."""
        [made] = self.generate_each([where])
        return made

    def generate_each(self, places: Sequence[bytes]) -> list[DataKey]:
        """A new data key for each of many places."""
        return [DataKey(dek, wrapped) for dek, wrapped in self._keys.generate(places)]

    def unwrap(self, wrapped: bytes, where: bytes) -> bytes:
        """The data key that was wrapped for a place. Raises ``Unreadable``."""
        return self._keys.unwrap(wrapped, where)

    def rewrap(self, wrapped: bytes, where: bytes) -> bytes:
        """The same data key under the key-encryption key that writes. Raises ``Unreadable``."""
        return self._keys.wrap(self._keys.unwrap(wrapped, where), where)

    def seal(self, content: bytes, dek: bytes, where: bytes, *, schema: int, dek_gen: int) -> bytes:
        """The blob of some content for a place, by the suite that this installation writes."""
        return blobs.seal(content, dek, where, schema=schema, dek_gen=dek_gen, suite=self.suite)

    def find(self, identity: Identity) -> Place:
        """Where an identity is found, telling nothing of its value: under the oldest version that writes.

        While an index key is rotated, everybody is found there until the last step, and nowhere else.
        """
        return Place(identity.kind, *self._digest(identity.kind, index_input(identity)))

    def places(self, identity: Identity) -> tuple[Place, ...]:
        """Every place where an identity is looked for and written, newest version first.

        One, but for while an index key is rotated: then whoever links an identity links it in all of them.
        """
        kind, content = identity.kind, index_input(identity)
        found: tuple[Place, ...] = ()
        # Nearly always one: a list made and copied is a tenth of what indexing takes.
        for version, digest in self._digests[kind]:
            found += (_tuple(Place, (kind, version, digest(content)[:INDEX_BYTES])),)
        return found

    def indexed(self, kind: int, content: bytes) -> dict[int, bytes]:
        """A value's digests by version, under every key of its kind that is held; for rotating them."""
        return {version: digest(content)[:INDEX_BYTES] for version, digest in self._held[kind]}

    def find_trait(self, trait: Trait) -> Place:
        """Where the members who have a trait in common are found."""
        return Place(trait.kind, *self._digest(trait.kind, traits.index_input(trait)))

    def trait_places(self, trait: Trait) -> tuple[Place, ...]:
        """Every place where a trait is written: more than one while its index key is rotated."""
        content = traits.index_input(trait)
        return tuple(
            [
                Place(trait.kind, version, digest(content)[:INDEX_BYTES])
                for version, digest in self._digests[trait.kind]
            ]
        )

    def request_digest(self, content: bytes) -> BlindIndex:
        """A keyed digest of an idempotency key or of a request's body."""
        return self._digest(REQUESTS, content)

    def _digest(self, kind: int, content: bytes) -> BlindIndex:
        version, digest = self._digests[kind][-1]
        return BlindIndex(version, digest(content)[:INDEX_BYTES])


_tuple = tuple.__new__
_Digests = dict[int, list[tuple[int, Callable[[bytes], bytes]]]]
_HASHES = {Digest.SHA256: SHA256(), Digest.SM3: SM3()}


def _digests(index_keys: Sequence[IndexKey]) -> tuple[_Digests, _Digests]:
    """Each kind's versions, newest first and ready to digest: all that are held, and those that write."""
    held: _Digests = {}
    writing: _Digests = {}
    for key in sorted(index_keys, key=lambda key: key.version, reverse=True):
        version = key.version, digests.keyed(key.key, _HASHES[key.digest])
        held.setdefault(key.kind, []).append(version)
        if key.writes:
            writing.setdefault(key.kind, []).append(version)
    return held, writing
