"""Texts: what is looked at before anything is made of a text that someone sent."""

import re
import unicodedata

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What no line of text holds: control characters, and those that turn what follows around."""


def has_control(text: str) -> bool:
    """Whether a text holds one of ``CONTROL``."""
    # None of them is printable, and to ask that takes a third of the time.
    return not text.isprintable() and CONTROL.search(text) is not None


def far_too_long(text: str, longest: int) -> bool:
    """True when no spelling of ``longest`` characters is this long.

    To normalise a text takes time by the square of its combining marks, so that one of 100 KB stops the process
    for seconds: nothing is normalised unless it may be short enough.
    """
    return len(text) > 4 * longest


def visible(text: str) -> str:
    """A text without what takes no place of its own: marks on letters, joiners, and characters that nobody sees."""
    if text.isascii():  # none of those is
        return text.strip()
    text = _BLANK.sub("", text)
    if text.isalnum():
        return text.strip()
    return "".join([char for char in text if unicodedata.category(char) not in _UNSEEN]).strip()


_UNSEEN = frozenset(("Mn", "Me", "Cf"))
_BLANK = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""What counts as a letter or a sign and shows nothing: fillers of Korean and Braille without a dot."""
