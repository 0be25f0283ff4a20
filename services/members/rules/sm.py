"""SM: the commercial cryptography of China (商用密码), SM4-GCM by RFC 8998 and keyed digests by HMAC-SM3.

The library offers both as parts; here they get the shape that the AES suites have, so that nothing else asks
which suite an installation chose.
"""

from collections.abc import Callable
from functools import cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3

from services.members.rules import digests

_TAG_BYTES = 16
_SM4_KEY_BYTES = 16
_SM4_LABEL = b"huiyuan sm4-gcm key 1"


class SM4GCM:
    """SM4-GCM under a key of 16 bytes."""

    def __init__(self, key: bytes) -> None:
        self._cipher = algorithms.SM4(key)

    def encrypt(self, nonce: bytes, content: bytes, associated_data: bytes) -> bytes:
        """Ciphertext and tag, as ``AESGCM.encrypt`` gives them. ``nonce`` has 12 bytes."""
        sealing = Cipher(self._cipher, modes.GCM(nonce)).encryptor()
        sealing.authenticate_additional_data(associated_data)
        return sealing.update(content) + sealing.finalize() + sealing.tag

    def decrypt(self, nonce: bytes, sealed: bytes, associated_data: bytes) -> bytes:
        """The content. Raises ``InvalidTag``, or ``ValueError`` for what is too short."""
        opening = Cipher(self._cipher, modes.GCM(nonce, sealed[-_TAG_BYTES:])).decryptor()
        opening.authenticate_additional_data(associated_data)
        return opening.update(sealed[:-_TAG_BYTES]) + opening.finalize()


def sm4_under(dek: bytes) -> SM4GCM:
    """SM4-GCM under the key that HMAC-SM3 derives from a data key of 32 bytes.

    Derived and not cut, so that no key is ever used by two algorithms: a member's data key may open blobs of both
    suites.
    """
    return SM4GCM(hmac_sm3(dek)(_SM4_LABEL)[:_SM4_KEY_BYTES])


def hmac_sm3(key: bytes) -> Callable[[bytes], bytes]:
    """The keyed digest of 32 bytes under a key of any length."""
    return digests.keyed(key, SM3())


@cache
def available() -> bool:
    """True when the cryptography library that is installed can do SM4-GCM and SM3; FIPS builds cannot."""
    try:
        return len(sm4_under(bytes(32)).encrypt(bytes(12), b"", b"")) == _TAG_BYTES
    except UnsupportedAlgorithm:
        return False
