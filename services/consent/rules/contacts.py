"""Contacts: how the protection officer is reached, and whether a text says just that (PIPL 52)."""

import re

# What is written of Latin letters and digits goes on where it does; Chinese beside it is another word.
_LETTER = r"[^\W\u2e80-\ufaff]"
_NOT_BEFORE = rf"(?<!{_LETTER})(?<![.%+@/=&#-])(?:(?<!\d )|(?!\d))"
_NOT_AFTER = rf"(?!{_LETTER}|[%+@-]|[./:?#=&]{_LETTER})(?!(?<=\d) \d)"

_REACHES = re.compile(
    r"[^\s@]+@[^\s@.]+\.[^\s@]+"  # an e-mail address
    r"|(?<![\w-])\+?\d(?:[ ()-]{0,2}\d){4,}(?![\w-])"  # a phone number; hotlines have five digits
    r"|https?://[^\s/.]+\.\S+"
)


def is_reachable(contact: str) -> bool:
    """Whether somebody can be reached by it: there is an e-mail address, a phone number or a URL in it."""
    return _REACHES.search(contact) is not None


def names(text: str, contact: str) -> bool:
    """Whether a text says a contact, and not only one in which the letters of it stand."""
    return re.search(_whole(contact), text) is not None


def renamed(text: str, before: str, now: str) -> str:
    """The text with one contact instead of another; what says the new one already stays, though it may hold the other."""
    longest_first = sorted((before, now), key=len, reverse=True)
    return re.sub("|".join(map(_whole, longest_first)), lambda _: now, text)


def _whole(contact: str) -> str:
    return _NOT_BEFORE + re.escape(contact) + _NOT_AFTER
