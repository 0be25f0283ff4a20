"""The key ring's file: made once, readable by nobody else, and refused with what to do about it."""

import json
import os
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.members.rules import traits
from services.members.rules.blobs import Suite
from services.members.rules.identities import normalised
from services.members.storage import keyrings
from services.members.storage.keyrings import LOCAL, KeyRingRefused, complete_ring, open_ring

OURS = UUID("11111111-2222-4333-8444-555555555555")
THEIRS = UUID("99999999-2222-4333-8444-555555555555")


_LEAVES = st.none() | st.integers() | st.text(max_size=3) | st.just("local") | st.just(str(OURS))
_NAMES = [
    "format",
    "installation",
    "provider",
    "keks",
    "index_keys",
    "kek_id",
    "epoch",
    "kind",
    "version",
    "key",
]


def _nested(inner):
    return st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(_NAMES), inner, max_size=10)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "members.keyring"


def test_development_makes_a_ring_that_only_its_owner_reads(path):
    open_ring(path, OURS, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    document = json.loads(path.read_text())
    assert document["installation"] == str(OURS)
    keys = [entry["key"] for entry in document["keks"] + document["index_keys"]]
    assert len(set(keys)) == len(keys) == 14


def test_ring_is_made_with_0600_whatever_the_umask(path):
    before = os.umask(0)
    try:
        open_ring(path, OURS, create=True)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_one_opening_sealed_the_next_one_opens(path):
    first = open_ring(path, OURS, create=True)
    again = open_ring(path, OURS, create=False)
    where = first.where(THEIRS)
    key = first.generate(where)
    assert again.unwrap(key.wrapped, where) == key.dek
    phone = normalised(1, "", "13900001234")
    assert again.find(phone) == first.find(phone)


def test_processes_that_start_together_share_one_ring(path):
    path.parent.mkdir()
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: open_ring(path, OURS, create=True), range(8)))
    phone = normalised(1, "", "13900001234")
    assert len({ring.find(phone) for ring in rings}) == 1


def test_production_does_not_start_without_a_ring(path):
    with pytest.raises(KeyRingRefused, match="is missing: put this installation's key ring there"):
        open_ring(path, OURS, create=False)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666, 0o601])
def test_ring_that_others_can_reach_is_refused(path, mode):
    open_ring(path, OURS, create=True)
    path.chmod(mode)
    with pytest.raises(KeyRingRefused, match="run chmod 0600"):
        open_ring(path, OURS, create=True)


def test_ring_of_another_installation_is_refused(path):
    open_ring(path, THEIRS, create=True)
    with pytest.raises(KeyRingRefused, match=f"belongs to installation {THEIRS}, and this is {OURS}"):
        open_ring(path, OURS, create=True)


@pytest.mark.parametrize(
    "damage",
    [
        lambda document: "",
        lambda document: "[]",
        lambda document: "not json",
        lambda document: json.dumps({**document, "format": 2}),
        lambda document: json.dumps({**document, "keks": []}),
        lambda document: json.dumps({**document, "index_keys": document["index_keys"][1:]}),
        lambda document: json.dumps({**document, "keks": [{"kek_id": 1, "epoch": 1, "key": "c2hvcnQ="}]}),
        lambda document: json.dumps({**document, "installation": "ours"}),
        lambda document: json.dumps(document)[:-20],
    ],
)
def test_damaged_ring_is_refused_without_showing_its_keys(path, damage):
    open_ring(path, OURS, create=True)
    document = json.loads(path.read_text())
    path.write_text(damage(document))
    with pytest.raises(KeyRingRefused, match="restore it from its backup") as refused:
        open_ring(path, OURS, create=True)
    assert document["keks"][0]["key"] not in str(refused.value)


@pytest.mark.parametrize(
    ("entries", "says"),
    [("keks", "the epoch 1 twice"), ("index_keys", r"\(0, 1\) twice")],
)
def test_ring_with_a_key_twice_is_refused(path, entries, says):
    open_ring(path, OURS, create=True)
    document = json.loads(path.read_text())
    again = {**document[entries][0], "key": document[entries][-1]["key"]}
    path.write_text(json.dumps({**document, entries: [*document[entries], again]}))
    with pytest.raises(KeyRingRefused, match=says):
        open_ring(path, OURS, create=False)


@given(
    st.binary(max_size=300)
    | st.recursive(_LEAVES, _nested, max_leaves=30).map(lambda x: json.dumps(x).encode())
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_the_file_holds_there_is_one_refusal(path, content):
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyRingRefused):
        open_ring(path, OURS, create=False)


def test_ring_of_the_sm_suite_indexes_by_sm3_and_opens_what_aes_sealed(path):
    aes = open_ring(path, OURS, create=True)
    where = aes.where(THEIRS)
    key = aes.generate(where)
    old = aes.seal(b"content", key.dek, where, schema=1, dek_gen=1)
    changed = open_ring(path, OURS, create=False, suite=Suite.SM4_GCM)
    new = changed.seal(b"content", key.dek, where, schema=1, dek_gen=1)
    assert (old[1], new[1]) == (1, 2)
    for ring in (aes, changed):
        assert ring.open(old, key.wrapped, where) == ring.open(new, key.wrapped, where) == b"content"
    phone = normalised(1, "", "13900001234")
    # An index is found by the key that made it, whatever the suite has become since.
    assert changed.find(phone) == aes.find(phone)
    fresh = path.with_name("fresh")
    ring = open_ring(fresh, OURS, create=True, suite=Suite.SM4_GCM)
    document = json.loads(fresh.read_text())
    assert {entry["digest"] for entry in document["index_keys"]} == {"sm3"}
    [index_key] = [b64decode(entry["key"]) for entry in document["index_keys"] if entry["kind"] == 1]
    keyed = HMAC(index_key, SM3())
    keyed.update(b"\x01\x01\x00+8613900001234")
    assert ring.find(phone).digest == keyed.finalize()[:16]


def test_library_without_sm4_is_told_of_at_the_start(path, monkeypatch):
    open_ring(path, OURS, create=True, suite=Suite.SM4_GCM)
    monkeypatch.setattr(keyrings.sm, "available", lambda: False)
    for suite in (Suite.SM4_GCM, Suite.AES_256_GCM):
        with pytest.raises(KeyRingRefused, match="MEMBERS_SUITE=aes"):
            open_ring(path, OURS, create=False, suite=suite)


def of_an_earlier_version(path: Path) -> dict:
    """A ring as it was made before there were traits."""
    open_ring(path, OURS, create=True)
    document = json.loads(path.read_text())
    document["index_keys"] = [key for key in document["index_keys"] if key["kind"] < 9]
    path.write_text(json.dumps(document))
    return document


def test_production_says_what_to_do_with_a_ring_of_an_earlier_version(path):
    of_an_earlier_version(path)
    before = path.read_bytes()
    with pytest.raises(KeyRingRefused, match=r"kinds 20, 21, 22, 23, .* ring complete once"):
        open_ring(path, OURS, create=False)
    assert path.read_bytes() == before


def test_completing_a_ring_adds_what_it_lacks_and_touches_nothing_else(path):
    before = of_an_earlier_version(path)
    assert complete_ring(path, OURS, LOCAL, Suite.AES_256_GCM) == [20, 21, 22, 23]
    assert complete_ring(path, OURS, LOCAL, Suite.AES_256_GCM) == []
    after = json.loads(path.read_text())
    for kind in ("keks", "index_keys"):
        kept = [entry["key"] for entry in after[kind]][: len(before[kind])]
        assert kept == [entry["key"] for entry in before[kind]]
    assert path.stat().st_mode & 0o777 == 0o600
    open_ring(path, OURS, create=False)


def test_processes_that_complete_a_ring_together_end_up_with_the_same_keys(path):
    of_an_earlier_version(path)
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: open_ring(path, OURS, create=True), range(8)))
    assert len({ring.find_trait(traits.city("杭州")) for ring in rings}) == 1


def test_ring_of_another_installation_is_never_taken_over(path):
    ours, theirs = (
        open_ring(path, OURS, create=True),
        open_ring(path.with_name("theirs"), THEIRS, create=True),
    )
    phone = normalised(1, "", "13900001234")
    before = ours.find(phone)
    with pytest.raises(ValueError, match="its own installation's alone"):
        ours.take_over(theirs)
    assert ours.find(phone) == before


def test_ring_and_its_keys_show_nothing_when_printed(path):
    ring = open_ring(path, OURS, create=True)
    key = ring.generate(ring.where(OURS))
    assert repr(ring) == f"<key ring of {OURS}>"
    assert repr(key) == str(key) == "<data key>"
