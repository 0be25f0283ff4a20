"""Accesses: what may be shown in clear, and what must be said to see it."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from uuid import UUID

from services.kit.refusal import Declined, Invalid, Unavailable
from services.members.rules.identities import IdentityKind
from services.members.rules.personal import Personal, reveal
from services.members.rules.profiles import Profile, gender_of
from services.members.rules.texts import CONTROL, far_too_long, visible

LONGEST_REASON = 500
_PURPOSE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_MAIL = re.compile(r"\S@\S")
_MOBILE = r"(?:(?:00)?86[ .-]?)?1[3-9](?:[ .-]?\d){9}"
_IDENTITY_NUMBER = r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_MOBILE_OR_IDENTITY_NUMBER = re.compile(rf"(?<!\d)(?:{_MOBILE}|{_IDENTITY_NUMBER})(?!\d)")


class PersonalField(IntEnum):
    """A field that is masked unless a purpose allows it. The numbers are in the access log."""

    DISPLAY_NAME = 1
    FULL_NAME = 2
    PHONE = 3
    EMAIL = 4
    BIRTH_DATE = 5
    IDENTITY_DOCUMENT = 20
    NOTES = 21
    ADDRESSES = 6
    GENDER = 7

    @property
    def category(self) -> str:
        """The category of data that a purpose must list, for instance ``phone``."""
        return _CATEGORIES[self]


_CATEGORIES = {
    PersonalField.DISPLAY_NAME: "name",
    PersonalField.FULL_NAME: "name",
    PersonalField.PHONE: "phone",
    PersonalField.EMAIL: "email",
    PersonalField.BIRTH_DATE: "birth_date",
    PersonalField.IDENTITY_DOCUMENT: "identity_document",
    PersonalField.NOTES: "service_notes",
    PersonalField.ADDRESSES: "address",
    PersonalField.GENDER: "gender",
}
_ELSEWHERE = frozenset({PersonalField.IDENTITY_DOCUMENT, PersonalField.NOTES})
"""Not in the ordinary profile: behind a key and a door of their own."""


SUPPORT_NOTES = "support_notes"
"""What the log says that notes are read for: the work they are kept for, which rests on the contract."""


class UnmaskNotValid(Invalid):
    """The request to see data in clear lacks its fields, purpose or reason."""


class ReasonHoldsPersonalData(Invalid):
    """The reason, which is kept in the access log, holds a phone number, identity number or mail address."""


class ConsentMissing(Declined):
    """The member's consent does not allow this purpose for these fields."""


class PurposeNotSensitive(Declined):
    """The purpose is neither sensitive nor takes separate consent, and what was asked for needs one that is."""


class ConsentUnavailable(Unavailable):
    """The consent service cannot be asked now, and without its answer nothing is shown."""


class UnmaskQuotaExhausted(Declined):
    """The actor has seen as much in clear today as anyone may in a day."""


@dataclass(frozen=True, slots=True)
class Access:
    """One attempt to see data in clear, as the access log keeps it."""

    member_id: UUID
    access_id: UUID
    actor: str
    purpose: str
    reason: str
    fields: tuple[PersonalField, ...]
    accessed_at: datetime
    refusal_code: str
    """Empty when it was allowed."""
    actor_role: str = ""
    """The role under which the actor asked; what the member is told instead of a name."""


def fields_of(numbers: Sequence[int]) -> tuple[PersonalField, ...]:
    """The fields that a request names, each once. Raises ``UnmaskNotValid``."""
    try:
        fields = tuple(dict.fromkeys(PersonalField(number) for number in numbers))
    except ValueError:
        fields = ()
    if not fields or _ELSEWHERE.intersection(fields):
        raise UnmaskNotValid("name at least one field, and only fields that we know", field="fields")
    return fields


def purpose_of(text: str) -> str:
    """The key of a purpose. Raises ``UnmaskNotValid``."""
    if not _PURPOSE.fullmatch(text):
        raise UnmaskNotValid("name the purpose by its key, for instance marketing_sms", field="purpose")
    return text


def reason_of(text: str) -> str:
    """The reason that the access log will keep. Raises ``UnmaskNotValid`` or ``ReasonHoldsPersonalData``."""
    reason = "" if far_too_long(text, LONGEST_REASON) else unicodedata.normalize("NFKC", text).strip()
    if not 1 <= len(reason) <= LONGEST_REASON or CONTROL.search(reason):
        raise UnmaskNotValid(f"say why, in one line of 1 to {LONGEST_REASON} characters", field="reason")
    if holds_personal_data(reason):
        raise ReasonHoldsPersonalData(
            "the reason is kept in the access log: leave phone numbers, identity numbers and mail addresses out",
            field="reason",
        )
    return reason


def holds_personal_data(text: str) -> bool:
    """True of a text in which a mail address, a mobile or an identity number stands."""
    # What nobody sees between two digits would part them.
    seen = visible(text).translate(_DASHES)
    return bool(_MAIL.search(seen) or _MOBILE_OR_IDENTITY_NUMBER.search(seen))


def in_clear(profile: Profile, field: PersonalField) -> tuple[str, ...]:
    """The values of a field: one of each but addresses, and empty when the member has none."""
    if field is PersonalField.ADDRESSES:
        return tuple([address.in_one_line for address in profile.addresses]) or ("",)
    values: dict[PersonalField, Personal | None] = {
        PersonalField.DISPLAY_NAME: profile.display_name,
        PersonalField.FULL_NAME: profile.full_name,
        PersonalField.PHONE: profile.first(IdentityKind.PHONE),
        PersonalField.EMAIL: profile.first(IdentityKind.EMAIL),
        PersonalField.BIRTH_DATE: profile.birth_date,
        PersonalField.GENDER: profile.gender and Personal(gender_of(profile).name),
    }
    return (reveal(values[field]),)
