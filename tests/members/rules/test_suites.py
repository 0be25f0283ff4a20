"""Suites: an installation writes one and opens both, and nothing of one opens as the other."""

from itertools import product
from uuid import UUID

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.members.rules import identity_documents, profiles, sm
from services.members.rules.blobs import BlobKind, Suite, Unreadable, blob_header, open_blob, seal
from services.members.rules.keyrings import INDEX_KINDS, IndexKey, Kek, KeyRing

INSTALLATION = UUID("11111111-2222-4333-8444-555555555555")
MEMBER = UUID("0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1")
OTHER = UUID("0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b2")
DEK = bytes(range(32))
PLACES = {kind: INSTALLATION.bytes + MEMBER.bytes + bytes((kind,)) for kind in BlobKind}

# Made once by a program that shares no code with the service; never regenerate them.
SM4_PROFILE = bytes.fromhex(
    "0102000100000007c8c9cacbcccdcecfd0d1d2d3286ba844d427b1cdf2a0e068363e613fe7119863369ba33e9ff474cc946f62c4"
    "cee18328c38d2b033d23aabdea53184d189bb937a00754173cd9bd7c8b7475dbac11d3faea0857ccfd89a37f8da256c69d2d8d5c"
    "4a815eabe6a611dc209faa503763449b04c80c762d39a140f317b3eb8b0f8cd7386252920bc67785231a98d780d9c6089e26cf31"
    "fd918cf9424d6615"
)
DOCUMENTS = {
    Suite.AES_256_GCM: bytes.fromhex(
        "0101000100000003c8c9cacbcccdcecfd0d1d2d38579d3eab7fcca10410d268a2737d927d1b7dc9a5cc9eb6a444eb56a3f21240f"
        "5402aaa6921f2aaa32ff44a7b01701e0dfb11bb8840df7101b184695a152473c62f7a5646e053a59b17e1872fe710363"
    ),
    Suite.SM4_GCM: bytes.fromhex(
        "0102000100000003c8c9cacbcccdcecfd0d1d2d32accffc56af118736e7657d7eabfdcea4eaf02605700d25d0621d775487a974a"
        "7b2c4d8582fe42621270c2dc8434702c71082a3600a97f2f0ae88e45bb4445eb02885c0a6bd6924989163e154b08a58b"
    ),
}
EVERY_GOLDEN = [
    (SM4_PROFILE, BlobKind.ORDINARY),
    *((b, BlobKind.IDENTITY_DOCUMENTS) for b in DOCUMENTS.values()),
]


def ring(suite: Suite, seed: int = 1) -> KeyRing:
    keys = [IndexKey(kind, 1, bytes((seed, kind)) * 16) for kind in INDEX_KINDS]
    return KeyRing(INSTALLATION, [Kek(1, 1, bytes((seed,)) * 32)], keys, suite)


def test_golden_profile_of_the_sm_suite_opens():
    assert blob_header(SM4_PROFILE) == (1, 7)
    profile = profiles.decode(1, open_blob(SM4_PROFILE, DEK, PLACES[BlobKind.ORDINARY]))
    assert profile.full_name.reveal() == "王小明"


@pytest.mark.parametrize("suite", DOCUMENTS)
def test_golden_documents_open_and_are_encoded_as_they_were(suite):
    blob = DOCUMENTS[suite]
    assert blob_header(blob) == (1, 3)
    content = open_blob(blob, DEK, PLACES[BlobKind.IDENTITY_DOCUMENTS])
    document = identity_documents.decode(1, content)
    assert document.kind == 1
    assert [text.reveal() for text in document[1:]] == ["11010519491231002X", "CN", "王小明"]
    assert identity_documents.encode(document) == content


def test_every_flipped_bit_of_every_golden_blob_is_refused():
    for blob, kind in EVERY_GOLDEN:
        for bit in range(len(blob) * 8):
            altered = bytearray(blob)
            altered[bit // 8] ^= 1 << bit % 8
            with pytest.raises(Unreadable):
                open_blob(bytes(altered), DEK, PLACES[kind])


def test_no_blob_opens_as_another_suite_s_kind_s_or_member_s():
    rings = {suite: ring(suite) for suite in DOCUMENTS}
    stranger = ring(Suite.AES_256_GCM, 2)
    sealed = {}
    for suite, member, kind in product(rings, (MEMBER, OTHER), BlobKind):
        where = rings[suite].where(member, kind)
        key = rings[suite].generate(where)
        sealed[suite, member, kind] = (
            rings[suite].seal(b"content", key.dek, where, schema=1, dek_gen=1),
            key.wrapped,
        )
    opened = 0
    for blob_of, key_of, (member, kind) in product(sealed, sealed, product((MEMBER, OTHER), BlobKind)):
        where = stranger.where(member, kind)
        blob, wrapped = sealed[blob_of][0], sealed[key_of][1]
        for suite_byte in {1, 2}:
            told = blob[:1] + bytes((suite_byte,)) + blob[2:]
            right = blob_of == key_of and blob_of[1:] == (member, kind) and told == blob
            try:
                # Either ring opens what the other sealed: they are one installation's.
                assert rings[Suite.SM4_GCM].open(told, wrapped, where) == b"content"
                opened += 1
                assert right, (blob_of, key_of, member, kind, suite_byte)
            except Unreadable:
                assert not right
        with pytest.raises(Unreadable):
            stranger.open(blob, wrapped, where)
    assert opened == len(sealed)


def test_blob_s_key_is_never_the_data_key_itself():
    for derived in (DEK[:16], DEK[16:]):
        with pytest.raises(Unreadable):
            open_blob(
                SM4_PROFILE[:20]
                + sm.SM4GCM(derived).encrypt(
                    SM4_PROFILE[8:20],
                    b"\x80" + bytes(63),
                    b"huiyuan blob 1\0\0" + PLACES[BlobKind.ORDINARY] + SM4_PROFILE[:8],
                ),
                DEK,
                PLACES[BlobKind.ORDINARY],
            )


_HEADED = st.tuples(
    st.sampled_from([0, 1, 2, 255]), st.sampled_from([0, 1, 2, 3, 255]), st.binary(max_size=240)
).map(lambda parts: bytes(parts[:2]) + parts[2])


@given(st.binary(max_size=240) | _HEADED, st.sampled_from(list(BlobKind)))
@example(b"", BlobKind.ORDINARY)
@example(b"\x01", BlobKind.ORDINARY)
@settings(max_examples=150, deadline=None)
def test_whatever_bytes_come_as_blob_or_key_there_is_one_refusal(content, kind):
    opening = ring(Suite.SM4_GCM)
    where = opening.where(MEMBER, kind)
    wrapped = opening.generate(where).wrapped
    for attempt in (
        lambda: open_blob(content, DEK, where),
        lambda: opening.open(content, wrapped, where),
        lambda: opening.unwrap(content, where),
        lambda: opening.unwrap(wrapped[:8] + content, where),
        lambda: identity_documents.decode(1, content),
    ):
        with pytest.raises(Unreadable):
            attempt()


@pytest.mark.parametrize("suite", [Suite.AES_256_GCM_SIV, 0, 4])
def test_nothing_is_sealed_by_a_suite_that_is_none_for_blobs(suite):
    with pytest.raises(KeyError):
        seal(b"content", DEK, PLACES[BlobKind.ORDINARY], schema=1, dek_gen=1, suite=suite)


def test_keys_that_are_made_together_share_no_byte_that_must_be_their_own():
    ring = KeyRing(INSTALLATION, [Kek(1, 1, bytes(32))], [])
    places = [ring.where(UUID(int=nth)) for nth in range(200)]
    made = ring.generate_each(places)
    assert [ring.unwrap(key.wrapped, where) for key, where in zip(made, places, strict=True)] == [
        key.dek for key in made
    ]
    nonces = {key.wrapped[8:20] for key in made}
    assert len({key.dek for key in made}) == len(nonces) == 200
    assert not any(nonce in key.dek for nonce in nonces for key in made)
    with pytest.raises(Unreadable):
        ring.unwrap(made[0].wrapped, places[1])
