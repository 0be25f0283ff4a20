"""Scalars: instants, whole numbers beyond 32 bits, money, and the languages we answer in."""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NewType

import strawberry
from google.protobuf.timestamp_pb2 import Timestamp
from graphql import GraphQLError
from huiyuan.kit.v1 import kit_pb2
from strawberry.types.scalar import ScalarDefinition

from services.kit import instants
from services.kit.money import decimals

SAFE_INTEGER = 2**53 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Long = NewType("Long", int)


def _long_out(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise GraphQLError("Long cannot represent this value")


_long_out.as_it_is = int  # type: ignore[attr-defined]  # what compiled documents need not ask about


def _long_in(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= SAFE_INTEGER:
        return value
    raise GraphQLError(f"Long must be a whole number between -{SAFE_INTEGER} and {SAFE_INTEGER}")


def _instant_out(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Timestamp):
        return _stamp_out(value)
    raise GraphQLError("DateTime cannot represent this value")


def _stamp_out(wire: Timestamp) -> str:
    """What would be written of the instant, at a third of the time that making it takes."""
    seconds, nanos = wire.seconds, wire.nanos
    if not 0 <= nanos < 1_000_000_000:
        return _instant_out(instant(wire))
    days, second = divmod(seconds, 86_400)
    minute, second = divmod(second, 60)
    if micros := nanos // 1000:
        return f"{_day(days)}{_MINUTES[minute]}{second:02}.{micros:06}Z"
    return f"{_day(days)}{_MINUTES[minute]}{second:02}Z"


@lru_cache(maxsize=4096)
def _day(days: int) -> str:
    """A day by how many passed since 1970, the same for everybody. Raises what a ``date`` does beyond year 9999."""
    return date.fromordinal(_FIRST_DAY + days).isoformat()


_FIRST_DAY = _EPOCH.toordinal()
_MINUTES = [f"T{hour:02}:{minute:02}:" for hour in range(24) for minute in range(60)]
_instant_out.of_class = Timestamp, _stamp_out  # type: ignore[attr-defined]  # so that compiled documents write it


def _instant_in(value: object) -> datetime:
    if isinstance(value, str) and (at := instants.of_text(value)):
        return at
    raise GraphQLError('DateTime must be an RFC 3339 instant with its offset, such as "2026-01-31T09:00:00Z"')


SCALARS: dict[object, ScalarDefinition] = {
    Long: strawberry.scalar(
        name="Long",
        description="A whole number up to 2^53 - 1, as a JSON number: points, minor units of money, counts.",
        serialize=_long_out,
        parse_value=_long_in,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="An instant by RFC 3339, in UTC.",
        specified_by_url="https://datatracker.ietf.org/doc/html/rfc3339#section-5.6",
        serialize=_instant_out,
        parse_value=_instant_in,
    ),
}


def instant(wire: Timestamp) -> datetime:
    """The instant of a wire timestamp."""
    return _EPOCH + timedelta(0, wire.seconds, wire.nanos // 1000)


def optional_instant(message: Any, field: str) -> datetime | None:
    """The instant in a message's field, None when it is absent."""
    return instant(getattr(message, field)) if message.HasField(field) else None


def stamp(message: Any, field: str) -> datetime | None:
    """The same for who only shows it: as it stands in the message, from which it is written and never made."""
    found: datetime | None = getattr(message, field) if message.HasField(field) else None
    return found


def timestamp(instant: datetime | None) -> Timestamp | None:
    """An instant as the wire wants it."""
    if instant is None:
        return None
    wire = Timestamp()
    wire.FromDatetime(instant)
    return wire


@strawberry.enum(description="The languages that names and texts come in.")
class Locale(StrEnum):
    ZH = "zh"
    EN = "en"


@lru_cache(maxsize=1024)
def preferred(accept_language: str | None) -> Locale:
    """The first of our languages that an ``Accept-Language`` header asks for; Chinese when it asks for none."""
    weighed = []
    for place, part in enumerate((accept_language or "")[:200].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), place, tag.lower()))
        except ValueError:
            continue
    for unwanted, _, tag in sorted(weighed):
        if unwanted < 0 and tag[:2] in ("zh", "en"):
            return Locale(tag[:2])
    return Locale.ZH


def text(wire: kit_pb2.LocalizedText, locale: Locale) -> str:
    """The text in a language, or in the other one where it is missing."""
    return (wire.en or wire.zh) if locale == "en" else (wire.zh or wire.en)


_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "JPY": "JP¥", "SGD": "S$"}


@strawberry.type(description="An amount of money.")
class Money:
    minor_units: Long = strawberry.field(description="In the currency's smallest unit: fen, cents.")
    currency: str = strawberry.field(description="ISO 4217.")

    @strawberry.field(description='For people, for instance "¥1,234.50".')
    def formatted(self) -> str:
        places = decimals(self.currency)
        whole, part = divmod(abs(self.minor_units), 10**places)
        digits = f"{whole:,}.{part:0{places}d}" if places else f"{whole:,}"
        sign = "-" if self.minor_units < 0 else ""
        return f"{sign}{_SYMBOLS.get(self.currency, self.currency + ' ')}{digits}"


@strawberry.input(description="An amount of money, in the currency's smallest unit.")
class MoneyInput:
    minor_units: Long
    currency: str

    def wire(self) -> kit_pb2.Money:
        return kit_pb2.Money(minor_units=self.minor_units, currency=self.currency)


def money(wire: kit_pb2.Money) -> Money:
    """The view of an amount of money."""
    return Money(minor_units=Long(wire.minor_units), currency=wire.currency)
