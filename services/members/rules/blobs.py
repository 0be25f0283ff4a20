"""Blobs: the bytes in which personal data and its keys rest, and the one refusal for all that do not open.

    blob  ver u8 | suite u8 | schema u16 | dek_gen u32 | nonce 12 | ciphertext | tag 16
    key   ver u8 | suite u8 | kek_id u16 | epoch u32   | nonce 12 | 32         | tag 16
    AAD   purpose label 16 | installation 16 | member 16 | kind 1 | header 8

Integers are big-endian. Content is padded to whole 64 bytes (0x80, then zeros) before sealing. The headers say
which key opens; no key is ever tried to see whether it fits.
"""

import os
import struct
from collections.abc import Mapping
from enum import IntEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from services.kit.refusal import Declined

VERSION = 1
PADDED_TO_BYTES = 64
DEK_BYTES = 32
WRAPPED_BYTES = 68
_HEADER = struct.Struct(">BBHI")
_NONCE_BYTES = 12
_TAG_BYTES = 16
_CONTENT_AT = _HEADER.size + _NONCE_BYTES
_SMALLEST_BLOB = _CONTENT_AT + PADDED_TO_BYTES + _TAG_BYTES
_BLOB_LABEL = b"huiyuan blob 1".ljust(16, b"\0")
_KEY_LABEL = b"huiyuan key 1".ljust(16, b"\0")


class Suite(IntEnum):
    """How something is sealed. 2 is kept for SM4-GCM."""

    AES_256_GCM = 1
    AES_256_GCM_SIV = 3


class BlobKind(IntEnum):
    """Which of a member's blobs; each has a key of its own."""

    ORDINARY = 1
    PACKAGE = 3
    """A member's own package while it waits to be fetched; 2 is kept for the sensitive fields."""


class Unreadable(Declined):
    """A record or its key does not open here: altered, moved, cut, or sealed under keys that we do not hold."""

    def __init__(self) -> None:
        super().__init__("the record cannot be opened with the key that belongs to it")


class BlobHeader(NamedTuple):
    """What a blob says about itself; true only once the blob was opened."""

    schema: int
    dek_gen: int


class KeyHeader(NamedTuple):
    """Which key-encryption key wrapped a data key."""

    kek_id: int
    epoch: int


def seal(content: bytes, dek: bytes, where: bytes, *, schema: int, dek_gen: int) -> bytes:
    """The blob of some content, for the place ``where`` (installation, member and kind) and no other."""
    header = _HEADER.pack(VERSION, Suite.AES_256_GCM, schema, dek_gen)
    nonce = os.urandom(_NONCE_BYTES)
    padded = content + b"\x80" + bytes(-(len(content) + 1) % PADDED_TO_BYTES)
    return header + nonce + AESGCM(dek).encrypt(nonce, padded, _BLOB_LABEL + where + header)


def blob_header(blob: bytes) -> BlobHeader:
    """The header of a well-formed blob. Raises ``Unreadable``."""
    if len(blob) < _SMALLEST_BLOB or (len(blob) - _CONTENT_AT - _TAG_BYTES) % PADDED_TO_BYTES:
        raise Unreadable
    version, suite, schema, dek_gen = _HEADER.unpack_from(blob)
    if version != VERSION or suite != Suite.AES_256_GCM:
        raise Unreadable
    return BlobHeader(schema, dek_gen)


def open_blob(blob: bytes, dek: bytes, where: bytes) -> bytes:
    """The content of a blob. Raises ``Unreadable``.

    The header is sealed in with the rest, so one that was altered does not open either.
    """
    header = blob[: _HEADER.size]
    try:
        padded = AESGCM(dek).decrypt(
            blob[_HEADER.size : _CONTENT_AT], blob[_CONTENT_AT:], _BLOB_LABEL + where + header
        )
    except (InvalidTag, ValueError):
        raise Unreadable from None
    content = padded.rstrip(b"\0")
    if content[-1:] != b"\x80" or len(padded) - len(content) >= PADDED_TO_BYTES:
        raise Unreadable
    return content[:-1]


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

    def wrap(self, dek: bytes, where: bytes) -> bytes:
        """A data key as it rests."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._header + nonce + self._writing.encrypt(nonce, dek, _KEY_LABEL + where + self._header)

    def unwrap(self, wrapped: bytes, where: bytes) -> bytes:
        """The data key. Raises ``Unreadable``."""
        header = wrapped[: _HEADER.size]
        aead = self._by_header.get(header)
        if aead is None or len(wrapped) != WRAPPED_BYTES:
            raise Unreadable
        try:
            return aead.decrypt(
                wrapped[_HEADER.size : _CONTENT_AT], wrapped[_CONTENT_AT:], _KEY_LABEL + where + header
            )
        except InvalidTag:
            raise Unreadable from None
