"""Tags: the words that staff may sort members by. The words are in clear; who bears which is sealed.

A tag says something about a person, so it rests in the profile and is found by a blind index alone.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec import msgpack

from services.kit.refusal import Declined, Invalid
from services.members.rules.texts import CONTROL, far_too_long

MOST_TAGS = 20
MOST_WORDS = 200
LONGEST_LABEL = 40
_TAG = re.compile(r"[a-z][a-z0-9_]{0,31}")


class TagNotValid(Invalid):
    """The tag is not a lower-case word, or its label is empty or too long."""


class UnknownTag(Invalid):
    """No such tag was defined, or it was retired."""


class TooManyTags(Declined):
    """The member bears as many tags as a profile holds, or the vocabulary is full."""


class Tag(NamedTuple):
    """A word of the vocabulary."""

    tag: str
    label: str
    is_retired: bool
    defined_at: datetime


def tag_of(text: str, field: str = "tag") -> str:
    """A tag's key. Raises ``TagNotValid``."""
    if not _TAG.fullmatch(text):
        raise TagNotValid("a tag is 1 to 32 lower-case letters, digits and underscores", field=field)
    return text


def label_of(text: str) -> str:
    """What staff read. Raises ``TagNotValid``."""
    label = "" if far_too_long(text, LONGEST_LABEL) else unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(label) <= LONGEST_LABEL or CONTROL.search(label):
        raise TagNotValid(
            f"a label has 1 to {LONGEST_LABEL} characters and no control characters", field="label"
        )
    return label


def body(add: Sequence[str], remove: Sequence[str]) -> bytes:
    """The bytes by which two requests to tag a member are the same."""
    return b"tags\0" + msgpack.encode((add, remove))


def worn(
    bearing: Collection[str], add: Iterable[str], remove: Iterable[str], defined: Collection[str]
) -> tuple[str, ...]:
    """A member's tags after a change, sorted. Only what is defined is put on; anything is taken off.

    Raises ``UnknownTag`` or ``TooManyTags``.
    """
    wanted = list(add)
    for number, tag in enumerate(wanted):
        if tag not in defined:
            raise UnknownTag("no such tag is defined, or it was retired", field=f"add[{number}]")
    after = sorted((set(bearing) | set(wanted)) - set(remove))
    if len(after) > MOST_TAGS and len(after) > len(bearing):
        raise TooManyTags(f"a member bears {MOST_TAGS} tags at the most: take one off first", most=MOST_TAGS)
    return tuple(after)
