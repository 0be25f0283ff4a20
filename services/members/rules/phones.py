"""Phones: one spelling, E.164, for the many in which people and spreadsheets write a number.

Chinese mobile numbers are read by one expression, since phonenumbers takes twenty times as long and an import
has millions; what that expression does not take goes to phonenumbers, and both give equal answers
(``tests/members/rules/test_phones.py`` says so over a million samples).
"""

import re
import unicodedata

import phonenumbers

HOME_REGION = "CN"

# Not 179: those are codes of carriers, dialled before a number, and the library takes them off.
_MOBILE = re.compile(
    r"[ \t]*(?:(?:\+|00)?86[ -]?)?(1(?:[3-689][0-9]|7[0-8]))[ -]?([0-9]{4})[ -]?([0-9]{4})[ \t]*"
)
_SEPARATORS = str.maketrans("", "", " \t\u00a0-‐‑‒–—―().·")
_NUMBER = re.compile(r"\+?[0-9]{3,20}")


def normalised(text: str) -> str | None:
    """A possible number as E.164, for instance ``+8613900001234``; None when no number can be meant.

    Without a country's code it is read as dialled in China.
    """
    if mobile := _MOBILE.fullmatch(text):
        return "+86" + "".join(mobile.groups())
    bare = (text if text.isascii() else unicodedata.normalize("NFKC", text)).translate(_SEPARATORS)
    if mobile := _MOBILE.fullmatch(bare):
        return "+86" + "".join(mobile.groups())
    return _by_the_library(bare) if _NUMBER.fullmatch(bare) else None


def _by_the_library(bare: str) -> str | None:
    try:
        number = phonenumbers.parse(bare, HOME_REGION)
    except phonenumbers.NumberParseException:
        return None
    # Possible, not valid: the lists of prefixes in force lag behind what the carriers give out.
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
