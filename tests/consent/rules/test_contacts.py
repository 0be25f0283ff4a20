"""PIPL 52: what reaches the officer, and which texts say it and nothing longer."""

import pytest

from services.consent.rules.contacts import is_reachable, names, renamed


@pytest.mark.parametrize(
    ("contact", "is_one"),
    [
        ("dpo@tea.example", True),
        ("隐私办 400-000", True),
        ("95588", True),
        ("+86 (10) 8888 1234", True),
        ("https://tea.example/privacy", True),
        ("1", False),
        ("180", False),
        ("180 days, 1 year", False),
        ("the privacy office", False),
        ("dpo@", False),
        ("@tea.example", False),
        ("https://tea", False),
    ],
)
def test_art_52_a_contact_is_one_by_which_somebody_can_be_reached(contact: str, is_one: bool) -> None:
    assert is_reachable(contact) is is_one


@pytest.mark.parametrize(
    ("contact", "said", "is_said"),
    [
        ("dpo@tea.example", "Officer: dpo@tea.example.", True),
        ("dpo@tea.example", "负责人dpo@tea.example。", True),
        ("dpo@tea.example", "Officer:dpo@tea.example, or 400-000", True),
        ("dpo@tea.example", "Officer: dpo@tea.example.cn.", False),
        ("dpo@tea.example", "Officer: the-dpo@tea.example.", False),
        ("dpo@tea.example", "Officer: old.dpo@tea.example.", False),
        ("dpo@tea.example", "Officer: dpo@tea.examples", False),
        ("400-000", "Officer: 400-000-1", False),
        ("400 000", "Officer: 400 000 1", False),
        ("400 000", "Officer: 86 400 000", False),
        ("400 000", "电话400 000或", True),
        ("https://tea.example/dpo", "see https://tea.example/dpo?", True),
        ("https://tea.example/dpo", "see https://tea.example/dpo/en", False),
        ("tea.example/dpo", "see https://tea.example/dpo", False),
        ("1", "Kept 1 year", True),
        ("1", "Kept 180 days", False),
    ],
)
def test_art_52_a_text_says_a_contact_whole_or_not(contact: str, said: str, is_said: bool) -> None:
    assert names(said, contact) is is_said
    assert renamed(said, contact, r"\1new@tea.example") == (
        said.replace(contact, r"\1new@tea.example") if is_said else said
    )


@pytest.mark.parametrize(
    ("before", "now"),
    [("dpo@tea.example", "dpo@tea.example 400-000"), ("400-000 dpo@tea.example", "400-000")],
)
def test_art_52_one_contact_may_hold_the_other_and_is_not_said_twice(before: str, now: str) -> None:
    once = renamed(f"Officer: {before}.", before, now)
    assert once == f"Officer: {now}."
    assert renamed(once, before, now) == once
