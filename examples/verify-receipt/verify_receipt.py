"""Verifies a consent receipt offline, with nothing but the public key of whoever issued it.

It stands alone on purpose: it imports nothing of huiyuan, so that a member, an auditor or an authority can read all of
it and run it anywhere. It needs Python 3.9 or newer and `cryptography`.

    python verify_receipt.py --key PUBLIC_KEY_IN_BASE64 receipt.txt
"""

import argparse
import base64
import binascii
import hashlib
import json
import sys
import unicodedata
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


class NotProved(Exception):
    """The receipt does not prove what it says."""


def verified(receipt: str, public_key: bytes) -> dict:
    """What the receipt says, once every link from the record to the signed log was followed. Raises ``NotProved``."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
    except ValueError:
        raise NotProved("the key is no Ed25519 public key, which is 32 bytes") from None
    try:
        head, body, signature = receipt.strip().split(".")
        if json.loads(from_base64url(head))["alg"] != "EdDSA":
            raise NotProved("the receipt is not signed by Ed25519")
        key.verify(from_base64url(signature), f"{head}.{body}".encode())  # 1. who says this?
        said = json.loads(from_base64url(body))
        size, root = signed_root(said["checkpoint"], public_key)  # 2. what had the log then?
        entry = hashlib.sha256(  # 3. what does the log hold of this record?
            b"huiyuan consent leaf 1\n" + base64.b64decode(said["salt"]) + digest(said["record"])
        ).digest()
        path = [base64.b64decode(one) for one in said["inclusion"]]
        if root_from(entry, said["leaf_index"], size, path) != root:  # 4. is it in there?
            raise NotProved("the record is not in the log at the place that the receipt names")
    except InvalidSignature:
        raise NotProved("the signature is not of this key, or something was altered") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotProved("this is not a whole receipt") from None
    return said


def digest(record: dict) -> bytes:
    """SHA-256 over the record's canonical JSON: UTF-8, NFC, sorted names, no spaces."""
    text = json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).digest()


def signed_root(note: str, public_key: bytes) -> tuple:
    """The size and root of a checkpoint, a signed note with the lines origin, size and root."""
    text, _, signatures = note.partition("\n\n")
    for line in signatures.splitlines():
        _, name, encoded = line.split(" ")
        signature = base64.b64decode(encoded)
        if signature[:4] == hashlib.sha256(name.encode() + b"\n\x01" + public_key).digest()[:4]:
            Ed25519PublicKey.from_public_bytes(public_key).verify(signature[4:], text.encode() + b"\n")
            _, size, root = text.split("\n")
            return int(size), base64.b64decode(root)
    raise NotProved("the log's checkpoint is not signed by this key")


def root_from(entry: bytes, index: int, size: int, path: list) -> bytes:
    """The root of the tree in which the entry stands at this index (RFC 9162, 2.1.1 and 2.1.3)."""
    if type(index) is not int or not 0 <= index < size:
        raise NotProved("the receipt names a place that the log does not have")
    if size == 1:
        if path:
            raise NotProved("the proof is too long")
        return hashlib.sha256(b"\x00" + entry).digest()
    if not path:
        raise NotProved("the proof is too short")
    left = 1 << (size - 1).bit_length() - 1  # how many leaves the left half has
    if index < left:
        return hashlib.sha256(b"\x01" + root_from(entry, index, left, path[:-1]) + path[-1]).digest()
    return hashlib.sha256(
        b"\x01" + path[-1] + root_from(entry, index - left, size - left, path[:-1])
    ).digest()


def from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify a consent receipt offline.")
    parser.add_argument("--key", required=True, help="the issuer's Ed25519 public key, in base64")
    parser.add_argument("receipt", help="a file that holds the receipt, or - for standard input")
    asked = parser.parse_args()
    try:
        source = sys.stdin.buffer.read() if asked.receipt == "-" else Path(asked.receipt).read_bytes()
        said = verified(source.decode("ascii", "replace"), base64.b64decode(asked.key))
    except OSError:
        print("NOT PROVED: the receipt cannot be read", file=sys.stderr)
        return 1
    except binascii.Error:
        print("NOT PROVED: the key is not base64", file=sys.stderr)
        return 1
    except NotProved as why:
        print(f"NOT PROVED: {why}", file=sys.stderr)
        return 1
    print(json.dumps(said["record"], ensure_ascii=False, indent=2))
    print(
        f"proved: leaf {said['leaf_index']} of the log below", said["checkpoint"], sep="\n", file=sys.stderr
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
