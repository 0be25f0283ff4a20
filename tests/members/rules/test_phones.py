"""Phones: the fast reading of Chinese numbers says what phonenumbers says, whatever people wrote."""

import random

import phonenumbers
import pytest

from services.members.rules.phones import normalised

SEED = 20261122
SAMPLES, WHOLE = 20_000, 1_000_000
PREFIXES = [
    "",
    "",
    "",
    "+86",
    "0086",
    "86",
    "0",
    "+86 ",
    "0086-",
    "86 ",
    "(+86)",
    "+86-0",
    "+",
    "00",
    "＋８６",
    "+852",
    "17951",
]
SEPARATORS = [" ", "-", "\u2013", "\u00a0", "\u3000", ".", "－", "  "]
FULL_WIDTH = str.maketrans("0123456789+-", "０１２３４５６７８９＋－")
AREAS = ["010", "021", "0755", "0591", "400", "800", "95"]


def by_phonenumbers(text: str) -> str | None:
    """What the library makes of a number dialled in China; one that lacks its area code names nobody."""
    try:
        number = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) is not phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def samples(count: int) -> list[str]:
    """Numbers as people write them: mobile mostly, of any length, with all that stands before and between."""
    chance = random.Random(SEED)
    return [_sample(chance) for _ in range(count)]


def _sample(chance: random.Random) -> str:
    length = 11 if chance.random() < 0.7 else chance.randint(1, 14)
    if chance.random() < 0.85:
        digits = f"1{chance.randint(0, 9)}" + "".join(chance.choices("0123456789", k=9))
    else:
        digits = chance.choice(AREAS) + "".join(chance.choices("0123456789", k=8))
    digits = (digits + "".join(chance.choices("0123456789", k=4)))[:length]
    how = chance.random()
    if how < 0.3:
        between = chance.choice(SEPARATORS)
        digits = between.join(filter(None, (digits[:3], digits[3:7], digits[7:])))
    elif how < 0.4:
        at = chance.randrange(len(digits))
        digits = digits[:at] + chance.choice(SEPARATORS) + digits[at:]
    text = chance.choice(PREFIXES) + digits
    if chance.random() < 0.1:
        text = text.translate(FULL_WIDTH)
    return text if chance.random() < 0.9 else f" {text}\t"


def agree(count: int) -> None:
    read = 0
    for text in samples(count):
        expected = by_phonenumbers(text)
        assert normalised(text) == expected, f"{text!r} is {expected} by phonenumbers"
        read += expected is not None
    # Neither all nor nothing, or the samples would prove nothing.
    assert 0.3 * count < read < 0.95 * count


@pytest.mark.parametrize(
    "number", ["17990008533", "+86 179 0013 9000", "17951139", "1795113900001234", "12593013"]
)
def test_what_begins_with_a_carriers_code_is_read_as_phonenumbers_reads_it(number):
    assert normalised(number) == by_phonenumbers(number)


def test_the_fast_reading_agrees_with_phonenumbers():
    agree(SAMPLES)


@pytest.mark.torture
def test_the_fast_reading_agrees_with_phonenumbers_a_million_times():
    agree(WHOLE)


@pytest.mark.parametrize(
    "spelling",
    [
        "139 0000 1234",
        "139-0000-1234",
        "+86 13900001234",
        "0086 139-0000-1234",
        "86 139 0000 1234",
        "１３９００００１２３４",
    ],
)
def test_one_number_in_many_spellings_is_one_number(spelling):
    assert normalised(spelling) == "+8613900001234"
