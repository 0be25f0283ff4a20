"""The CDNOW format: every purchase of 23,570 people, by Bruce Hardie with Fader and Hardie (Interfaces 31, 2001).

A line is customer id, date (YYYYMMDD), number of CDs, amount in US dollars. Lines repeat, and each is an order.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from huiyuan.kit.v1.kit_pb2 import (
    IDENTITY_KIND_STOREFRONT_CUSTOMER,
    ExternalIdentity,
    LocalizedText,
    Money,
)
from huiyuan.loyalty.v1 import currencies_pb2, earn_rules_pb2, tier_schemes_pb2
from huiyuan.loyalty.v1 import programmes_pb2 as programmes
from huiyuan.loyalty.v1.benefits_pb2 import Benefit
from huiyuan.loyalty.v1.orders_pb2 import OrderLine, RecordOrderRequest
from huiyuan.members.v1.profiles_pb2 import NewIdentity, NewProfile, RegisterMemberRequest

SOURCE = "cdnow"
PROGRAMME_ID = "cdnow"
_ZONE = ZoneInfo("America/New_York")
_LINE = re.compile(r"\s*(\d{1,10})\s+(\d{8})\s+(\d{1,6})\s+(\d{1,10})\.(\d{2})\s*")


class LineNotUnderstood(ValueError):
    """A line is not customer id, date, quantity and amount."""


@dataclass(frozen=True, slots=True)
class Purchase:
    """One line: ``minor`` in cents, ``line`` its number in the file from 1."""

    line: int
    customer: str
    paid_on: date
    quantity: int
    minor: int

    @property
    def paid_at(self) -> datetime:
        """Noon of the day in the shop's zone, since the file knows only days."""
        return datetime.combine(self.paid_on, time(12), _ZONE)


def parse(number: int, text: str) -> Purchase:
    """A line of the file. Raises ``LineNotUnderstood`` with what was wrong."""
    match = _LINE.fullmatch(text)
    if match is None:
        raise LineNotUnderstood("expected: customer id, YYYYMMDD, quantity, dollars.cents")
    customer, day, quantity, dollars, cents = match.groups()
    try:
        paid_on = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007  # a day, not an instant
    except ValueError:
        raise LineNotUnderstood(f"{day} is not a day of the calendar") from None
    return Purchase(number, customer, paid_on, int(quantity), int(dollars) * 100 + int(cents))


def registrations(purchases: Iterable[Purchase]) -> Iterator[RegisterMemberRequest]:
    """Each customer once, joined on the day of the first purchase; ``purchases`` in the order of paid_at."""
    seen: set[str] = set()
    for purchase in purchases:
        if purchase.customer in seen:
            continue
        seen.add(purchase.customer)
        yield RegisterMemberRequest(
            identities=[NewIdentity(identity=identity(purchase.customer), verified=True)],
            profile=NewProfile(display_name=f"CDNOW {purchase.customer}", language="en-US"),
            idempotency_key=f"cdnow:{purchase.customer}",
            joined_at=_timestamp(purchase),
        )


def order(purchase: Purchase) -> RecordOrderRequest:
    """The order that a line is; its id is the line's number."""
    money = Money(minor_units=purchase.minor, currency="USD")
    return RecordOrderRequest(
        source=SOURCE,
        order_id=f"cdnow:{purchase.line}",
        programme_id=PROGRAMME_ID,
        identity=identity(purchase.customer),
        lines=[OrderLine(line_id="1", sku="cd", quantity=purchase.quantity, money=money)],
        total=money,
        paid_at=_timestamp(purchase),
        channel="web",
    )


def identity(customer: str) -> ExternalIdentity:
    return ExternalIdentity(kind=IDENTITY_KIND_STOREFRONT_CUSTOMER, scope=SOURCE, value=customer)


def _timestamp(purchase: Purchase) -> Timestamp:
    return Timestamp(seconds=int(purchase.paid_at.timestamp()))


def _text(zh: str, en: str) -> LocalizedText:
    return LocalizedText(zh=zh, en=en)


def _currency(code: str, zh: str, en: str, *, spendable: bool) -> currencies_pb2.CurrencyRules:
    return currencies_pb2.CurrencyRules(
        code=code,
        name=_text(zh, en),
        spendable=spendable,
        maturation=currencies_pb2.Maturation(kind=currencies_pb2.MATURATION_KIND_AT_ONCE),
        expiry=currencies_pb2.Expiry(kind=currencies_pb2.EXPIRY_KIND_NEVER),
        negative_policy=currencies_pb2.NEGATIVE_POLICY_ALLOW_NEGATIVE,
    )


def _rule(key: str, currency: str, *, tier_multiplied: bool) -> earn_rules_pb2.EarnRule:
    return earn_rules_pb2.EarnRule(
        key=key,
        currency=currency,
        points=1,
        per=Money(minor_units=100, currency="USD"),
        rounding=earn_rules_pb2.EARN_ROUNDING_WHOLE_STEPS,
        tier_multiplied=tier_multiplied,
    )


def _tier(key: str, zh: str, en: str, spend_minor: int, multiplier: str) -> tier_schemes_pb2.TierRule:
    return tier_schemes_pb2.TierRule(
        key=key,
        name=_text(zh, en),
        conditions=[tier_schemes_pb2.TierCondition(metric="SPEND", at_least=spend_minor)],
        multiplier=multiplier,
        benefits=list[Benefit](),
    )


PROGRAMME = programmes.Programme(
    programme_id=PROGRAMME_ID,
    name=_text("CDNOW 购买记录", "CDNOW purchases"),
    time_zone=_ZONE.key,
    money_currency="USD",
    currencies=[
        _currency("POINTS", "积分", "Points", spendable=True),
        _currency("GROWTH", "成长值", "Growth", spendable=False),
    ],
    earn_rules=[
        _rule("base", "POINTS", tier_multiplied=True),
        _rule("growth", "GROWTH", tier_multiplied=False),
    ],
    tiers=[_tier("silver", "银卡", "Silver", 20_000, "1.2"), _tier("gold", "金卡", "Gold", 100_000, "1.5")],
    effective_at=Timestamp(seconds=int(datetime(1997, 1, 1, tzinfo=_ZONE).timestamp())),
)
"""A US-dollar programme in force since 1997, for the history to go into."""
