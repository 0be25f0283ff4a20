"""Blobs: frozen bytes still open, and nothing that was altered, moved or cut does."""

import struct
from itertools import product
from uuid import UUID

import msgpack
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from hypothesis import given, settings
from hypothesis import strategies as st

from services.members.rules import profiles
from services.members.rules.blobs import (
    KeyHeader,
    KeyWrapper,
    Suite,
    Unreadable,
    blob_header,
    open_blob,
    seal,
)
from services.members.rules.identities import IdentityKind

INSTALLATION = UUID("11111111-2222-4333-8444-555555555555")
MEMBER = UUID("0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b1")
OTHER = UUID("0199a0b1-c2d3-7e4f-8a5b-6c7d8e9fa0b2")
DEK = bytes(range(32))
KEK = bytes(range(100, 132))
HERE = INSTALLATION.bytes + MEMBER.bytes + b"\x01"
WRAPPER = KeyWrapper({KeyHeader(9, 3): KEK, KeyHeader(9, 2): bytes(32)}, KeyHeader(9, 3))

# Made once by a program that shares no code with the service; never regenerate them.
GOLDEN_BLOB = bytes.fromhex(
    "0101000100000007c8c9cacbcccdcecfd0d1d2d387de846b092a63aedddb9135fbb664f2780946993d529a09dd9b16d3e334d181"
    "e1cf640bd36c43cb1dac2cc6de706981b62288b924a3dc282d2975ac9162770cf7cd9770b64f8275f48832078af6dfb04400ed49"
    "55d01d4632ccc79768488a7e53040286388fcc02a75d4a9518cc6668c98fce60d818c876e685e452c0d633057f7c6d98fe6d0dc4"
    "05e825c8570adb3f"
)
GOLDEN_BLOB_2 = bytes.fromhex(
    "0101000200000008c8c9cacbcccdcecfd0d1d2d38bde846b092a63aedddb9135fbb664f2780946993d529a09dd9b16d3e334d181"
    "e1cf640bd36c43cb1dac2cc6de706981b62288b924a3dc282d2975ac9162770cf7cd9770b64f8275f48832078af6dfb04400ed49"
    "55d01d4632ccc79768488a7e53040286388fcc02a75d4a9518ed57fa5223fe01e97afa15d5e1d037f5b090e0a5f6748e7c150212"
    "84f0cd8e370ccc0bf9806d41654598b3948afd0ec3bf25e689ef88efdc85d427e0c4c1276f39e6a9ee7d4e47802097deaedf3f0e"
    "c670f5931e5676587fe012c54069466a4783aa5649475b60a1fc35f5e04e6c48ab2e7909cc577005139ec0df42ab3f7eb9af9662"
    "c3505e13948b11cd79248b5045d9e309eeceb22e5a995b85705534ca2a9f995c6b877aaa3a11f39790ad7b99a3d77133bf76ef00"
    "478d7a03fec8069e18f6b49b550dda7ceedfe76d919a36d55c365f3ea77cc1c0ef1484a0018253eb3dbd94b3e94ca344ecac89f5"
    "8861a3ca565284058dc3e9cc28d58bd4cdde40aab84f06e065bf5b527368765d49d61efe1457c942dea2f7c3494f9d889a7a1629"
    "36b22af4"
)
GOLDEN_BLOB_3 = bytes.fromhex(
    "0101000300000009c8c9cacbcccdcecfd0d1d2d38be9c73e36431db8faadb659908d0ea46f61742695c1991dd49b16d1e8bc99d0"
    "69f6428bd15187eb41962588e37f608eb8d97ad1179ef6b08ab66dad97637405f6cf9474147f11f51fe3f3f953e7d8b66b08fc46"
    "5fe0145b7dc2d8969e6e40755bfa65022f82ce1d2e4d0fcb5fddc20be4bef9f179295aed4ab58563a2e450366f74b85c940f4447"
    "a5a0c4a97ea97fd8783cb2e9dbe406a99e8ff89fb9c1bc300c475c6d77c00be8d88bba3f1368c9d3b163663e8c79eccadd8d2d51"
    "ef5d82ac711771372ec15869cbd8324a16b31e83c1fe83e7cd47a8b435a3eaba3f797b5cc80175662565c78440bf0324bbf2993a"
    "cc076f114163e60a5526d96445d62cf637e9bb9899b17770b5aae1fc3dc3d50136b0b917c481f69043fd27c1f687ddd259a3b345"
    "10db82d5e94d0cd231fc514c0b53822e49b80197538536125d3e5d219fbadbccfcc981a6018e6f1af4bc9e56842907208ddee267"
    "2b17cabaff25ed6be89c8aa05db70bd4cdde40aab84f06e065bf5b527368765d49d61efe1457c942d698eb6668d2028a26e85df8"
    "1c1dbac1"
)
GOLDEN_KEYS = {
    "AES-256-GCM": bytes.fromhex(
        "0101000900000003c8c9cacbcccdcecfd0d1d2d36c4398865b536375adb05cad09f32c65905936b1bda6788f9f01e309705fb4d0"
        "3a542d777011447e518c9d5bf68e7ed2"
    ),
    "AES-256-GCM-SIV": bytes.fromhex(
        "0103000900000003c8c9cacbcccdcecfd0d1d2d3a4c0efec91afe35553e08b96da58600cc3b182d1199cd4e53e0079378262b180"
        "e771dbaa967c53c7ff5efcc30f698395"
    ),
}


def test_golden_blob_opens_to_the_profile_it_was_made_of():
    assert blob_header(GOLDEN_BLOB) == (1, 7)
    profile = profiles.decode(1, open_blob(GOLDEN_BLOB, DEK, HERE))
    assert profile.display_name.reveal() == "小明"
    assert profile.full_name.reveal() == "王小明"
    assert profile.birth_date.reveal() == "1992-02-29"
    assert (profile.language, profile.time_zone) == ("zh-CN", "Asia/Shanghai")
    assert [(i.kind, i.scope, i.value.reveal()) for i in profile.identities] == [
        (1, "", "+8613900001234"),
        (2, "", "xiaoming@example.com"),
        (8, "demo-shop", "c-17"),
    ]


@pytest.mark.parametrize(("blob", "schema", "dek_gen"), [(GOLDEN_BLOB_2, 2, 8), (GOLDEN_BLOB_3, 3, 9)])
def test_golden_blobs_of_later_layouts_open_to_the_household_they_were_made_of(blob, schema, dek_gen):
    assert blob_header(blob) == (schema, dek_gen)
    profile = profiles.decode(schema, open_blob(blob, DEK, HERE))
    assert profile.first(IdentityKind.PHONE).reveal() == "+8613900001234"
    assert profile.gender.reveal() == "1"
    home, abroad = profile.addresses
    assert home.in_one_line == "王小明 +8613900001234 浙江省 杭州市 西湖区 文三路 1 号 310000"
    assert (home.address_id, home.label.reveal(), home.is_default) == ("0a1b2c3d4e5f", "家", True)
    assert abroad.in_one_line == "Wang Xiaoming Berlin Invalidenstr. 43 c/o Li 10115 DE"
    assert abroad.phone is None
    assert profile.preferences == (("receipt", "electronic"), ("theme", "dark"))
    assert profile.tags == ("vip", "wine_club")


def test_profile_is_encoded_as_the_golden_one_was():
    content = open_blob(GOLDEN_BLOB_3, DEK, HERE)
    assert profiles.encode(profiles.decode(3, content)) == content


def test_earlier_layouts_are_read_and_the_newest_is_written():
    first = profiles.decode(1, open_blob(GOLDEN_BLOB, DEK, HERE))
    assert (first.gender, first.addresses, first.preferences, first.tags) == (None, (), (), ())
    second = profiles.decode(2, open_blob(GOLDEN_BLOB_2, DEK, HERE))
    for profile in (first, second):
        written = profiles.encode(profile)
        assert profiles.decode(profiles.SCHEMA, written) == profile
        for other in (0, 1, 2, 4):
            with pytest.raises(Unreadable):
                profiles.decode(other, written)


@pytest.mark.parametrize("suite", GOLDEN_KEYS)
def test_golden_keys_open_under_both_suites(suite):
    assert WRAPPER.unwrap(GOLDEN_KEYS[suite], HERE) == DEK


def test_sealed_blob_follows_the_format_to_the_byte():
    for length in (0, 1, 62, 63, 64, 127, 500):
        content = bytes(length)
        blob = seal(content, DEK, HERE, schema=258, dek_gen=4_000_000_000, suite=Suite.AES_256_GCM)
        assert blob[:8] == struct.pack(">BBHI", 1, 1, 258, 4_000_000_000)
        aad = b"huiyuan blob 1\0\0" + INSTALLATION.bytes + MEMBER.bytes + b"\x01" + blob[:8]
        padded = AESGCM(DEK).decrypt(blob[8:20], blob[20:], aad)
        assert len(padded) % 64 == 0
        assert padded == content + b"\x80" + bytes(len(padded) - length - 1)
        assert open_blob(blob, DEK, HERE) == content


def test_wrapped_key_follows_the_format_to_the_byte():
    wrapped = WRAPPER.wrap(DEK, HERE)
    assert len(wrapped) == 68
    assert wrapped[:8] == struct.pack(">BBHI", 1, 3, 9, 3)
    aad = b"huiyuan key 1\0\0\0" + INSTALLATION.bytes + MEMBER.bytes + b"\x01" + wrapped[:8]
    assert AESGCMSIV(KEK).decrypt(wrapped[8:20], wrapped[20:], aad) == DEK


def test_same_content_never_seals_to_the_same_bytes():
    assert (
        len({seal(b"x", DEK, HERE, schema=1, dek_gen=1, suite=Suite.AES_256_GCM)[8:20] for _ in range(200)})
        == 200
    )
    assert len({WRAPPER.wrap(DEK, HERE)[8:20] for _ in range(200)}) == 200


def test_no_blob_or_key_opens_in_another_place():
    places = {
        (installation, member, kind): installation.bytes + member.bytes + bytes((kind,))
        for installation, member, kind in product((INSTALLATION, OTHER), (MEMBER, OTHER), (1, 2))
    }
    deks = {place: bytes([number]) * 32 for number, place in enumerate(places)}
    blobs = {
        p: seal(b"content", deks[p], places[p], schema=1, dek_gen=1, suite=Suite.AES_256_GCM) for p in places
    }
    keys = {p: WRAPPER.wrap(deks[p], places[p]) for p in places}
    opened = 0
    for blob_of, key_of, read_at in product(places, repeat=3):
        try:
            dek = WRAPPER.unwrap(keys[key_of], places[read_at])
            assert open_blob(blobs[blob_of], dek, places[read_at]) == b"content"
            opened += 1
            assert blob_of == key_of == read_at
        except Unreadable:
            assert not blob_of == key_of == read_at
    assert opened == len(places)


def test_key_sealed_as_a_blob_and_blob_read_as_a_key_are_refused():
    wrapped = WRAPPER.wrap(DEK, HERE)
    blob = seal(DEK, KEK, HERE, schema=9, dek_gen=3, suite=Suite.AES_256_GCM)
    with pytest.raises(Unreadable):
        open_blob(wrapped, KEK, HERE)
    for as_key in (blob, blob[:68], GOLDEN_KEYS["AES-256-GCM"][:8] + blob[8:68]):
        with pytest.raises(Unreadable):
            WRAPPER.unwrap(as_key, HERE)


def test_every_flipped_bit_is_refused():
    for bit in range(len(GOLDEN_BLOB) * 8):
        with pytest.raises(Unreadable):
            open_blob(_flipped(GOLDEN_BLOB, bit), DEK, HERE)
    for key in GOLDEN_KEYS.values():
        for bit in range(len(key) * 8):
            with pytest.raises(Unreadable):
                WRAPPER.unwrap(_flipped(key, bit), HERE)


def test_every_cut_and_every_extension_is_refused():
    for length in range(len(GOLDEN_BLOB)):
        with pytest.raises(Unreadable):
            open_blob(GOLDEN_BLOB[:length], DEK, HERE)
    for length in range(68):
        with pytest.raises(Unreadable):
            WRAPPER.unwrap(GOLDEN_KEYS["AES-256-GCM-SIV"][:length], HERE)
    for longer in (GOLDEN_BLOB + b"\0", GOLDEN_BLOB + bytes(64)):
        with pytest.raises(Unreadable):
            open_blob(longer, DEK, HERE)
    with pytest.raises(Unreadable):
        WRAPPER.unwrap(GOLDEN_KEYS["AES-256-GCM-SIV"] + b"\0", HERE)


@given(st.binary(max_size=400) | st.binary(max_size=300).map(lambda rest: GOLDEN_BLOB[:20] + rest))
@settings(max_examples=300, deadline=None)
def test_whatever_bytes_come_there_is_one_refusal(noise):
    with pytest.raises(Unreadable):
        open_blob(noise, DEK, HERE)
    with pytest.raises(Unreadable):
        WRAPPER.unwrap(noise, HERE)


_ANYTHING = st.recursive(
    st.none() | st.integers(-(2**40), 2**40) | st.text(max_size=5) | st.binary(max_size=5) | st.floats(),
    lambda inner: st.lists(inner, max_size=11) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=20,
)


@given(st.binary(max_size=200) | _ANYTHING.map(msgpack.packb), st.sampled_from([0, 1, 2, 65535]))
@settings(max_examples=300, deadline=None)
def test_content_that_is_no_profile_has_the_same_refusal(content, schema):
    try:
        profiles.decode(schema, content)
    except Unreadable:
        return
    assert schema in (1, 2)


def test_padding_that_we_would_not_write_is_refused():
    for padded in (bytes(64), b"x" * 64, b"x\x80" + bytes(126), b"x" * 63 + b"\x81"):
        header = GOLDEN_BLOB[:8]
        nonce = bytes(12)
        aad = b"huiyuan blob 1\0\0" + INSTALLATION.bytes + MEMBER.bytes + b"\x01" + header
        with pytest.raises(Unreadable):
            open_blob(header + nonce + AESGCM(DEK).encrypt(nonce, padded, aad), DEK, HERE)


def _flipped(blob: bytes, bit: int) -> bytes:
    altered = bytearray(blob)
    altered[bit // 8] ^= 1 << bit % 8
    return bytes(altered)
