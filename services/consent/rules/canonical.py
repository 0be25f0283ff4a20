"""Canonical bytes: the one spelling of a document, over which its digest is taken."""

import unicodedata
from collections.abc import Mapping, Sequence
from hashlib import sha256

import orjson

Value = str | int | bool | None | Sequence["Value"] | Mapping[str, "Value"]
Document = Mapping[str, Value]

_SORTED = orjson.OPT_SORT_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def encode(document: Document) -> bytes:
    """UTF-8 JSON with sorted keys, no spaces and texts in NFC: RFC 8785 for the values that we have."""
    spelled = orjson.dumps(document, option=_SORTED)
    # ASCII is in NFC already, and most documents are.
    return spelled if spelled.isascii() else orjson.dumps(_nfc(document), option=_SORTED)


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
