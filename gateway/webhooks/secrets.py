"""Secrets: what endpoints and sources prove webhooks by, shown once and then kept sealed."""

import os
import secrets
from base64 import b64encode
from hashlib import sha256
from hmac import HMAC

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32
_VERSION = b"\x01"
_NONCE_BYTES = 12


def new_secret() -> bytes:
    """A new secret."""
    return secrets.token_bytes(SECRET_BYTES)


def spelled(secret: bytes) -> str:
    """A secret as people copy it: ``whsec_…``."""
    return f"whsec_{b64encode(secret).decode()}"


class Box:
    """Seals secrets under the gateway's key, each for its owner alone: version 1, nonce 12, ciphertext, tag 16."""

    def __init__(self, key: bytes) -> None:
        self._sealing = AESGCM(_derived(key, b"seal"))
        self._digesting = _derived(key, b"digest")

    def seal(self, secret: bytes, owner_id: str) -> bytes:
        """A secret as it may rest."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._sealing.encrypt(nonce, secret, _VERSION + owner_id.encode())

    def open(self, sealed: bytes, owner_id: str) -> bytes:
        """The secret again. Raises ``InvalidTag`` when it was altered, moved, or sealed under another key."""
        nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        return self._sealing.decrypt(nonce, ciphertext, sealed[:1] + owner_id.encode())

    def digest(self, content: bytes) -> bytes:
        """A keyed digest: equal for equal contents, and of no use to whoever would guess them."""
        return HMAC(self._digesting, content, sha256).digest()


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"huiyuan webhooks 1 " + purpose).derive(key)
