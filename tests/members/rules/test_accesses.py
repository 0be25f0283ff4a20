"""Accesses: a reason says why, and holds no personal data itself."""

import pytest

from services.members.rules.accesses import (
    PersonalField,
    ReasonHoldsPersonalData,
    UnmaskNotValid,
    fields_of,
    purpose_of,
    reason_of,
)


@pytest.mark.parametrize(
    "reason",
    ["会员来电 13900001234 查询", "call +86 139-0000-1234", "+8613900001234", "008613900001234", "call １３９００００１２３４", "mail xiaoming@example.com",
     "call 138\u200b0000\u200b1234", "call 1\ufeff3800001234", "138.0000.1234", "138\u20130000\u20131234", "138\u20110000\u20111234",
     "id 110105\u206019491231\u2060002X", "a\u00ad@example.com",
     "证件 11010519491231002X"],
)  # fmt: skip
def test_reason_with_a_phone_mail_or_identity_number_is_refused(reason):
    with pytest.raises(ReasonHoldsPersonalData):
        reason_of(reason)


@pytest.mark.parametrize(
    "reason", ["会员来电要求核对地址", "order 202611210000000001 was not delivered", "ticket 4711"]
)
def test_reason_in_words_and_order_numbers_is_kept(reason):
    assert reason_of(f" {reason} ") == reason


@pytest.mark.parametrize(
    "reason", ["", "  ", "x" * 501, "to call back" + " " * 5000, "two\nlines", "a\0b", "\u202egnp.exe"]
)
def test_no_reason_a_novel_or_a_trick_is_refused(reason):
    with pytest.raises(UnmaskNotValid):
        reason_of(reason)


def test_fields_are_known_ones_each_once():
    assert fields_of([3, 3, 1]) == (PersonalField.PHONE, PersonalField.DISPLAY_NAME)
    for wrong in ([], [0], [3, 99]):
        with pytest.raises(UnmaskNotValid):
            fields_of(wrong)


@pytest.mark.parametrize("purpose", ["", "Marketing", "a b", "1sms", "x" * 65])
def test_purpose_is_a_key(purpose):
    with pytest.raises(UnmaskNotValid):
        purpose_of(purpose)
