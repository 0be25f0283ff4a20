"""Profiles: what a member is called and prefers, valid by construction, and the bytes it is kept as."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import cache, lru_cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from msgspec import DecodeError, msgpack

from services.kit.refusal import Declined, Invalid
from services.members.rules.addresses import Address, KeptAddress, unpacked
from services.members.rules.blobs import Unreadable
from services.members.rules.identities import Identity, IdentityKind
from services.members.rules.personal import Personal
from services.members.rules.preferences import Preference, chosen
from services.members.rules.texts import far_too_long, has_control, visible

SCHEMA = 3
"""The layout of ``encode``: display name, full name, birth date, language, zone, identities (1), then gender,
addresses, preferences, tags (2), all of it typed as ``Profile`` is, and read by its types alone (3). Every earlier
layout stays readable; what is written is always the newest."""

LARGEST_CONTENT = 1984 - 1
"""The bytes that fit into a blob of 2 KiB, once padded to whole 64: a larger record costs more than it gains."""

DEFAULT_LANGUAGE = "zh-CN"
LONGEST_NAME = 64
_NAMELESS = Personal("")
EARLIEST_BIRTH = date(1900, 1, 1)
_FIRST_ZONE = timedelta(hours=14)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:-([A-Za-z]{4}))?(?:-([A-Za-z]{2}|[0-9]{3}))?")


class NameNotValid(Invalid):
    """The name is empty, too long, or holds control characters."""


class BirthDateNotValid(Invalid):
    """The birth date is not a day of the calendar, lies ahead, or lies before 1900."""


class LanguageNotValid(Invalid):
    """The language is not a BCP 47 tag."""


class TimeZoneNotValid(Invalid):
    """The time zone is not one of IANA's."""


class GenderNotValid(Invalid):
    """The gender is none of those that a profile knows."""


class ProfileTooLarge(Declined):
    """The change would make the profile larger than one record may be."""


class Gender(IntEnum):
    """What a member says, if anything. The numbers are in every blob."""

    UNSPECIFIED = 0
    FEMALE = 1
    MALE = 2
    OTHER = 3


class Profile(NamedTuple):
    """A member's profile in clear. Its ``repr`` shows no personal data."""

    display_name: Personal
    full_name: Personal | None
    birth_date: Personal | None
    language: str
    time_zone: str
    identities: tuple[Identity, ...]
    gender: Personal | None = None
    """A ``Gender``'s number in digits; None when the member said nothing."""
    addresses: tuple[Address, ...] = ()
    preferences: tuple[Preference, ...] = ()
    tags: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "<profile>"

    def first(self, kind: IdentityKind) -> Personal | None:
        """The member's first identity of a kind, for instance the phone to show."""
        return next((identity.value for identity in self.identities if identity.kind is kind), None)


class ProfileFields(NamedTuple):
    """Fields as someone wrote them. None: not given; empty: to be cleared, or its default."""

    display_name: str | None = None
    full_name: str | None = None
    birth_date: str | None = None
    language: str | None = None
    time_zone: str | None = None
    gender: int | None = None
    preferences: tuple[Preference, ...] = ()

    def __repr__(self) -> str:
        return "<profile fields>"


def new(fields: ProfileFields, identities: tuple[Identity, ...], now: datetime) -> Profile:
    """The profile of a new member. Raises an ``Invalid`` that names the field."""
    if fields.display_name is None:
        fields = fields._replace(display_name="")
    return changed(Profile(_NAMELESS, None, None, DEFAULT_LANGUAGE, "", identities), fields, now)


def changed(profile: Profile, fields: ProfileFields, now: datetime) -> Profile:
    """The profile with the fields that are given. Raises an ``Invalid`` that names the field."""
    display_name, full_name, birth_date, language, time_zone, identities, gender, *_ = profile
    preferences = profile.preferences
    if fields.display_name is not None:
        display_name = _name(fields.display_name, "display_name")
    if fields.full_name is not None:
        full_name = _name(fields.full_name, "full_name") if fields.full_name.strip() else None
    if fields.birth_date is not None:
        birth_date = _birth_date(fields.birth_date, now) if fields.birth_date else None
    if fields.language is not None:
        language = _language(fields.language or DEFAULT_LANGUAGE)
    if fields.time_zone is not None:
        time_zone = _time_zone(fields.time_zone)
    if fields.gender is not None:
        gender = _gender(fields.gender)
    if fields.preferences:
        preferences = chosen(preferences, fields.preferences)
    named = display_name, full_name, birth_date, language, time_zone
    return Profile(*named, identities, gender, profile.addresses, preferences, profile.tags)


def gender_of(profile: Profile) -> Gender:
    """What the member said of it."""
    return Gender(int(profile.gender.reveal())) if profile.gender else Gender.UNSPECIFIED


def fitting(after: Profile, before: Profile) -> Profile:
    """The changed profile, if it still fits into a record or at least does not grow. Raises ``ProfileTooLarge``."""
    size = len(encode(after))
    if size > LARGEST_CONTENT and size > len(encode(before)):
        raise ProfileTooLarge(
            f"the profile would take {size} bytes and may take {LARGEST_CONTENT}: shorten or remove an address",
            bytes=size,
            most=LARGEST_CONTENT,
        )
    return after


def differing(before: Profile | None, after: Profile | None) -> tuple[str, ...]:
    """The names of the fields that a change changed."""
    if before is None or after is None:
        return ()
    return tuple([name for name in Profile._fields if getattr(before, name) != getattr(after, name)])


def encode(profile: Profile) -> bytes:
    """The content of a profile's blob."""
    return _encoder.encode(profile)


def decode(schema: int, content: bytes) -> Profile:
    """The profile in a blob's content, of this layout or an earlier one. Raises ``Unreadable``."""
    try:
        if schema == SCHEMA:
            return _decode(content)
        return _earlier(*_EARLIER[schema](content))
    except (KeyError, ValueError, DecodeError):
        raise Unreadable from None


def _earlier(
    display_name: str,
    full_name: str | None,
    birth_date: str | None,
    language: str,
    time_zone: str,
    identities: tuple[tuple[IdentityKind, str, str], ...],
    gender: str | None = None,
    addresses: tuple[KeptAddress, ...] = (),
    preferences: tuple[Preference, ...] = (),
    tags: tuple[str, ...] = (),
) -> Profile:
    """A profile as it was kept before texts about persons had a type of their own in it."""
    return Profile(
        Personal(display_name),
        None if full_name is None else Personal(full_name),
        None if birth_date is None else Personal(birth_date),
        language,
        time_zone,
        tuple([Identity(kind, scope, Personal(value)) for kind, scope, value in identities]),
        None if gender is None else Personal(gender),
        tuple([unpacked(*address) for address in addresses]),
        preferences,
        tags,
    )


def change_body(fields: ProfileFields) -> bytes:
    """The bytes by which two changes are the same. The layout is kept for good, whatever a blob's may become."""
    body = (fields.display_name, fields.full_name, fields.birth_date, fields.language, fields.time_zone)
    # A change as it was known at first keeps its first bytes: its retry may come long after.
    since = (fields.gender, fields.preferences) if fields.gender is not None or fields.preferences else ()
    return b"update\0" + msgpack.encode(body + since)


_encoder = msgpack.Encoder()
_decode = msgpack.Decoder(Profile).decode
_Layout1 = tuple[str, str | None, str | None, str, str, tuple[tuple[IdentityKind, str, str], ...]]
_Layout2 = tuple[
    str,
    str | None,
    str | None,
    str,
    str,
    tuple[tuple[IdentityKind, str, str], ...],
    str | None,
    tuple[KeptAddress, ...],
    tuple[Preference, ...],
    tuple[str, ...],
]
_EARLIER: Mapping[int, Callable[[bytes], tuple[Any, ...]]] = {
    1: msgpack.Decoder(_Layout1).decode,
    2: msgpack.Decoder(_Layout2).decode,
}


def _gender(number: int) -> Personal | None:
    try:
        gender = Gender(number)
    except ValueError:
        raise GenderNotValid("the gender is not one we know", field="gender") from None
    return Personal(str(int(gender))) if gender else None


def _name(text: str, field: str) -> Personal:
    name = "" if far_too_long(text, LONGEST_NAME) else unicodedata.normalize("NFC", text).strip()
    if len(name) > LONGEST_NAME or has_control(name) or not visible(name):
        raise NameNotValid(
            f"a name must have 1 to {LONGEST_NAME} characters, one that is seen, and no control characters",
            field=field,
        )
    return Personal(name)


def _birth_date(text: str, now: datetime) -> Personal:
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    # It may already be tomorrow where the member lives.
    if day is None or not EARLIEST_BIRTH <= day <= (now + _FIRST_ZONE).date():
        raise BirthDateNotValid(
            "the birth date must be a day of the calendar, from 1900 until today, as YYYY-MM-DD",
            field="birth_date",
        )
    return Personal(text)


@lru_cache(1000)
def _language(text: str) -> str:
    tag = _LANGUAGE.fullmatch(text)
    if tag is None:
        raise LanguageNotValid(
            "the language must be a BCP 47 tag, for instance zh-CN or en", field="language"
        )
    language, script, region = tag.groups()
    parts = (language.lower(), script and script.title(), region and region.upper())
    return "-".join(part for part in parts if part)


def _time_zone(text: str) -> str:
    if text and text not in _zones():
        raise TimeZoneNotValid(
            "the time zone must be one of IANA's, for instance Asia/Shanghai", field="time_zone"
        )
    return text


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
