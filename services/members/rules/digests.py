"""Keyed digests: HMAC by a hash, ready to be made of many contents under one key."""

from collections.abc import Callable

from cryptography.hazmat.primitives.hashes import HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC


def keyed(key: bytes, by: HashAlgorithm) -> Callable[[bytes], bytes]:
    """The whole keyed digest of a content, under a key of any length."""
    state = HMAC(key, by)

    def digest(content: bytes) -> bytes:
        # Copying a keyed state spares its set-up. By this library, since the standard one's copies are objects of
        # Python's around OpenSSL's, which took as long again as the digest.
        digesting = state.copy()
        digesting.update(content)
        return digesting.finalize()

    return digest
