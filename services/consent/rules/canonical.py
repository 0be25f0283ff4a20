"""Canonical bytes: the one spelling of a document, over which its digest is taken."""

import json
import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import sha256

Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]
Document = Mapping[str, Value]


def encode(document: Document) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces and texts in NFC: RFC 8785 for the values that we have."""
    return json.dumps(
        _nfc(document), ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode()


def digest(encoded: bytes) -> bytes:
    """SHA-256 over canonical bytes."""
    return sha256(encoded).digest()


def _nfc(value: Value) -> Value:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, Mapping):
        return {key: _nfc(inner) for key, inner in value.items()}
    if isinstance(value, Sequence):
        return [_nfc(inner) for inner in value]
    return value
