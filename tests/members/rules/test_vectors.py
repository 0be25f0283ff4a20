"""Published vectors: what the suites rest on gives what others published, and refuses what they altered."""

import json
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from services.members.rules.keyrings import INDEX_BYTES, INDEX_KINDS, REQUESTS, Digest, IndexKey, Kek, KeyRing
from services.members.rules.sm import SM4GCM, hmac_sm3
from tests.members.service import INSTALLATION

VECTORS = json.loads(Path(__file__).with_name("wycheproof.json").read_text())
AEADS = {"aes_gcm": AESGCM, "aes_gcm_siv": AESGCMSIV, "sm4_gcm": SM4GCM}


@pytest.mark.parametrize(
    ("suite", "vector"), [(suite, vector) for suite in AEADS for vector in VECTORS[suite]]
)
def test_aead_agrees_with_the_published_vector(suite, vector):
    *texts, valid = vector[1:]
    key, nonce, associated, content, sealed, tag = map(bytes.fromhex, texts)
    aead = AEADS[suite](key)
    if valid:
        assert aead.encrypt(nonce, content, associated) == sealed + tag
        assert aead.decrypt(nonce, sealed + tag, associated) == content
    else:
        with pytest.raises(InvalidTag):
            aead.decrypt(nonce, sealed + tag, associated)


@pytest.mark.parametrize(
    ("digest", "vector"), [(digest, vector) for digest in Digest for vector in VECTORS[f"hmac_{digest}"]]
)
def test_blind_index_is_the_published_hmac_cut_to_its_length(digest, vector):
    key, content, tag = map(bytes.fromhex, vector[1:4])
    ring = KeyRing(
        INSTALLATION, [Kek(1, 1, bytes(32))], [IndexKey(kind, 1, key, digest) for kind in INDEX_KINDS]
    )
    made = ring.request_digest(content)
    assert (made.version, len(made.digest)) == (1, INDEX_BYTES)
    assert (made.digest == tag[:INDEX_BYTES]) is vector[4]
    if digest is Digest.SM3:
        assert (hmac_sm3(key)(content) == tag) is vector[4]


def test_vectors_of_every_suite_are_there_and_some_are_altered():
    for suite in (*AEADS, "hmac_sha256", "hmac_sm3"):
        assert len(VECTORS[suite]) >= 9, suite
        assert any(vector[-1] for vector in VECTORS[suite])
        assert suite == "aes_gcm_siv" or not all(vector[-1] for vector in VECTORS[suite])
    assert REQUESTS in INDEX_KINDS
