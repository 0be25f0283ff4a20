"""Versions of a purpose: which changes ask for consent anew (PIPL 14), over every field there is."""

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consent.rules.purposes import (
    ConsentForm,
    LawfulBasis,
    Necessity,
    Purpose,
    Terms,
    Text,
    Widening,
    widenings,
)

NOW = datetime(2026, 5, 1, tzinfo=UTC)
WORDS = st.sampled_from(["a", "b", "c", "d"])
SETS = st.sets(WORDS, max_size=3).map(lambda words: tuple(sorted(words)))
# From shorter to longer, so far apart that a person can tell.
RETENTIONS = ["P1D", "P1M", "P6M", "P1Y", "P2Y", "P10Y"]
TERMS = st.builds(
    Terms,
    key=st.just("sms"),
    name=st.builds(Text, WORDS, WORDS),
    description=st.builds(Text, WORDS, WORDS),
    lawful_basis=st.sampled_from(LawfulBasis),
    necessity=st.sampled_from(Necessity),
    form=st.sampled_from(ConsentForm),
    methods=SETS,
    categories=SETS,
    recipients=SETS,
    storage_locations=SETS,
    retention=st.sampled_from(RETENTIONS),
    validity_duration=st.sampled_from(["", "P1Y"]),
    dpv_purpose=WORDS,
    articles=SETS,
    assessment_id=WORDS,
    sensitive=st.booleans(),
)
NEVER_ASKED_ANEW = {
    "key",
    "lawful_basis",
    "necessity",
    "validity_duration",
    "articles",
    "assessment_id",
}
SETS_THAT_WIDEN = {
    "methods": Widening.METHODS,
    "categories": Widening.CATEGORIES,
    "recipients": Widening.RECIPIENTS,
    "storage_locations": Widening.STORAGE_LOCATIONS,
}


def expected(old: Terms, new: Terms, field: str) -> set[Widening]:
    """What a change of this one field widens, told without the code that is judged."""
    before, after = getattr(old, field), getattr(new, field)
    if before == after or field in NEVER_ASKED_ANEW:
        return set()
    if field in SETS_THAT_WIDEN:
        return {SETS_THAT_WIDEN[field]} if any(word not in before for word in after) else set()
    if field in ("name", "description", "dpv_purpose"):
        return {Widening.PURPOSE}
    if field == "retention":
        return {Widening.RETENTION} if RETENTIONS.index(after) > RETENTIONS.index(before) else set()
    if field == "sensitive":
        return {Widening.SENSITIVITY} if after else set()
    if field == "form":
        return {Widening.FORM} if after in ("SEPARATE", "WRITTEN") else set()
    raise AssertionError(f"{field} is new: say whether a change of it asks anew")


@given(TERMS, TERMS)
def test_art_14_each_field_asks_anew_exactly_when_it_widens(old: Terms, new: Terms) -> None:
    altogether: set[Widening] = set()
    for field in fields(Terms):
        change: dict[str, Any] = {field.name: getattr(new, field.name)}
        by_this_field = expected(old, new, field.name)
        assert widenings(old, replace(old, **change)) == by_this_field
        altogether |= by_this_field
    assert widenings(old, new) == altogether


@given(TERMS)
def test_a_version_never_outgrows_itself(terms: Terms) -> None:
    assert not widenings(terms, terms)


@given(TERMS, TERMS, TERMS)
def test_what_covers_covers_what_that_covers(first: Terms, second: Terms, third: Terms) -> None:
    if not widenings(first, second) and not widenings(second, third):
        assert not widenings(first, third) - {Widening.FORM}


@given(TERMS, TERMS)
def test_terms_have_the_same_digest_only_when_they_say_the_same(one: Terms, other: Terms) -> None:
    digests = {Purpose(terms, 1, NOW).digest for terms in (one, other)}
    assert len(digests) == (1 if one == other else 2)


@given(TERMS)
def test_the_digest_knows_the_version_and_not_the_time(terms: Terms) -> None:
    at_another_time = datetime(2030, 1, 1, tzinfo=UTC)
    assert Purpose(terms, 1, NOW).digest == Purpose(terms, 1, at_another_time).digest
    assert Purpose(terms, 1, NOW).digest != Purpose(terms, 2, NOW).digest


@pytest.mark.parametrize(
    ("basis", "article"),
    [
        (LawfulBasis.CONSENT, "PIPL 13(1)"),
        (LawfulBasis.CONTRACT, "PIPL 13(2)"),
        (LawfulBasis.OTHER_LAW, "PIPL 13(7)"),
    ],
)
def test_art_13_each_basis_has_its_number(basis: LawfulBasis, article: str) -> None:
    assert basis.article == article
