"""Evidence: what the log commits to of a record, signed checkpoints of the log, and receipts that prove a record by both.

Everything that a receipt needs to be verified is in it, but for the public key. Formats:

    entry       SHA-256 of ``LEAF`` | salt 32 | record's digest 32, the entry of one leaf of a Merkle tree (RFC 9162)
    checkpoint  a signed note of three lines (origin, size, root in base64), as transparency logs write them
                (C2SP tlog-checkpoint); the key's name is its id
    receipt     a compact JWS (RFC 7515) by Ed25519 (RFC 8037) over JSON

The salt keeps an entry from being guessed from a record, and the log from proving anything once the salt is shredded.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from services.consent.rules import canonical, merkle

SALT_BYTES = 32
LEAF = b"huiyuan consent leaf 1\n"
RECEIPT = "huiyuan.consent.receipt/1"
_JWS_TYPE = "consent-receipt+jws"
_ED25519_NOTE = b"\x01"
_DASH = "\N{EM DASH}"

Keys = Mapping[str, Ed25519PublicKey]
"""Whose signatures count, by the key's id."""


class ReceiptRefused(Exception):
    """A receipt proves nothing: it was altered, is signed by somebody else, or does not fit the log."""


class NotACheckpoint(Exception):
    """A text is not a checkpoint of this log that one of our keys signed."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The log had this many leaves under this root; ``note`` is the signed text that says so."""

    origin: str
    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class Proof:
    """Where a record stands in the log, and what leads from there to a checkpoint's root."""

    salt: bytes
    leaf_index: int
    beside: tuple[bytes, ...]
    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class Verified:
    """What a receipt proves: this record, in a log that had this checkpoint."""

    record: Mapping[str, Any]
    leaf_index: int
    checkpoint: Checkpoint
    issuer: str


def entry(salt: bytes, record_digest: bytes) -> bytes:
    """What the log holds of a record."""
    return sha256(LEAF + salt + record_digest).digest()


def checkpoint(origin: str, size: int, root: bytes, key_id: str, key: Ed25519PrivateKey) -> Checkpoint:
    """A checkpoint, signed."""
    said = f"{origin}\n{size}\n{b64encode(root).decode()}\n"
    signature = _note_hash(key_id, key.public_key()) + key.sign(said.encode())
    note = f"{said}\n{_DASH} {key_id} {b64encode(signature).decode()}\n"
    return Checkpoint(origin, size, root, note)


def read_checkpoint(note: str, keys: Keys) -> Checkpoint:
    """A checkpoint as it was signed by one of the keys. Raises ``NotACheckpoint``."""
    try:
        said, signatures = note.split("\n\n")
        origin, size, root = said.split("\n")
        for line in signatures.removesuffix("\n").split("\n"):
            dash, key_id, encoded = line.split(" ")
            signature, key = b64decode(encoded, validate=True), keys.get(key_id)
            if dash != _DASH or key is None or signature[:4] != _note_hash(key_id, key):
                continue
            key.verify(signature[4:], f"{said}\n".encode())
            found = Checkpoint(origin, int(size), b64decode(root, validate=True), note)
            if str(found.size) == size and len(found.root) == 32:
                return found
    except (ValueError, InvalidSignature):
        pass
    raise NotACheckpoint("this is not a checkpoint signed by a key of ours")


def receipt(record: bytes, proof: Proof, issuer: str, key_id: str, key: Ed25519PrivateKey) -> str:
    """The receipt of a record, given as its canonical bytes."""
    said = {
        "type": RECEIPT,
        "issuer": issuer,
        "record": orjson.loads(record),
        "salt": b64encode(proof.salt).decode(),
        "leaf_index": proof.leaf_index,
        "inclusion": [b64encode(one).decode() for one in proof.beside],
        "checkpoint": proof.checkpoint.note,
    }
    return jwt.api_jws.encode(
        orjson.dumps(said), key, algorithm="EdDSA", headers={"kid": key_id, "typ": _JWS_TYPE}
    )


def verify(text: str, keys: Keys) -> Verified:
    """What a receipt proves, by public keys alone. Raises ``ReceiptRefused``."""
    said = _said(text.strip(), keys)
    try:
        if said["type"] != RECEIPT:
            raise ReceiptRefused(f"this is no receipt that is understood here: it must be a {RECEIPT}")
        record, index, issuer = said["record"], said["leaf_index"], said["issuer"]
        salt = b64decode(said["salt"], validate=True)
        beside = [b64decode(one, validate=True) for one in said["inclusion"]]
        reached = read_checkpoint(said["checkpoint"], keys)
        leaf = merkle.leaf_hash(entry(salt, canonical.digest(canonical.encode(record))))
        root = merkle.root_by_inclusion(leaf, index, reached.size, beside)
    except NotACheckpoint:
        raise ReceiptRefused("the receipt's checkpoint is not signed by a key of ours") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReceiptRefused("the receipt lacks what a receipt says, or says it in another form") from None
    if root != reached.root:
        raise ReceiptRefused("the receipt's record is not in the log at the place that it names")
    return Verified(record, index, reached, issuer)


def _said(text: str, keys: Keys) -> Mapping[str, Any]:
    """What a signed receipt says, once it is known who signed it."""
    try:
        key_id = jwt.get_unverified_header(text).get("kid", "")
        key = keys.get(key_id)
        if key is None:
            raise ReceiptRefused("the receipt is signed by a key that is not ours")
        said = orjson.loads(jwt.api_jws.decode(text, key, algorithms=["EdDSA"]))
    except (jwt.InvalidTokenError, ValueError):
        raise ReceiptRefused("the receipt is cut, altered or no receipt at all") from None
    if not isinstance(said, dict):
        raise ReceiptRefused("the receipt lacks what a receipt says, or says it in another form")
    return said


def _note_hash(key_id: str, key: Ed25519PublicKey) -> bytes:
    """How a signed note names its key beside its name (C2SP signed-note, Ed25519)."""
    return sha256(key_id.encode() + b"\n" + _ED25519_NOTE + key.public_bytes_raw()).digest()[:4]


def said_of(record: Mapping[str, Any], names: Sequence[str]) -> list[tuple[str, str]]:
    """A verified record's fields as texts, for people, in this order and without those that say nothing."""
    return [
        (name, ", ".join(value) if isinstance(value, list) else str(value))
        for name in names
        if (value := record.get(name)) not in (None, "", [])
    ]
