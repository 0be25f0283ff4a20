"""Notes: what staff write down about a member, and the bytes it is kept as."""

import re
import unicodedata
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

import msgpack

from services.kit.refusal import Invalid
from services.members.rules.accesses import ReasonHoldsPersonalData, reason_of
from services.members.rules.blobs import Unreadable
from services.members.rules.personal import Personal
from services.members.rules.texts import far_too_long

SCHEMA = 1
"""The layout of ``encode``: note id, author, microseconds since 1970, the corrected note or nothing, text."""

LONGEST_NOTE = 480
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class NoteNotValid(Invalid):
    """The note is empty or too long, or corrects one that the member does not have."""


class NoteHoldsPersonalData(Invalid):
    """The note holds a phone number, identity number or mail address, which belong into the profile."""


class Note(NamedTuple):
    """A note in clear."""

    note_id: UUID
    author: str
    written_at: datetime
    corrects: UUID | None
    text: Personal


def text_of(text: str) -> Personal:
    """What a note says; line breaks are kept. Raises ``NoteNotValid`` or ``NoteHoldsPersonalData``."""
    kept = "" if far_too_long(text, LONGEST_NOTE) else unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(kept) <= LONGEST_NOTE or _CONTROL.search(kept):
        raise NoteNotValid(
            f"a note has 1 to {LONGEST_NOTE} characters and no control characters", field="text"
        )
    try:
        reason_of(" ".join(kept.split()))
    except ReasonHoldsPersonalData:
        raise NoteHoldsPersonalData(
            "leave phone numbers, identity numbers and mail addresses out of notes: the profile keeps them",
            field="text",
        ) from None
    return Personal(kept)


def encode(note: Note) -> bytes:
    """The content of a note's blob."""
    return msgpack.packb(  # type: ignore[no-any-return]
        (
            note.note_id.bytes,
            note.author,
            int(note.written_at.timestamp() * 1_000_000),
            note.corrects and note.corrects.bytes,
            note.text.reveal(),
        )
    )


def decode(schema: int, note_id: UUID, content: bytes) -> Note:
    """The note in a blob's content. Raises ``Unreadable``, also when it is another note of the same member."""
    if schema != SCHEMA:
        raise Unreadable
    try:
        named, author, micros, corrects, text = msgpack.unpackb(content)
        if named != note_id.bytes:
            raise Unreadable
        written_at = datetime.fromtimestamp(micros / 1_000_000, UTC)
        return Note(note_id, author, written_at, corrects and UUID(bytes=corrects), Personal(text))
    except (ValueError, TypeError, OverflowError, OSError, msgpack.UnpackException):
        raise Unreadable from None


def body(text: Personal, corrects: UUID | None) -> bytes:
    """The bytes by which two requests are the same."""
    return b"note\0" + (corrects.bytes if corrects else b"") + text.reveal().encode()
