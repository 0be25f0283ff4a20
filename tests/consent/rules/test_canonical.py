"""Canonical bytes: one spelling, whoever writes."""

from hypothesis import given
from hypothesis import strategies as st

from services.consent.rules import canonical

TEXTS = st.text(st.characters(blacklist_categories=["Cs"]))


def test_keys_are_sorted_texts_are_composed_and_nothing_is_escaped_that_need_not_be() -> None:
    document = {"b": "cafe\u0301", "a": [1, True, None, "会员", '"\n\x01']}
    expected = '{"a":[1,true,null,"会员","\\"\\n\\u0001"],"b":"caf\u00e9"}'
    assert canonical.encode(document) == expected.encode()


@given(st.dictionaries(TEXTS, TEXTS | st.integers() | st.booleans() | st.none() | st.lists(TEXTS)))
def test_the_order_of_writing_makes_no_difference(document: dict[str, canonical.Value]) -> None:
    turned = dict(reversed(document.items()))
    assert canonical.encode(turned) == canonical.encode(document)


def test_the_digest_is_sha256() -> None:
    assert canonical.digest(b"abc").hex().startswith("ba7816bf8f01cfea")
