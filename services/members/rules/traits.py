"""Traits: what several members may have in common and are found by, as blind indexes and never in clear.

A trait tells less than an identity and is shared: equal values have equal indexes, so whoever holds the keys'
database sees how many members have something in common, and with few values may guess which.
"""

import unicodedata
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

from services.members.rules import addresses
from services.members.rules.personal import Personal
from services.members.rules.profiles import Profile

NORM_VERSION = 1
"""Grows when the same value may be spelled otherwise than before; then every member is indexed anew."""

_LEAP_DAY = "02-29"


class TraitKind(IntEnum):
    """Kinds of traits. Their numbers go on after those of identities, and never change."""

    FULL_NAME = 20
    CITY = 21
    TAG = 22
    BIRTHDAY = 23
    """Month and day, without the year."""


class Trait(NamedTuple):
    """A trait in its one spelling."""

    kind: TraitKind
    value: Personal


def full_name(text: str) -> Trait:
    """A name as it is looked for: without regard to case, width and spaces."""
    return Trait(TraitKind.FULL_NAME, Personal(_folded(text)))


def city(text: str) -> Trait:
    """A city as it is looked for: 杭州 and 杭州市 are one."""
    folded = _folded(text)
    return Trait(TraitKind.CITY, Personal(folded.removesuffix("市") if len(folded) > 2 else folded))


def tag(text: str) -> Trait:
    return Trait(TraitKind.TAG, Personal(text))


def birthday(month_and_day: str) -> Trait:
    """``12-31``, as birth dates are written."""
    return Trait(TraitKind.BIRTHDAY, Personal(month_and_day))


def of_merged(profile: Profile) -> frozenset[Trait]:
    """By what a merged child is still found: whoever may part again turns fourteen meanwhile (PIPL 31)."""
    return frozenset(trait for trait in of(profile) if trait.kind is TraitKind.BIRTHDAY)


def of(profile: Profile) -> frozenset[Trait]:
    """All by which a profile is found."""
    traits = {tag(one) for one in profile.tags}
    if profile.full_name is not None:
        traits.add(full_name(profile.full_name.reveal()))
    if profile.birth_date is not None:
        traits.add(birthday(profile.birth_date.reveal()[5:]))
    if (default := addresses.default(profile.addresses)) is not None:
        traits.add(city(default.city.reveal()))
    return frozenset(traits)


def birthdays_on(day: date, leap_birthday: str) -> tuple[Trait, ...]:
    """The birthdays that are kept on a day; 29 February on ``leap_birthday`` (``02-28``, ``03-01``) in other years."""
    month_and_day = day.isoformat()[5:]
    is_leap = day.year % 4 == 0 and (day.year % 100 != 0 or day.year % 400 == 0)
    kept = (month_and_day,) if is_leap or month_and_day != leap_birthday else (month_and_day, _LEAP_DAY)
    return tuple([birthday(one) for one in kept])


def birthdays_in(month: date, leap_birthday: str) -> tuple[Trait, ...]:
    """The birthdays that are kept in a month, which is given by its first day."""
    days = (month + timedelta(days=nth) for nth in range(31))
    return tuple(
        [one for day in days if day.month == month.month for one in birthdays_on(day, leap_birthday)]
    )


def index_input(trait: Trait) -> bytes:
    """The bytes that a blind index digests."""
    return bytes((NORM_VERSION, trait.kind, 0)) + trait.value.reveal().encode()


def _folded(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
