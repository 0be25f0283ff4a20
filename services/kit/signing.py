"""Signing: the Ed25519 key by which a process vouches for what it publishes, and the keys by which others verify it."""

import stat
from base64 import b64decode, b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

SigningKey = Ed25519PrivateKey

Keys = Mapping[str, Ed25519PublicKey]
"""Whose signatures count, by the key's id."""


class SigningKeyRefused(Exception):
    """The signing key cannot be used; the message says why and what to do. The process does not start."""


def signing_key(path: Path) -> SigningKey:
    """The Ed25519 key in a PEM file that only we may read. Raises ``SigningKeyRefused``."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        key = load_pem_private_key(path.read_bytes(), password=None)
    except OSError:
        raise SigningKeyRefused(
            f"there is no readable key at {path}: make one by openssl genpkey -algorithm ed25519, with mode 0600"
        ) from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyRefused(f"{path} is not a private key in PEM without a password") from None
    if mode & 0o077:
        raise SigningKeyRefused(
            f"the key {path} can be read by others (mode {mode:04o}): run chmod 0600 on it, or make a new one"
        )
    if not isinstance(key, Ed25519PrivateKey):
        raise SigningKeyRefused(
            f"the key in {path} is of another kind: what is published is signed by Ed25519"
        )
    return key


def own_key(path: Path | None) -> SigningKey | None:
    """The key of a process that need not have one; None where it has none. Raises ``SigningKeyRefused``."""
    return None if path is None else signing_key(path)


def trusted(public_keys: str, key: SigningKey | None) -> Keys:
    """Whose lines count: public keys as ``shown``, parted by commas, or else the signing key's own.

    Raises ``SigningKeyRefused``.
    """
    if not public_keys:
        return {} if key is None else {key_id(key.public_key()): key.public_key()}
    try:
        raw = [b64decode(each, validate=True) for each in public_keys.split(",")]
        keys = [Ed25519PublicKey.from_public_bytes(each) for each in raw]
    except ValueError:
        raise SigningKeyRefused("a public key is 32 bytes in base64; several are parted by commas") from None
    return {key_id(key): key for key in keys}


def shown(key: Ed25519PublicKey) -> str:
    """A public key as ``trusted`` reads it."""
    return b64encode(key.public_bytes_raw()).decode()


def key_id(key: Ed25519PublicKey) -> str:
    """A key's name in what it signs: 16 hexadecimal digits."""
    return sha256(key.public_bytes_raw()).hexdigest()[:16]
