"""Communications: that a member was written to or called; what was said is never kept."""

import re
from datetime import datetime, timedelta
from enum import IntEnum
from typing import NamedTuple
from uuid import UUID

from services.kit.refusal import Invalid
from services.members.rules.keyrings import BlindIndex

MOST_COMMUNICATIONS = 500
_TEMPLATE = re.compile(r"[a-z][a-z_-]{0,31}(?:\.[a-z][a-z0-9_-]{0,31}){0,2}")
_LONGEST_ID = 100
_AHEAD = timedelta(minutes=5)
_OLDEST = timedelta(days=3650)


class CommunicationNotValid(Invalid):
    """The communication lacks its channel, template, outcome, instant or id, or one of them is not of its form."""


class Channel(IntEnum):
    """By what a member was reached. The numbers are in the record."""

    SMS = 1
    EMAIL = 2
    WECHAT = 3
    PHONE = 4
    PUSH = 5
    POST = 6


class Outcome(IntEnum):
    """How it ended. The numbers are in the record."""

    SENT = 1
    DELIVERED = 2
    FAILED = 3
    ANSWERED = 4
    NOT_REACHED = 5


class Communication(NamedTuple):
    """One message that was sent, or one call."""

    member_id: UUID
    communication_id: UUID
    message: BlindIndex
    channel: Channel
    template: str
    outcome: Outcome
    sent_at: datetime
    recorded_by: str


def channel_of(number: int) -> Channel:
    """Raises ``CommunicationNotValid``."""
    try:
        return Channel(number)
    except ValueError:
        raise CommunicationNotValid("name the channel", field="channel") from None


def outcome_of(number: int) -> Outcome:
    """Raises ``CommunicationNotValid``."""
    try:
        return Outcome(number)
    except ValueError:
        raise CommunicationNotValid("name the outcome", field="outcome") from None


def template_of(text: str) -> str:
    """The key of a template. Raises ``CommunicationNotValid``."""
    if not _TEMPLATE.fullmatch(text):
        raise CommunicationNotValid(
            "name the template or topic by a lower-case key such as order.shipped, never by what was said",
            field="template",
        )
    return text


def message_id_of(text: str) -> bytes:
    """The bytes of a sender's id of a message. Raises ``CommunicationNotValid``."""
    if not 1 <= len(text) <= _LONGEST_ID:
        raise CommunicationNotValid(f"the message's id has 1 to {_LONGEST_ID} characters", field="message_id")
    return b"message\0" + text.encode()


def sent_at_of(given: datetime, now: datetime) -> datetime:
    """When it was sent. Raises ``CommunicationNotValid``."""
    if not now - _OLDEST <= given <= now + _AHEAD:
        raise CommunicationNotValid("sent_at must lie within the last ten years", field="sent_at")
    return given
