"""Secrets: what endpoints and sources prove webhooks by, shown once and then kept sealed."""

import os
import secrets
from base64 import b64encode
from contextlib import suppress
from hashlib import sha256
from hmac import HMAC

from cryptography.exceptions import InvalidTag
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
    """Seals secrets under the gateway's key, each for its owner alone: version 1, nonce 12, ciphertext, tag 16.

    What rests under a key ``before`` opens too, until all of it was sealed anew.
    """

    def __init__(self, key: bytes, *before: bytes) -> None:
        self._sealing = [AESGCM(_derived(one, b"seal")) for one in (key, *before)]
        self._digesting = [_derived(one, b"digest") for one in (key, *before)]

    def seal(self, secret: bytes, owner_id: str) -> bytes:
        """A secret as it may rest."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + self._sealing[0].encrypt(nonce, secret, _VERSION + owner_id.encode())

    def open(self, sealed: bytes, owner_id: str) -> bytes:
        """The secret again. Raises ``InvalidTag`` when it was altered, moved, or sealed under another key."""
        *others, last = self._sealing
        for one in others:
            with suppress(InvalidTag):
                return _opened(one, sealed, owner_id)
        return _opened(last, sealed, owner_id)

    def is_sealed_by_newest(self, sealed: bytes, owner_id: str) -> bool:
        """Whether a secret rests under the gateway's key of today."""
        try:
            _opened(self._sealing[0], sealed, owner_id)
        except InvalidTag:
            return False
        return True

    def digests(self, content: bytes) -> list[bytes]:
        """Keyed digests, the first under the key of today: equal for equal contents, and of no use to whoever would
        guess them."""
        return [HMAC(key, content, sha256).digest() for key in self._digesting]


def _opened(sealing: AESGCM, sealed: bytes, owner_id: str) -> bytes:
    nonce, ciphertext = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    return sealing.decrypt(nonce, ciphertext, sealed[:1] + owner_id.encode())


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"huiyuan webhooks 1 " + purpose).derive(key)
