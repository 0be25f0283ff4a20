"""What all doors translate alike: instants, money, members' ids and the callers who may read them."""

import re
from enum import StrEnum
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1.kit_pb2 import ExternalIdentity, LocalizedText, MemberKey, Money

from services.kit import rpc
from services.kit.refusal import Invalid, Refusal
from services.loyalty.rules.programmes.texts import Text
from services.loyalty.rules.programmes.wellformed import ProgrammeNotWellFormed

READERS = rpc.staff("operations", "support", "program_admin", "auditor", "privacy_officer")
Choice = TypeVar("Choice", bound=StrEnum)
_LATEST_S = 253_402_300_799  # the year 9999, the last that timestamps know
LONGEST_PAGE = 100
_ONE_SPELLING = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)


class MalformedId(Invalid):
    """An id is not of its form: a member's is a UUID, one of the caller's own is printable and not long."""


class MalformedInstant(Invalid):
    """An instant is missing or lies outside 1970 to 9999."""


class ChoiceMissing(Invalid):
    """A choice was left open."""


class PageNotUnderstood(Invalid):
    """``first`` is 1 to 100, and ``after`` is the id of what was seen last."""


class BatchTooLarge(Invalid):
    """A batch holds more items than one call takes."""


def page_size(first: int, most: int = LONGEST_PAGE) -> int:
    """``first``, when it is allowed. Raises ``PageNotUnderstood``."""
    if not 1 <= first <= most:
        raise PageNotUnderstood(f"first must be 1 to {most}", field="first", asked=first)
    return first


def be_at_most(count: int, most: int, field: str) -> None:
    """Raises ``BatchTooLarge``."""
    if count > most:
        message = f"{count} items in one call: send at most {most}"
        raise BatchTooLarge(message, field=field, asked=count, most=most)


def member_id(text: str, field: str = "member_id") -> str:
    """A member's id in its one spelling. Raises ``MalformedId``."""
    if _ONE_SPELLING.fullmatch(text):
        return text
    try:
        return str(UUID(text))
    except ValueError:
        raise MalformedId("a member's id is a UUID", field=field) from None


def meant(request: Any) -> str | ExternalIdentity:
    """Whom a request with a member's id or identity means. Raises ``MalformedId`` when it says neither."""
    if request.WhichOneof("member") == "identity":
        identity: ExternalIdentity = request.identity
        return identity
    return member_id(request.member_id)


def readable_member(key: MemberKey) -> str | Refusal:
    """The member an item asks about, when its own caller may read it; why not, otherwise."""
    try:
        wanted = member_id(key.member_id)
        caller = rpc.caller_of_item(key.caller)
    except Refusal as refusal:
        return refusal
    if caller.is_member(wanted) or READERS(caller):
        return wanted
    return rpc.NotAllowed("this caller may not read this member", field="member_id")


def micros(timestamp: Timestamp, field: str) -> int:
    """An instant in microseconds since 1970. Raises ``MalformedInstant``."""
    seconds, nanos = timestamp.seconds, timestamp.nanos
    if not 0 < seconds <= _LATEST_S or not 0 <= nanos < 10**9:
        raise MalformedInstant(f"{field} must be an instant such as 2026-01-31T12:00:00Z", field=field)
    return seconds * 1_000_000 + nanos // 1000


def timestamp(instant: int) -> Timestamp:
    """An instant in microseconds since 1970 for the wire."""
    seconds, rest = divmod(instant, 1_000_000)
    return Timestamp(seconds=seconds, nanos=rest * 1000)


def money(minor_units: int, currency: str) -> Money:
    return Money(minor_units=minor_units, currency=currency)


def text(text: Text) -> LocalizedText:
    return LocalizedText(zh=text.zh, en=text.en)


def choice(kind: Any, prefix: str, name: str) -> Any:
    """A wire enum's value by the rule's name for it, for instance ``BENEFIT_KIND_`` + ``STATUS``."""
    return kind.Value(f"{prefix}{name}")


def chosen(kind: type[Choice], wire_kind: Any, prefix: str, value: int, path: str) -> Choice:
    """The rule's name for a wire enum's value. Raises ``ChoiceMissing``."""
    names = {wire_kind.Value(name): name for name in wire_kind.keys()}  # noqa: SIM118
    name = names.get(value, "").removeprefix(prefix)
    if name not in kind.__members__:
        raise ChoiceMissing(f"{path}: choose one of {', '.join(kind)}", field=path)
    return kind(name)


def localized(message: LocalizedText, path: str) -> Text:
    """A text that is there in both languages. Raises ``ProgrammeNotWellFormed``."""
    if not (message.zh and message.en):
        raise ProgrammeNotWellFormed(f"{path}: give both zh and en", field=path)
    return Text(message.zh, message.en)
