"""Masking: what the page promises, and never more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.members.rules import masking
from services.members.rules.addresses import Address
from services.members.rules.personal import Personal


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳娜娜", "欧阳**"),
        ("欧阳修", "欧阳*"),
        ("歐陽修", "歐陽*"),
        ("欧阳", "欧*"),
        ("张", "*"),
        ("阿依古丽·买买提", "阿**"),
        ("John Smith", "J**"),
        ("é", "*"),
        ("13900001234", "**"),
        ("🎉小明", "**"),
        ("😀", "*"),
        ("👨‍👩‍👧", "**"),
        ("𠮷野家", "𠮷**"),
        ("张\u200b", "*"),
        ("\u2060张\ufeff", "*"),
        ("Z\u0353", "*"),
        ("张\u200d三", "张*"),
    ],
)
def test_names(name, masked):
    assert masking.name(Personal(name)) == masked


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("+8613900001234", "139****1234"),
        ("+12025550143", "****0143"),
        ("+85251234567", "****4567"),
        ("+290123", "****23"),
        ("+123", "****"),
    ],
)
def test_phones(phone, masked):
    assert masking.phone(Personal(phone)) == masked


@pytest.mark.parametrize(
    ("mail", "masked"),
    [
        ("xiaoming@example.com", "x***@example.com"),
        ("x@example.com", "***@example.com"),
        ("xy@example.com", "x***@example.com"),
        ("x\u0353@example.com", "***@example.com"),
    ],
)
def test_mail(mail, masked):
    assert masking.email(Personal(mail)) == masked


@given(st.text(min_size=1, max_size=64))
def test_of_a_name_no_more_than_the_surname_is_ever_shown(name):
    shown = masking.name(Personal(name)).replace("*", "")
    assert len(shown) <= (2 if len(name) > 2 else 1)
    assert len(shown) < len(name)
    assert name.startswith(shown)


@given(st.from_regex(r"\+[1-9][0-9]{3,14}", fullmatch=True))
def test_of_a_phone_at_least_four_digits_or_half_stay_hidden(phone):
    shown = masking.phone(Personal(phone)).replace("*", "")
    hidden = len(phone) - 1 - len(shown)
    assert hidden >= min(4, (len(phone) - 1) / 2)


@given(st.from_regex(r"[a-z0-9.+_-]{1,40}", fullmatch=True))
def test_of_a_mail_only_the_first_letter_is_ever_shown(local):
    shown = masking.email(Personal(f"{local}@example.com")).removesuffix("@example.com").replace("*", "")
    assert len(shown) <= 1
    assert len(shown) < len(local)


@given(st.text(min_size=1))
def test_personal_text_is_shown_by_no_printing(text):
    personal = Personal(text)
    printed = {
        repr(personal),
        str(personal),
        f"{personal}",
        f"{personal!r:>3}",
        "%s" % personal,  # noqa: UP031
        repr([personal]),
    }
    assert printed <= {"<personal>", "[<personal>]"}


@pytest.mark.parametrize("city", ["12号", "¹²", "①号院", "½", "三里屯8", "x_1", ""])
def test_a_city_that_holds_a_number_of_any_spelling_is_hidden(city):
    nothing = Personal("")
    told = Address(
        "a" * 32,
        nothing,
        nothing,
        None,
        "CN",
        Personal("浙江省"),
        Personal(city),
        nothing,
        (),
        nothing,
        False,
    )
    assert masking.place(told._replace(city=Personal(city))) == "浙江省 **** ****"
    assert masking.place(told._replace(city=Personal("三亚市"))) == "浙江省 三亚市 ****"
