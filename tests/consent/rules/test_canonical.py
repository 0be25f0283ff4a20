"""Canonical bytes: one spelling, whoever writes."""

import json
import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from services.consent.rules import canonical

NUMBERS = st.integers(-(2**63), 2**63 - 1)
TEXTS = st.text(st.characters(blacklist_categories=["Cs"]))


def test_keys_are_sorted_texts_are_composed_and_nothing_is_escaped_that_need_not_be() -> None:
    document = {"b": "cafe\u0301", "a": [1, True, None, "会员", '"\n\x01']}
    expected = '{"a":[1,true,null,"会员","\\"\\n\\u0001"],"b":"caf\u00e9"}'
    assert canonical.encode(document) == expected.encode()


@given(st.dictionaries(TEXTS, TEXTS | NUMBERS | st.booleans() | st.none() | st.lists(TEXTS)))
def test_the_order_of_writing_makes_no_difference(document: dict[str, canonical.Value]) -> None:
    turned = dict(reversed(document.items()))
    assert canonical.encode(turned) == canonical.encode(document)


VALUES = st.recursive(
    TEXTS | NUMBERS | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES))
def test_any_document_is_spelled_as_it_was_in_every_digest_so_far(
    document: dict[str, canonical.Value],
) -> None:
    """Python's own JSON wrote the first ones."""

    def composed(value: canonical.Value) -> canonical.Value:
        if isinstance(value, dict):
            return {key: composed(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [composed(inner) for inner in value]
        return unicodedata.normalize("NFC", value) if isinstance(value, str) else value

    spelled = json.dumps(composed(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert canonical.encode(document) == spelled.encode()


def test_the_digest_is_sha256() -> None:
    assert canonical.digest(b"abc").hex().startswith("ba7816bf8f01cfea")
