"""Addresses: whatever anyone writes is refused by its path, or kept whole and found again."""

import inspect
from datetime import UTC, datetime

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.members.rules import addresses, profiles, traits
from services.members.rules.addresses import AddressFields, AddressNotValid
from services.members.rules.preferences import VOCABULARY, Preference, chosen

NOW = datetime(2026, 11, 22, tzinfo=UTC)
PARTS = {"label", "recipient", "phone", "country", "province", "city", "district", "lines", "postcode"}

_TEXT = st.one_of(
    st.just(""),
    st.text(max_size=40),
    st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=33),
    st.sampled_from(
        [
            "１００００１",
            "ＣＮ",
            "cn",
            "DE",
            "+8613900001234",
            "🎉",
            "𠮷",
            "a\u202eb",
            "\x00",
            "上海市",
            "a" * 500,
        ]
    ),
)
_WRITTEN = st.builds(
    AddressFields,
    recipient=_TEXT,
    city=_TEXT,
    lines=st.lists(_TEXT, max_size=4),
    country=_TEXT,
    label=_TEXT,
    phone=_TEXT,
    province=_TEXT,
    district=_TEXT,
    postcode=_TEXT,
    is_default=st.booleans(),
)


OUR_WORDS = inspect.getsource(addresses)


@example(AddressFields(recipient="0000", city="", lines=[""], phone="0"))
@given(_WRITTEN)
@settings(max_examples=60, deadline=None)
def test_any_address_is_refused_by_its_path_or_comes_back_from_the_blob_as_it_was(written):
    judge(written)


@pytest.mark.torture
@given(_WRITTEN)
@settings(max_examples=20_000, deadline=None)
def test_twenty_thousand_addresses_too(written):
    judge(written)


def judge(written: AddressFields) -> None:
    made = refused = None
    try:
        made = addresses.made("0a1b2c3d4e5f", written)
    except AddressNotValid as refusal:
        refused = refusal
    if made is None:
        head, _, part = refused.field.partition(".")
        assert head == "address"
        assert part.partition("[")[0] in PARTS
        # What was written is personal: the refusal names the place of it, and quotes nothing.
        # Its own words, such as the number that it gives as an example, may be written by chance.
        assert not any(
            len(text) > 3 and text in refused.message and text not in OUR_WORDS
            for text in (written.recipient, written.city)
        )
        return
    plain = profiles.new(profiles.ProfileFields(display_name="小明"), (), NOW)
    profile = plain._replace(addresses=addresses.saved((), made, replaces=False))
    assert profiles.decode(profiles.SCHEMA, profiles.encode(profile)) == profile
    assert addresses.default(profile.addresses).address_id == "0a1b2c3d4e5f"
    assert [trait.kind for trait in traits.of(profile)] == [traits.TraitKind.CITY]
    assert repr(profile) == "<profile>"


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans(), st.booleans()), max_size=12))
@settings(max_examples=40, deadline=None)
def test_whatever_is_saved_and_removed_there_is_one_default_or_no_address(steps):
    kept: tuple[addresses.Address, ...] = ()
    for address_id, removes, is_default in steps:
        written = AddressFields(
            recipient="李", city="上海市", province="上海市", lines=("路",), is_default=is_default
        )
        known = {one.address_id for one in kept}
        if not removes:
            kept = addresses.saved(kept, addresses.made(address_id, written), replaces=address_id in known)
        elif address_id in known:
            kept = addresses.removed(kept, address_id)
        assert sum(one.is_default for one in kept) == bool(kept)
        if not removes and is_default:
            assert addresses.default(kept).address_id == address_id


def test_every_choice_of_the_vocabulary_fits_into_a_blob_and_can_be_taken_back():
    everything = [Preference(name, max(values, key=len)) for name, values in VOCABULARY.items()]
    kept = chosen((), everything)
    assert [one.name for one in kept] == sorted(VOCABULARY)
    assert chosen(kept, [Preference(name, "") for name in VOCABULARY]) == ()
