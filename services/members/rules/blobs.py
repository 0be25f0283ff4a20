"""Blobs: the bytes in which personal data and its keys rest, and the one refusal for all that do not open.

    blob  ver u8 | suite u8 | schema u16 | dek_gen u32 | nonce 12 | ciphertext | tag 16
    key   ver u8 | suite u8 | kek_id u16 | epoch u32   | nonce 12 | 32         | tag 16
    AAD   purpose label 16 | installation 16 | member 16 | kind 1 | header 8

Integers are big-endian. Content is padded to whole 64 bytes (0x80, then zeros) before sealing. The headers say
which key opens; no key is ever tried to see whether it fits.
"""

import os
import struct
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from services.kit.refusal import Declined
from services.members.rules.sm import SM4GCM, sm4_under

VERSION = 1
PADDED_TO_BYTES = 64
DEK_BYTES = 32
WRAPPED_BYTES = 68
_HEADER = struct.Struct(">BBHI")
_NONCE_BYTES = 12
_KEY_AND_NONCE_BYTES = DEK_BYTES + _NONCE_BYTES
_MARK = b"\x80"
_PADDINGS = frozenset(map(bytes, range(PADDED_TO_BYTES)))
"""What may stand between the mark and the end."""
# What is done for every record slices by plain numbers: the header ends at 8, and the nonce at 20.
_BLOB_LABEL = b"huiyuan blob 1".ljust(16, b"\0")
_KEY_LABEL = b"huiyuan key 1".ljust(16, b"\0")


class Suite(IntEnum):
    """How something is sealed: blobs by 1 or 2, keys by 3 (and, once, by 1)."""

    AES_256_GCM = 1
    SM4_GCM = 2
    AES_256_GCM_SIV = 3


class BlobKind(IntEnum):
    """Which of a member's blobs; each has a key of its own."""

    ORDINARY = 1
    IDENTITY_DOCUMENTS = 2
    """Sensitive: released by a fresh answer of the consent gate alone."""
    NOTES = 3
    """What staff wrote of the member."""
    PACKAGE = 4
    """A member's own package while it waits to be fetched."""


class Unreadable(Declined):
    """A record or its key does not open here: altered, moved, cut, or sealed under keys that we do not hold."""

    def __init__(self) -> None:
        super().__init__("the record cannot be opened with the key that belongs to it")


class KeyHeader(NamedTuple):
    """Which key-encryption key wrapped a data key."""

    kek_id: int
    epoch: int


def seal(content: bytes, dek: bytes, where: bytes, *, schema: int, dek_gen: int, suite: Suite) -> bytes:
    """The blob of some content, for the place ``where`` (installation, member and kind) and no other.

    ``suite`` is what the installation writes: 1 or 2. ``KeyRing.seal`` gives it.
    """
    header = _HEADER.pack(VERSION, suite, schema, dek_gen)
    nonce = os.urandom(_NONCE_BYTES)
    padded = content + _MARK + bytes(-(len(content) + 1) % PADDED_TO_BYTES)
    return header + nonce + _CONTENT[suite](dek).encrypt(nonce, padded, _BLOB_LABEL + where + header)


def blob_header(blob: bytes) -> tuple[int, int]:
    """The layout of a blob's content and the generation of its key, as the blob says: true only once it was opened.

    Raises ``Unreadable`` where there is no header.
    """
    try:
        return _schema_and_dek_gen(blob)
    except struct.error:
        raise Unreadable from None


def open_blob(blob: bytes, dek: bytes, where: bytes) -> bytes:
    """The content of a blob, under the suite that its header names. Raises ``Unreadable``.

    The header is sealed in with the rest, so one that was altered does not open either.
    """
    try:
        padded = _CONTENT[blob[1]](dek).decrypt(blob[8:20], blob[20:], _BLOB_LABEL + where + blob[:8])
    except (InvalidTag, ValueError, LookupError, UnsupportedAlgorithm):
        raise Unreadable from None
    return _unpadded(padded)


def _unpadded(padded: bytes) -> bytes:
    content, mark, rest = padded.rpartition(_MARK)
    if not mark or rest not in _PADDINGS:
        raise Unreadable
    return content


_schema_and_dek_gen: Callable[[bytes], tuple[int, int]] = struct.Struct(">xxHI").unpack_from
# By the suite alone: the version is sealed in twice, in the header and in the label.
_CONTENT: Mapping[int, Callable[[bytes], AESGCM | SM4GCM]] = {
    int(Suite.AES_256_GCM): AESGCM,
    int(Suite.SM4_GCM): sm4_under,
}


class KeyWrapper:
    """Wraps data keys under one key-encryption key, and unwraps those of all by what their headers say.

    One KEK wraps millions of keys under random nonces, hence the misuse-resistant suite.
    """

    def __init__(self, keks: Mapping[KeyHeader, bytes], writing: KeyHeader) -> None:
        self._by_header: dict[bytes, AESGCM | AESGCMSIV] = {}
        for header, kek in keks.items():
            self._by_header[_HEADER.pack(VERSION, Suite.AES_256_GCM, *header)] = AESGCM(kek)
            self._by_header[_HEADER.pack(VERSION, Suite.AES_256_GCM_SIV, *header)] = AESGCMSIV(kek)
        self._header = _HEADER.pack(VERSION, Suite.AES_256_GCM_SIV, *writing)
        self._writing = self._by_header[self._header]

    def generate(self, places: Sequence[bytes]) -> Iterator[tuple[bytes, bytes]]:
        """A new data key for each place, for use and as it rests."""
        # Asked of the kernel once: for a thousand places that spares two thousand calls. No byte serves twice.
        random = os.urandom(len(places) * _KEY_AND_NONCE_BYTES)
        for nth, where in enumerate(places):
            made = random[nth * _KEY_AND_NONCE_BYTES : (nth + 1) * _KEY_AND_NONCE_BYTES]
            dek = made[:DEK_BYTES]
            yield dek, self._wrapped(dek, made[DEK_BYTES:], where)

    def wrap(self, dek: bytes, where: bytes) -> bytes:
        """A data key as it rests."""
        return self._wrapped(dek, os.urandom(_NONCE_BYTES), where)

    def _wrapped(self, dek: bytes, nonce: bytes, where: bytes) -> bytes:
        return self._header + nonce + self._writing.encrypt(nonce, dek, _KEY_LABEL + where + self._header)

    def open(self, blob: bytes, wrapped: bytes, where: bytes) -> bytes:
        """What a blob under a wrapped key holds. Raises ``Unreadable``.

        ``unwrap`` and ``open_blob`` as one: of what reading a profile costs, a fifth was calling what they call.
        """
        if len(wrapped) != WRAPPED_BYTES:
            raise Unreadable
        key_header, header = wrapped[:8], blob[:8]
        try:
            dek = self._by_header[key_header].decrypt(
                wrapped[8:20], wrapped[20:], _KEY_LABEL + where + key_header
            )
            padded = _CONTENT[blob[1]](dek).decrypt(blob[8:20], blob[20:], _BLOB_LABEL + where + header)
        except (InvalidTag, ValueError, LookupError, UnsupportedAlgorithm):
            raise Unreadable from None
        return _unpadded(padded)

    def unwrap(self, wrapped: bytes, where: bytes) -> bytes:
        """The data key. Raises ``Unreadable``."""
        header = wrapped[:8]
        aead = self._by_header.get(header)
        if aead is None or len(wrapped) != WRAPPED_BYTES:
            raise Unreadable
        try:
            return aead.decrypt(wrapped[8:20], wrapped[20:], _KEY_LABEL + where + header)
        except InvalidTag:
            raise Unreadable from None
