"""Identity documents: the one that a member may have on file, valid by construction, and the bytes it is kept as."""

import re
import unicodedata
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

import msgpack

from services.kit.refusal import Invalid, NotFound
from services.members.rules.blobs import Unreadable
from services.members.rules.personal import Personal
from services.members.rules.texts import CONTROL, far_too_long

SCHEMA = 1
"""The layout of ``encode``: kind, number, issuing country, name."""

LONGEST_NAME = 64
LONGEST_NUMBER = 32
_NUMBER = re.compile(r"[A-Z0-9()/]{4,32}")
_COUNTRY = re.compile(r"[A-Z]{2}")
_RESIDENT_ID = re.compile(r"[1-9][0-9]{16}[0-9X]")
_BORN_AT = slice(6, 14)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


class IdentityDocumentKind(IntEnum):
    """Kinds of documents. The numbers are in blobs and rows: they never change."""

    RESIDENT_ID = 1
    PASSPORT = 2
    HONG_KONG_MACAO_PERMIT = 3
    TAIWAN_PERMIT = 4
    RESIDENCE_PERMIT = 5
    PERMANENT_RESIDENT_ID = 6


_LIKE_RESIDENT_IDS = (IdentityDocumentKind.RESIDENT_ID, IdentityDocumentKind.RESIDENCE_PERMIT)
_CHINESE = frozenset(IdentityDocumentKind) - {IdentityDocumentKind.PASSPORT}


class IdentityDocumentNotValid(Invalid):
    """The document's kind, number, country or name cannot be one."""


class NoIdentityDocument(NotFound):
    """The member has no identity document on file."""

    def __init__(self) -> None:
        super().__init__("the member has no identity document on file", field="member_id")


class IdentityDocument(NamedTuple):
    """A document in clear. Its ``repr`` shows nothing of what is printed on it."""

    kind: IdentityDocumentKind
    number: Personal
    issuing_country: Personal
    name: Personal


class OnFile(NamedTuple):
    """That a member has a document, and no word of what is on it."""

    kind: IdentityDocumentKind
    set_at: datetime
    revision: int


def document_of(kind: int, number: str, issuing_country: str, name: str, now: datetime) -> IdentityDocument:
    """The document that someone wrote down. Raises ``IdentityDocumentNotValid``, which repeats nothing of it."""
    try:
        known = IdentityDocumentKind(kind)
    except ValueError:
        raise IdentityDocumentNotValid("the kind is not one we know", field="document.kind") from None
    country = issuing_country.strip().upper() if len(issuing_country) <= 8 else ""
    if not _COUNTRY.fullmatch(country) or (known in _CHINESE and country != "CN"):
        raise IdentityDocumentNotValid(
            "the issuing country must be two letters of ISO 3166, and CN for Chinese documents",
            field="document.issuing_country",
        )
    return IdentityDocument(
        known, Personal(_number(known, number, now)), Personal(country), Personal(_name(name))
    )


def encode(document: IdentityDocument) -> bytes:
    """The content of the document's blob."""
    return msgpack.packb(  # type: ignore[no-any-return]
        (document.kind, document.number.reveal(), document.issuing_country.reveal(), document.name.reveal())
    )


def decode(schema: int, content: bytes) -> IdentityDocument:
    """The document in a blob's content. Raises ``Unreadable``."""
    if schema != SCHEMA:
        raise Unreadable
    try:
        kind, *texts = msgpack.unpackb(content)
        number, country, name = (Personal(text) for text in texts if isinstance(text, str))
        return IdentityDocument(IdentityDocumentKind(kind), number, country, name)
    except (ValueError, TypeError, msgpack.UnpackException):
        raise Unreadable from None


def _number(kind: IdentityDocumentKind, text: str, now: datetime) -> str:
    refused = IdentityDocumentNotValid(
        "the number is not one of its kind: send it as printed, a resident's with its 18 characters",
        field="document.number",
    )
    if far_too_long(text, LONGEST_NUMBER):
        raise refused
    number = unicodedata.normalize("NFKC", text).upper().replace(" ", "").replace("-", "")
    if not _NUMBER.fullmatch(number) or (kind in _LIKE_RESIDENT_IDS and not _is_resident_id(number, now)):
        raise refused
    return number


def _is_resident_id(number: str, now: datetime) -> bool:
    """By GB 11643: six digits of a region, a day of birth that was, three digits, and a check modulo 11."""
    if not _RESIDENT_ID.fullmatch(number):
        return False
    try:
        born = datetime.strptime(number[_BORN_AT], "%Y%m%d").date()  # noqa: DTZ007  # a day has no zone
    except ValueError:
        return False
    # It may already be tomorrow where the card is from.
    if born > (now + timedelta(days=1)).date():
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False))
    return _CHECKS[total % 11] == number[-1]


def _name(text: str) -> str:
    name = "" if far_too_long(text, LONGEST_NAME) else unicodedata.normalize("NFC", text).strip()
    if not name or len(name) > LONGEST_NAME or CONTROL.search(name):
        raise IdentityDocumentNotValid(
            f"the name must have 1 to {LONGEST_NAME} characters and no control characters",
            field="document.name",
        )
    return name
